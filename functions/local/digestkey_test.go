package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestATableIsNotOpenedWithoutItsDigestKey: a data folder that was copied without
// digest.key, or with another's, would find nobody by subject or address. What is
// said names the file and where to read on, and no key is made.
func TestATableIsNotOpenedWithoutItsDigestKey(t *testing.T) {
	data := t.TempDir()
	p := launch(t, data)
	p.mint(`{"mode":"request","scope":"report:66","subject":"vera","issued_by":"docs"}`)
	p.stop()
	key := filepath.Join(data, "digest.key")
	kept, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	o, err := parse([]string{"-data", data}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for what, with := range map[string][]byte{"none": nil, "another": []byte(strings.Repeat("k", 32)), "its own": kept} {
		if err := os.Remove(key); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if with != nil {
			if err := os.WriteFile(key, with, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		e, err := open(t.Context(), o, (&clock{}).now)
		if err == nil {
			err = errors.Join(err, e.close())
		}
		if what == "its own" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if !errors.Is(err, keys.ErrDigestKey) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "README") {
			t.Errorf("%s: %v", what, err)
		}
		if _, made := os.Stat(key); with == nil && made == nil {
			t.Error("a key was made beside a table that has names")
		}
	}
}

// TestAnotherDigestKeyIsSaidWhereverANameIsNeeded: over a table whose names were made
// with another key nothing is put or looked for by a name, and each function's line
// says why. What goes by no name goes on.
func TestAnotherDigestKeyIsSaidWhereverANameIsNeeded(t *testing.T) {
	o, err := parse([]string{"-data", t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	now := (&clock{at: time.Now()}).now
	e, err := open(t.Context(), o, now)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	if _, err := e.store.PutDigestMark(t.Context(), "of another key"); err != nil {
		t.Fatal(err)
	}
	functions, err := wire(o, e, &stack{base: "http://localhost:8080", store: e.store}, &log, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ function, doc string }{
		{"issue", `{"scope":"report:66","mode":"request","subject":"vera"}`},
		{"issue", `{"scope":"report:66","issued_by":"docs"}`},
		{"issue", `{"requests":[{"scope":"report:66"}],"idempotency_key":"4711"}`},
		{"manage", `{"list":{"email":"vera@example.com"}}`},
		{"manage", `{"list":{"subject":"vera"}}`},
		{"manage", `{"list":{"issued_by":"docs"}}`},
		{"recall", `{"revoke":{"subject":"vera","by":"you"}}`},
		{"recall", `{"revoke":{"issued_by":"docs","by":"you"}}`},
		{"recall", `{"forget":{"email":"vera@example.com","by":"you"}}`},
	} {
		log.Reset()
		out, err := functions[row.function](t.Context(), []byte(row.doc))
		if !errors.Is(err, pass.ErrUnavailable) || !strings.Contains(log.String(), "another digest key") || strings.Contains(log.String(), "did not answer") {
			t.Errorf("%s of %s: answered %s, %v, logged %s", row.function, row.doc, out, err, &log)
		}
	}
	for function, doc := range map[string]string{"issue": `{"scope":"report:66"}`, "manage": `{"list":{"scope":"report:66"}}`, "recall": `{"revoke":{"scope":"report:66","by":"you"}}`} {
		if out, err := functions[function](t.Context(), []byte(doc)); err != nil {
			t.Errorf("%s, which needs no name: answered %s, %v", function, out, err)
		}
	}
}
