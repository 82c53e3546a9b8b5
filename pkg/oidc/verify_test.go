package oidc_test

import (
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestEveryAlgorithmIsVerified, by a signature that another code has made.
func TestEveryAlgorithmIsVerified(t *testing.T) {
	keys := everyKey(t)
	for alg, key := range keys {
		t.Run(alg, func(t *testing.T) {
			k := newKit(t, key)
			raw := key.Sign(t, alg, claims(nil))
			got := k.want(raw, pass.OK)
			want := &pass.Pass{V: pass.Version, Mode: pass.Host, Subject: "ginger", IssuedAt: start, ExpiresAt: start + 600}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			at := strings.LastIndex(raw, ".") + 5
			k.want(raw[:at]+swap(raw[at])+raw[at+1:], pass.BadSignature)
			for other, another := range keys {
				if another.KID != key.KID { // its own signature, under this key's name
					k.want(another.SignHeader(t, object{"alg": other, "kid": key.KID}, claims(nil)), pass.BadSignature)
				}
			}
		})
	}
}

// swap returns another letter, of the same high bits.
func swap(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// TestTheKeyDecidesTheAlgorithm: every way in which a token may say otherwise
// (RFC 8725, sections 2.1 and 3.1).
func TestTheKeyDecidesTheAlgorithm(t *testing.T) {
	rsaKey, ec := oidctest.RSA(t, "rsa", 2048), oidctest.EC(t, "ec", elliptic.P256())
	k := newKit(t, rsaKey, ec)
	public := rsaKey.Private.Public().(*rsa.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{
		"the public key in PEM":     pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"the public key in DER":     der,
		"the public key in PKCS 1":  x509.MarshalPKCS1PublicKey(public),
		"the modulus":               public.N.Bytes(),
		"nothing at all":            nil,
		"the text of the modulus":   []byte(base64.RawURLEncoding.EncodeToString(public.N.Bytes())),
		"the kid, which all know":   []byte("rsa"),
		"the issuer, which all can": []byte(issuer),
	} {
		t.Run("HS256 with "+name, func(t *testing.T) { k.want(oidctest.HMAC(t, "rsa", secret, claims(nil)), pass.BadSignature) })
	}
	none := oidctest.HMAC(t, "rsa", nil, claims(nil))
	for _, alg := range []string{"none", "None", "nOnE", "", "RS1", "HS512", "ES512", "rs256", "EdDSA "} {
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + alg + `","kid":"rsa"}`))
		_, rest, _ := strings.Cut(none, ".")
		body, mac, _ := strings.Cut(rest, ".")
		t.Run("alg "+alg, func(t *testing.T) { k.want(head+"."+body+"."+mac, pass.BadSignature) })
	}
	for alg, other := range map[string]oidctest.Key{"RS256": ec, "PS256": ec, "ES256": rsaKey, "ES384": ec, "EdDSA": ec} {
		signed := rsaKey
		if alg == "RS256" || alg == "PS256" {
			signed = ec
		}
		header := object{"alg": alg, "kid": other.KID}
		t.Run(alg+" with the key "+other.KID, func(t *testing.T) {
			raw := signed.SignHeader(t, object{"alg": "RS256", "kid": other.KID}, claims(nil))
			_, rest, _ := strings.Cut(raw, ".")
			k.want(base64Of(t, header)+"."+rest, pass.BadSignature)
		})
	}
	own := oidctest.Ed25519("mine", "mine")
	t.Run("a key that the token brings along", func(t *testing.T) {
		k.want(own.SignHeader(t, object{"alg": "EdDSA", "kid": "first", "jwk": own.JWK(), "jku": "https://evil.example/keys"}, claims(nil)), pass.BadSignature)
	})
}

func base64Of(t *testing.T, header object) string {
	raw := oidctest.Ed25519("x", "x").SignHeader(t, header, object{})
	head, _, _ := strings.Cut(raw, ".")
	return head
}

// TestWhatATokenSays: each claim and header by itself, at its bounds.
func TestWhatATokenSays(t *testing.T) {
	null := json.RawMessage("null")
	for _, row := range []struct {
		name   string
		claims object
		header object // beside alg and kid
		want   pass.Reason
	}{
		{"in its last second", object{"exp": start + 1}, nil, pass.OK},
		{"in the second it expires", object{"exp": start}, nil, pass.Expired},
		{"a second after that", object{"exp": start - 1}, nil, pass.Expired},
		{"a fraction before it expires", object{"exp": json.RawMessage("1790000000.9")}, nil, pass.Expired},
		{"an exp with an exponent", object{"exp": json.RawMessage("1.790000001e9")}, nil, pass.OK},
		{"without exp", object{"exp": nil}, nil, pass.Malformed},
		{"an exp of null", object{"exp": null}, nil, pass.Malformed},
		{"an exp of zero is not none", object{"exp": 0}, nil, pass.Malformed},
		{"an exp below zero", object{"exp": -1}, nil, pass.Malformed},
		{"an exp in letters", object{"exp": "1790000600"}, nil, pass.Malformed},
		{"an exp beyond all dates", object{"exp": 1e300}, nil, pass.Malformed},
		{"an exp beyond all numbers", object{"exp": json.RawMessage("1e999")}, nil, pass.Malformed},
		{"an exp in the year 10000", object{"exp": 253402300800}, nil, pass.Malformed},
		{"an iat ahead by what clocks may differ", object{"iat": start + 60}, nil, pass.OK},
		{"an iat a second further", object{"iat": start + 61}, nil, pass.NotYetValid},
		{"without iat", object{"iat": nil}, nil, pass.OK},
		{"an iat of zero is not none", object{"iat": 0}, nil, pass.Malformed},
		{"an iat in letters", object{"iat": "now"}, nil, pass.Malformed},
		{"an nbf ahead by what clocks may differ", object{"nbf": start + 60}, nil, pass.OK},
		{"an nbf a second further", object{"nbf": start + 61}, nil, pass.NotYetValid},
		{"an nbf of null", object{"nbf": null}, nil, pass.Malformed},
		{"without sub", object{"sub": nil}, nil, pass.Malformed},
		{"an empty sub", object{"sub": ""}, nil, pass.Malformed},
		{"a sub that is no text", object{"sub": 7}, nil, pass.Malformed},
		{"a sub of 255 bytes", object{"sub": strings.Repeat("s", 255)}, nil, pass.OK},
		{"a sub of 256 bytes", object{"sub": strings.Repeat("s", 256)}, nil, pass.Malformed},
		{"another issuer", object{"iss": "https://login.example.com/other"}, nil, pass.BadSignature},
		{"the issuer with a slash", object{"iss": issuer + "/"}, nil, pass.BadSignature},
		{"the issuer in capitals", object{"iss": strings.ToUpper(issuer)}, nil, pass.BadSignature},
		{"without iss", object{"iss": nil}, nil, pass.BadSignature},
		{"an iss that is a list", object{"iss": []string{issuer}}, nil, pass.Malformed},
		{"another audience", object{"aud": "other"}, nil, pass.BadSignature},
		{"an audience that begins alike", object{"aud": "app2"}, nil, pass.BadSignature},
		{"an empty audience", object{"aud": ""}, nil, pass.BadSignature},
		{"without aud", object{"aud": nil}, nil, pass.BadSignature},
		{"an aud of null", object{"aud": null, "client_id": audience}, nil, pass.Malformed},
		{"a list with the audience in it", object{"aud": []string{"userinfo", audience}}, nil, pass.OK},
		{"a list without it", object{"aud": []string{"userinfo", "other"}}, nil, pass.BadSignature},
		{"an empty list", object{"aud": []string{}}, nil, pass.BadSignature},
		{"a list that holds more than text", object{"aud": []any{audience, 7}}, nil, pass.Malformed},
		{"a list in a list", object{"aud": []any{[]string{audience}}}, nil, pass.Malformed},
		{"an object with the audience", object{"aud": object{audience: audience}}, nil, pass.Malformed},
		{"a client_id where there is no aud", object{"aud": nil, "client_id": audience}, nil, pass.OK},
		{"another client_id", object{"aud": nil, "client_id": "other"}, nil, pass.BadSignature},
		{"a client_id beside another aud", object{"aud": "other", "client_id": audience}, nil, pass.BadSignature},
		{"a client_id beside an empty list", object{"aud": []string{}, "client_id": audience}, nil, pass.BadSignature},
		{"claims that nobody knows", object{"scope": "a b", "amr": []string{"pwd"}, "x": object{"y": 1}}, nil, pass.OK},
		{"a typ of access tokens", nil, object{"typ": "at+jwt"}, pass.OK},
		{"the same in full", nil, object{"typ": "application/at+JWT"}, pass.OK},
		{"a typ of none", nil, object{"typ": nil}, pass.OK},
		{"a logout token", nil, object{"typ": "logout+jwt"}, pass.Malformed},
		{"a token of ours", nil, object{"typ": "gatepass+jwt"}, pass.Malformed},
		{"a crit that nobody knows", nil, object{"crit": []string{"exp"}, "exp": 1}, pass.Malformed},
		{"an empty crit", nil, object{"crit": []string{}}, pass.Malformed},
		{"a crit of null", nil, object{"crit": null}, pass.Malformed},
		{"a payload that is not encoded", nil, object{"crit": []string{"b64"}, "b64": false}, pass.Malformed},
		{"an alg of no signature, with a key that has to be looked for", nil, object{"alg": "none", "kid": "other"}, pass.BadSignature},
		{"an alg that is no text", nil, object{"alg": 256}, pass.Malformed},
		{"without kid", nil, object{"kid": nil}, pass.UnknownKey},
		{"a kid that is a path", nil, object{"kid": "../../first"}, pass.UnknownKey},
		{"a kid of 256 bytes", nil, object{"kid": strings.Repeat("k", 256)}, pass.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := newKit(t)
			header := object{"alg": "EdDSA", "kid": k.key.KID, "typ": "JWT"}
			maps.Copy(header, row.header)
			maps.DeleteFunc(header, func(_ string, v any) bool { return v == nil })
			k.want(k.key.SignHeader(t, header, claims(row.claims)), row.want)
		})
	}
}

