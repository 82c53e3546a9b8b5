package handler_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// hostRows returns the rows in which the host's own token occurs.
func hostRows(t *testing.T) []decisions.Row {
	t.Helper()
	own := slices.DeleteFunc(rows(t), func(row decisions.Row) bool { return row.Host == nil })
	if len(own) < 50 {
		t.Fatalf("%d rows are about the host's own users", len(own))
	}
	return own
}

// TestTheHostsTokenIsInNoOutput: no part of it is in an answer, an error or a log
// line, and whose it is in no log line.
func TestTheHostsTokenIsInNoOutput(t *testing.T) {
	b := gatetest.Open(t)
	for _, row := range hostRows(t) {
		gatetest.Plant(t, b, row)
		for _, dialect := range []string{"rest-token", "rest-request", "http-2.0", "check"} {
			in, ok := tell(t, dialect, row)
			if !ok {
				continue
			}
			var logged bytes.Buffer
			f := handler.Authorizer(gatetest.New(t, gatetest.Store(b.Store, row), row), false, handler.NewLog("authorizer", &logged, gatetest.Clock))
			out, err := f(t.Context(), in)
			said := logged.String() + string(out)
			if err != nil {
				said += err.Error()
			}
			for _, p := range row.Present(gatetest.Mint(t)) {
				for part := range strings.SplitSeq(p.Value, ".") {
					if strings.Contains(said, part) {
						t.Errorf("line %d in %s: %q is in %s", row.Line, dialect, part, said)
					}
				}
			}
			if strings.Contains(logged.String(), row.Host.Claims.Subject) {
				t.Errorf("line %d in %s: the log tells whose token it is: %s", row.Line, dialect, logged.String())
			}
		}
	}
}

// TestRefusalsOfTheHostsTokenSayWhatToDo about that token, which no pass can be
// described for.
func TestRefusalsOfTheHostsTokenSayWhatToDo(t *testing.T) {
	b, hints := gatetest.Open(t), map[string]pass.Reason{}
	notItsOwn := []pass.Reason{pass.OK, pass.Missing, pass.NoRule, pass.WrongScope, pass.SessionEnded}
	for _, row := range hostRows(t) {
		in, ok := tell(t, "http-2.0", row)
		if !ok || row.Token != nil || slices.Contains(notItsOwn, row.Want.Reason) || row.Request.Store != "" {
			continue
		}
		gatetest.Plant(t, b, row)
		var logged bytes.Buffer
		f := handler.Authorizer(gatetest.New(t, b, row), false, handler.NewLog("authorizer", &logged, gatetest.Clock))
		_, _ = f(t.Context(), in)
		var ln struct{ Reason, Hint string }
		if err := json.Unmarshal(logged.Bytes(), &ln); err != nil {
			t.Fatal(err)
		}
		if was := hints[ln.Hint]; !strings.Contains(ln.Hint, "host") && !strings.Contains(ln.Hint, "HostIssuer") || was != "" && was != pass.Reason(ln.Reason) {
			t.Errorf("line %d: %s says %q", row.Line, ln.Reason, ln.Hint)
		}
		hints[ln.Hint] = pass.Reason(ln.Reason)
	}
	if len(hints) != 8 {
		t.Errorf("%d reasons have a hint of their own: %v", len(hints), hints)
	}
}

// TestTheHostsKeysAreReadBesideRequests: by the first request that needs them,
// then by none, then beside one when their time has come; and the store never.
func TestTheHostsKeysAreReadBesideRequests(t *testing.T) {
	now := gatetest.Clock()
	clock := func() time.Time { return now }
	key := oidctest.Ed25519("first", "first")
	provider := oidctest.NewProvider(t, gatetest.HostIssuer, key)
	host, err := oidc.New(oidc.Config{Issuer: gatetest.HostIssuer, Audience: gatetest.HostAudience, RefreshSeconds: 60}, provider, clock)
	if err != nil {
		t.Fatal(err)
	}
	store, cfg := storetest.Record(gatetest.Open(t).Store), gatetest.Config()
	cfg.Host = host
	row := decisions.Row{Rule: &decisions.Rule{Scope: "report:{id}", Accept: []pass.Mode{pass.Host}}}
	g, err := gate.New(cfg, store, gatetest.NewJWTs(), gatetest.Rules{Row: row}, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	f := handler.Authorizer(g, true, handler.NewLog("authorizer", &logged, clock), host)
	bearer := key.Sign(t, "EdDSA", oidctest.Object{"iss": gatetest.HostIssuer, "aud": gatetest.HostAudience, "sub": "ginger", "exp": now.Unix() + 600})
	in := event(t, apigw.HTTP2, &gate.Request{Route: "GET /reports/{id}", Method: "GET", Authorization: []string{"Bearer " + bearer}}, "66")
	ask := func(times, want int) {
		t.Helper()
		for range times {
			if out, err := f(t.Context(), in); err != nil || !bytes.Contains(out, []byte(`"mode":"host"`)) {
				t.Fatalf("%s, %v", out, err)
			}
		}
		if got := provider.Asked(); got != want {
			t.Errorf("%d requests had the keys fetched %d times, want %d", times, got, want)
		}
	}
	ask(100, 1)
	now = now.Add(59 * time.Second)
	ask(100, 0)
	now = now.Add(time.Second)
	ask(100, 1)
	provider.Down()
	now = now.Add(60 * time.Second)
	ask(100, 0)
	if !strings.Contains(logged.String(), `"refresh failed"`) {
		t.Error("a host that is down is not told")
	}
	if calls := store.Calls(); len(calls) != 0 {
		t.Errorf("the host's users made the store calls %v", calls)
	}
}
