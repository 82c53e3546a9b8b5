package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// root is where the README lies, and where its commands are meant to be typed.
const root = "../.."

// documented is the address that the README's commands name.
const documented = "http://localhost:8080"

func readmeText(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block returns what is fenced in the README right below <!-- mark -->.
func block(t *testing.T, mark string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)<!-- "+regexp.QuoteMeta(mark)+" -->\n```\\w*\n(.*?)```\n").FindAllStringSubmatch(readmeText(t), -1)
	if len(found) != 1 {
		t.Fatalf("README.md has %d fenced blocks below <!-- %s -->, want 1", len(found), mark)
	}
	return found[0][1]
}

var (
	aTime = regexp.MustCompile(`(\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(Z?)`)
	aJWT  = regexp.MustCompile(`eyJ[\w.-]*…?`)
	aBase = regexp.MustCompile(`http://localhost:\d+`)
	anID  = regexp.MustCompile(`gp_[0-9A-Za-z]{44}|\b[0-9A-Za-z]{16}\b`)
)

// same replaces what differs from run to run: the port, times, signed tokens,
// and each pass id, also within its token, by the number of its first mention.
func same(text string) string {
	text = aTime.ReplaceAllString(text, "TIME")
	text = aJWT.ReplaceAllString(text, "JWT")
	text = aBase.ReplaceAllString(text, documented)
	seen := map[string]string{}
	return anID.ReplaceAllStringFunc(text, func(s string) string {
		id := strings.TrimPrefix(s, "gp_")[:16]
		if seen[id] == "" {
			seen[id] = "PASS" + strconv.Itoa(len(seen)+1)
		}
		return s[:strings.Index(s, id)] + seen[id]
	})
}

// The README shows what make run prints.
func TestReadmeShowsTheGuide(t *testing.T) {
	data := t.TempDir()
	p := launch(t, data)
	got := strings.ReplaceAll(p.log.String()+p.guide, data, ".gatepass")
	if diff := cmp.Diff(same(strings.TrimSpace(got)), same(strings.TrimSpace(block(t, "output: make run")))); diff != "" {
		t.Errorf("README.md is not what is printed (-printed +README):\n%s", diff)
	}
}

// The README shows every line about a refusal that follows when the guide's
// commands are pasted, and the line about the first pass.
func TestReadmeShowsTheRefusals(t *testing.T) {
	p := launch(t, t.TempDir())
	for _, s := range sections(p.guide) {
		if s.name == "expired" {
			p.move(expiredAfter * time.Second)
		}
		if len(s.lines) > 0 {
			paste(t, s.lines)
		}
	}
	for _, d := range []time.Duration{0, time.Minute - expiredAfter*time.Second, 30 * time.Second} {
		p.move(d)
		p.tick()
	}
	var printed, want []string
	for line := range strings.Lines(p.log.String() + strings.TrimPrefix(p.out.String(), p.guide)) {
		if strings.Contains(line, " refused ") || strings.Contains(line, " deny ") || strings.Contains(line, " is gone") {
			printed = append(printed, same(line))
		}
	}
	for line := range strings.Lines(block(t, "output: log")) {
		want = append(want, same(line))
	}
	if diff := cmp.Diff(printed, want); diff != "" {
		t.Errorf("README.md does not tell the refusals (-printed +README):\n%s", diff)
	}
}

func TestReadmeShowsTheRulesOfTheSamples(t *testing.T) {
	var shown bytes.Buffer
	if err := json.Compact(&shown, []byte(block(t, "output: rules"))); err != nil {
		t.Fatal(err)
	}
	declared, err := json.Marshal(declaration(false))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(declared), shown.String()); diff != "" {
		t.Errorf("README.md shows other rules (-declared +README):\n%s", diff)
	}
}

