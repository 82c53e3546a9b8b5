package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/local/localtest"
)

// driver runs a function's code as Lambda's Python runtime would.
const driver = `
import json, sys
code, event = json.load(sys.stdin)
scope = {}
out = sys.stdout
sys.stdout = sys.stderr
exec(compile(code, "index.py", "exec"), scope)
json.dump(scope["handler"](event, None), out)
`

// TestBackendsOfTheStacks runs the code that stands in the templates: it finds
// what it is told where that API kind has it.
func TestBackendsOfTheStacks(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("tier python: python3 is not installed")
	}
	t.Log("tier python: ran")
	for _, name := range names(t) {
		for id, p := range configtest.ReadTemplate(t, "testdata/"+name+".yaml").Of("AWS::Serverless::Function") {
			t.Run(name+" "+id, func(t *testing.T) {
				a := deployGatepass(t, public).attached(name, nil)
				var printed strings.Builder
				a.run = func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
					in, err := json.Marshal([]any{p["InlineCode"], event})
					if err != nil {
						return nil, err
					}
					cmd := exec.CommandContext(ctx, python, "-c", driver)
					cmd.Stdin, cmd.Stderr = strings.NewReader(string(in)), &printed
					return cmd.Output()
				}
				w := ways()[name]
				path, headers := w.path, w.headers
				token := a.pass(`{"mode":"request","subject":"user-42","scope":"` + w.scope + `"}`).Token
				got := localtest.Get(t, a.server, path, append([]string{"Authorization", "Bearer " + token}, headers...)...)
				var told struct{ Report, Route, Mode, Subject string }
				if err := json.Unmarshal([]byte(got.Body+printed.String()), &told); err != nil {
					t.Fatalf("%d %s %s", got.Status, got.Body, printed.String())
				}
				want := fmt.Sprint(w.good, " 66 request user-42")
				if name == "websocket" {
					want = "101 $connect request user-42"
				}
				if is := fmt.Sprint(got.Status, " ", told.Report+told.Route, " ", told.Mode, " ", told.Subject); is != want {
					t.Errorf("%s, want %s", is, want)
				}
			})
		}
	}
}
