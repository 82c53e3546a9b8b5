package manage_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

func TestAWrongDocumentIsAnsweredWithEveryWrongField(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name   string
		doc    string
		fields []string
	}{
		{"an empty document", ``, []string{"document"}},
		{"no JSON", `describe`, []string{"document"}},
		{"a list", `[]`, []string{"document"}},
		{"null", `null`, []string{"document"}},
		{"a document that ends early", `{"describe": {"pass": "7Gm2`, []string{"document"}},
		{"a document with another behind it", `{"describe": {"pass": "7Gm2kQpX4sVbN9aT"}} {}`, []string{"document"}},
		{"bytes that are no UTF-8", "{\"describe\": {\"pass\": \"\xff\"}}", []string{"document"}},
		{"a document that is too long", `{"describe": {"pass": "` + long(manage.MaxDocument) + `"}}`, []string{"document"}},
		{"no operation", `{}`, []string{"document"}},
		{"two operations", `{"describe": {"pass": "7Gm2kQpX4sVbN9aT"}, "revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops"}}`, []string{"document"}},
		{"the same operation twice", `{"describe": {"pass": "7Gm2kQpX4sVbN9aT"}, "describe": {"pass": "7Gm2kQpX4sVbN9aT"}}`, []string{"document"}},
		{"an unknown operation", `{"delete": {}}`, []string{"delete"}},
		{"an operation in the wrong case", `{"Describe": {"pass": "7Gm2kQpX4sVbN9aT"}}`, []string{"Describe"}},
		{"unknown operations beside a known one", `{"describe": {}, "x": 1, "y": 2}`, []string{"document", "x", "y"}},
		{"an operation that is no object", `{"describe": "7Gm2kQpX4sVbN9aT"}`, []string{"describe"}},
		{"nothing in the operation", `{"revoke": {}}`, []string{"revoke.pass", "revoke.by"}},
		{"a field in the wrong case", `{"describe": {"Pass": "7Gm2kQpX4sVbN9aT"}}`, []string{"describe.Pass", "describe.pass"}},
		{"a field that another operation has", `{"describe": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops"}}`, []string{"describe.by"}},
		{"a session where none is ended", `{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "session": "AAAAAAAAAAA"}}`, []string{"revoke.session"}},
		{"a field twice", `{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "by": "ops"}}`, []string{"revoke.by"}},
		{"null for a field", `{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": null}}`, []string{"revoke.why"}},
		{"fields of the wrong type", `{"end": {"pass": 1, "by": true, "why": {}, "session": []}}`, []string{"end.pass", "end.by", "end.why", "end.session"}},
		{"an empty session, which is not all of them", `{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "session": ""}}`, []string{"end.session"}},
		{"a session that can be none", `{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "session": "AAAA"}}`, []string{"end.session"}},
		{"a session with stray bits", `{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "session": "AAAAAAAAAAB"}}`, []string{"end.session"}},
		{"a pass that can be none", `{"describe": {"pass": "7Gm2"}}`, []string{"describe.pass"}},
		{"tokens of two passes", `{"describe": {"pass": "gp_7Gm2kQpX4sVbN9aT gp_7Gm2kQpX4sVbN9aU"}}`, []string{"describe.pass"}},
		{"nobody", `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": " "}}`, []string{"restore.by"}},
		{"a name that is too long", `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": "` + long(151) + `"}}`, []string{"restore.by"}},
		{"a reason that is too long", `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "` + long(501) + `"}}`, []string{"restore.why"}},
		{"a reason of two lines", `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "a\nb"}}`, []string{"restore.why"}},
		{"a reason that writes to the terminal", `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "\u009b2J"}}`, []string{"restore.why"}},
		{"everything wrong at once", `{"end": {"pass": "?", "by": "", "why": 1, "session": "", "all": true}}`,
			[]string{"end.pass", "end.by", "end.why", "end.session", "end.all"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t)
			k.issue(nil)
			before := k.writes()
			got := k.answer(tt.doc)
			p, _ := got["error"].(map[string]any)
			message, _ := p["message"].(string)
			if p["code"] != manage.Invalid || !strings.HasSuffix(message, strings.Join(slices.Sorted(slices.Values(tt.fields)), ", ")+".") {
				t.Fatalf("answer %v", got)
			}
			fields, _ := p["fields"].(map[string]any)
			if diff := cmp.Diff(slices.Sorted(slices.Values(tt.fields)), slices.Sorted(maps.Keys(fields))); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if k.writes() != before {
				t.Error("something was written")
			}
			if len(k.log) != 1 || k.log[0].Outcome != manage.Invalid || k.log[0].By+k.log[0].PassID != "" {
				t.Errorf("logged %+v", k.log)
			}
		})
	}
}

