package token_test

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

func claimsOf(now pass.NumericDate) *rapid.Generator[token.Claims] {
	return rapid.Custom(func(t *rapid.T) token.Claims {
		c := token.Claims{Issuer: issuer, Audience: audience, KID: kid,
			ID:        rapid.StringMatching(`[0-9A-Za-z]{16}`).Draw(t, "id"),
			Scope:     rapid.StringMatching(`[A-Za-z0-9._~:/-]{1,128}`).Draw(t, "scope"),
			Mode:      rapid.SampledFrom([]pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}).Draw(t, "mode"),
			IssuedAt:  now - pass.NumericDate(rapid.IntRange(0, pass.MaxLifetime).Draw(t, "age")),
			ExpiresAt: now + pass.NumericDate(rapid.IntRange(1, pass.MaxLifetime).Draw(t, "left")),
		}
		if c.Mode == pass.Request || c.Mode == pass.SessionMode {
			c.Subject = rapid.StringN(1, 63, 255).Draw(t, "subject")
		}
		if rapid.Bool().Draw(t, "nbf") {
			c.NotBefore = c.IssuedAt
		}
		if !c.Mode.Redeems() && rapid.Bool().Draw(t, "stateless") {
			c.Stateless = true
			c.Data = escaped(rapid.MapOfN(rapid.StringN(0, 8, 16), rapid.Int(), 0, 10).Draw(t, "data"))
		}
		return c
	})
}

