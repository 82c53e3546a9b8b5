package handler_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/token"
)

// marked is everything that came out of the functions, and every credential that
// went in or was made: at the end the one is searched for the other.
type marked struct {
	came  []surface
	known map[string]bool   // credentials
	forms map[string][]form // by the credential's name
}

// surface is one text that came out, such as a body, a header or the log.
type surface struct{ what, text, folded string }

// form is one way in which a credential may stand in a text.
type form struct {
	how, text string
	folded    bool // case does not matter
}

func newMarked() *marked { return &marked{known: map[string]bool{}, forms: map[string][]form{}} }

// out keeps what came out.
func (m *marked) out(what string, text any) {
	if s := fmt.Sprint(text); s != "" {
		m.came = append(m.came, surface{what, s, strings.ToLower(s)})
	}
}

// mark adds a credential to what is searched for: whole, its secret part, and
// for a short token or a cookie the very bytes of its secret.
func (m *marked) mark(name, credential string) {
	if credential == "" || m.known[credential] {
		return
	}
	m.known[credential] = true
	secret := credential
	if strings.HasPrefix(credential, "gp_") || strings.HasPrefix(credential, "gs_") {
		secret = credential[min(19, len(credential)):] // the id before it is no secret
	}
	var all []form
	parts := []string{secret}
	if segments := strings.Split(credential, "."); len(segments) == 3 {
		parts = segments[1:]
	}
	for _, part := range parts {
		if len(part) >= 16 {
			all = append(all, written(part)...)
		}
	}
	if s, ok := token.ParseShort("gp_" + strings.TrimPrefix(strings.TrimPrefix(credential, "gp_"), "gs_")); ok {
		all = append(all, written(string(s.Secret[:]))...)
	} else if s, ok := token.ParseCookie(credential); ok {
		all = append(all, written(string(s.Secret[:]))...)
	}
	m.forms[name] = append(m.forms[name], all...)
}

// written returns the ways to write some bytes: as they are, percent-encoded, in
// hex, and in base64 from each of the three places where they may begin in it.
func written(s string) []form {
	percent := ""
	for _, b := range []byte(s) {
		percent += fmt.Sprintf("%%%02x", b)
	}
	all := []form{{"plain", s, false}, {"in any case", strings.ToLower(s), true}, {"percent-encoded", percent, true}, {"in hex", hex.EncodeToString([]byte(s)), true}}
	for before, cut := range []int{0, 2, 3} {
		whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), s...))
		text := whole[cut : len(whole)/4*4]
		if len(text) < 16 {
			text = whole[cut : len(whole)-1]
		}
		all = append(all, form{"in base64", text, false}, form{"in base64url", strings.NewReplacer("+", "-", "/", "_").Replace(text), false})
	}
	return all
}

// found says where any of the credentials came out.
func (m *marked) found() (where []string) {
	for _, s := range m.came {
		for name, forms := range m.forms {
			for _, f := range forms {
				in := s.text
				if f.folded {
					in = s.folded
				}
				if at := strings.Index(in, f.text); at >= 0 {
					where = append(where, fmt.Sprintf("%s holds %s %s: …%s…", s.what, name, f.how, in[max(0, at-60):min(len(in), at+len(f.text)+20)]))
					break
				}
			}
		}
	}
	return where
}

// check fails if anything was found, or if there was nothing to search.
func (m *marked) check(t *testing.T) {
	t.Helper()
	where := m.found()
	for _, one := range where[:min(len(where), 40)] {
		t.Error(one)
	}
	if len(where) > 40 {
		t.Errorf("and so in %d more places", len(where)-40)
	}
	if len(m.came) == 0 || len(m.forms) == 0 {
		t.Errorf("%d texts were searched for %d credentials", len(m.came), len(m.forms))
	}
}

var (
	carries    = regexp.MustCompile(`<form method="(?:get|post)" action="[^"]*">|<input type="hidden" name="[a-z]+" value="[^"]*">`)
	itsSession = regexp.MustCompile(`^(__(?:Host|Secure)-[a-z-]+)=[^;]*;`)
)

// answered keeps an answer of the link page without the places that credentials
// belong in: the form of a link's own page, and the value of a cookie.
func (m *marked) answered(what string, res events.APIGatewayV2HTTPResponse, own bool) {
	body := res.Body
	if own {
		body = carries.ReplaceAllString(body, "")
	}
	m.out(what+": the body", body)
	for name, value := range res.Headers {
		m.out(what+": the header "+name, name+": "+value)
	}
	for name, values := range res.MultiValueHeaders {
		m.out(what+": the header "+name, values)
	}
	for _, c := range res.Cookies {
		m.out(what+": a cookie", itsSession.ReplaceAllString(c, "$1=;"))
	}
}

// TestTheSearchFindsWhatItIsToFind: a credential that does come out, in each form.
func TestTheSearchFindsWhatItIsToFind(t *testing.T) {
	const short, jwt = "gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv", "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIwYVo5YlkifQ.c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4"
	s, _ := token.ParseShort(short)
	for what, text := range map[string]string{
		"plain":                           "token=" + short + "&x",
		"the secret alone":                short[19:],
		"in capitals":                     strings.ToUpper(short),
		"percent-encoded":                 strings.ToUpper(written(short)[2].text),
		"in hex":                          hex.EncodeToString([]byte("Bearer " + short)),
		"in base64":                       base64.StdEncoding.EncodeToString([]byte("Bearer " + short)),
		"in base64, a byte later":         base64.StdEncoding.EncodeToString([]byte("Bearer  " + short)),
		"in base64url, two bytes later":   base64.URLEncoding.EncodeToString([]byte("Bearer   " + short)),
		"the secret's bytes in hex":       hex.EncodeToString(s.Secret[:]),
		"the secret's bytes in base64url": base64.RawURLEncoding.EncodeToString(s.Secret[:]),
		"the secret's bytes":              string(s.Secret[:]),
		"the cookie":                      s.Cookie(),
		"the JWT":                         jwt,
		"the JWT's signature":             jwt[strings.LastIndex(jwt, "."):],
	} {
		m := newMarked()
		m.mark("the token", short)
		m.mark("the JWT", jwt)
		m.out("a text", "before "+text+" after")
		if what == "the cookie" {
			m.mark("the cookie", s.Cookie())
		}
		if len(m.found()) == 0 {
			t.Errorf("%s would not be found", what)
		}
	}
	m := newMarked()
	m.mark("the token", short)
	m.out("a text", "pass "+s.ID+" "+s.Digest().String())
	if got := m.found(); len(got) != 0 {
		t.Errorf("what is no secret is found: %v", got)
	}
}