// TestAMemberTwiceIsRefused, as of two readers each could believe another one.
func TestAMemberTwiceIsRefused(t *testing.T) {
	k := newKit(t)
	twice := json.RawMessage(fmt.Sprintf(`{"iss":%q,"aud":"other","aud":%q,"sub":"ginger","exp":%d}`, issuer, audience, start+600))
	k.want(k.key.SignHeader(t, object{"alg": "EdDSA", "kid": "first"}, twice), pass.Malformed)
}

// TestWhatIsNoTokenIsMalformed: cut anywhere, it is refused and never read wrongly.
func TestWhatIsNoTokenIsMalformed(t *testing.T) {
	k := newKit(t)
	good := k.sign(nil)
	k.want(good, pass.OK)
	for n := range good {
		if _, reason, _ := k.Verify(t.Context(), good[:n], start); reason != pass.Malformed && reason != pass.BadSignature {
			t.Errorf("cut to %d of %d bytes: %s", n, len(good), reason)
		}
	}
	for name, raw := range map[string]string{
		"nothing": "", "two dots": "..", "a fourth part": good + ".x", "a fourth, empty part": good + ".", "padding": good + "=", "a line break": good + "\n", "a line break in it": strings.Replace(good, ".", "\n.", 1),
		"a space before it": " " + good, "another alphabet": strings.Replace(good, ".", "+.", 1), "a byte beyond ASCII": good + "\xff",
	} {
		t.Run(name, func(t *testing.T) { k.want(raw, pass.Malformed) })
	}
}

