package issue_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

var errInjected = errors.New("injected")

const (
	anyShort     = `{"scope":"s"}`
	anyJWT       = `{"scope":"s","format":"jwt"}`
	anyStateless = `{"scope":"s","format":"stateless"}`
)

// unavailable issues doc and wants an error that callers may retry, with no answer.
func (k *kit) unavailable(doc string) error {
	k.Helper()
	a, err := k.issuer().Issue(k.Context(), []byte(doc))
	k.wantErr(err, pass.ErrUnavailable)
	if a != nil {
		k.Errorf("%s: an answer beside the error: %v", doc, a)
	}
	return err
}

func TestStoreThatFailsIsUnavailable(t *testing.T) {
	for name, fail := range map[string]error{"in its own words": pass.ErrUnavailable, "in others": errInjected} {
		t.Run(name, func(t *testing.T) {
			for _, doc := range []string{anyShort, anyJWT} {
				k := newKit(t)
				k.store.before = func() error { return fail }
				k.wantErr(k.unavailable(doc), fail)
				if len(k.store.puts) != 1 {
					t.Errorf("%d puts; a put that may have happened is not repeated", len(k.store.puts))
				}
				k.store.before, k.store.after = nil, func() error { return fail }
				k.unavailable(doc)
			}
		})
	}
}

func TestIDThatIsTakenIsDrawnAgain(t *testing.T) {
	for _, doc := range []string{anyShort, anyJWT} {
		k := newKit(t)
		times := 2
		k.store.before = func() error {
			if times--; times >= 0 {
				return fmt.Errorf("put: %w", pass.ErrExists)
			}
			return nil
		}
		a, p := k.good(doc)
		ids := map[string]bool{}
		for _, p := range k.store.puts {
			ids[p.ID] = true
		}
		if len(ids) != 3 || len(k.store.puts) != 3 {
			t.Errorf("%d puts of %d ids, want 3 of 3", len(k.store.puts), len(ids))
		}
		admitted(k, p, k.short(a))
		if doc == anyJWT && k.verify(a.Token).ID != a.ID {
			t.Error("the token names an id that was taken")
		}
		k.store.before = func() error { return pass.ErrExists }
		k.store.puts = nil
		k.unavailable(doc)
		if len(k.store.puts) != 3 {
			t.Errorf("%d puts, want 3", len(k.store.puts))
		}
	}
}

// The same bytes give the same id, so the store itself must refuse the second.
func TestTakenIDIsRefusedByTheStore(t *testing.T) {
	k := newKit(t)
	seed := make([]byte, 4096)
	_, _ = rand.Read(seed)
	again := func() *issue.Issuer {
		i, err := issue.New(k.cfg, k.store, k.signer, k.digests, now, bytes.NewReader(seed))
		k.wantErr(err, nil)
		return i
	}
	one, err := again().Issue(t.Context(), []byte(`{"scope":"first"}`))
	k.wantErr(err, nil)
	two, err := again().Issue(t.Context(), []byte(`{"scope":"second"}`))
	k.wantErr(err, nil)
	if one.ID == two.ID || len(k.store.puts) != 3 {
		t.Errorf("ids %s and %s after %d puts", one.ID, two.ID, len(k.store.puts))
	}
	entries, err := k.store.Read(t.Context(), []pass.Ref{{ID: one.ID}})
	if err != nil || entries[0].Pass.Scope != "first" {
		t.Errorf("the first pass is %+v, %v", entries[0].Pass, err)
	}
}

// brokenSigner has no key.
type brokenSigner struct{ calls int }

func (s *brokenSigner) Current(context.Context) (keys.SigningKey, error) {
	s.calls++
	return keys.SigningKey{}, errInjected
}

func (s *brokenSigner) Key(ctx context.Context, _ string) (keys.SigningKey, error) {
	return s.Current(ctx)
}

