package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recalls runs a command of the README against p, and compares what it prints with
// what the README shows.
func (p *process) recalls(which string) {
	p.t.Helper()
	line := block(p.t, "run: recall "+which)
	if strings.Count(line, documented) != 1 {
		p.t.Fatalf("the README's command is %s", line)
	}
	got := paste(p.t, []string{strings.Replace(strings.TrimSpace(line), documented, p.base, 1)})
	if diff := cmp.Diff(same(strings.TrimSpace(got[0])), same(strings.TrimSpace(block(p.t, "output: recall "+which)))); diff != "" {
		p.t.Errorf("README.md shows another answer (-answered +README):\n%s\n%s", diff, got[0])
	}
}

// TestReadmesRecalls: what the README says of recall is what it does, to the last
// byte of the data folder.
func TestReadmesRecalls(t *testing.T) {
	data := t.TempDir()
	p := launch(t, data)
	for _, s := range sections(p.guide) {
		if s.name == "form" || s.name == "visitor" {
			paste(t, s.lines)
		}
	}
	p.tick()
	url := p.printed(`none: .*\n\s+curl '(.*)'`)
	p.recalls("revoke")
	if _, _, body := p.do("GET", url, ""); !strings.Contains(body, `"reason":"revoked"`) {
		t.Errorf("after the revocation a link shows %s", body)
	}
	if !holds(t, data, "ginger@example.com") {
		t.Fatal("there is nobody to forget: this test shows nothing")
	}
	p.recalls("forget")
	p.tick() // the stream tells of it
	p.tick() // and the file is written anew
	for _, trace := range []string{"ginger", "Ginger", "Rogers", "4711"} {
		if holds(t, data, trace) {
			t.Errorf("in the data folder is %q", trace)
		}
	}
	if log := p.log.String(); strings.Contains(strings.ToLower(log), "ginger") || !strings.Contains(log, "recall forget ok 2 forgotten") || !regexp.MustCompile(`recall revoke ok \d of \d`).MatchString(log) {
		t.Errorf("the log is\n%s", log)
	}
	if _, _, body := p.do("GET", p.base+"/optional", ""); !strings.Contains(body, "anonymous") {
		t.Errorf("afterwards: %s", body)
	}
}

// holds reports whether any byte of a folder tells of something.
func holds(t *testing.T, folder, trace string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(trace)) {
			return true
		}
	}
	return false
}

// TestReadmesTableOfRecalls: its operations, and their fields, are those there are.
func TestReadmesTableOfRecalls(t *testing.T) {
	p := launch(t, t.TempDir())
	_, rest, _ := strings.Cut(readmeText(t), "<!-- recall -->\n")
	shown, _, _ := strings.Cut(rest, "<!-- /recall -->")
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (.*?) \\|").FindAllStringSubmatch(shown, -1)
	if len(rows) != 2 {
		t.Fatalf("the table has %d operations", len(rows))
	}
	for _, row := range rows {
		var a struct {
			Error struct{ Fields map[string]string }
		}
		_, _, body := p.do("POST", p.base+"/2015-03-31/functions/recall/invocations", `{"`+row[1]+`":{"x":1}}`)
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(body)
		}
		_, has, _ := strings.Cut(a.Error.Fields[row[1]+".x"], "which has ")
		if want := strings.ReplaceAll(strings.ReplaceAll(row[2], "`", ""), " ", ", "); has != want {
			t.Errorf("README.md says that %s has %s, and it has %s", row[1], want, has)
		}
	}
}