func TestReadmeShowsAnAnswer(t *testing.T) {
	p := launch(t, t.TempDir())
	request := regexp.MustCompile("`({.*})`").FindStringSubmatch(block(t, "run: go"))
	if request == nil {
		t.Fatal("the Go example has no request")
	}
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", request[1])
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(answer), "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(same(pretty.String()+"\n"), same(block(t, "output: issue"))); diff != "" {
		t.Errorf("README.md shows another answer (-answered +README):\n%s", diff)
	}
}

// Of a curl line of the README, TOKEN is replaced by a token, "ID" by a pass id and
// PASS by each of what it may be: a pass id, a token, a pasted link. The port is this process's.
func TestReadmesCurlLines(t *testing.T) {
	p := launch(t, t.TempDir())
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", `{"scope":"report:66","target":"/reports/66"}`)
	var a issued
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"check": `"outcome":"allow",.*"pass_id":"` + a.ID, "describe": `"pass": "` + a.ID + `",\s+"state": "live"`,
		"revoke": `"state": "revoked"(.|\s)*"why": "`, "restore": `"state": "live"`, "change": `"operation": "change",\s+"by": "you",\s+"why": "asked for two days"`, "end": `"live": 0`, "list": `"id": "` + a.ID + `",\s+"state": "live"`,
		"passes": `"issued":1,"refused":1,"left":0}\s*$`, "reissue": `"id":"` + a.ID + `","token":"gp_`,
	}
	unfenced := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(readmeText(t), "")
	operation := regexp.MustCompile(`'{"(\w+)":`)
	for _, m := range regexp.MustCompile(`(?m)^    (curl .*)$`).FindAllStringSubmatch(unfenced, -1) {
		op := operation.FindStringSubmatch(m[1])
		if op == nil || want[op[1]] == "" || !strings.Contains(m[1], documented+"/") {
			t.Errorf("README.md: nobody knows what should come of %s", m[1])
			continue
		}
		line := strings.NewReplacer("TOKEN", a.Token, `"ID"`, `"`+a.ID+`"`, documented, p.base).Replace(m[1])
		names := []string{a.ID, a.Token, a.Link}
		if !strings.Contains(line, "PASS") {
			names = names[:1] // once: a second reissue would end the token of the other lines
		}
		for _, named := range names {
			for _, got := range paste(t, []string{strings.ReplaceAll(line, "PASS", named)}) {
				if !regexp.MustCompile(want[op[1]]).MatchString(got) {
					t.Errorf("%s\n  printed %s\n  want    %s", m[1], got, want[op[1]])
				}
			}
		}
		delete(want, op[1])
	}
	for op := range want {
		t.Errorf("README.md has no line with %s", op)
	}
}

// The flags that the README hands to make run are flags.
func TestReadmesArguments(t *testing.T) {
	found := regexp.MustCompile(`make run ARGS=('[^']*'|[^\s`+"`"+`]+)`).FindAllStringSubmatch(readmeText(t), -1)
	for _, m := range found {
		args := strings.Fields(strings.Trim(m[1], "'"))
		if _, err := parse(args, io.Discard); err != nil && !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s: %v", m[0], err)
		}
	}
	if len(found) == 0 {
		t.Error("README.md shows no make run ARGS=…")
	}
}

// What of make a test can run without running itself.
func TestReadmesMakeTargets(t *testing.T) {
	for _, program := range []string{"make", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("tier curl: " + program + " is not installed")
		}
	}
	t.Log("tier curl: ran")
	p := launch(t, t.TempDir())
	for _, tt := range []struct{ target, setting, want string }{
		{"run", "ARGS=-help", "-upstream URL"},
		{"invoke-issue", "ENDPOINT=" + p.base, `"token":"`},
	} {
		if !strings.Contains(readmeText(t), "make "+tt.target) {
			t.Errorf("README.md does not tell of make %s", tt.target)
		}
		if got := execute(t, root, os.Environ(), "make", "--no-print-directory", tt.target, tt.setting); !strings.Contains(got, tt.want) {
			t.Errorf("make %s %s printed %s, want %s in it", tt.target, tt.setting, got, tt.want)
		}
	}
}