func TestSignerThatFailsIsUnavailableBeforeAnythingIsWritten(t *testing.T) {
	k := newKit(t)
	broken := &brokenSigner{}
	k.signer = broken
	k.wantErr(k.unavailable(anyJWT), errInjected)
	k.wantErr(k.unavailable(anyStateless), errInjected)
	if len(k.store.puts) != 0 {
		t.Error("wrote a pass")
	}
	broken.calls = 0
	if k.good(anyShort); broken.calls != 0 {
		t.Error("a short token asked for the signing key")
	}
}

// wrongKey is a signer whose key cannot sign.
type wrongKey struct{}

func (wrongKey) Current(context.Context) (keys.SigningKey, error) {
	return keys.SigningKey{KID: "x"}, nil
}

func (w wrongKey) Key(ctx context.Context, _ string) (keys.SigningKey, error) { return w.Current(ctx) }

func TestKeyThatCannotSignIsUnavailable(t *testing.T) {
	k := newKit(t)
	k.signer = wrongKey{}
	k.unavailable(anyJWT)
	if len(k.store.puts) != 0 {
		t.Error("wrote a pass")
	}
}

func TestRandomnessThatEndsIsUnavailable(t *testing.T) {
	k := newKit(t)
	for n := range 40 {
		random := io.MultiReader(io.LimitReader(rand.Reader, int64(n)), iotest.ErrReader(errInjected))
		i, err := issue.New(k.cfg, k.store, k.signer, k.digests, now, random)
		k.wantErr(err, nil)
		a, err := i.Issue(t.Context(), []byte(anyShort))
		k.wantErr(err, pass.ErrUnavailable)
		k.wantErr(err, errInjected)
		if a != nil || len(k.store.puts) != 0 {
			t.Fatal("issued without a secret")
		}
	}
}

// A store that fails after the put knows what was in it. Its error, however it
// quotes the record, holds nothing that opens the pass.
func TestErrorsAndLogsHoldNoCredential(t *testing.T) {
	k := newKit(t)
	fixed := make([]byte, 4096)
	_, _ = rand.Read(fixed)
	issued := func() (*issue.Answer, error) {
		i, err := issue.New(k.cfg, k.store, k.signer, k.digests, now, bytes.NewReader(fixed))
		k.wantErr(err, nil)
		return i.Issue(t.Context(), []byte(anyShort))
	}
	k.store.after = func() error { return fmt.Errorf("quoted: %+v", k.store.puts[0]) }
	_, err := issued()
	k.wantErr(err, pass.ErrUnavailable)
	k.store.after, k.store.Store = nil, newKit(t).store.Store
	a, same := issued()
	k.wantErr(same, nil)
	secret := a.Token[19:41]
	if !strings.Contains(err.Error(), a.ID) || strings.Contains(err.Error(), secret) {
		t.Errorf("the error: %v", err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("issued", "answer", a, "by value", *a)
	slog.New(slog.NewTextHandler(&log, nil)).Info("issued", "answer", a, "by value", *a)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&log, verb+"\n"+verb+"\n", a, *a)
	}
	if strings.Contains(log.String(), secret) || !strings.Contains(log.String(), a.ID) {
		t.Errorf("the log: %s", &log)
	}
}

func TestNewWantsWhatItNeeds(t *testing.T) {
	k := newKit(t)
	_, err := issue.New(issue.Config{}, k.store, k.signer, k.digests, nil, nil)
	if err == nil {
		t.Error("an empty Config is accepted")
	}
	if _, err = issue.New(k.cfg, nil, k.signer, k.digests, nil, nil); err == nil {
		t.Error("no store is accepted")
	}
	if _, err = issue.New(k.cfg, k.store, nil, k.digests, nil, nil); err == nil {
		t.Error("no signer is accepted")
	}
	if _, err = issue.New(k.cfg, k.store, k.signer, k.digests, nil, nil); err != nil {
		t.Error(err)
	}
}
