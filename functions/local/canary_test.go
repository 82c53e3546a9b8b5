package main

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
)

// TestOldAndNewBinariesShareATable, as they do under a canary and after it was
// rolled back: every other invocation of each function is of the other version,
// and each version has each step once. What one writes the other must read, and
// leave whole.
//
// The old version is the newest release (a tag v…) that the history has, or what
// GATEPASS_OLD names. Where there is none, as before the first release and in a
// shallow clone, both are of this source, in processes of their own, which still
// share nothing but the table; what releases have written is kept in
// pkg/record/testdata/written, and every test run reads that.
func TestOldAndNewBinariesShareATable(t *testing.T) {
	recent := built(t)
	old := oldBinaries(t, recent)
	for name, folders := range map[string]string{"the new one first": recent + "," + old, "the old one first": old + "," + recent} {
		t.Run(name, func(t *testing.T) {
			lifeOn(t, onBinaries(t, folders))
		})
	}
}

// oldBinaries builds the old version; functions that it had not are the new ones.
func oldBinaries(t *testing.T, recent string) string {
	t.Helper()
	version := oldVersion()
	if version == "" {
		t.Log("no release is known here: both versions are of this source")
		return recent
	}
	source := filepath.Join(t.TempDir(), "source")
	if err := checkOut(version, source); err != nil {
		t.Fatalf("%s: %v", version, err)
	}
	folder := t.TempDir()
	for _, name := range deployedNames() {
		if _, err := os.Stat(filepath.Join(source, "functions", name, "main.go")); err != nil {
			if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join(recent, name))); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := makeBinary(source, name, goruntime.GOARCH, filepath.Join(folder, name)); err != nil {
			t.Fatalf("%s does not build: %v", version, err)
		}
	}
	t.Logf("the old version is %s", version)
	return folder
}

// oldVersion names a release or a commit, "" where there is none.
func oldVersion() string {
	return cmp.Or(os.Getenv("GATEPASS_OLD"), git("describe", "--tags", "--abbrev=0", "--match", "v*"))
}

// git returns what git says of this repository, "" where it says nothing.
func git(args ...string) string {
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// checkOut unpacks a commit into a new folder.
func checkOut(version, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	archive := exec.Command("git", "archive", "--format=tar", version)
	archive.Dir = root
	tar, err := archive.Output()
	if err != nil {
		return err
	}
	unpack := exec.Command("tar", "-x", "-C", folder)
	unpack.Stdin = bytes.NewReader(tar)
	return unpack.Run()
}
