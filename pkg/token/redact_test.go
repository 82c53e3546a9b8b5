package token_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/token"
)

// marked is a Short whose secret is easily found again, in every spelling that a
// printer could choose.
var marked = token.Short{ID: id, Secret: [16]byte([]byte("MARKEDxSECRETx16"))}

func leaks(s string) bool {
	secret := marked.Secret
	for _, spelling := range []string{
		string(secret[:]), marked.String()[19:41], marked.String()[41:], hex.EncodeToString(secret[:]), b64(secret[:]),
		strings.Trim(fmt.Sprint(secret), "[]"), "77,65,82,75,69,68", "0x4d, 0x41", "4D41524B",
	} {
		if strings.Contains(s, spelling) {
			return true
		}
	}
	return false
}

func TestPrintingAShortShowsItsIDAlone(t *testing.T) {
	type holder struct {
		Token   token.Short
		Pointer *token.Short
		List    []token.Short
		Map     map[string]token.Short
		Any     any
	}
	h := holder{marked, &marked, []token.Short{marked}, map[string]token.Short{"a": marked}, marked}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3v", "%T %v"} {
		for _, v := range []any{marked, &marked, h, &h, errors.Join(fmt.Errorf("for %v", marked))} {
			if got := fmt.Sprintf(strings.ReplaceAll(verb, "%T ", ""), v); leaks(got) {
				t.Errorf("%s of %T shows the secret", verb, v)
			}
		}
		if got := fmt.Sprintf(strings.ReplaceAll(verb, "%T ", ""), marked); got != "gp_"+id+"…" {
			t.Errorf("%s is %q", verb, got)
		}
	}
}

func TestLoggingAShortShowsItsIDAlone(t *testing.T) {
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		l := slog.New(h)
		l.Info("used", "token", marked, "pointer", &marked, "nested", struct{ T token.Short }{marked})
		l.With("token", marked).WithGroup("g").Info("used", slog.Any("list", []token.Short{marked}))
	}
	if v := slog.AnyValue(marked).Resolve(); v.Kind() != slog.KindString {
		t.Errorf("a handler of its own would see %v", v.Kind())
	}
	if leaks(out.String()) {
		t.Error("the log shows the secret")
	}
	if n := strings.Count(out.String(), "gp_"+id+"…"); n != 10 {
		t.Errorf("the log names the id %d times, want 10:\n%s", n, out.String())
	}
}

func TestJSONOfAShortShowsItsIDAlone(t *testing.T) {
	for name, marshal := range map[string]func(any) ([]byte, error){
		"encoding/json": json.Marshal,
		"json v2":       func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
	} {
		b, err := marshal(map[string]any{"token": marked, "in": struct{ T token.Short }{marked}})
		if err != nil || leaks(string(b)) || !strings.Contains(string(b), id) {
			t.Errorf("%s: %s, %v", name, b, err)
		}
	}
}

func TestErrorsQuoteNothingTheyWereGiven(t *testing.T) {
	const mark = "MARKED"
	for name, c := range map[string]func(*token.Claims){
		"data that is no JSON":         func(c *token.Claims) { c.Data = []byte(`{"` + mark + `":` + mark) },
		"data with a name twice":       func(c *token.Claims) { c.Data = []byte(`{"` + mark + `":1,"` + mark + `":2}`) },
		"data that is too long":        func(c *token.Claims) { c.Data = []byte(`{"a":"` + strings.Repeat(mark, 200) + `"}`) },
		"a subject that is too long":   func(c *token.Claims) { c.Subject = strings.Repeat(mark, 50) },
		"a subject that is not UTF-8":  func(c *token.Claims) { c.Subject = mark + "\xff" },
		"a scope that is none":         func(c *token.Claims) { c.Scope = mark + "?" },
		"an id that is none":           func(c *token.Claims) { c.ID = mark },
		"a mode that is none":          func(c *token.Claims) { c.Mode = mark },
		"an issuer that is too long":   func(c *token.Claims) { c.Issuer = strings.Repeat(mark, 50) },
		"an audience that is too long": func(c *token.Claims) { c.Audience = strings.Repeat(mark, 50) },
	} {
		claims := stateless()
		c(&claims)
		raw, err := token.Sign(claims, kid, private)
		if err == nil || raw != "" {
			t.Errorf("%s was signed", name)
		} else if strings.Contains(err.Error(), mark) {
			t.Errorf("%s: the error quotes it: %v", name, err)
		}
	}
}
