// Package pkg_test holds the rules of the house as tests: what may lie where,
// who may import whom, and what no file may contain. Each failure names the
// file and says why the rule is there; to change a rule, change it here.
package pkg_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const root = ".."

// source is one Go file.
type source struct {
	path string // from the root, with slashes
	dir  string
	text string
	file *ast.File
	fset *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at names a place in s.
func (s source) at(pos token.Pos) string {
	p := s.fset.Position(pos)
	return s.path + ":" + itoa(p.Line)
}

// parsed reads every Go file of the house once for all rules.
var parsed = sync.OnceValues(func() ([]source, error) {
	var out []source
	list, err := walk("functions", "pkg", ".ci")
	for _, p := range list {
		if path.Ext(p) != ".go" {
			continue
		}
		text, readErr := os.ReadFile(filepath.Join(root, p))
		s := source{path: p, dir: path.Dir(p), text: string(text), fset: token.NewFileSet()}
		file, parseErr := parser.ParseFile(s.fset, p, text, parser.ParseComments)
		s.file = file
		out, err = append(out, s), errors.Join(err, readErr, parseErr)
	}
	if len(out) == 0 {
		err = errors.Join(err, errors.New("there is no Go file: the rules were checked on nothing"))
	}
	return out, err
})

// sources returns every Go file of the house, those of .ci included.
func sources(t *testing.T) []source {
	t.Helper()
	out, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// walk returns the files under the folders, by their paths from the root.
func walk(under ...string) ([]string, error) {
	var out []string
	for _, folder := range under {
		err := filepath.WalkDir(filepath.Join(root, folder), func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, relErr := filepath.Rel(root, p)
				out, err = append(out, filepath.ToSlash(rel)), relErr
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return out, nil
}

func files(t *testing.T, under ...string) []string {
	t.Helper()
	out, err := walk(under...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, p string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, p))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A newcomer finds everything where the design says it is.
func TestTopLevelHoldsOnlyWhatWasAgreed(t *testing.T) {
	agreed := []string{"go.mod", "go.sum", "functions", "pkg", "template.yaml", "samconfig.toml", "events", "Makefile", "README.md", "LICENSE"}
	ignored := read(t, ".gitignore")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		hidden := strings.HasPrefix(name, ".") // .ci, .gitignore, and what tools keep for themselves
		if !hidden && !slices.Contains(agreed, name) && !strings.Contains(ignored, "/"+name+"/\n") {
			t.Errorf("%s: not an agreed top-level entry (%s); find its room under pkg/ or functions/", name, strings.Join(agreed, " "))
		}
	}
}

// Every sample event can be sent by "make invoke-<function>" and is read by a test.
func TestEventsAreNamedAfterTheirFunction(t *testing.T) {
	for _, p := range files(t, "events") {
		name := path.Base(p)
		function, _, dashed := strings.Cut(name, "-")
		if _, err := os.Stat(filepath.Join(root, "functions", function)); err != nil || !dashed || path.Ext(name) != ".json" {
			t.Errorf("%s: events are named <function>-<what>.json after a folder of functions/, so that make invoke-<function> finds them", p)
		}
		if !json.Valid([]byte(read(t, p))) {
			t.Errorf("%s: not valid JSON", p)
		}
	}
	for _, main := range mains(t) {
		if found, _ := filepath.Glob(filepath.Join(root, "events", main+"-*.json")); len(found) == 0 && main != "local" && main != "gatepass" {
			t.Errorf("events/%s-*.json: there is none; every deployed function has a sample event", main)
		}
	}
}

// mains returns the names of the functions.
func mains(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, filepath.Base(filepath.Dir(f)))
	}
	return names
}

// A file is one idea. Tables make tests a little longer.
func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		limit := 350
		if s.isTest() {
			limit = 400
		}
		if n := strings.Count(s.text, "\n"); n > limit {
			t.Errorf("%s: %d lines, more than %d: it likely holds two ideas", s.path, n, limit)
		}
	}
}

// What is not done is said in the issue or the note, not in a file.
func TestNothingIsLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b|not ` + `implemented`)
	list := append(files(t, "functions", "pkg", ".ci", "events"), "go.mod", "Makefile", "README.md", "template.yaml", "samconfig.toml")
	for _, p := range list {
		if _, err := os.Stat(filepath.Join(root, p)); err != nil || strings.Contains(p, "/node_modules/") || path.Ext(p) == ".png" {
			continue
		}
		for i, line := range strings.Split(read(t, p), "\n") {
			if word := later.FindString(line); word != "" {
				t.Errorf("%s:%d: %q: finish it, or say in the issue what is missing", p, i+1, word)
			}
		}
	}
}
