package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// can is which reasons each dialect can have: every one must occur in the rows
// below, and none beside them. It is the table of reasons in the README.
func can() map[string][]pass.Reason {
	tokens := []pass.Reason{pass.OK, pass.Malformed, pass.BadSignature, pass.UnknownKey, pass.Unknown, pass.Revoked, pass.Expired, pass.NotYetValid,
		pass.Spent, pass.WrongScope, pass.WrongMode, pass.Unavailable}
	everything := append(slices.Clone(tokens), pass.Missing, pass.WrongSubject, pass.WrongMethod, pass.CrossSite, pass.NoRule, pass.SessionEnded)
	return map[string][]pass.Reason{
		"rest-token":      append(slices.Clone(tokens), pass.Missing, pass.WrongSubject, pass.WrongMethod, pass.NoRule),
		"rest-request":    everything,
		"http-1.0":        everything,
		"http-2.0":        everything,
		"http-2.0 simple": everything,
		"websocket":       append(slices.Clone(tokens), pass.Missing, pass.WrongSubject, pass.CrossSite, pass.NoRule, pass.SessionEnded),
		"check":           append(slices.Clone(tokens), pass.Missing),
	}
}

// TestDecisionsInEveryDialect runs each row of the decision table as an event
// of each dialect that can carry it: JSON in, JSON out, and the log line.
func TestDecisionsInEveryDialect(t *testing.T) {
	b := gatetest.Open(t)
	for name, reasons := range can() {
		t.Run(name, func(t *testing.T) {
			seen := map[pass.Reason]bool{}
			for _, row := range rows(t) {
				if in, ok := tell(t, name, row); ok {
					t.Run(row.Name, func(t *testing.T) { seen[run(t, b, row, name, in)] = true })
				}
			}
			got, want := slices.Sorted(maps.Keys(seen)), slices.Sorted(slices.Values(reasons))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the reasons that occur in %s are not those it can have (-want +got):\n%s", name, diff)
			}
		})
	}
}

// tell makes the event of a row, and false if the dialect cannot carry it.
func tell(t *testing.T, dialect string, row decisions.Row) ([]byte, bool) {
	req := gatetest.Request(t, row)
	if dialect == "check" {
		return checkEvent(t, row)
	}
	d := apigw.Dialect(strings.TrimSuffix(dialect, " simple"))
	if !carry(d, row, req) {
		return nil, false
	}
	return event(t, d, req, row.Request.ID), true
}

// checkEvent asks directly about the one token of a row, if its rule is no more
// than a scope and modes.
func checkEvent(t *testing.T, row decisions.Row) ([]byte, bool) {
	at := places(row)
	if row.Host != nil {
		return checkHost(t, row)
	}
	if len(at) != 1 || at[0] == "page" || len(row.Cookies) > 0 || row.Rule == nil || row.Rule.Optional || row.Rule.Forward || row.Rule.MaxAge > 0 {
		return nil, false
	}
	accept := slices.DeleteFunc(slices.Clone(row.Rule.Accept), pass.Mode.Redeems)
	scope := row.Rule.ScopeFor(row.Request.ID)
	said := row.Token.Form == "foreign" || row.Token.Form == "empty" || strings.HasPrefix(row.Token.Form, "twice-") || strings.HasPrefix(row.Token.Form, "moved")
	if looks(row.Request.Method) || len(accept) == 0 || (gate.Presentation{Scope: scope}).Validate() != nil || (said && at[0] != "check") || row.Want.Reason == pass.WrongScope && row.Want.Reads == 0 && row.Token.Format == pass.Short {
		return nil, false
	}
	b, err := json.Marshal(object{"check": object{"credential": row.Present(gatetest.Mint(t))[0].Value, "scope": scope, "accept": accept, "count": !row.Request.Look}})
	if err != nil {
		t.Fatal(err)
	}
	return b, true
}

// checkHost asks about the host's own token, where the row has no other.
func checkHost(t *testing.T, row decisions.Row) ([]byte, bool) {
	tokens := row.Present(gatetest.Mint(t))
	if len(tokens) != 1 || len(row.Cookies) > 0 || row.Rule == nil || row.Rule.Optional || row.Rule.Forward || row.Rule.MaxAge > 0 || row.Request.ID != "66" {
		return nil, false
	}
	accept := slices.DeleteFunc(slices.Clone(row.Rule.Accept), pass.Mode.Redeems)
	b, err := json.Marshal(object{"check": object{"credential": tokens[0].Value, "scope": row.Rule.ScopeFor("66"), "accept": accept, "count": !row.Request.Look}})
	if err != nil {
		t.Fatal(err)
	}
	return b, true
}

