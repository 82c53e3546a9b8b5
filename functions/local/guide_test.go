package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// section is one thing the guide shows: its name, and lines to paste.
type section struct {
	name  string
	lines []string
}

func sections(guide string) []section {
	var out []section
	for line := range strings.Lines(guide) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "    "):
			last := &out[len(out)-1]
			last.lines = append(last.lines, strings.TrimSpace(line))
		case strings.TrimSpace(line) != "":
			name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
			out = append(out, section{name: name})
		}
	}
	return out
}

// paste runs lines as pasted into one shell, and returns what each printed.
func paste(t *testing.T, lines []string) []string {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("tier curl: curl is not installed")
	}
	t.Log("tier curl: ran")
	home := t.TempDir()
	script := "curl() { " + curl + ` -sS "$@"; echo; echo =====; }` + "\n" + strings.Join(lines, "\n")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	answers := strings.Split(string(out), "=====\n")
	return answers[:len(answers)-1]
}

// Every line of the guide is run as it is printed, and does what the guide says.
func TestTheGuidesCommandsDoWhatItSays(t *testing.T) {
	p := launch(t, t.TempDir())
	granted := func(mode string) string { return `"access":"granted".*"mode":"` + mode + `"` }
	refused := func(reason string) string { return `"access":"refused".*"reason":"` + reason + `"` }
	want := map[string][]string{ // section: an expression for each line
		"none":    {granted("none")},
		"request": {granted("request") + `.*"subject":"user-42"`},
		"session": {`^\s*$`, granted("session") + `.*"subject":"user-42"`},
		"visitor": {`^\s*$`, granted("visitor") + `.*"email":"ginger@example.com"`},
		"form":    {`^200\s*$`},
		"without a pass, where the rule is optional, and where there is none": {`"access":"anonymous"`, `^{"route":"GET /open"}`},
		"spent":       {granted("none"), refused("spent")},
		"expired":     {refused("expired")},
		"revoked":     {`"state": "revoked"`, refused("revoked")},
		"wrong_scope": {refused("wrong_scope")},
		"missing":     {`^{"message":"Forbidden"}`},
		"Issue and look yourself; the AWS CLI and SDKs do it with --endpoint-url http": {`"token":"gp_`, `"state": "live"`},
	}
	for _, s := range sections(p.guide) {
		wants, known := want[s.name]
		delete(want, s.name)
		if len(wants) != len(s.lines) {
			t.Errorf("section %q: %d lines, %d are known (%v)", s.name, len(s.lines), len(wants), known)
			continue
		}
		if s.name == "expired" {
			p.move(expiredAfter * time.Second)
		}
		if len(s.lines) == 0 {
			continue
		}
		for i, got := range paste(t, s.lines) {
			if !regexp.MustCompile(wants[i]).MatchString(got) {
				t.Errorf("%s\n  printed %s\n  want    %s", s.lines[i], got, wants[i])
			}
		}
	}
	for name := range want {
		t.Errorf("the guide has no section %q", name)
	}
	p.tick()
	for _, word := range []string{"allow", "deny missing GET /visitors", "forward refused spent GET /reports/{id}", "forward refused wrong_scope", "pass.used", "pass.revoked", "visitor.registered pass ", "session.opened", "manage revoke"} {
		if !strings.Contains(p.log.String(), word) {
			t.Errorf("the log does not tell %q", word)
		}
	}
	if cred := regexp.MustCompile(`g[ps]_[0-9A-Za-z]{20,}|eyJ[\w-]{20,}`).FindString(p.log.String()); cred != "" {
		t.Errorf("the log holds a credential: %s", cred)
	}
}

func TestTheFirstPassIsSeenToVanish(t *testing.T) {
	p := launch(t, t.TempDir(), "-first", "60s", "-retention", "30s")
	url := p.printed(`none: .*\n\s+curl '(.*)'`)
	look := func(want string) {
		t.Helper()
		if _, _, body := p.do("GET", url, ""); !strings.Contains(body, `"reason":"`+want+`"`) {
			t.Errorf("want reason %s, got %s", want, body)
		}
	}
	p.tick()
	look("ok")
	p.move(60 * time.Second)
	p.tick()
	look("expired")
	p.move(29 * time.Second)
	p.tick()
	look("expired")
	if said := strings.TrimPrefix(p.out.String(), p.guide); said != "" {
		t.Errorf("said too early: %s", said)
	}
	p.move(time.Second)
	p.tick()
	look("unknown")
	if said := strings.TrimPrefix(p.out.String(), p.guide); !strings.Contains(said, "is gone: 30 s after it had expired") || strings.Count(said, "\n") != 1 {
		t.Errorf("said %q", said)
	}
}
