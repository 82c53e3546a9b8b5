package client_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// program is one that only verifies.
const program = `package main

import (
	"fmt"
	"time"

	"github.com/gatepass/gatepass/pkg/client"
)

func main() {
	v, err := client.NewVerifier(client.VerifierConfig{JWKS: []byte("{}"), Issuer: "gatepass", Audience: "api"})
	if err == nil {
		fmt.Println(v.Verify("", client.Ask{Scope: "report:66"}, time.Now()))
	}
}
`

// maxProgram is more than such a program has, by about half. The AWS SDK alone
// would double it.
const maxProgram = 7 << 20

// Whoever imports the package gets one module beside ours, no AWS, and a program
// that is not much larger than an empty one with net/http.
func TestWhoImportsTheClientGetsNoAWS(t *testing.T) {
	dir := t.TempDir()
	file, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	list := goes(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", file)
	var modules, others []string
	for _, p := range strings.Fields(list) {
		parts := strings.SplitN(p, "/", 4)
		switch {
		case strings.Contains(p, "aws") || strings.Contains(p, "smithy"):
			t.Errorf("it gets %s", p)
		case strings.HasPrefix(p, "github.com/gatepass/gatepass/"):
			others = append(others, strings.TrimPrefix(p, "github.com/gatepass/gatepass/"))
		case strings.Contains(parts[0], "."):
			modules = append(modules, strings.Join(parts[:min(3, len(parts))], "/"))
		}
	}
	slices.Sort(modules)
	if diff := cmp.Diff([]string{"github.com/go-json-experiment/json"}, slices.Compact(modules)); diff != "" {
		t.Errorf("modules of others (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"pkg/pass", "pkg/keys", "pkg/token", "pkg/client"}, others); diff != "" {
		t.Errorf("packages of ours (-want +got):\n%s", diff)
	}
	goes(t, "build", "-trimpath", "-ldflags", "-s", "-o", binary, file)
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxProgram {
		t.Errorf("the program has %d bytes, more than %d", info.Size(), maxProgram)
	}
}

// goes runs the go command at the root of the module.
func goes(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
