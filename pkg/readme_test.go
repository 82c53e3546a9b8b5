package pkg_test

import (
	"encoding/hex"
	"go/ast"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// readme returns the README, and without what is fenced in it: code and output.
func readme(t *testing.T) (text, prose string) {
	t.Helper()
	text = read(t, "README.md")
	return text, regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
}

// table returns the cells of the table between <!-- name --> and <!-- /name -->,
// without its head.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	text, _ := readme(t)
	_, rest, opened := strings.Cut(text, "<!-- "+name+" -->\n")
	body, _, closed := strings.Cut(rest, "<!-- /"+name+" -->\n")
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if !opened || !closed || len(lines) < 3 {
		t.Fatalf("README.md: there is no table between <!-- %s --> and <!-- /%s -->", name, name)
	}
	var rows [][]string
	width := strings.Count(lines[0], " | ")
	for _, line := range lines[2:] {
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		if len(cells) != width+1 {
			t.Fatalf("README.md: %d cells, want %d: %s", len(cells), width+1, line)
		}
		rows = append(rows, cells)
	}
	return rows
}

// spans returns what stands in the README as code, but not fenced: between
// backticks, or indented.
func spans(t *testing.T) []string {
	t.Helper()
	_, prose := readme(t)
	var out []string
	for _, m := range regexp.MustCompile("`([^`\n]+)`|(?m:^    (.+)$)").FindAllStringSubmatch(prose, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

func TestReadmeIsWhole(t *testing.T) {
	text, _ := readme(t)
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "@"+"@") {
			t.Errorf("README.md:%d: %s: something is to be filled in here", i+1, line)
		}
	}
	if strings.Count(text, "\n```")%2 != 0 {
		t.Error("README.md: a fence is not closed")
	}
}

func TestReadmesVectors(t *testing.T) {
	for _, row := range table(t, "vectors") {
		short, ok := token.ParseShort(strings.Trim(row[0], "`"))
		if !ok {
			t.Errorf("README.md: %s is no token", row[0])
			continue
		}
		got := []string{row[0], "`" + short.ID + "`", "`" + hex.EncodeToString(short.Secret[:]) + "`", "`" + short.Digest().String() + "`"}
		if diff := cmp.Diff(got, row); diff != "" {
			t.Errorf("README.md, vectors (-read from the token +README):\n%s", diff)
		}
	}
}

func TestReadmesReasonsAreAllThereAre(t *testing.T) {
	var got []string
	for _, row := range table(t, "reasons") {
		got = append(got, row[0])
	}
	var want []string
	for _, r := range pass.Reasons() {
		want = append(want, "`"+string(r)+"`")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md, reasons (-pass.Reasons() +README):\n%s", diff)
	}
}

// tests returns the names of all tests and fuzz targets, as "folder TestName".
func tests(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.isTest() && f.Recv == nil {
				out = append(out, s.dir+" "+f.Name.Name)
			}
		}
	}
	return out
}

// A promise that nothing guards is a wish.
func TestReadmesPromisesAreGuarded(t *testing.T) {
	all, guard := tests(t), regexp.MustCompile("^`(\\S+ (?:Test|Fuzz)\\w+)`$")
	for _, row := range table(t, "promises") {
		for named := range strings.SplitSeq(row[1], ", ") {
			m := guard.FindStringSubmatch(named)
			if m == nil {
				t.Errorf("README.md: %q is not guarded by %s: write `folder TestName`", row[0], named)
			} else if !slices.Contains(all, m[1]) {
				t.Errorf("README.md: %q: there is no test %s", row[0], m[1])
			}
		}
	}
}

func TestReadmesMakeTargetsExist(t *testing.T) {
	makefile, named := read(t, "Makefile"), 0
	for _, code := range spans(t) {
		for _, m := range regexp.MustCompile(`\bmake ([a-z][a-z-]*)`).FindAllStringSubmatch(code, -1) {
			target := m[1]
			if function, ok := strings.CutPrefix(target, "invoke-"); ok && slices.Contains(mains(t), function) {
				target = "invoke-%"
			}
			named++
			if !strings.Contains(makefile, "\n"+target+":") {
				t.Errorf("README.md: make %s: the Makefile has no such target", m[1])
			}
		}
	}
	if named == 0 {
		t.Error("README.md names no target of make")
	}
}

// The README leads to files that are there, and names every package.
func TestReadmesPathsExist(t *testing.T) {
	text, _ := readme(t)
	text = regexp.MustCompile(`(pkg/)(\w+), (\w+)`).ReplaceAllString(text, "$1$2, $1$3")
	found := regexp.MustCompile(`(?:^|[\s(/`+"`"+`])((?:pkg|functions|events|\.ci)/[\w./<>-]+|template\.yaml|samconfig\.toml|Makefile|LICENSE)`).FindAllStringSubmatch(text, -1)
	var named []string
	for _, m := range found {
		if strings.Contains(m[0], "/functions/") {
			continue // a path of Lambda's API
		}
		p := strings.TrimRight(strings.ReplaceAll(m[1], "<name>", "*"), "./-")
		named = append(named, p)
		if hits, err := filepath.Glob(filepath.Join(root, p)); err != nil || len(hits) == 0 {
			t.Errorf("README.md: %s: there is no such file", m[1])
		}
	}
	for _, p := range files(t, "pkg") {
		if dir := path.Dir(p); strings.Count(dir, "/") == 1 && path.Ext(p) == ".go" && !slices.Contains(named, dir) {
			t.Errorf("README.md: %s is not shown in the house", dir)
			named = append(named, dir)
		}
	}
}
