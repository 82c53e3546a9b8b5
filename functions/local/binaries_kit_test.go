package main

import (
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
)

// binariesFolder is where the tests build, below what git ignores.
const binariesFolder = "build/binaries"

// builtOnce builds every deployed function for this machine, as SAM does: by the
// Makefile's targets of that name.
var builtOnce = sync.OnceValues(func() (string, error) {
	folder, err := filepath.Abs(filepath.Join(root, binariesFolder))
	if err != nil {
		return "", err
	}
	for _, name := range deployedNames() {
		if err := makeBinary(root, name, goruntime.GOARCH, filepath.Join(folder, name)); err != nil {
			return "", err
		}
	}
	return folder, nil
})

// built returns the folder of the binaries, or skips the test.
func built(t testing.TB) string {
	t.Helper()
	needMake(t)
	folder, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func needMake(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil || goruntime.GOOS != "linux" {
		t.Skip("tier binaries: the functions' binaries are for Linux, and are built by make")
	}
	t.Log("tier binaries: ran")
}

// deployedNames are the folders of the deployed functions.
func deployedNames() (names []string) {
	found, _ := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	for _, f := range found {
		if name := filepath.Base(filepath.Dir(f)); name != "local" && name != "gatepass" {
			names = append(names, name)
		}
	}
	return names
}

// title is a function's name as its logical id begins.
func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// failedBuild is what make said.
type failedBuild struct{ name, said string }

func (f failedBuild) Error() string { return "make did not build " + f.name + ": " + f.said }

// makeBinary builds one function of the module in a folder.
func makeBinary(module, name, arch, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	cmd := exec.Command("make", "--silent", "build-"+title(name)+"Function", "ARCH="+arch, "ARTIFACTS_DIR="+to)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -buildvcs=auto") // as whoever has set nothing: the Makefile says what is built
	if out, err := cmd.CombinedOutput(); err != nil {
		return failedBuild{name, err.Error() + "\n" + string(out)}
	}
	return nil
}