// escaped returns v as JSON in ASCII.
func escaped(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out []byte
	for _, r := range string(b) {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

func TestWhatIsSignedIsVerifiedAsItWas(t *testing.T) {
	v := verifier(t)
	rapid.Check(t, func(t *rapid.T) {
		c := claimsOf(now).Draw(t, "claims")
		raw, err := token.Sign(c, kid, private)
		if err != nil {
			t.Fatal(err)
		}
		if token.KindOf(raw) != token.JWTKind || len(raw) > token.MaxJWT {
			t.Fatal("not one of ours")
		}
		got, r := v.Verify(raw, now)
		if r != pass.OK {
			t.Fatal(r)
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Fatalf("(-signed +verified):\n%s", diff)
		}
	})
}

func TestSignRefusesWhatVerifyWouldRefuse(t *testing.T) {
	long := strings.Repeat("x", 256)
	for name, change := range map[string]func(*token.Claims){
		"no issuer":                     func(c *token.Claims) { c.Issuer = "" },
		"an issuer too long":            func(c *token.Claims) { c.Issuer = long },
		"no audience":                   func(c *token.Claims) { c.Audience = "" },
		"an audience too long":          func(c *token.Claims) { c.Audience = long },
		"no id":                         func(c *token.Claims) { c.ID = "" },
		"an id too long":                func(c *token.Claims) { c.ID += "0" },
		"no scope":                      func(c *token.Claims) { c.Scope = "" },
		"any scope":                     func(c *token.Claims) { c.Scope = pass.AnyScope },
		"no mode":                       func(c *token.Claims) { c.Mode = "" },
		"the mode of the host":          func(c *token.Claims) { c.Mode = pass.Host },
		"no subject to act as":          func(c *token.Claims) { c.Subject = "" },
		"a subject too long":            func(c *token.Claims) { c.Subject = long },
		"a subject that is not UTF-8":   func(c *token.Claims) { c.Subject = "\xff" },
		"a subject nobody stands for":   func(c *token.Claims) { c.Mode = pass.None },
		"no iat":                        func(c *token.Claims) { c.IssuedAt = 0 },
		"no exp":                        func(c *token.Claims) { c.ExpiresAt = 0 },
		"an exp before 1970":            func(c *token.Claims) { c.ExpiresAt = -1 },
		"an exp after year 9999":        func(c *token.Claims) { c.ExpiresAt = 253402300800 },
		"an nbf before 1970":            func(c *token.Claims) { c.NotBefore = -1 },
		"data beside a record":          func(c *token.Claims) { c.Stateless = false },
		"data that is a list":           func(c *token.Claims) { c.Data = []byte(`[]`) },
		"data that is no JSON":          func(c *token.Claims) { c.Data = []byte(`{`) },
		"data with a name twice":        func(c *token.Claims) { c.Data = []byte(`{"a":1,"a":2}`) },
		"data of more than 1024 bytes":  func(c *token.Claims) { c.Data = []byte(`{"a":"` + strings.Repeat("x", 1017) + `"}`) },
		"data beyond ASCII":             func(c *token.Claims) { c.Data = []byte(`{"a":"é"}`) },
		"stateless, but to be redeemed": func(c *token.Claims) { c.Mode = pass.SessionMode },
	} {
		c := stateless()
		change(&c)
		if raw, err := token.Sign(c, kid, private); err == nil || raw != "" {
			t.Errorf("%s was signed", name)
		}
	}
}

func TestSignRefusesKeysThatNobodyCouldVerifyWith(t *testing.T) {
	for name, k := range map[string]string{"none": "", "a path": "../key", "too long": strings.Repeat("k", 65), "a space": "a b", "quotes": `"`} {
		if _, err := token.Sign(good(), k, private); err == nil {
			t.Errorf("kid %s was signed", name)
		}
	}
	for name, key := range map[string]ed25519.PrivateKey{"none": nil, "a seed": private[:32], "a byte more": append(private[:64:64], 0)} {
		if _, err := token.Sign(good(), kid, key); err == nil {
			t.Errorf("key %s signed", name)
		}
	}
}

func TestTheLargestClaimsFitIntoAToken(t *testing.T) {
	c := stateless()
	c.Issuer, c.Audience, c.Subject = strings.Repeat("i", 255), strings.Repeat("a", 255), strings.Repeat("s", 255)
	c.Scope, c.Data = strings.Repeat("s", 128), []byte(`{"d":"`+strings.Repeat("d", 1016)+`"}`)
	if raw := sign(t, c); len(raw) > token.MaxJWT {
		t.Error(len(raw), "bytes")
	}
	c.Issuer, c.Audience, c.Subject = strings.Repeat("\x00", 255), strings.Repeat("\x00", 255), strings.Repeat("\x00", 255)
	if _, err := token.Sign(c, kid, private); err == nil {
		t.Error("escapes made a token of more than 4096 bytes, and it was signed")
	}
}

func TestAJWTIsRefusedWhereverItIsCut(t *testing.T) {
	v := verifier(t)
	raw := sign(t, good())
	for i := range raw {
		if c, r := v.Verify(raw[:i], now); r != pass.Malformed || c.ID != "" {
			t.Errorf("cut at byte %d: %s", i, r)
		}
		if c, r := v.Verify(raw[i+1:], now); r != pass.Malformed || c.ID != "" {
			t.Errorf("without its first %d bytes: %s", i+1, r)
		}
	}
}

func TestAJWTIsRefusedWhereverItIsChanged(t *testing.T) {
	v := verifier(t)
	raw := sign(t, good())
	for i := range raw {
		for _, c := range []byte{flip(raw[i])[0], raw[i] ^ 1, raw[i] ^ 0x20, '.', '=', 0, '\n', 0x80 | raw[i]} {
			changed := raw[:i] + string([]byte{c}) + raw[i+1:]
			if got, r := v.Verify(changed, now); changed != raw && (r == pass.OK || got.ID != "") {
				t.Errorf("byte %d changed to %#x: %s", i, c, r)
			}
		}
		for _, more := range []string{"A", ".", "\n", "="} {
			if _, r := v.Verify(raw[:i]+more+raw[i:], now); r == pass.OK {
				t.Errorf("%q put in at byte %d: OK", more, i)
			}
		}
	}
}

func TestStrayBitsAreRefusedInEveryPart(t *testing.T) {
	v := verifier(t)
	parts := strings.Split(forge(head+" ", body()+" "), ".")
	for i, part := range parts {
		if len(part)%4 == 0 {
			continue
		}
		for _, c := range b64alphabet {
			other := append([]string{}, parts...)
			other[i] = part[:len(part)-1] + string(c)
			if _, r := v.Verify(strings.Join(other, "."), now); other[i] != part && r == pass.OK {
				t.Errorf("part %d ending in %q: OK", i, c)
			}
		}
	}
}

func TestVerifyIsNoOKWithoutWhatItNeeds(t *testing.T) {
	raw := sign(t, good())
	short := func(string) (ed25519.PublicKey, bool) { return public[:31], true }
	for _, row := range []struct {
		name string
		v    token.Verifier
		want pass.Reason
	}{
		{"a zero Verifier has no key", token.Verifier{}, pass.UnknownKey},
		{"a Verifier without issuer believes none", token.Verifier{Audience: audience, Key: ring}, pass.BadSignature},
		{"a Verifier without audience is nobody's", token.Verifier{Issuer: issuer, Key: ring}, pass.BadSignature},
		{"a key of another length is no key", token.Verifier{Issuer: issuer, Audience: audience, Key: short}, pass.UnknownKey},
	} {
		t.Run(row.name, func(t *testing.T) {
			if c, r := row.v.Verify(raw, now); r != row.want || c.ID != "" {
				t.Errorf("%s, want %s", r, row.want)
			}
		})
	}
}

func TestNewVerifierNamesAllThatIsWrong(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, row := range []struct {
		name, issuer, audience string
		leeway                 int64
		key                    func(string) (ed25519.PublicKey, bool)
		want                   []string
	}{
		{"all is well", issuer, audience, leeway, ring, nil},
		{"no leeway is well", issuer, audience, 0, ring, nil},
		{"five minutes are well", issuer, audience, 300, ring, nil},
		{"no issuer", "", audience, 0, ring, []string{"issuer"}},
		{"no audience", issuer, "", 0, ring, []string{"audience"}},
		{"names too long", long, long, 0, ring, []string{"issuer", "audience"}},
		{"no ring", issuer, audience, 0, nil, []string{"ring"}},
		{"a leeway below zero", issuer, audience, -1, ring, []string{"leeway"}},
		{"a leeway over five minutes", issuer, audience, 301, ring, []string{"leeway"}},
		{"nothing at all", "", "", -1, nil, []string{"issuer", "audience", "leeway", "ring"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			v, err := token.NewVerifier(row.issuer, row.audience, row.leeway, row.key)
			if (err == nil) != (row.want == nil) || (v == nil) != (err != nil) {
				t.Fatalf("error %v, want %v", err, row.want)
			}
			for _, word := range row.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not name the %s: %v", word, err)
				}
			}
			if err != nil && strings.Count(err.Error(), "token:") != len(row.want) {
				t.Errorf("the error names more: %v", err)
			}
		})
	}
}