func TestOfAFieldTheFirstFaultIsSaid(t *testing.T) {
	fields := newKit(t).answer(`{"end": {"pass": 1, "pass": "?", "by": 1}}`)["error"].(map[string]any)["fields"]
	if diff := cmp.Diff(map[string]any{"end.pass": "it must be a string", "end.by": "it must be a string"}, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheBoundsThemselvesAreGood(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	c := manage.Change{Pass: passID, By: strings.Repeat("x", manage.MaxBy), Why: strings.Repeat("x", manage.MaxWhy)}
	d, err := k.Revoke(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if d.Revoked.By != c.By || d.Revoked.Why != c.Why {
		t.Errorf("revoked %+v", d.Revoked)
	}
	c.By += "x"
	_, err = k.Revoke(context.Background(), c)
	if p := problemOf(t, err); p.Fields["revoke.by"] == "" {
		t.Errorf("a Go caller gets %+v", p)
	}
}

func TestThePassIsFoundInWhatPeoplePaste(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	short := k.short.String()
	jwt := sign(t, false)
	const cut, unknown, replaced = "cut or mistyped", "not the one that was issued", "replaced by a newer one"
	tests := []struct {
		name, ref string
		hint      string // part of the hints; empty: none
	}{
		{"an id", passID, ""},
		{"an id with a line break", " " + passID + "\n", ""},
		{"a token", short, ""},
		{"a link", "https://links.example.com/l/" + short + "/report-66", ""},
		{"a link with a full stop behind it", "https://links.example.com/l/" + short + ".", ""},
		{"a link with letters run into it", "see https://links.example.com/l/" + short + "Thanks", ""},
		{"a url", "https://app.example.com/reports/66?a=b&token=" + short + "&c=d", ""},
		{"a link that a mail filter wrapped", "https://safe.example.net/?url=https%3A%2F%2Flinks.example.com%2Fl%2F" + short + "%2Freport&data=1", ""},
		{"a link with a cut one of another pass before", "gp_7Gm2kQpX4sVbN9aUabc " + short, ""},
		{"a link with a cut copy of it before", short[:40] + " " + short, ""},
		{"the same link twice", short + " " + short, ""},
		{"a cut token", short[:46], cut},
		{"a token cut after its id", short[:19], cut},
		{"a mistyped token", short[:30] + "x" + short[31:], cut},
		{"a cut link", "https://links.example.com/l/" + short[:25], cut},
		{"a token that somebody made up", token.Short{ID: passID, Secret: [16]byte{9}}.String(), unknown},
		{"a JWT", jwt, ""},
		{"a url with a JWT", "https://app.example.com/reports/66?token=" + jwt + "&a=b", ""},
		{"a header with a JWT", "Authorization: Bearer " + jwt, ""},
		{"a JWT at the end of a sentence", "It says " + jwt + ".", ""},
		{"a JWT that was cut in its signature", jwt[:len(jwt)-1], cut},
		{"a JWT without its signature", jwt[:strings.LastIndex(jwt, ".")], cut},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := k.Describe(context.Background(), tt.ref)
			if err != nil {
				t.Fatalf("%v %+v", err, problemOf(t, err).Fields)
			}
			hints := strings.Join(d.Hints, "\n")
			if d.Pass != passID || (tt.hint == "") != (hints == "") || !strings.Contains(hints, tt.hint) {
				t.Errorf("found %s with hints %q, want %q in them", d.Pass, hints, tt.hint)
			}
		})
	}
	t.Run("a token that was replaced", func(t *testing.T) {
		k := newKit(t)
		k.issue(func(p *pass.Pass) { p.Secrets[k.short.Digest()] = t0 + 10 })
		for _, at := range []pass.NumericDate{t0 + 9, t0 + 10} {
			k.now = at
			d, err := k.Describe(context.Background(), short)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(strings.Join(d.Hints, ""), replaced); got != (at == t0+10) {
				t.Errorf("at %d: hints %q", at-t0, d.Hints)
			}
		}
	})
}

func TestWhatHoldsNoPassIsSaid(t *testing.T) {
	jwt := sign(t, false)
	other := token.Short{ID: "7Gm2kQpX4sVbN9aU"}.String()
	short := token.Short{ID: passID}.String()
	for name, ref := range map[string]string{
		"nothing": " ", "a word": "responsibility", "a cookie": "gs_" + short[3:], "a JWT of somebody else": "eyJhbGciOiJub25lIn0.e30.x",
		"a JWT cut in its claims": jwt[:strings.LastIndex(jwt, ".")-10], "a prefix alone": "gp_", "an id that is cut": "gp_7Gm2kQpX4sVbN9a",
		"two tokens": short + " " + other, "a token and a JWT of another pass": other + " " + jwt, "too much": strings.Repeat("x", 20000) + short,
	} {
		_, err := newKit(t).Describe(context.Background(), ref)
		if p := problemOf(t, err); p.Code != manage.Invalid || p.Fields["describe.pass"] == "" || len(p.Fields) != 1 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestATokenWithoutARecordIsSaid(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	_, err := k.Revoke(context.Background(), manage.Change{Pass: sign(t, true), By: "ops"})
	if p := problemOf(t, err); p.Code != manage.Stateless || errors.Is(err, pass.ErrNotFound) {
		t.Errorf("%+v", p)
	}
}

// sign returns a JWT of the pass.
func sign(t *testing.T, stateless bool) string {
	t.Helper()
	c := token.Claims{Issuer: "https://links.example.com", Audience: "app", Subject: "ginger", Scope: "report:66", ID: passID,
		Mode: pass.Request, IssuedAt: t0, ExpiresAt: t0 + 3600, Stateless: stateless}
	raw, err := token.Sign(c, "key-1", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Everything that is a secret, or part of one, is planted in every place that
// takes text; none of it may come out again.
func TestNothingOfASecretComesOut(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	short, jwt := k.short.String(), sign(t, false)
	cookie := k.short.Cookie()
	secrets := []string{short[19:], short[3:], cookie[19:], jwt[strings.LastIndex(jwt, "."):], "ginger@mail.example"}
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, nil))
	k.Log = func(e manage.Entry) { logger.Info("manage", "entry", e); fmt.Fprintf(&out, "%v %+v\n", e, e) }
	broken := errors.New("cable cut")
	for _, planted := range []string{short, short[:46], "https://links.example.com/l/" + short + "/x", jwt, "x " + jwt, cookie} {
		quoted, _ := json.Marshal(planted)
		for _, doc := range []string{
			`{"describe": {"pass": %s}}`,
			`{"revoke": {"pass": %s, "by": "ops", "why": "asked by ginger@mail.example"}}`,
			`{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": %s}}`,
			`{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": %s}}`,
			`{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "session": %s}}`,
			`{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", %s: "x"}}`,
			`{"describe": {%s: 1}}`, `{%s: {}}`, `%s`, `{"describe": {"pass": %s`, `{"describe": {"pass": "7Gm2kQpX4sVbN9aT"}} %s`,
		} {
			for _, s := range []manage.Store{k.bolt, &faulty{before: broken}} {
				k.Store = s
				b, err := k.Handle(context.Background(), fmt.Appendf(nil, doc, quoted))
				// The operator's own reason stands in the record, and so in the answer.
				out.Write(bytes.ReplaceAll(b, []byte("ginger@mail.example"), nil))
				fmt.Fprintln(&out, err)
			}
		}
	}
	for _, secret := range secrets {
		if i := strings.Index(out.String(), secret); i >= 0 {
			t.Errorf("%q came out: %.200s", secret, out.String()[max(0, i-100):])
		}
	}
	if !strings.Contains(out.String(), `"why": "asked by "`) || !strings.Contains(out.String(), `"state": "revoked"`) {
		t.Error("the test does not reach what it tests")
	}
}

func FuzzHandle(f *testing.F) {
	for _, doc := range operations {
		f.Add([]byte(doc))
	}
	for _, doc := range []string{`{`, `{"end": {"session": "", "session": 1, "x": null}}`, `{"describe": {"pass": "gp_7Gm2kQpX4sVbN9aT01tuWckR0Qgud2DqqiTysq3dCN5Q"}}`,
		`{"revoke": {"pass": "eyJhbGciOiJFZERTQSIsInR5cCI6ImdhdGVwYXNzK2p3dCJ9.eyJqdGkiOiI3R20ya1FwWDRzVmJOOWFUIn0.", "by": "\ud83d\ude00"}}`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		asked := &recorder{}
		m, err := manage.New(config(), asked, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Handle(context.Background(), doc)
		if err != nil {
			t.Fatal(err)
		}
		var out struct {
			Pass  string
			Error *struct{ Code, Message string }
		}
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		if (out.Error == nil) != (asked.id != "") || out.Pass != asked.id {
			t.Errorf("asked the store for %q and answered %s", asked.id, b)
		}
		if out.Error == nil && !token.ValidID(asked.id) {
			t.Errorf("asked the store for %q", asked.id)
		}
	})
}

// recorder has every pass, and remembers which was asked for.
type recorder struct {
	manage.Index
	id      string
	session pass.Key // that was ended
}

func (r *recorder) asked(id string) (*pass.Pass, error) {
	r.id = id
	return &pass.Pass{V: pass.Version, ID: id, Mode: pass.None}, nil
}

func (r *recorder) History(_ context.Context, id string) (*pass.History, error) {
	p, err := r.asked(id)
	s := pass.Session{V: pass.Version}
	base64.RawURLEncoding.Decode(s.Secret[:], []byte(r.session))
	return &pass.History{Pass: p, Sessions: []pass.Session{s}}, err
}

// Read is not asked for anything: a change only looks.
func (r *recorder) Read(_ context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	p, err := (&recorder{}).asked(refs[0].ID)
	return []pass.Entry{{Pass: p}}, err
}

func (r *recorder) Change(_ context.Context, id string, _ pass.Amendment) (*pass.Pass, error) {
	return r.asked(id)
}

func (r *recorder) Revoke(_ context.Context, id string, _ pass.Change) (*pass.Pass, error) {
	return r.asked(id)
}
func (r *recorder) Restore(_ context.Context, id string, _ pass.Change) (*pass.Pass, error) {
	return r.asked(id)
}
func (r *recorder) EndSession(_ context.Context, id string, k pass.Key, _ pass.Change) (*pass.Pass, error) {
	r.session = k
	return r.asked(id)
}
func (r *recorder) EndSessions(_ context.Context, id string, _ pass.Change) (*pass.Pass, error) {
	return r.asked(id)
}
