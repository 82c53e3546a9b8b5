package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's form is filled in as its guide does, and what it shows of the event
// and of the host's answer is what came.
func TestReadmeShowsARegistration(t *testing.T) {
	p := launch(t, t.TempDir(), "-json")
	for _, s := range sections(p.guide) {
		if s.name == "form" {
			paste(t, s.lines)
		}
	}
	p.tick()
	event := regexp.MustCompile(`{[^{}]*"visitor\.registered"[^{}]*}`).FindString(p.log.String())
	ordinal := regexp.MustCompile(`"id":"[^"]*/`) // the stream's own
	told := func(text string) string { return ordinal.ReplaceAllString(same(strings.TrimSpace(text)), `"id":"N/`) }
	if diff := cmp.Diff(told(event), told(block(t, "output: registered"))); diff != "" {
		t.Errorf("README.md shows another event (-published +README):\n%s", diff)
	}
	id := regexp.MustCompile(`"pass_id":"(\w+)"`).FindStringSubmatch(event)
	line := block(t, "run: registration")
	if id == nil || strings.Count(line, documented) != 1 || strings.Count(line, `"ID"`) != 1 {
		t.Fatalf("the event is %s, the README's command is %s", event, line)
	}
	got := paste(t, []string{strings.NewReplacer(documented, p.base, `"ID"`, `"`+id[1]+`"`).Replace(strings.TrimSpace(line))})
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(strings.TrimSpace(got[0])), "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(same(pretty.String()+"\n"), same(block(t, "output: registration"))); diff != "" {
		t.Errorf("README.md shows another answer (-answered +README):\n%s", diff)
	}
}
