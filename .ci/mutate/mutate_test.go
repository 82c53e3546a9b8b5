package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/.ci/gotest"
)

const sample = `# a comment
name: the first
file: a.go
from: case x:
| 	return y
to: case false:
| 	return y
package: ./a
red: TestA/a sentence of
`

func TestParseReadsContinuedLinesAndNamesAsGoWritesThem(t *testing.T) {
	list, err := parse(sample)
	if err != nil || len(list) != 1 {
		t.Fatalf("parse = %+v, %v", list, err)
	}
	m := list[0]
	if m.from != "case x:\n\treturn y" || m.to != "case false:\n\treturn y" {
		t.Errorf("from %q, to %q", m.from, m.to)
	}
	if m.red != "TestA/a_sentence_of" || m.top() != "TestA" {
		t.Errorf("red %q, top %q", m.red, m.top())
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a mutation without a test", strings.Replace(sample, "red: TestA/a sentence of\n", "", 1), "no red"},
		{"an unknown field", sample + "colour: red\n", `"colour"`},
		{"a field given twice", sample + "file: b.go\n", "given twice"},
		{"two mutations of one name", sample + "\n" + sample, "two mutations"},
		{"a change that changes nothing", strings.Replace(sample, "to: case false:", "to: case x:", 1), "changes nothing"},
		{"a line that is nothing", sample + "what\n", "neither"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := parse(row.text); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestApplyWantsTheTextOnce(t *testing.T) {
	m := mutation{file: "a.go", from: "x", to: "y"}
	if got, err := m.apply("a x b"); err != nil || got != "a y b" {
		t.Errorf("apply = %q, %v", got, err)
	}
	for _, text := range []string{"a b", "x x"} {
		if _, err := m.apply(text); err == nil {
			t.Errorf("applied to %q", text)
		}
	}
}

// judged says what becomes of a mutation when its tests end so before and after.
func judged(t *testing.T, before, after string) word {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := bench{dir: t.TempDir(), test: func(_, overlay string, _ []string) (*gotest.Package, error) {
		said := before
		if overlay != "" {
			said = after
		}
		rep, err := gotest.Read(strings.NewReader(said), nil)
		if err != nil {
			return nil, err
		}
		return rep.Packages[0], nil
	}}
	m := mutation{file: file, from: "x", to: "y", pkg: "./a", red: "TestA/a"}
	return b.judge(0, m, b.unchanged([]mutation{m})).word
}

func TestJudge(t *testing.T) {
	const (
		passes = `{"Action":"run","Package":"a","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"a","Test":"TestA/a"}` + "\n"
		fails  = `{"Action":"fail","Package":"a","Test":"TestA/a"}` + "\n"
		other  = `{"Action":"pass","Package":"a","Test":"TestA/a"}` + "\n" + `{"Action":"fail","Package":"a","Test":"TestA/b"}` + "\n"
		broken = `{"Action":"fail","Package":"a","FailedBuild":"a"}` + "\n"
		skips  = `{"Action":"skip","Package":"a","Test":"TestA/a"}` + "\n"
		none   = `{"Action":"pass","Package":"a"}` + "\n"
		died   = `{"Action":"run","Package":"a","Test":"TestA/a"}` + "\n" + `{"Action":"fail","Package":"a"}` + "\n"
	)
	for _, row := range []struct {
		name, before, after string
		want                word
	}{
		{"killed by its test", passes, fails, killed},
		{"killed when its test dies", passes, died, killed},
		{"lives when nothing fails", passes, passes, lived},
		{"lives when only another test fails", passes, other, lived},
		{"wrong when it does not compile", passes, broken, wrong},
		{"wrong when its test fails anyway", fails, fails, wrong},
		{"wrong when there is no such test", none, fails, wrong},
		{"wrong when the package does not build anyway", broken, broken, wrong},
		{"skipped when its test cannot run here", skips, fails, skipped},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := judged(t, row.before, row.after); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

// TestSharesMakeTheWholeList: what no share had would never be seen again.
func TestSharesMakeTheWholeList(t *testing.T) {
	list := []mutation{{name: "a"}, {name: "b"}, {name: "c"}, {name: "1/2 of d"}, {name: "e"}}
	seen := map[string]int{}
	for _, share := range []string{"1/3", "2/3", "3/3"} {
		for _, m := range chosen(list, share) {
			seen[m.name]++
		}
	}
	for _, m := range list {
		if seen[m.name] != 1 {
			t.Errorf("%s is in %d shares", m.name, seen[m.name])
		}
	}
	if got := chosen(list, "4/3"); len(got) != 0 {
		t.Errorf("share 4/3 is %v", got)
	}
	if got := chosen(list, "of d"); len(got) != 1 {
		t.Errorf("a part of a name is %v", got)
	}
}

// TestEveryMutationFindsItsPlace: code moves on, and a mutation that no longer
// finds its text proves nothing. This says so at once.
func TestEveryMutationFindsItsPlace(t *testing.T) {
	text, err := os.ReadFile("../mutations.txt")
	if err != nil {
		t.Fatal(err)
	}
	list, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		code, err := os.ReadFile("../../" + m.file)
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if n := strings.Count(string(code), m.from); n != 1 {
			t.Errorf("%s: its from stands %d times in %s", m.name, n, m.file)
		}
	}
}
