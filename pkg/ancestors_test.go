package pkg_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// lastCases is where the numbers of each ancestor end. Each counts 1, 3, 5 and
// so on without a gap; every one of them must stand in ancestors.tsv once.
func lastCases() map[string]int { return map[string]int{"RT": 63, "VP": 57, "SE": 121, "ML": 43} }

// ancestor is one line of ancestors.tsv.
type ancestor struct {
	line                 int
	number, did, verdict string
	where                []string
}

// Every known case of the ancestors has an answer, and the answer a test.
func TestEveryCaseOfTheAncestorsHasItsAnswer(t *testing.T) {
	for _, fault := range ancestorFaults(read(t, "pkg/testdata/ancestors.tsv"), newWitness(t)) {
		t.Error("pkg/testdata/ancestors.tsv:", fault)
	}
}

// ancestorFaults returns everything that is wrong with a table.
func ancestorFaults(table string, w *witness) (faults []string) {
	count := map[string]int{}
	for i, text := range strings.Split(table, "\n") {
		if text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "case\t") {
			continue
		}
		cells := strings.Split(text, "\t")
		if len(cells) != 4 || slices.Contains(cells, "") {
			faults = append(faults, fmt.Sprintf("line %d: want four cells with tabs between, none of them empty", i+1))
			continue
		}
		a := ancestor{i + 1, cells[0], cells[1], cells[2], strings.Split(cells[3], "; ")}
		count[a.number]++
		if problem := w.judge(a); problem != "" {
			faults = append(faults, fmt.Sprintf("line %d: %s: %s", a.line, a.number, problem))
		}
	}
	for family, last := range lastCases() {
		for n := 1; n <= last; n += 2 {
			number := fmt.Sprintf("%s-%02d", family, n)
			if count[number] != 1 {
				faults = append(faults, fmt.Sprintf("%s stands there %d times, want once", number, count[number]))
			}
			delete(count, number)
		}
	}
	for number := range count {
		faults = append(faults, number+": no ancestor has such a case")
	}
	return faults
}

// witness knows what a table may refer to.
type witness struct {
	tests map[string][]string // folder to the names of its test functions
	texts map[string][]string // folder to the string literals in its tests
	rows  []string            // of the decision table
	keys  []string            // of what differs, in the README
}

func newWitness(t *testing.T) *witness {
	t.Helper()
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{tests: map[string][]string{}, texts: map[string][]string{}, keys: differences(t)}
	for _, row := range rows {
		w.rows = append(w.rows, row.Name)
	}
	for _, s := range sources(t) {
		if s.isTest() {
			w.hear(s)
		}
	}
	return w
}

// hear takes the names out of a file of tests. Names of subtests are literals,
// wherever in the package they stand: in a call, a table, a map.
func (w *witness) hear(s source) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl:
			if x.Recv == nil && strings.HasPrefix(x.Name.Name, "Test") {
				w.tests[s.dir] = append(w.tests[s.dir], x.Name.Name)
			}
		case *ast.BasicLit:
			if x.Kind == token.STRING {
				text, _ := strconv.Unquote(x.Value)
				w.texts[s.dir] = append(w.texts[s.dir], text)
			}
		}
		return true
	})
}

// differences returns the keys of the README's section on what differs, or as
// long as it has none those of the draft, which then moves into the README.
func differences(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, "README.md")); err == nil {
		_, section, _ := strings.Cut(read(t, "README.md"), "\n## What differs from the ancestors")
		section, _, _ = strings.Cut(section, "\n## ")
		if found := boldKeys(section); len(found) > 0 {
			return found
		}
	}
	return boldKeys(read(t, "pkg/testdata/differs.md"))
}

