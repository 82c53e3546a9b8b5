package caller_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestDecisionsAsMiddleware holds the middleware to every row of the decision
// table that a request to a route can be: it is one more dialect, which can have
// every reason but no_rule (its rules stand at their handlers) and the link
// page's rate_limited.
func TestDecisionsAsMiddleware(t *testing.T) {
	b, seen := gatetest.Open(t), map[pass.Reason]bool{}
	for _, row := range rows(t) {
		if !carried(row) {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			seen[row.Want.Reason] = true
			through(t, b, row, request(t, row))
		})
	}
	want := slices.DeleteFunc(pass.Reasons(), func(r pass.Reason) bool { return r == pass.NoRule || r == pass.RateLimited })
	if diff := gocmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("the reasons that occur (-want +got):\n%s", diff)
	}
}

// TestDecisionsOfBodies puts what rows have in a query into bodies instead, where
// a token is worth the same. Nothing is not: a form sends its empty fields too.
func TestDecisionsOfBodies(t *testing.T) {
	b := gatetest.Open(t)
	for kind, write := range bodies() {
		t.Run(kind, func(t *testing.T) {
			ran := 0
			for _, row := range rows(t) {
				r := request(t, row)
				if !carried(row) || r.URL.RawQuery == "" || strings.HasSuffix(r.URL.RawQuery, "=") || len(row.Cookies) > 0 || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH"}, row.Request.Method) {
					continue
				}
				ran++
				t.Run(row.Name, func(t *testing.T) {
					query := r.URL.Query()
					body, contentType := write(query)
					as := httptest.NewRequest(cmp.Or(strings.TrimPrefix(r.Method, "GET"), "POST"), "/reports", strings.NewReader(body))
					as.Header = r.Header
					as.Header.Set("Content-Type", contentType)
					as.SetPathValue("id", row.Request.ID)
					through(t, b, row, as)
				})
			}
			if ran < 150 {
				t.Errorf("%d rows were tried, want most that have a token in the query", ran)
			}
		})
	}
}

// bodies are the ways to write the parameters of a query as a body.
func bodies() map[string]func(url.Values) (body, contentType string) {
	object := func(q url.Values) string {
		var members []string
		for name, values := range q {
			for _, v := range values {
				text, _ := json.Marshal(v)
				members = append(members, fmt.Sprintf("%q: %s", name, text))
			}
		}
		return `{"answer": {"token": "not this one"}, ` + strings.Join(members, ", ") + `}`
	}
	return map[string]func(url.Values) (string, string){
		"a form": func(q url.Values) (string, string) { return q.Encode(), "application/x-www-form-urlencoded" },
		"a form with a charset": func(q url.Values) (string, string) {
			return q.Encode(), "application/x-www-form-urlencoded; charset=UTF-8"
		},
		"JSON":                   func(q url.Values) (string, string) { return object(q), "application/json" },
		"JSON with a charset":    func(q url.Values) (string, string) { return object(q), "application/json; charset=utf-8" },
		"JSON in capitals":       func(q url.Values) (string, string) { return object(q), "Application/JSON;Charset=UTF-8" },
		"a form with many parts": parted,
	}
}

func parted(q url.Values) (string, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, _ := w.CreateFormFile("token", "token.txt")
	fmt.Fprint(file, "a file is no field")
	for name, values := range q {
		for _, v := range values {
			w.WriteField(name, v)
		}
	}
	w.Close()
	return b.String(), w.FormDataContentType()
}

// carried reports whether a row is of a request to a route that has a rule.
func carried(row decisions.Row) bool {
	elsewhere := func(place string) bool { return place == "check" || place == "page" }
	return row.Rule != nil && !slices.ContainsFunc(places(row), elsewhere)
}

func places(row decisions.Row) (all []string) {
	if row.Token != nil {
		all = slices.Clone(row.Token.Via)
	}
	if row.Host != nil {
		all = append(all, row.Host.Place)
	}
	return all
}

// request is a row's, as a program or browser sends it.
func request(t testing.TB, row decisions.Row) *http.Request {
	of := gatetest.Request(t, row)
	r := httptest.NewRequest(of.Method, "/reports?"+url.Values(of.Query).Encode(), nil)
	r.SetPathValue("id", row.Request.ID)
	for _, v := range of.Authorization {
		r.Header.Add("Authorization", v)
	}
	if len(of.Cookies) > 0 {
		r.Header.Set("Cookie", "theme=dark; "+strings.Join(of.Cookies, "; "))
	}
	for name, v := range map[string]string{"Sec-Fetch-Site": of.FetchSite, "Origin": of.Origin} {
		if v != "" {
			r.Header.Set(name, v)
		}
	}
	if of.Route == "$connect" {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
	}
	return r
}

