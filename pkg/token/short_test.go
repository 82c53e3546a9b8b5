package token_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// spell writes n in base62 by the specification, with math/big.
func spell(n *big.Int, width int) string {
	out := make([]byte, width)
	n, rem := new(big.Int).Set(n), new(big.Int)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, big.NewInt(62), rem)
		out[i] = digits[rem.Int64()]
	}
	return string(out)
}

// summed appends the right checksum to anything.
func summed(s string) string {
	return s + spell(big.NewInt(int64(crc32.ChecksumIEEE([]byte(s)))), 6)
}

func shorts() *rapid.Generator[token.Short] {
	return rapid.Custom(func(t *rapid.T) token.Short {
		secret := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret")
		return token.Short{ID: rapid.StringMatching(`[0-9A-Za-z]{16}`).Draw(t, "id"), Secret: [16]byte(secret)}
	})
}

func TestShortIsWrittenAsSpecifiedAndReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shorts().Draw(t, "short")
		middle := s.ID + spell(new(big.Int).SetBytes(s.Secret[:]), 22)
		if got, want := s.String(), summed("gp_"+middle); got != want {
			t.Fatalf("token %q, want %q", got, want)
		}
		if got, want := s.Cookie(), summed("gs_"+middle); got != want {
			t.Fatalf("cookie %q, want %q", got, want)
		}
		if got, ok := token.ParseShort(s.String()); !ok || got != s {
			t.Fatal("the token does not read back")
		}
		if got, ok := token.ParseCookie(s.Cookie()); !ok || got != s {
			t.Fatal("the cookie does not read back")
		}
	})
}

func TestShortRefusesWhatIsNotTheOneSpelling(t *testing.T) {
	const goodID = "0aZ9bY8cX7dW6eV5"
	one := strings.Repeat("0", 21) + "1"
	limit := new(big.Int).Lsh(big.NewInt(1), 128)
	largest := spell(new(big.Int).Sub(limit, big.NewInt(1)), 22)
	rows := []struct {
		name, token string
		want        bool
	}{
		{"the smallest secrets are read", summed("gp_" + goodID + one), true},
		{"the largest secret is read", summed("gp_" + goodID + largest), true},
		{"2^128 is not a secret", summed("gp_" + goodID + spell(limit, 22)), false},
		{"1 spelled as 1 + 2^128 is refused", summed("gp_" + goodID + spell(new(big.Int).Add(limit, big.NewInt(1)), 22)), false},
		{"the largest 22 characters are not a secret", summed("gp_" + goodID + strings.Repeat("z", 22)), false},
		{"the empty string", "", false},
		{"the prefix alone", "gp_", false},
		{"a cookie is no token", summed("gs_" + goodID + one), false},
		{"a token with the checksum of the cookie", "gp_" + summed("gs_" + goodID + one)[3:], false},
		{"the prefix in capitals", summed("GP_" + goodID + one), false},
		{"an id with another character", summed("gp_0aZ9bY8cX7dW6eV-" + one), false},
		{"a secret with another character", summed("gp_" + goodID + one[:21] + "_"), false},
		{"a space before", " " + summed("gp_"+goodID+one), false},
		{"a line break after", summed("gp_"+goodID+one) + "\n", false},
		{"a full stop after", summed("gp_"+goodID+one) + ".", false},
		{"one character less, rightly summed", summed("gp_" + goodID + one[1:]), false},
		{"one character more, rightly summed", summed("gp_" + goodID + "0" + one), false},
		{"letters beyond ASCII", summed("gp_0aZ9bY8cX7dW6é5" + one), false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, ok := token.ParseShort(row.token)
			if ok != row.want {
				t.Fatalf("read: %v, want %v", ok, row.want)
			}
			if !ok && got != (token.Short{}) {
				t.Error("a refused token leaves something behind")
			}
		})
	}
}

func TestAChecksumIsNotSpelledOtherwise(t *testing.T) {
	s := token.Short{ID: id}.String()
	sum, _ := new(big.Int).SetString("100000000", 16)
	sum.Add(sum, big.NewInt(int64(crc32.ChecksumIEEE([]byte(s[:41])))))
	if _, ok := token.ParseShort(s[:41] + spell(sum, 6)); ok {
		t.Error("the checksum plus 2^32 was read")
	}
}