// boldKeys returns the words in capitals and bold type that lines begin with.
func boldKeys(text string) (found []string) {
	for _, m := range regexp.MustCompile(`(?m)^[-| ]*\*\*([A-Z][A-Z ]*)\*\*`).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// judge returns what is wrong with a line, or "".
func (w *witness) judge(a ancestor) string {
	first, proofs := a.where[0], a.where[1:]
	switch a.verdict {
	case "same":
		proofs = a.where
	case "differs":
		if n := count(w.keys, first); n != 1 {
			return fmt.Sprintf("**%s** stands %d times in what differs, want once", first, n)
		}
	case "not applicable":
		if len(a.where) > 1 && w.proves(a.where[1]) == "" || w.proves(first) == "" {
			return "where there is nothing to compare no test shows it: say why"
		}
		return ""
	default:
		return fmt.Sprintf("%q: the verdicts are same, differs and not applicable", a.verdict)
	}
	if len(proofs) == 0 {
		return "no test shows what happens here"
	}
	for _, proof := range proofs {
		if problem := w.proves(proof); problem != "" {
			return problem
		}
	}
	return ""
}

// proves reports why a proof is none, or "".
func (w *witness) proves(proof string) string {
	if name, ok := strings.CutPrefix(proof, "row: "); ok {
		if !slices.Contains(w.rows, name) {
			return fmt.Sprintf("the decision table has no row %q", name)
		}
		return ""
	}
	dir, name, _ := strings.Cut(proof, " ")
	name, sub, part := strings.Cut(name, "/")
	switch {
	case w.tests[dir] == nil:
		return fmt.Sprintf("%q: neither a row nor a folder with tests", proof)
	case !slices.Contains(w.tests[dir], name):
		return fmt.Sprintf("%s has no %s", dir, name)
	case part && !slices.Contains(w.texts[dir], sub):
		return fmt.Sprintf("%s: no test is called %q", dir, sub)
	}
	return ""
}

func count(list []string, s string) (n int) {
	for _, v := range list {
		if v == s {
			n++
		}
	}
	return n
}

// The table's own rules, each broken once.
func TestATableOfTheAncestorsThatBreaksARule(t *testing.T) {
	table, w := read(t, "pkg/testdata/ancestors.tsv"), newWitness(t)
	line := func(number string) string {
		return regexp.MustCompile(`(?m)^` + number + `\t.*\n`).FindString(table)
	}
	cell := func(number string, n int) string { return strings.Split(strings.TrimSpace(line(number)), "\t")[n] }
	for _, row := range []struct{ name, number, old, instead, says string }{
		{"a case is missing", "SE-121", line("SE-121"), "", "SE-121 stands there 0 times"},
		{"a case stands there twice", "ML-01", line("ML-01"), line("ML-01") + line("ML-01"), "ML-01 stands there 2 times"},
		{"a case that nobody has", "RT-01", "RT-01", "RT-02", "RT-02: no ancestor"},
		{"a family that nobody has", "RT-01", "RT-01", "XY-01", "XY-01: no ancestor"},
		{"an empty cell", "RT-01", cell("RT-01", 1), "", "none of them empty"},
		{"a cell too many", "RT-01", "\tsame", "\tx\tsame", "four cells"},
		{"another verdict", "RT-01", "\tsame\t", "\talike\t", `"alike": the verdicts`},
		{"sameness without a test", "RT-01", cell("RT-01", 3), "as everybody knows", "neither a row"},
		{"a row that is not there", "RT-01", cell("RT-01", 3), "row: nobody is let in", `no row "nobody`},
		{"a folder that is not there", "SE-37", "pkg/keys", "pkg/key", "neither a row"},
		{"a test that is not there", "SE-37", "TestRotationUnderLoad", "TestRotationUnderWater", "no TestRotationUnderWater"},
		{"a part of a test that is not there", "RT-21", "/session", "/sessions", `no test is called "sessions"`},
		{"a second test that is not there", "RT-07", cell("RT-07", 3), cell("RT-07", 3) + "; row: x", `no row "x"`},
		{"a key that is not in the README", "RT-15", "METHODS", "METHOD", "**METHOD** stands 0 times"},
		{"a difference without a test", "RT-15", cell("RT-15", 3), "METHODS", "no test shows"},
		{"a case that is put off", "SE-63", "\tdiffers\t", "\tlater\t", `"later": the verdicts`},
		{"a test of what cannot be compared", "RT-09", cell("RT-09", 3), cell("RT-01", 3), "say why"},
	} {
		t.Run(row.name, func(t *testing.T) {
			was := line(row.number)
			broken := strings.Replace(table, was, strings.Replace(was, row.old, row.instead, 1), 1)
			if broken == table {
				t.Fatal("nothing was broken")
			}
			if got := strings.Join(ancestorFaults(broken, w), "\n"); !strings.Contains(got, row.says) {
				t.Errorf("faults %q, want one that says %q", got, row.says)
			}
		})
	}
}