// TestALongTokenIsRefusedBeforeItIsRead, at the byte.
func TestALongTokenIsRefusedBeforeItIsRead(t *testing.T) {
	k := newKit(t)
	pad := 0
	for len(k.sign(object{"pad": strings.Repeat("p", pad+1)})) <= oidc.MaxToken {
		pad++
		if pad == 1 {
			pad = (oidc.MaxToken - len(k.sign(nil)) - 20) * 3 / 4
		}
	}
	k.want(k.sign(object{"pad": strings.Repeat("p", pad)}), pass.OK)
	k.want(k.sign(object{"pad": strings.Repeat("p", pad+1)}), pass.Malformed)
}

// TestWhatIsTheHosts is told by the issuer alone, in whatever state the rest is.
func TestWhatIsTheHosts(t *testing.T) {
	k := newKit(t)
	good := k.sign(nil)
	head, rest, _ := strings.Cut(good, ".")
	payload, _, _ := strings.Cut(rest, ".")
	for _, row := range []struct {
		name, raw string
		want      bool
	}{
		{"a good token", good, true},
		{"one that another key has signed", oidctest.Ed25519("other", "other").Sign(t, "EdDSA", claims(nil)), true},
		{"one without its signature", head + "." + payload, true},
		{"one cut behind the issuer", head + "." + payload[:len(payload)-8], true},
		{"one cut before the issuer", head + "." + payload[:16], false},
		{"one blown up", good + strings.Repeat("A", oidc.MaxToken), true},
		{"one of another issuer", k.sign(object{"iss": "https://login.example.com"}), false},
		{"one without an issuer", k.sign(object{"iss": nil}), false},
		{"one whose issuer is no text", k.sign(object{"iss": []string{issuer}}), false},
		{"one whose issuer lies deeper", k.sign(object{"iss": nil, "act": object{"iss": issuer}}), false},
		{"nothing", "", false},
		{"a word", "opaque", false},
		{"a token of ours", "gp_2nILfOrwKtuYITjj4rD551ShVFXmZOASB1Fkbr0SQlkp", false},
		{"basic credentials", "dXNlcjpwYXNz", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := k.Issued(row.raw); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}
