package pass_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The digests lie in records for as long as passes do: their form cannot change.
func TestDigestVector(t *testing.T) {
	d := pass.DigestOf([]byte("abc")) // FIPS 180-2, appendix B.1
	if got, want := d.String(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := d.Key(), pass.Key("ungWv48Bz-o"); got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestDigestsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOf(rapid.Byte()).Draw(t, "secret")
		d := pass.DigestOf(secret)
		if want := sha256.Sum256(secret); d != want {
			t.Fatalf("%x, want %x", d, want)
		}
		got, err := pass.ParseDigest(d.String())
		if err != nil || got != d {
			t.Fatalf("%v, %v, want %v", got, err, d)
		}
		if key := d.Key(); key != pass.KeyOf([8]byte(d[:8])) || !strings.HasPrefix(d.String(), string(key)[:10]) {
			t.Fatalf("key %s of %s", key, d)
		}
	})
}

// Only what String writes is read, or one session could lie under two keys.
func TestParseDigestReadsNothingElse(t *testing.T) {
	good := pass.DigestOf([]byte("abc")).String()
	for name, s := range map[string]string{
		"nothing":                           "",
		"a character short":                 good[:42],
		"a character long":                  good + "A",
		"padded":                            good + "=",
		"in the other alphabet":             strings.Replace(good, "-", "+", 1),
		"with a space":                      good[:42] + " ",
		"short, with a line end":            strings.Repeat("A", 42) + "\n",
		"short, with a line end within":     strings.Repeat("A", 21) + "\r" + strings.Repeat("A", 21),
		"with bits set beyond its end":      good[:42] + "1",
		"a hexadecimal digest":              strings.Repeat("ab", 32),
		"as long in bytes, not in alphabet": strings.Repeat("é", 21) + "A",
	} {
		if d, err := pass.ParseDigest(s); err == nil {
			t.Errorf("%s: %q is read as %s", name, s, d)
		} else if d != (pass.Digest{}) {
			t.Errorf("%s: %q is refused but returns %s", name, s, d)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Za-z0-9_\-+/=\n]{43}`).Draw(t, "text")
		d, err := pass.ParseDigest(s)
		if (err == nil) != (err == nil && d.String() == s) {
			t.Fatalf("%q is read as %s", s, d)
		}
	})
}

func TestKeysAreSixtyFourBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := [8]byte(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "bits"))
		k := pass.KeyOf(b)
		got, err := base64.RawURLEncoding.DecodeString(string(k))
		if err != nil || len(k) != 11 || [8]byte(got) != b {
			t.Fatalf("%q of %x: %x, %v", k, b, got, err)
		}
	})
}
