package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README's programs that check and operate run as they stand there; only the
// port is this process's.

// sentence is the words that a program prints, whatever stands around them.
func sentence(printed string) string {
	return strings.Join(regexp.MustCompile(`\b(allow|deny|revoked|true|false|ok)\b`).FindAllString(printed, -1), " ")
}

// token issues a pass that the README's examples check and revoke.
func (p *process) token() string { return p.mint(`{"scope":"report:66","issued_by":"reports"}`).Token }

// revokedInTheMiddle checks that a program found a token good, revoked it, and
// found it so.
func (p *process) revokedInTheMiddle(printed, token string) {
	p.t.Helper()
	p.same("what it printed", sentence(printed), "allow revoked revoked")
	p.same("afterwards", p.checked(token, "report:66"), "deny revoked")
}

func TestReadmesGoPrograms(t *testing.T) {
	p, dir := launch(t, t.TempDir()), t.TempDir()
	for mark, want := range map[string]string{"run: go client": "true ok\nfalse revoked\n", "run: go verify": "true ok <nil>\n"} {
		file := filepath.Join(dir, strings.ReplaceAll(mark[len("run: "):], " ", "_")+".go")
		p.example(mark, file)
		p.same(mark, execute(t, root, os.Environ(), "go", "run", file), want)
	}
}

func TestReadmesPythonProgram(t *testing.T) {
	python := fetched(t, "python", "python/bin/python")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	p.example("run: python client", filepath.Join(dir, "gatepass.py"))
	token := p.token()
	p.revokedInTheMiddle(execute(t, dir, bare(dir), python, "gatepass.py", token), token)
}

func TestReadmesJavaScriptProgram(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("tier node: node is not installed")
	}
	modules := fetched(t, "node", "node/node_modules")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	link(t, modules, dir)
	p.example("run: javascript client", filepath.Join(dir, "gatepass.mjs"))
	token := p.token()
	p.revokedInTheMiddle(execute(t, dir, bare(dir), "node", "gatepass.mjs", token), token)
}

func TestReadmesAWSCLIProgram(t *testing.T) {
	aws := fetched(t, "aws-cli", "python/bin/aws")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	p.example("run: aws-cli client", filepath.Join(dir, "gatepass.sh"))
	token := p.token()
	p.revokedInTheMiddle(execute(t, dir, bare(dir, filepath.Dir(aws)), "sh", "-e", "gatepass.sh", token), token)
}
