package gate_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// FuzzCookies: whatever a Cookie header says, there is no panic, and nobody is
// let in without the one cookie that is good.
func FuzzCookies(f *testing.F) {
	b := gatetest.Open(f)
	row := rowNamed(f, "a signed-in session is admitted and not counted")
	gatetest.Plant(f, b, row)
	g, good := gatetest.New(f, b, row), gatetest.Request(f, row).Cookies[0]
	for _, line := range []string{good, "a=1; " + good, good + ";" + good, strings.Replace(good, "=", "==", 1), strings.ToUpper(good), good[:len(good)-1],
		"__Host-gatepass", "__Host-gatepass=", ";;;=;", `"` + good + `"`, good + "\x00", good + ",a=b", strings.Replace(good, "gatepass", "gatepass-visitor", 1)} {
		f.Add(line)
	}
	value := good[strings.Index(good, "=")+1:]
	f.Fuzz(func(t *testing.T, line string) {
		d := g.Authorize(t.Context(), &gate.Request{Route: "GET /x", Method: "GET", Cookies: []string{line}})
		if d.Outcome == gate.Allow && !strings.Contains(line, value) {
			t.Fatalf("%q let in", line)
		}
	})
}

func rowNamed(t testing.TB, name string) decisions.Row {
	t.Helper()
	for _, row := range rows(t) {
		if row.Name == name {
			return row
		}
	}
	t.Fatalf("the table has lost the row %q", name)
	return decisions.Row{}
}