// run puts an event before the handler and compares its answer and its log line
// with the row. It returns the reason.
func run(t *testing.T, b storetest.Backend, row decisions.Row, dialect string, in []byte) pass.Reason {
	t.Helper()
	gatetest.Plant(t, b, row)
	var logged bytes.Buffer
	rec := storetest.Record(gatetest.Store(b.Store, row))
	f := handler.Authorizer(gatetest.New(t, rec, row), strings.HasSuffix(dialect, "simple"), handler.NewLog("authorizer", &logged, gatetest.Clock))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	if row.Request.Store == "blocked" {
		cancel()
		ctx, cancel = context.WithTimeout(t.Context(), 1050*time.Millisecond)
	}
	defer cancel()
	out, err := f(ctx, in)
	if (err != nil) != (row.Want.Outcome == decisions.Error && dialect != "check") {
		t.Errorf("line %d: error %v, want outcome %s", row.Line, err, row.Want.Outcome)
	}
	if err == nil {
		answer(t, row, dialect, out)
	}
	if calls := rec.Calls(); calls["Read"] != row.Want.Reads || calls["Use"] != row.Want.Writes {
		t.Errorf("line %d: store calls %v, want %d and %d", row.Line, calls, row.Want.Reads, row.Want.Writes)
	}
	return logLine(t, row, dialect, logged.Bytes(), in)
}

// answer compares what API Gateway, or the one who checks, is told.
func answer(t *testing.T, row decisions.Row, dialect string, out []byte) {
	t.Helper()
	allowed, context := read(t, dialect, out)
	if allowed != (row.Want.Outcome == decisions.Allow) {
		t.Errorf("line %d: answered %s, want %s", row.Line, out, row.Want.Outcome)
	}
	if !allowed {
		if dialect != "check" && context != nil {
			t.Errorf("line %d: a denial has the context %v", row.Line, context)
		}
		return
	}
	for _, key := range []string{"access", "reason", "mode", "pass_id", "session_id", "scope", "subject", "visitor", "data"} {
		if v, _ := context[key].(string); v == "" {
			t.Errorf("line %d: context %q is %v, want a word or -", row.Line, key, context[key])
		}
	}
	if context["access"] != row.Want.Access || context["reason"] != string(row.Want.Reason) {
		t.Errorf("line %d: context %v, want access %s and reason %s", row.Line, context, row.Want.Access, row.Want.Reason)
	}
}

// read takes an answer apart in the way of whoever gets it.
func read(t *testing.T, dialect string, out []byte) (allowed bool, context object) {
	t.Helper()
	var a struct {
		IsAuthorized bool   `json:"isAuthorized"`
		Outcome      string `json:"outcome"`
		Principal    string `json:"principalId"`
		Policy       struct {
			Version   string
			Statement []struct{ Action, Effect, Resource string }
		} `json:"policyDocument"`
		Context object `json:"context"`
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	switch dialect {
	case "check":
		if err := json.Unmarshal(out, &context); err != nil {
			t.Fatal(err)
		}
		return a.Outcome == "allow", context
	case "http-2.0 simple":
		return a.IsAuthorized, a.Context
	}
	if len(a.Policy.Statement) != 1 || a.Policy.Version != "2012-10-17" || a.Principal == "" {
		t.Fatalf("answered %s: no policy of one statement", out)
	}
	s := a.Policy.Statement[0]
	if s.Action != "execute-api:Invoke" || !strings.HasPrefix(s.Resource, stageARN) {
		t.Errorf("the policy is about %s on %s", s.Action, s.Resource)
	}
	return s.Effect == "Allow", a.Context
}

// logLine compares the one line that was written, and returns its reason.
func logLine(t *testing.T, row decisions.Row, dialect string, logged, in []byte) pass.Reason {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(logged), []byte("\n"))
	var ln struct {
		Outcome, Reason, Dialect, Hint string
		Metrics                        struct {
			CloudWatchMetrics []struct{ Dimensions [][]string }
		} `json:"_aws"`
	}
	if err := json.Unmarshal(lines[0], &ln); err != nil || len(lines) != 1 {
		t.Fatalf("line %d: logged %q, want one line of JSON", row.Line, logged)
	}
	if ln.Outcome != string(row.Want.Outcome) || ln.Reason != string(row.Want.Reason) || ln.Dialect != strings.TrimSuffix(dialect, " simple") {
		t.Errorf("line %d: logged %s", row.Line, logged)
	}
	if diff := cmp.Diff([][]string{{"stack", "function", "outcome", "reason"}}, ln.Metrics.CloudWatchMetrics[0].Dimensions); diff != "" {
		t.Error(diff)
	}
	if ln.Reason != "ok" && ln.Hint == "" {
		t.Errorf("line %d: %s says nothing about what to do", row.Line, ln.Reason)
	}
	noCredential(t, row, logged)
	return pass.Reason(ln.Reason)
}

// noCredential searches everything that came out for what went in.
func noCredential(t *testing.T, row decisions.Row, logged []byte) {
	t.Helper()
	for _, p := range row.Present(gatetest.Mint(t)) {
		for secret := range strings.SplitSeq(p.Value, ",") {
			if len(secret) > 16 && bytes.Contains(logged, []byte(secret)) {
				t.Errorf("line %d: the log holds the credential: %s", row.Line, logged)
			}
		}
	}
	for _, c := range row.Cookies {
		if bytes.Contains(logged, []byte(c.Value(gatetest.Cookie))) {
			t.Errorf("line %d: the log holds a cookie: %s", row.Line, logged)
		}
	}
}

func rows(t testing.TB) []decisions.Row {
	t.Helper()
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
