package gotest

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
)

// Test is one test, fuzz seed or subtest.
type Test struct {
	Package string
	Name    string
	Outcome Outcome
	Elapsed float64  // seconds
	Output  []string // its own lines, in order, without the marks of the test tool
	Parent  *Test    // nil at the top
	Subs    []*Test  // its subtests
}

// Package is one package that was tested.
type Package struct {
	Path    string
	Outcome Outcome
	Elapsed float64
	Tests   []*Test  // in the order in which they began
	Output  []string // what belongs to no test: build errors, TestMain, races outside of tests
	build   string
}

// Report is everything one run of "go test -json" said.
type Report struct {
	Packages []*Package
	Stray    []string // lines that were no events
	packages map[string]*Package
	tests    map[string]*Test
	builds   map[string][]string
}

// Read reads events until r ends. Each package is handed to done as it ends,
// which may be nil.
func Read(r io.Reader, done func(*Package)) (*Report, error) {
	rep := &Report{packages: map[string]*Package{}, tests: map[string]*Test{}, builds: map[string][]string{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			rep.line(line, done)
		}
		if err == io.EOF {
			return rep, nil
		}
		if err != nil {
			return rep, err
		}
	}
}

func (rep *Report) line(line []byte, done func(*Package)) {
	var e Event
	if json.Unmarshal(line, &e) != nil || e.Action == "" {
		rep.Stray = append(rep.Stray, strings.TrimRight(string(line), "\n"))
		return
	}
	switch {
	case e.ImportPath != "":
		rep.builds[e.ImportPath] = append(rep.builds[e.ImportPath], text(e.Output)...)
	case e.Test != "":
		rep.test(e)
	case e.Package != "":
		rep.ofPackage(e, done)
	}
}

func (rep *Report) test(e Event) {
	t := rep.testOf(rep.packageOf(e.Package), e.Test)
	switch e.Action {
	case "output":
		t.Output = append(t.Output, text(e.Output)...)
	case "pass", "fail", "skip":
		t.Outcome, t.Elapsed = Outcome(e.Action), e.Elapsed
	}
}

func (rep *Report) ofPackage(e Event, done func(*Package)) {
	p := rep.packageOf(e.Package)
	switch e.Action {
	case "output":
		p.Output = append(p.Output, text(e.Output)...)
	case "pass", "fail", "skip":
		p.Outcome, p.Elapsed, p.build = Outcome(e.Action), e.Elapsed, e.FailedBuild
		p.Output = append(rep.builds[p.build], p.Output...)
		if done != nil {
			done(p)
		}
	}
}

func (rep *Report) packageOf(path string) *Package {
	p, ok := rep.packages[path]
	if !ok {
		p = &Package{Path: path}
		rep.packages[path] = p
		rep.Packages = append(rep.Packages, p)
	}
	return p
}

func (rep *Report) testOf(p *Package, name string) *Test {
	id := p.Path + " " + name
	if t, ok := rep.tests[id]; ok {
		return t
	}
	t := &Test{Package: p.Path, Name: name, Parent: rep.parentOf(p.Path, name)}
	if t.Parent != nil {
		t.Parent.Subs = append(t.Parent.Subs, t)
	}
	rep.tests[id] = t
	p.Tests = append(p.Tests, t)
	return t
}

// parentOf finds the nearest test that began before and whose name begins
// name: the name of a subtest may itself contain slashes.
func (rep *Report) parentOf(path, name string) *Test {
	for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name[:i], '/') {
		if t, ok := rep.tests[path+" "+name[:i]]; ok {
			return t
		}
	}
	return nil
}

// BuildFailed reports whether p was not tested because it does not build.
func (p *Package) BuildFailed() bool { return p.build != "" }

// text drops the lines by which the test tool marks where a test goes on.
func text(output string) []string {
	s := strings.TrimRight(output, "\n")
	for _, mark := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME "} {
		if strings.HasPrefix(s, mark) {
			return nil
		}
	}
	if output == "" {
		return nil
	}
	return []string{s}
}
