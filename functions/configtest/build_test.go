package configtest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSAMBuildsForTheArchitectureThatIsNamed: the SAM CLI tells a makefile build
// nothing of the template's Architectures, so the environment says it. Binaries
// for another one would fail every invocation.
func TestSAMBuildsForTheArchitectureThatIsNamed(t *testing.T) {
	for arch, want := range map[string]string{"": "GOARCH=arm64", "amd64": "GOARCH=amd64", "arm64": "GOARCH=arm64"} {
		cmd := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-n", "build-AuthorizerFunction")
		cmd.Dir = "../.."
		cmd.Env = append(os.Environ(), "ARCH="+arch, "ARTIFACTS_DIR=/nowhere")
		if arch == "" {
			cmd.Env = append(os.Environ(), "ARTIFACTS_DIR=/nowhere")
		}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("ARCH=%s: %v, %s", arch, err, out)
		}
	}
	for _, file := range []string{"../../README.md", template} {
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "ARCH=amd64 sam build") {
			t.Errorf("%s does not say how to build for x86_64", file)
		}
	}
}
