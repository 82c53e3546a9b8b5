package handler_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/token"
)

// sample is the pass that the sample events carry. Its secret is in them, so it
// is in no store but this test's.
func sample() (token.Short, *pass.Pass) {
	s := token.Short{ID: "SampleEventsPass", Secret: [16]byte{'s', 'a', 'm', 'p', 'l', 'e'}}
	return s, &pass.Pass{V: pass.Version, ID: s.ID, Mode: pass.None, Format: pass.Short, Scope: "report:66", MaxUses: 10,
		Secrets: map[pass.Digest]pass.NumericDate{s.Digest(): 0}, IssuedAt: decisions.Now, ExpiresAt: decisions.Now + 60, PurgeAt: decisions.Now + 90}
}

// TestSampleEvents decodes and runs every events/authorizer-*.json, once where
// its pass is and once where it is not.
func TestSampleEvents(t *testing.T) {
	files, err := filepath.Glob("../../events/authorizer-*.json")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d sample events (%v), want one of each dialect", len(files), err)
	}
	short, p := sample()
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			event, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(event, []byte(short.String())) {
				t.Fatalf("the event does not carry %s", short.String())
			}
			b := gatetest.Open(t)
			row := decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None}}}
			var log bytes.Buffer
			f := handler.Authorizer(gatetest.New(t, b, row), false, handler.NewLog("authorizer", &log, gatetest.Clock))
			for _, want := range []string{"unknown", "ok"} {
				log.Reset()
				out, err := f(t.Context(), event)
				if err != nil || !json.Valid(out) {
					t.Fatalf("answered %s, %v", out, err)
				}
				if !strings.Contains(log.String(), `"reason":"`+want+`"`) || !strings.Contains(log.String(), `"dialect":"`+dialectOf(file)+`"`) {
					t.Errorf("logged %s, want %s of %s", log.String(), want, dialectOf(file))
				}
				_ = b.Create(t.Context(), p)
			}
		})
	}
}

func dialectOf(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "authorizer-"), ".json")
}

// TestSampleVisits runs every events/visit-*.json.
func TestSampleVisits(t *testing.T) {
	want := map[string]int{"open": 200, "redeem": 303, "newlink": 200, "register": 200, "end": 200, "jwks": 200, "refused": 403, "whoami": 200}
	files, err := filepath.Glob("../../events/visit-*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d sample visits (%v), want %d", len(files), err, len(want))
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "visit-"), ".json")
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			_, p := sample()
			p.Mode, p.Visitor, p.Target = pass.VisitorMode, &pass.Visitor{Email: "fred@example.com"}, "/visitors"
			if err := h.store.Create(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			h.mint(t, `{"scope":"a","format":"jwt"}`)
			event, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out, err := h.visit(t.Context(), event)
			var res struct{ StatusCode int }
			if err != nil || json.Unmarshal(out, &res) != nil || res.StatusCode != want[name] {
				t.Errorf("answered %s, %v, want %d", out, err, want[name])
			}
		})
	}
}