func TestKindOfGoesByTheLook(t *testing.T) {
	raw := sign(t, good())
	parts := strings.Split(raw, ".")
	huge := strings.Replace(head, "{", `{"x5c":["`+strings.Repeat("A", 2000)+`"],`, 1)
	for _, row := range []struct {
		name, s string
		want    token.Kind
	}{
		{"a short token", vectorShort.String(), token.ShortKind},
		{"the prefix is enough to be malformed as ours", "gp_", token.ShortKind},
		{"a session cookie is not presented as a token", vectorShort.Cookie(), token.Foreign},
		{"our JWT", raw, token.JWTKind},
		{"our JWT cut within its claims is ours, and malformed", raw[:200], token.JWTKind},
		{"our JWT with a part too many is ours, and malformed", raw + "." + parts[2], token.JWTKind},
		{"our JWT over 4096 bytes is ours, and malformed", parts[0] + "." + strings.Repeat("A", 5000) + "." + parts[2], token.JWTKind},
		{"our typ beside a long certificate is ours, and malformed", forge(huge, body()), token.JWTKind},
		{"our typ with alg none is ours, and refused", forge(strings.Replace(head, "EdDSA", "none", 1), body()), token.JWTKind},
		{"our typ last of two is ours, and malformed", forge(`{"typ":"JWT",`+head[1:], body()), token.JWTKind},
		{"our JWT cut within its header cannot be told", raw[:100], token.Foreign},
		{"a header over 4096 bytes is not looked at", forge(head+strings.Repeat(" ", 4000), body()), token.Foreign},
		{"a JWT of somebody else", forge(`{"alg":"EdDSA","typ":"JWT"}`, body()), token.Foreign},
		{"a JWT without typ", forge(`{"alg":"EdDSA"}`, body()), token.Foreign},
		{"typ in another case", forge(strings.Replace(head, "gatepass", "Gatepass", 1), body()), token.Foreign},
		{"typ that is no text", forge(`{"typ":["gatepass+jwt"]}`, body()), token.Foreign},
		{"a header that is no object", forge(`"gatepass+jwt"`, body()), token.Foreign},
		{"nothing", "", token.Foreign},
		{"a UUID of an ancestor", "123e4567-e89b-12d3-a456-426614174000", token.Foreign},
		{"dots", "...", token.Foreign},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := token.KindOf(row.s); got != row.want {
				t.Errorf("%d, want %d", got, row.want)
			}
		})
	}
}

