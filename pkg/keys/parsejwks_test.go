package keys_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/keys"
)

// written returns a key, and how a JWKS has it.
func written(t *testing.T) (ed25519.PublicKey, string) {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return public, fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":%q,"x":%q}`, keys.KIDOf(public), base64.RawURLEncoding.EncodeToString(public))
}

func setOf(list ...string) []byte { return []byte(`{"keys":[` + strings.Join(list, ",") + `]}`) }

func TestAJWKSIsReadAsItIsWritten(t *testing.T) {
	a, inA := written(t)
	b, inB := written(t)
	bare := strings.NewReplacer(`"alg":"EdDSA",`, "", `"use":"sig",`, "").Replace(inB)
	others := []string{`{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"r"}`, `{"kty":"OKP","crv":"X25519","x":"AA","kid":"x"}`, `{"kty":"OKP","crv":"Ed25519","use":"enc","x":"AA"}`, `{"kty":"OKP","crv":"Ed25519","alg":"Ed25519ph","x":"AA"}`}
	for name, doc := range map[string][]byte{
		"two keys":                        setOf(inA, inB),
		"without what may be left out":    setOf(inA, bare),
		"among others, which are skipped": setOf(append(others, inA, inB)...),
		"with members nobody knows":       []byte(`{"issuer":{"x":1},` + string(setOf(inA, strings.Replace(inB, "{", `{"x5t":"abc",`, 1)))[1:]),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keys.ParseJWKS(doc)
			want := map[string]ed25519.PublicKey{keys.KIDOf(a): a, keys.KIDOf(b): b}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v, (-want +got):\n%s", err, diff)
			}
		})
	}
}

// A stack that has signed nothing yet publishes no key.
func TestAnEmptyJWKSHasNoKeys(t *testing.T) {
	if got, err := keys.ParseJWKS(setOf()); err != nil || got == nil || len(got) != 0 {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestAWrongJWKSIsRefusedByName(t *testing.T) {
	public, good := written(t)
	_, other := written(t)
	x := base64.RawURLEncoding.EncodeToString(public)
	for name, tt := range map[string]struct {
		doc  []byte
		says []string
	}{
		"no JSON":                    {[]byte("<html>"), []string{"no JWKS"}},
		"no object":                  {[]byte(`[]`), []string{"no JWKS"}},
		"no list":                    {[]byte(`{}`), []string{"no JWKS"}},
		"null for a list":            {[]byte(`{"keys":null}`), []string{"no JWKS"}},
		"only keys of another kind":  {setOf(`{"kty":"RSA","kid":"r"}`), []string{"no Ed25519 key"}},
		"the list twice":             {[]byte(`{"keys":[],"keys":[]}`), []string{"no JWKS"}},
		"too long":                   {append(setOf(good), make([]byte, 64*1024)...), []string{"at most 65536"}},
		"too many":                   {setOf(strings.Split(strings.Repeat(`{"kty":"RSA"};`, 100)+good, ";")...), []string{"101 keys", "at most 100"}},
		"an x that is cut":           {setOf(other, strings.Replace(good, x, x[:40], 1)), []string{"key 2", "x is not 32 bytes"}},
		"an x with stray bits":       {setOf(strings.Replace(good, x, x[:42]+string(x[42]+1), 1)), []string{"key 1"}},
		"a kid that is another's":    {setOf(strings.Replace(good, keys.KIDOf(public), "main", 1)), []string{"key 1", "thumbprint"}},
		"no kid":                     {setOf(strings.Replace(good, `"kid":"`+keys.KIDOf(public)+`",`, "", 1)), []string{"thumbprint"}},
		"a key twice":                {setOf(good, other, good), []string{"key 3", "twice"}},
		"a private half":             {setOf(strings.Replace(good, "{", `{"d":"AAAA",`, 1)), []string{"key 1", "private half"}},
		"a member twice":             {setOf(strings.Replace(good, "{", `{"kty":"OKP",`, 1)), []string{"no JWKS", "each name in it once"}},
		"a member of another type":   {setOf(strings.Replace(good, `"sig"`, "7", 1)), []string{"key 1"}},
		"no object for a key":        {setOf(good, `"key"`), []string{"key 2"}},
		"two faults, which are both": {setOf(good, `7`, strings.Replace(other, `"x":"`, `"x":"*`, 1)), []string{"key 2", "key 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keys.ParseJWKS(tt.doc)
			if err == nil || got != nil {
				t.Fatalf("got %d keys and %v, want an error", len(got), err)
			}
			for _, want := range tt.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), x) {
				t.Errorf("%v holds the key", err)
			}
		})
	}
}
