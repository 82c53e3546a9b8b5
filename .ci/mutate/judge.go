package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/.ci/gotest"
)

// word is how a mutation ended.
type word string

const (
	killed  word = "killed"
	lived   word = "lived"
	wrong   word = "wrong" // the mutation itself is at fault
	skipped word = "skipped"
)

type verdict struct {
	word word
	why  string
}

func (v verdict) detail() string {
	if v.why == "" {
		return ""
	}
	return ": " + v.why
}

// bench is what mutations are judged with.
type bench struct {
	dir  string // for the changed files
	test func(pkg, overlay string, tops []string) (*gotest.Package, error)
}

// unchanged tests the packages as they are, each with all the tests that its
// mutations name.
func (b bench) unchanged(list []mutation) map[string]*gotest.Package {
	tops := map[string][]string{}
	for _, m := range list {
		if !slices.Contains(tops[m.pkg], m.top()) {
			tops[m.pkg] = append(tops[m.pkg], m.top())
		}
	}
	out := map[string]*gotest.Package{}
	for pkg, tests := range tops {
		p, err := b.test(pkg, "", tests)
		if err != nil {
			p = &gotest.Package{Path: pkg, Outcome: gotest.Fail, Output: []string{err.Error()}}
		}
		out[pkg] = p
	}
	return out
}

// judge makes the change and sees whether the test notices it. before is what
// the tests said without the change.
func (b bench) judge(i int, m mutation, before map[string]*gotest.Package) verdict {
	if v, ok := fit(m, before[m.pkg]); !ok {
		return v
	}
	overlay, err := b.overlay(i, m)
	if err != nil {
		return verdict{wrong, err.Error()}
	}
	p, err := b.test(m.pkg, overlay, []string{m.top()})
	switch {
	case err != nil:
		return verdict{wrong, err.Error()}
	case p.BuildFailed():
		return verdict{wrong, "it does not compile:\n" + strings.Join(p.Output, "\n")}
	}
	for _, t := range p.Tests {
		if m.guards(t.Name) && t.Outcome.Failed() {
			return verdict{word: killed}
		}
	}
	return verdict{lived, fmt.Sprintf("%s does not fail (%s)", m.red, m.file)}
}

// fit reports whether m can be judged by what its test said without the change:
// it must be there, fail nowhere, and not be skipped as a whole.
func fit(m mutation, p *gotest.Package) (verdict, bool) {
	passed, skip := false, ""
	for _, t := range p.Tests {
		switch {
		case !m.guards(t.Name):
		case t.Outcome.Failed():
			return verdict{wrong, m.red + " fails without it:\n" + strings.Join(t.Output, "\n")}, false
		case t.Outcome == gotest.Skip:
			skip = strings.TrimSpace(m.red + " is skipped: " + strings.Join(t.Output, " "))
		case len(t.Subs) == 0:
			passed = true
		}
	}
	switch {
	case passed:
		return verdict{}, true
	case skip != "":
		return verdict{skipped, skip}, false
	case p.Outcome.Failed():
		return verdict{wrong, m.pkg + " fails without it:\n" + strings.Join(p.Output, "\n")}, false
	}
	return verdict{wrong, fmt.Sprintf("%s has no test %s", m.pkg, m.red)}, false
}

// overlay writes the changed file and the JSON that lays it over the original.
func (b bench) overlay(i int, m mutation) (string, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	changed, err := m.apply(string(text))
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	base := filepath.Join(b.dir, fmt.Sprint(i))
	body, err := json.Marshal(map[string]map[string]string{"Replace": {original: base + ".go"}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(base+".go", []byte(changed), 0o600); err != nil {
		return "", err
	}
	return base + ".json", os.WriteFile(base+".json", body, 0o600)
}

// goTest runs the tests tops of pkg. An error is one of go itself.
func goTest(pkg, overlay string, tops []string) (*gotest.Package, error) {
	args := []string{"test", "-json", "-count=1", "-vet=off", "-timeout=120s", "-run=^(" + strings.Join(tops, "|") + ")$"}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	cmd := exec.Command("go", append(args, pkg)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	// What a mutant fails on is of no use to anybody: it is not kept in the tree,
	// and not made smaller.
	cmd.Env = append(gotest.Environment(os.Environ()), "RAPID_NOFAILFILE=true", "RAPID_SHRINKTIME=0s")
	out, runErr := cmd.Output()
	rep, err := gotest.Read(bytes.NewReader(out), nil)
	if err != nil {
		return nil, err
	}
	if len(rep.Packages) != 1 {
		return nil, fmt.Errorf("go test %s: %v: %s", pkg, runErr, stderr.String())
	}
	return rep.Packages[0], nil
}
