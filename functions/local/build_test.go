package main

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"testing"
)

// The budget of a binary, in bytes: what is fetched before a cold start.
const (
	largestAuthorizer = 12 << 20
	largestOther      = 14 << 20
)

// TestBinariesKeepToTheirBudget, on the processor that they are deployed to by
// default.
func TestBinariesKeepToTheirBudget(t *testing.T) {
	needMake(t)
	for _, name := range deployedNames() {
		folder := t.TempDir()
		if err := makeBinary(root, name, "arm64", folder); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(folder, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		most := int64(largestOther)
		if name == "authorizer" {
			most = largestAuthorizer
		}
		t.Logf("%-10s %8d bytes, of %d", name, info.Size(), most)
		if info.Size() > most {
			t.Errorf("%s has %d bytes, more than %d: what did it begin to import?", name, info.Size(), most)
		}
	}
}

// TestTheSameSourceBuildsTheSameBytes, in another folder, that is a repository, by
// somebody else: who has the source can tell that a binary is of it. Compiled
// packages may come from the cache, which holds none of another folder's where the
// folder can be seen in them.
func TestTheSameSourceBuildsTheSameBytes(t *testing.T) {
	needMake(t)
	one, other := copyOf(t, "one"), copyOf(t, filepath.Join("some", "other"))
	commit(t, other)
	for name, archs := range map[string][]string{"authorizer": {"arm64", "amd64"}, "manage": {goruntime.GOARCH}} {
		for _, arch := range archs {
			if sum(t, one, name, arch) != sum(t, other, name, arch) {
				t.Errorf("%s for %s: two builds have other bytes (-trimpath, -buildvcs=false and an empty -buildid keep them the same)", name, arch)
			}
		}
	}
}

func sum(t *testing.T, module, name, arch string) [sha256.Size]byte {
	t.Helper()
	folder := t.TempDir()
	if err := makeBinary(module, name, arch, folder); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

// copyOf copies what is built into a new folder.
func copyOf(t *testing.T, name string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), name)
	for _, part := range []string{"functions", "pkg"} {
		if err := os.CopyFS(filepath.Join(to, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", "Makefile"} {
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// commit makes a folder a repository with one commit, where there is git.
func commit(t *testing.T, folder string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Log("there is no git, so neither folder is a repository")
		return
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "-m", "a"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
}
