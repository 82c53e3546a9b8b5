// Package oidctest is an OpenID provider for tests: keys, a key set, and tokens
// that it signs as it is told, right or wrong. It signs by itself and not with
// the library that package oidc verifies with, so that neither can hide a
// mistake of the other.
package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // what the algorithms hash with
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Object is a JSON object.
type Object = map[string]any

// Key is a private key of the provider.
type Key struct {
	KID     string
	Private crypto.Signer
}

// Ed25519 returns the same key for the same seed, of up to 32 bytes.
func Ed25519(kid, seed string) Key {
	var b [ed25519.SeedSize]byte
	copy(b[:], seed)
	return Key{kid, ed25519.NewKeyFromSeed(b[:])}
}

// EC returns a new key on a curve.
func EC(tb testing.TB, kid string, curve elliptic.Curve) Key {
	tb.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return Key{kid, private}
}

// RSA returns a new key of so many bits.
func RSA(tb testing.TB, kid string, bits int) Key {
	tb.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		tb.Fatal(err)
	}
	return Key{kid, private}
}

// JWK returns the public half as the provider publishes it.
func (k Key) JWK() Object {
	j := Object{"kid": k.KID, "use": "sig"}
	switch public := k.Private.Public().(type) {
	case *rsa.PublicKey:
		j["kty"], j["n"], j["e"] = "RSA", text(public.N.Bytes()), text(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4, then both coordinates
		if err != nil {
			panic(err)
		}
		half := len(point) / 2
		j["kty"], j["crv"], j["x"], j["y"] = "EC", public.Curve.Params().Name, text(point[1:half+1]), text(point[half+1:])
	case ed25519.PublicKey:
		j["kty"], j["crv"], j["x"] = "OKP", "Ed25519", text(public)
	}
	return j
}

// JWKS returns the key set of keys.
func JWKS(keys ...Key) Object {
	list := []Object{}
	for _, k := range keys {
		list = append(list, k.JWK())
	}
	return Object{"keys": list}
}

// Sign returns a token of these claims, signed with alg.
func (k Key) Sign(tb testing.TB, alg string, claims Object) string {
	return k.SignHeader(tb, Object{"alg": alg, "kid": k.KID, "typ": "JWT"}, claims)
}

// SignHeader returns a token of this very header, whose alg says how it is
// signed, whether or not the key is one for it.
func (k Key) SignHeader(tb testing.TB, header Object, claims any) string {
	tb.Helper()
	signed := document(tb, header) + "." + document(tb, claims)
	alg, _ := header["alg"].(string)
	return signed + "." + text(k.sign(tb, alg, []byte(signed)))
}

func (k Key) sign(tb testing.TB, alg string, signed []byte) []byte {
	tb.Helper()
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[alg[max(0, len(alg)-3):]]
	if private, ok := k.Private.(ed25519.PrivateKey); ok {
		return ed25519.Sign(private, signed)
	}
	h := hash.New()
	h.Write(signed)
	digest := h.Sum(nil)
	var out []byte
	var err error
	switch private := k.Private.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(alg, "PS") {
			out, err = rsa.SignPSS(rand.Reader, private, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			out, err = rsa.SignPKCS1v15(rand.Reader, private, hash, digest)
		}
	case *ecdsa.PrivateKey:
		r, s, signErr := ecdsa.Sign(rand.Reader, private, digest)
		width := (private.Curve.Params().BitSize + 7) / 8
		out, err = append(r.FillBytes(make([]byte, width)), s.FillBytes(make([]byte, width))...), signErr
	}
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// HMAC returns a token signed with a secret, such as the text of a public key.
func HMAC(tb testing.TB, kid string, secret []byte, claims Object) string {
	tb.Helper()
	signed := document(tb, Object{"alg": "HS256", "kid": kid}) + "." + document(tb, claims)
	mac := hmac.New(crypto.SHA256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + text(mac.Sum(nil))
}

func document(tb testing.TB, o any) string {
	tb.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	return text(b)
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Provider answers as an issuer does, over a network ([http.Handler]) or
// without one ([http.RoundTripper]). It is safe for concurrent use.
type Provider struct {
	mu      sync.Mutex
	issuer  string
	keys    []byte
	asked   map[string]int
	instead func(*http.Request) *http.Response
}

// NewProvider returns a provider whose key set lies beside its configuration.
func NewProvider(tb testing.TB, issuer string, keys ...Key) *Provider {
	p := &Provider{issuer: issuer, asked: map[string]int{}}
	p.Publish(tb, JWKS(keys...))
	return p
}

// Publish replaces the key set.
func (p *Provider) Publish(tb testing.TB, jwks Object) {
	tb.Helper()
	b, err := json.Marshal(jwks)
	if err != nil {
		tb.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = b
}

// Move has the provider live at another address.
func (p *Provider) Move(issuer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.issuer = issuer
}

// Instead has f answer where it does not return nil; a nil f ends that.
func (p *Provider) Instead(f func(*http.Request) *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.instead = f
}

// Down has every answer be 503; Instead(nil) ends that.
func (p *Provider) Down() {
	p.Instead(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}
	})
}

// Asked returns how often the key set was asked for, and forgets it.
func (p *Provider) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.asked["/keys"]
	clear(p.asked)
	return n
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, at, _ := strings.Cut(p.issuer, "://")
	_, base, _ := strings.Cut(at, "/")
	path := strings.TrimPrefix(r.URL.Path, strings.TrimSuffix("/"+base, "/"))
	p.asked[path]++
	switch path {
	case "/.well-known/openid-configuration":
		b, _ := json.Marshal(Object{"issuer": p.issuer, "jwks_uri": strings.TrimSuffix(p.issuer, "/") + "/keys"})
		w.Write(b)
	case "/keys":
		w.Write(p.keys)
	default:
		http.NotFound(w, r)
	}
}

// RoundTrip implements http.RoundTripper: the provider is whatever is asked.
func (p *Provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	instead := p.instead
	p.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if instead != nil {
		if res := instead(r); res != nil {
			return res, nil
		}
	}
	out := httptest.NewRecorder()
	p.ServeHTTP(out, r)
	return out.Result(), nil
}