// through sends a row's request through the middleware and compares what comes
// of it: who is let in, as whom, the store's calls, and what a record holds then.
func through(t *testing.T, b storetest.Backend, row decisions.Row, r *http.Request) {
	t.Helper()
	gatetest.Plant(t, b, row)
	rec := storetest.Record(gatetest.Store(b.Store, row))
	var got gate.Decision
	cfg := config(rec)
	cfg.Gate.Host, cfg.Gate.MovedIn = gatetest.HostUsers(t, row), gatetest.ConfigOf(row).MovedIn
	cfg.Decided = func(_ context.Context, d gate.Decision) { got = d }
	if row.Request.Store == "blocked" {
		cfg.Timeout = 20 * time.Millisecond
	}
	let, refused := &seen{}, &seen{}
	cfg.Denied = refused
	w := httptest.NewRecorder()
	ruleOf(newGuard(t, cfg), row).Then(let).ServeHTTP(w, r)
	compare(t, row, got, let, refused, w)
	if calls := rec.Calls(); calls["Read"] != row.Want.Reads || calls["Use"] != row.Want.Writes || len(calls) > 2 {
		t.Errorf("line %d: store calls %v, want %d and %d", row.Line, calls, row.Want.Reads, row.Want.Writes)
	}
	counted(t, b, row)
	noCredential(t, row, got, let, refused, w)
}

// ruleOf declares a row's rule in code.
func ruleOf(g *caller.Guard, row decisions.Row) caller.Rule {
	accept := slices.Clone(row.Rule.Accept)
	if row.Host != nil && row.Host.Form == "unset" { // what Then refuses, and comes to the same
		accept = slices.DeleteFunc(accept, func(m pass.Mode) bool { return m == pass.Host })
	}
	r := g.RequireScope(row.Rule.Scope).Accept(accept...)
	if row.Rule.Scope == pass.AnyScope {
		r = g.Any().Accept(accept...)
	}
	if row.Rule.Optional {
		r = r.Optional()
	}
	if row.Rule.Forward {
		r = r.ForwardRefused()
	}
	if row.Rule.MaxAge > 0 {
		r = r.MaxAge(row.Rule.MaxAge)
	}
	return r
}

func compare(t *testing.T, row decisions.Row, got gate.Decision, let, refused *seen, w *httptest.ResponseRecorder) {
	t.Helper()
	want := row.Want
	if string(got.Outcome) != string(want.Outcome) || got.Reason != want.Reason || got.Counted != want.Counted {
		t.Errorf("line %d: decided %s %s counted=%v, want %s %s counted=%v (%v)", row.Line, got.Outcome, got.Reason, got.Counted, want.Outcome, want.Reason, want.Counted, got.Err)
	}
	in, out := 0, 0
	switch want.Outcome {
	case decisions.Allow:
		in = 1
	case decisions.Deny:
		out = 1
	default:
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("line %d: answered %d %v, want 503 and when to try again", row.Line, w.Code, w.Header())
		}
	}
	if len(let.came) != in || len(refused.came) != out {
		t.Fatalf("line %d: %d were let in and %d refused, want %d and %d", row.Line, len(let.came), len(refused.came), in, out)
	}
	for _, c := range append(let.came, refused.came...) {
		access := cmp.Or(want.Access, "refused")
		if string(c.Access) != access || c.Reason != want.Reason || c.PassID != got.PassID || (c.Mode != "") != (access == "granted") {
			t.Errorf("line %d: the handler is told %+v, want access %s and reason %s", row.Line, c, access, want.Reason)
		}
		if by := by(row, c); by != want.By {
			t.Errorf("line %d: granted by %q, want %q", row.Line, by, want.By)
		}
	}
}

// by tells which credential was granted, by what the handler is told.
func by(row decisions.Row, c caller.Caller) string {
	switch {
	case c.Access != gate.Granted:
		return ""
	case c.Mode == pass.Host:
		return "host"
	case c.SessionID == "":
		return "token"
	}
	for _, cookie := range row.Cookies {
		if string(pass.DigestOf(cookie.Secret[:]).Key()) == c.SessionID {
			return cookie.Name
		}
	}
	return "nobody's session"
}

// counted compares the uses in the record with those before.
func counted(t *testing.T, b storetest.Backend, row decisions.Row) {
	t.Helper()
	if row.Token == nil || row.Token.Record == nil || row.Token.Record.V != pass.Version {
		return
	}
	entries, err := b.Read(t.Context(), []pass.Ref{{ID: row.Token.Record.ID}})
	if err != nil {
		t.Fatal(err)
	}
	want := len(row.Token.Record.Uses)
	if row.Want.Counted {
		want++
	}
	if got := len(entries[0].Pass.Uses); got != want {
		t.Errorf("line %d: the record holds %d uses, want %d", row.Line, got, want)
	}
}

// noCredential searches everything that a guard hands out for what came in.
func noCredential(t *testing.T, row decisions.Row, d gate.Decision, let, refused *seen, w *httptest.ResponseRecorder) {
	t.Helper()
	p := d.Pass
	d.Pass = nil
	said := fmt.Sprintf("%+v %+v %+v %+v %v %s", d, p, let.came, refused.came, w.Header(), w.Body)
	var given []string
	for _, p := range row.Present(gatetest.Mint(t)) {
		given = append(given, strings.Split(p.Value, ",")...)
	}
	for _, c := range row.Cookies {
		given = append(given, c.Value(gatetest.Cookie))
	}
	for _, secret := range given {
		if len(secret) > 21 && strings.Contains(said, secret[19:]) { // the id before it is no secret
			t.Errorf("line %d: a credential came out: %s", row.Line, said)
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