func TestShortIsMalformedWhereverItIsCutOrChanged(t *testing.T) {
	for _, kind := range []struct {
		name  string
		whole string
		parse func(string) (token.Short, bool)
	}{
		{"token", vectorShort.String(), token.ParseShort},
		{"cookie", vectorShort.Cookie(), token.ParseCookie},
	} {
		if _, ok := kind.parse(kind.whole); !ok {
			t.Fatal("the whole", kind.name, "is refused")
		}
		for i := range kind.whole {
			if _, ok := kind.parse(kind.whole[:i]); ok {
				t.Errorf("%s cut at byte %d was read", kind.name, i)
			}
			for c := range 256 {
				changed := kind.whole[:i] + string([]byte{byte(c)}) + kind.whole[i+1:]
				if _, ok := kind.parse(changed); ok && changed != kind.whole {
					t.Errorf("%s with byte %d changed to %#x was read", kind.name, i, c)
				}
			}
			if i > 0 && kind.whole[i] != kind.whole[i-1] {
				swapped := kind.whole[:i-1] + kind.whole[i:i+1] + kind.whole[i-1:i] + kind.whole[i+1:]
				if _, ok := kind.parse(swapped); ok {
					t.Errorf("%s with bytes %d and %d swapped was read", kind.name, i-1, i)
				}
			}
		}
	}
}

func TestNewShortDrawsWhatItIsGiven(t *testing.T) {
	source := append(bytes.Repeat([]byte{0}, 8), 255, 254, 248, 247, 61, 62, 9, 10, 35, 36, 123)
	source = append(source, bytes.Repeat([]byte{1}, 32-len(source))...)
	secret := []byte("sixteen  secrets")
	s, err := token.NewShort(bytes.NewReader(append(source, secret...)))
	if err != nil {
		t.Fatal(err)
	}
	want := token.Short{ID: "00000000" + "zz09AZaz", Secret: [16]byte(secret)}
	if diff := cmp.Diff(want.ID, s.ID); diff != "" || s.Secret != want.Secret {
		t.Errorf("id (-want +got):\n%s", diff)
	}
}

func TestNewShortUsesEveryCharacterAboutAsOften(t *testing.T) {
	count := map[rune]int{}
	const draws = 4000
	for range draws {
		s, err := token.NewShort(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if !token.ValidID(s.ID) {
			t.Fatalf("id %q", s.ID)
		}
		for _, c := range s.ID {
			count[c]++
		}
	}
	// 64,000 characters: 1,032 of each, deviation 32. A modulo without rejection
	// would give the first eight 1,250.
	for _, c := range digits {
		if n := count[c]; n < 1032-6*32 || n > 1032+6*32 {
			t.Errorf("%q was drawn %d times of %d", c, n, draws*16)
		}
	}
}

func TestNewShortFailsWithItsSource(t *testing.T) {
	broken := errors.New("broken")
	for name, source := range map[string]io.Reader{
		"a source that fails at once":       iotest.ErrReader(broken),
		"a source that fails at the secret": io.MultiReader(bytes.NewReader(make([]byte, 32)), iotest.ErrReader(broken)),
	} {
		if s, err := token.NewShort(source); !errors.Is(err, broken) || s != (token.Short{}) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	source := bytes.NewReader(bytes.Repeat([]byte{255}, 4096))
	if _, err := token.NewShort(source); err == nil || source.Len() < 4096-256 {
		t.Errorf("a source that yields no character was not given up: %v, %d bytes left", err, source.Len())
	}
}

func TestDeriveIsTheHMACOfTheSpecification(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shorts().Draw(t, "short")
		label := rapid.StringMatching(`[a-z ]{0,20}`).Draw(t, "label")
		nonce := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "nonce"))
		mac := hmac.New(sha256.New, []byte(s.String()))
		mac.Write(append(append([]byte(label), 0), nonce[:]...))
		if got := s.Derive(label, nonce); !bytes.Equal(got[:], mac.Sum(nil)) {
			t.Fatalf("derived %x", got)
		}
	})
}

func TestDigestIsOfTheSecretAlone(t *testing.T) {
	s := vectorShort
	if s.Digest() != pass.Digest(sha256.Sum256(s.Secret[:])) {
		t.Error("not SHA-256 of the 16 bytes")
	}
}

func TestValidIDHasSixteenBase62Characters(t *testing.T) {
	for s, want := range map[string]bool{
		id: true, "0000000000000000": true, "zzzzzzzzzzzzzzzz": true,
		"": false, id[1:]: false, id + "0": false, id[1:] + "-": false, id[1:] + " ": false, id[2:] + "é": false,
	} {
		if got := token.ValidID(s); got != want {
			t.Errorf("ValidID(%q) is %v", s, got)
		}
	}
}