func TestAStatelessTokenStandsForARecordThatAdmits(t *testing.T) {
	c := stateless()
	c.NotBefore = now + leeway
	c, r := verifier(t).Verify(sign(t, c), now)
	if r != pass.OK {
		t.Fatal(r)
	}
	p := c.Pass()
	want := &pass.Pass{V: pass.Version, ID: id, Mode: pass.Request, Format: pass.Stateless, Scope: "report:66", Subject: "ginger",
		Data: json.RawMessage(`{"order":7,"note":"f\u00fcr Ginger"}`), ExpiresAt: now + 100, IssuedAt: now - 100}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ask := pass.Ask{Signed: true, Scope: "report:66", Accept: []pass.Mode{pass.Request}}
	for _, row := range []struct {
		name string
		ask  func(*pass.Ask)
		now  pass.NumericDate
		want pass.Reason
	}{
		{"the leeway of nbf is not taken back", func(*pass.Ask) {}, now, pass.OK},
		{"it expires in the same second", func(*pass.Ask) {}, now + 100, pass.Expired},
		{"its scope counts", func(a *pass.Ask) { a.Scope = "report:67" }, now, pass.WrongScope},
		{"its mode counts", func(a *pass.Ask) { a.Accept = []pass.Mode{pass.None} }, now, pass.WrongMode},
		{"its age counts", func(a *pass.Ask) { a.MaxAge = 100 }, now, pass.Expired},
		{"without a verified signature it is nothing", func(a *pass.Ask) { a.Signed = false }, now, pass.Unknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := ask
			row.ask(&a)
			if got := pass.Admit(p, a, row.now); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

// golang-jwt shares no code with this package: what each signs, the other verifies.
func TestGolangJWTAgrees(t *testing.T) {
	options := []jwt.ParserOption{jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding()}
	theirs, err := jwt.Parse(sign(t, withExp(good(), 1<<33)), func(*jwt.Token) (any, error) { return public, nil }, options...)
	if err != nil || theirs.Header["kid"] != kid || theirs.Header["typ"] != "gatepass+jwt" {
		t.Errorf("golang-jwt refuses our token: %v", err)
	}

	made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "ginger", "scope": "report:66",
		"jti": id, "iat": now - 100, "exp": now + 100, "mode": "request"})
	made.Header["kid"], made.Header["typ"] = kid, "gatepass+jwt"
	raw, err := made.SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	got, r := verifier(t).Verify(raw, now)
	want := good()
	want.KID = kid
	if diff := cmp.Diff(want, got); r != pass.OK || diff != "" {
		t.Errorf("their token is %s (-want +got):\n%s", r, diff)
	}
}

func withExp(c token.Claims, exp pass.NumericDate) token.Claims {
	c.ExpiresAt = exp
	return c
}

func TestVerifyAllocatesLittle(t *testing.T) {
	v, raw := verifier(t), sign(t, good())
	if n := testing.AllocsPerRun(50, func() { v.Verify(raw, now) }); n > 20 {
		t.Errorf("Verify allocates %v times; golang-jwt needs 68", n)
	}
	s := vectorShort.String()
	if n := testing.AllocsPerRun(50, func() {
		p, _ := token.ParseShort(s)
		_ = p.Digest()
	}); n > 1 {
		t.Errorf("ParseShort allocates %v times", n)
	}
}
