package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The operator's command as the README shows it: every line is run as it stands
// there, by a shell, and prints what is shown below it.

// gatepassCommand is a folder with the command in it, below what git ignores.
var gatepassCommand = sync.OnceValues(func() (string, error) {
	dir, err := filepath.Abs(filepath.Join(root, "build", "command"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./functions/gatepass")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", &failedBuild{"gatepass", string(out)}
	}
	return dir, nil
})

// shell runs a line and returns what it printed.
func (p *process) shell(line string) string {
	p.t.Helper()
	dir, err := gatepassCommand()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), "sh", "-c", line)
	cmd.Env = append(bare(p.t.TempDir(), dir), "GATEPASS_ENDPOINT="+p.base, "GATEPASS_BY=robin", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

var (
	aClock   = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?`)
	anAge    = regexp.MustCompile(`(TIME), (in [^,;\n]+|[^,;\n]+ ago|now)`)
	aSession = regexp.MustCompile(`session \S{11}`)
)

// recorded replaces what differs from run to run in what the command prints.
func recorded(text string) string {
	text = aSession.ReplaceAllString(aClock.ReplaceAllString(text, "TIME"), "session ID")
	return same(anAge.ReplaceAllString(text, "$1, THEN"))
}

// transcript runs the lines of a README's block, with what stands in the place of
// the README's own, and compares what they print.
func (p *process) transcript(mark string, ours *strings.Replacer) (printed string) {
	p.t.Helper()
	var shown string
	for line := range strings.Lines(block(p.t, mark)) {
		shown += line
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			printed += line + p.shell(ours.Replace(strings.TrimSuffix(command, "\n")))
		}
	}
	if diff := cmp.Diff(recorded(shown), recorded(ours.Replace(printed))); diff != "" {
		p.t.Errorf("README.md, %s (-README +printed):\n%s", mark, diff)
	}
	return printed
}

var aToken = regexp.MustCompile(`gp_([0-9A-Za-z]{16})[0-9A-Za-z]{28}`)

func TestReadmesOperatorFindsOutWhy(t *testing.T) {
	p := launch(t, t.TempDir())
	p.move(5 * time.Second) // behind the samples, which are for Ginger too
	was := aToken.FindStringSubmatch(block(t, "run: gatepass issue"))
	now := aToken.FindStringSubmatch(p.transcript("run: gatepass issue", strings.NewReplacer()))
	if was == nil || now == nil {
		t.Fatalf("no link was issued: %v, %v", was, now)
	}
	link := p.base + "/p/" + now[0] + "/visitors"
	ours := strings.NewReplacer(was[0], now[0], was[1], now[1], documented, p.base)

	scanner, phone := "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
	p.move(23 * time.Second)
	p.do("GET", link, "", "User-Agent", scanner)
	if status, _, _ := p.do("POST", link, "", "User-Agent", scanner); status != 303 {
		t.Fatalf("the scanner's click: %d", status)
	}
	if status, _, _ := p.do("GET", link, "", "User-Agent", phone); status != 403 {
		t.Fatalf("Ginger's look: %d", status)
	}
	p.tick()
	p.transcript("run: gatepass describe", ours)
	if status, _, _ := p.do("POST", link, "", "User-Agent", phone); status != 303 {
		t.Errorf("Ginger's click afterwards: %d", status)
	}
	p.refusalsInTheLog(now[1])
}

// refusalsInTheLog compares the README's line of the log with those about a pass.
func (p *process) refusalsInTheLog(id string) {
	p.t.Helper()
	var lines string
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, id) && strings.Contains(line, " deny ") {
			lines += line
		}
	}
	if diff := cmp.Diff(same(block(p.t, "output: gatepass log")), same(lines)); diff != "" {
		p.t.Errorf("README.md shows another log (-README +log):\n%s", diff)
	}
}

func TestReadmesOperatorListsExtendsAndRevokes(t *testing.T) {
	p := launch(t, t.TempDir())
	p.move(5 * time.Second)
	was := aToken.FindStringSubmatch(block(t, "run: gatepass issue"))
	now := aToken.FindStringSubmatch(p.shell(strings.TrimPrefix(strings.SplitN(block(t, "run: gatepass issue"), "\n", 2)[0], "$ ")))
	if was == nil || now == nil {
		t.Fatalf("no link was issued: %v, %v", was, now)
	}
	p.do("POST", p.base+"/p/"+now[0], "")
	p.shell("gatepass change " + now[1] + " -uses 3")
	p.transcript("run: gatepass list", strings.NewReplacer(was[1], now[1]))
	p.same("afterwards", p.checked(now[0], "visit"), "deny revoked")
}

// Every command of the README in prose is one, and its flags are flags.
func TestReadmesOperatorsFlags(t *testing.T) {
	p := launch(t, t.TempDir())
	help := p.shell("gatepass -help")
	for _, m := range regexp.MustCompile("`gatepass ([a-z-]+)").FindAllStringSubmatch(readmeText(t), -1) {
		if m[1] != "-help" && !strings.Contains(help, "\n  "+m[1]+" ") {
			t.Errorf("README.md: there is no gatepass %s", m[1])
		}
	}
	if out := execute(t, root, os.Environ(), "go", "list", "./functions/gatepass"); !strings.Contains(readmeText(t), "go install "+strings.TrimSpace(out)+"@latest") {
		t.Errorf("README.md installs something else than %s", out)
	}
	if _, err := os.Stat(filepath.Join(root, "functions", "gatepass", "main.go")); err != nil {
		t.Error(err)
	}
}
