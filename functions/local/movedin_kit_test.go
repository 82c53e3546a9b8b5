package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// project is a Django project, in a folder of the test's own.
type project struct {
	test        *testing.T
	python, dir string
}

// newProject writes the project's files.
func newProject(t *testing.T) *project {
	t.Helper()
	python := fetched(t, "python", "python/bin/python")
	if err := exec.CommandContext(t.Context(), python, "-c", "import django, magic_link, request_token, sesame, visitors").Run(); err != nil {
		t.Skip("tier python: .tools/python is older than .ci/requirements.txt: run make tools")
	}
	p := &project{test: t, python: python, dir: t.TempDir()}
	files, err := filepath.Glob("testdata/ancestors/*.py")
	if err != nil || len(files) == 0 {
		t.Fatal("there is no project", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p.write(filepath.Base(file), string(b))
	}
	return p
}

// movedInRules declares the project's routes, each with the rule that stands beside
// its decorator in the README's table.
func movedInRules(t *testing.T) string {
	t.Helper()
	d := map[string][]map[string]any{}
	for route, decorator := range map[string]string{
		"GET /reports/66":    `@use_request_token(scope="report:66"`,
		"GET /account":       "the same, where Session tokens of django-request-token sign in too",
		"GET /visitors":      `@user_is_visitor(scope="visit")`,
		"GET /bookings/{pk}": `@authenticate(scope="booking:{pk}")`,
	} {
		row := regexp.MustCompile(`(?m)^\| ` + "`?" + regexp.QuoteMeta(decorator) + `[^|]*\| ` + "`({[^`]*})`").FindStringSubmatch(readmeText(t))
		if row == nil {
			t.Fatalf("README.md has no rule for %s", decorator)
		}
		rule := map[string]any{}
		if err := json.Unmarshal([]byte(row[1]), &rule); err != nil {
			t.Fatal(err)
		}
		rule["route"], rule["forward_refused"] = route, strings.HasPrefix(route, "GET /reports") // whose reasons are looked at
		d["rules"] = append(d["rules"], rule)
	}
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (p *project) write(name, text string) {
	p.test.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.test.Fatal(err)
	}
}

func (p *project) read(name string) string {
	p.test.Helper()
	b, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.test.Fatal(err)
	}
	return string(b)
}

func (p *project) manage(args ...string) string {
	p.test.Helper()
	return execute(p.test, p.dir, bare(p.dir), p.python, append([]string{"manage.py"}, args...)...)
}
