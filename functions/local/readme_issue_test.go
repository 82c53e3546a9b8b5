package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's examples of issuing run as they stand there; only the port is
// this process's.

// example writes a block of the README into a file, aimed at p.
func (p *process) example(mark, file string) {
	p.t.Helper()
	text := block(p.t, mark)
	if n := strings.Count(text, documented); n != 1 {
		p.t.Fatalf("the README's block %q names %s %d times, want once", mark, documented, n)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(text, documented, p.base, 1)), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// execute runs a program in a folder and returns what it printed.
func execute(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr strings.Builder
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// fetched returns the path of something in .tools, or skips the test.
func fetched(t *testing.T, tier, path string) string {
	t.Helper()
	full, err := filepath.Abs(filepath.Join(root, ".tools", path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(full); err != nil {
		t.Skip("tier " + tier + ": .tools/" + path + " is not there: run make tools")
	}
	t.Log("tier " + tier + ": ran")
	return full
}

// bare is an environment without any setting of this machine.
func bare(home string, path ...string) []string {
	return []string{"HOME=" + home, "TMPDIR=" + home, "PATH=" + strings.Join(append(path, os.Getenv("PATH")), string(os.PathListSeparator))}
}

// link places what lies at target into dir under its own name.
func link(t *testing.T, target, dir string) {
	t.Helper()
	full, err := filepath.Abs(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(full, filepath.Join(dir, filepath.Base(full))); err != nil {
		t.Fatal(err)
	}
}

// letsIn checks that the one line printed is a URL that is let in.
func (p *process) letsIn(printed string) {
	p.t.Helper()
	url := strings.TrimSuffix(printed, "\n")
	if !strings.HasPrefix(url, p.base+"/reports/66?token=gp_") {
		p.t.Fatalf("printed %q, want a URL of /reports/66 with a token", printed)
	}
	if status, _, body := p.do("GET", url, ""); status != 200 || !strings.Contains(body, `"access":"granted"`) {
		p.t.Errorf("the URL printed: %d %s", status, body)
	}
}

// refused has a program ask for a pass that cannot be, and checks that it fails and
// says why.
func refused(t *testing.T, file, dir string, env []string, name string, args ...string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wrong := bytes.Replace(b, []byte("3600"), []byte("-3600"), 1)
	if err := os.WriteFile(file, wrong, 0o600); err != nil || bytes.Equal(b, wrong) {
		t.Fatalf("%s asks for no expiry that could be made wrong (%v)", file, err)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stdout, stderr strings.Builder
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &stdout, &stderr
	if err := cmd.Run(); err == nil || stdout.Len() > 0 || !strings.Contains(stderr.String(), "not issued") || !strings.Contains(stderr.String(), "expires_in") {
		t.Errorf("refused, it ended with %v and printed %s%s", err, stdout.String(), stderr.String())
	}
}

// The file lies outside of the module; it is compiled with what go.mod requires.
func TestReadmesGoExample(t *testing.T) {
	p := launch(t, t.TempDir())
	file := filepath.Join(t.TempDir(), "main.go")
	p.example("run: go", file)
	p.letsIn(execute(t, root, os.Environ(), "go", "run", file))
	refused(t, file, root, os.Environ(), "go", "run", file)
}

func TestReadmesPythonExample(t *testing.T) {
	python := fetched(t, "python", "python/bin/python")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	p.example("run: python", filepath.Join(dir, "issue.py"))
	p.letsIn(execute(t, dir, bare(dir), python, "issue.py"))
	refused(t, filepath.Join(dir, "issue.py"), dir, bare(dir), python, "issue.py")
}

func TestReadmesJavaScriptExample(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("tier node: node is not installed")
	}
	modules := fetched(t, "node", "node/node_modules")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	link(t, modules, dir)
	p.example("run: javascript", filepath.Join(dir, "issue.mjs"))
	p.letsIn(execute(t, dir, bare(dir), "node", "issue.mjs"))
	refused(t, filepath.Join(dir, "issue.mjs"), dir, bare(dir), "node", "issue.mjs")
}

// It is typed at the root; the answer's file must not lie there afterwards.
func TestReadmesAWSCLIExample(t *testing.T) {
	aws := fetched(t, "aws-cli", "python/bin/aws")
	p, dir := launch(t, t.TempDir()), t.TempDir()
	link(t, filepath.Join(root, "events"), dir)
	p.example("run: aws-cli", filepath.Join(dir, "issue.sh"))
	said := json.NewDecoder(strings.NewReader(execute(t, dir, bare(dir, filepath.Dir(aws)), "sh", "-e", "issue.sh")))
	var status struct{ StatusCode int }
	var a issued
	if err := said.Decode(&status); err != nil || status.StatusCode != 200 {
		t.Fatalf("the CLI printed %+v, %v", status, err)
	}
	if err := said.Decode(&a); err != nil {
		t.Fatal(err)
	}
	if code, _, body := p.do("GET", p.base+"/reports/66", "", "Authorization", "Bearer "+a.Token); code != 200 || !strings.Contains(body, `"access":"granted"`) {
		t.Errorf("the token answered: %d %s", code, body)
	}
}

// The answer that the README shows is the one to the line above it.
func TestReadmeShowsAnAnswerForMany(t *testing.T) {
	p := launch(t, t.TempDir())
	request := regexp.MustCompile(`curl -d '({"passes":.*})' `).FindStringSubmatch(readmeText(t))
	if request == nil {
		t.Fatal("README.md asks nowhere for many")
	}
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", request[1])
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(answer), "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(same(pretty.String()+"\n"), same(block(t, "output: many"))); diff != "" {
		t.Errorf("README.md shows another answer (-answered +README):\n%s\n%s", diff, pretty.String())
	}
	if _, _, again := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", request[1]); again != answer {
		t.Errorf("answered %s, and then %s", answer, again)
	}
}
