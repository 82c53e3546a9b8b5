package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmesDjangoUser: the README's page for Django in a project with users of its
// own, asked with the headers that API Gateway, a probe and a joining server send.
func TestReadmesDjangoUser(t *testing.T) {
	o := newProject(t)
	o.write("gatepass.py", block(t, "run: django")+"\n"+block(t, "run: django user"))
	o.write("moving_in.py", "")
	bypass := regexp.MustCompile("`(@user_passes_test[^`]+)`").FindStringSubmatch(readmeText(t))
	if bypass == nil {
		t.Fatal("README.md does not say how staff get past a view for visitors")
	}
	o.write("after.py", strings.Replace(o.read("after.py"), "BYPASS", bypass[1], 1))
	o.manage("migrate", "-v0")
	var got object
	if err := json.Unmarshal([]byte(o.manage("shell", "-v0", "-c", "import after")), &got); err != nil {
		t.Fatal(err)
	}
	told := func(user string, visitor any) object {
		return object{"user": user, "is_visitor": visitor != nil, "visitor": visitor}
	}
	want := object{
		"nobody":                               told("", nil),
		"a request pass":                       told("ginger", nil),
		"a session pass":                       told("ginger", nil),
		"a pass of somebody who is gone":       403.0,
		"a pass of nobody's key":               403.0,
		"a pass beside its person's login":     told("ginger", nil),
		"a pass beside somebody else's login":  403.0,
		"a token of the host's":                told("", nil),
		"a visitor":                            told("", []any{"Vi", "visit", object{"seat": 12.0}}),
		"a visitor with both names, signed in": told("ginger", []any{"Vi Si", "visit", nil}),
		"staff only, nobody":                   302.0,
		"staff only, a user":                   302.0,
		"staff only, staff":                    told("fred", nil),
		"staff only, a visitor":                told("", []any{"Vi Si", "visit", nil}),
		"no headers":                           500.0,
		"no headers, the probe":                told("", nil),
		"no headers, not quite the probe":      500.0,
	}
	for _, key := range []string{"access", "mode", "scope", "subject", "visitor", "data", "pass_id", "session_id"} {
		want[key+" joined with the client's"] = 500.0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the app is told (-want +got):\n%s", diff)
	}
}
