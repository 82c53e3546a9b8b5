// Command testrun runs every test of the module and says which tiers it could
// run. It is what "make test" ends with.
//
//	go run ./.ci/testrun [packages]
//
// A tier is a set of tests that needs more than Go: an engine, an interpreter.
// A test joins a tier by what it logs, and only so:
//
//	t.Log("tier dynamodb: ran")                   // it has what it needs: first thing, before it can fail
//	t.Skip("tier dynamodb: java is not installed") // it has not: why, and what to do
//
// Subtests belong to the tier of their test. Every test that logs neither is of
// tier go. A tier passed if at least one of its tests ran, none failed and none
// was skipped. Tier race is the race detector, which needs a C compiler.
//
// Packages are those of the module, unless some are named; then only the tiers
// that their tests announce are reported. With GATEPASS_TIERS=required every
// skip is a failure, of a tier or of a single test. Where .ci/tools left a
// reason in .tools/why/<tier>, that is given instead of the test's.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/.ci/gotest"
)

const toolsWhy = ".tools/why"

func main() {
	required := os.Getenv("GATEPASS_TIERS") == "required"
	packages, all := os.Args[1:], false
	if len(packages) == 0 {
		packages, all = everything(), true
	}
	race := hasCompiler()
	rep, err := run(packages, race)
	if err != nil {
		fmt.Println("testrun:", err)
	}
	tiers := collect(rep, why)
	if all {
		tiers.expect(race)
	}
	printReport(os.Stdout, rep, tiers)
	if err != nil || tiers.failed() || required && tiers.skipped() {
		os.Exit(1)
	}
}

// everything returns the patterns of all packages. Patterns pass over folders
// that begin with a dot, so those of .ci are named one by one.
func everything() []string {
	packages := []string{"./..."}
	files, _ := filepath.Glob(".ci/*/*.go")
	for _, f := range files {
		packages = append(packages, "./"+filepath.ToSlash(filepath.Dir(f)))
	}
	return slices.Compact(packages)
}

// run tests packages and returns what was said. An error is one of go itself;
// failing tests are in the report.
func run(packages []string, race bool) (*gotest.Report, error) {
	args := []string{"test", "-json", "-p", "2", "-timeout", "10m"}
	if race {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, packages...)...)
	cmd.Env, cmd.Stderr = gotest.Environment(os.Environ()), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return &gotest.Report{}, err
	}
	if err := cmd.Start(); err != nil {
		return &gotest.Report{}, err
	}
	rep, err := gotest.Read(out, printPackage)
	if err != nil {
		return rep, err
	}
	err = cmd.Wait()
	if err != nil && rep.Count().Failed > 0 {
		return rep, nil // the report says it
	}
	return rep, err
}

// hasCompiler reports whether go can build with -race here.
func hasCompiler() bool {
	out, err := exec.Command("go", "env", "CGO_ENABLED", "CC").Output()
	lines := strings.Split(string(out), "\n")
	if err != nil || len(lines) < 2 || lines[0] != "1" {
		return false
	}
	cc, _, _ := strings.Cut(lines[1], " ")
	_, err = exec.LookPath(cc)
	return err == nil
}

// why returns the reason .ci/tools gave for not fetching what a tier needs.
func why(tier string) string {
	b, err := os.ReadFile(filepath.Join(toolsWhy, tier))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
