package token_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// Credentials as the ancestors make them; two are of the vectors that their running
// projects gave.
const (
	ancestorsJWT     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtYXgiOjEwLCJzdWIiOiJmb28iLCJtb2QiOiJuIiwianRpIjoiNyIsImlhdCI6MTcwMDAwMDAwMH0.oxf1y5JCCFoY7ZLDPninTA9TRbxBOmZux9S79QV2F6U"
	ancestorsUUID    = "123e4567-e89b-12d3-a456-426614174000"
	ancestorsSesame  = "AAAAAQdIEADuz8bx0ZqgpL5H"
	ancestorsSesame1 = "AAAAASy_mbjLPW_HHnsjK7rIayE:1r31eq:bBNH_5QTF7vstXUjx8aPmKa5FmA"
)

type movedVector struct {
	Name   string      `json:"name"`
	String string      `json:"string"`
	Reason pass.Reason `json:"reason"`
	Token  string      `json:"token,omitzero"`
	ID     string      `json:"id,omitzero"`
	Secret string      `json:"secret,omitzero"` // hex
	Digest string      `json:"digest,omitzero"` // base64url, as in the record
}

func movedVectors() []movedVector {
	ok := func(name, s string) movedVector {
		want := byHand(s)
		return movedVector{name, s, pass.OK, want.String(), want.ID, hex.EncodeToString(want.Secret[:]), want.Digest().String()}
	}
	bad := func(name, s string) movedVector { return movedVector{Name: name, String: s, Reason: pass.Malformed} }
	good := vectorShort.String()
	return []movedVector{
		ok("a JWT of django-request-token", ancestorsJWT),
		ok("the UUID of a visitor pass, or of a magic link", ancestorsUUID),
		ok("that UUID in capitals is another credential", strings.ToUpper(ancestorsUUID)),
		ok("sesame's second format, with a time", ancestorsSesame),
		ok("sesame's second format may end in a hyphen", ancestorsSesame[:23]+"-"),
		ok("sesame's first format", ancestorsSesame1),
		ok("the shortest there is", strings.Repeat("a", 22)),
		ok("the longest there is", strings.Repeat("_", 1024)),
		bad("one character short", strings.Repeat("a", 21)),
		bad("one character long", strings.Repeat("_", 1025)),
		bad("sesame's second format, of an integer key without a time", "AAAAAZvanL531Edos5Q"),
		bad("nothing", ""),
		bad("a UUID as a URN in braces", "{"+ancestorsUUID+"}"),
		bad("with the full stop of its sentence", ancestorsUUID+"."),
		bad("with a colon before it", ":"+ancestorsUUID),
		bad("with a space in it", ancestorsUUID+" "+ancestorsUUID),
		bad("still encoded", strings.ReplaceAll(ancestorsSesame1, ":", "%3A")),
		bad("with padding", ancestorsSesame+"=="),
		bad("two with a comma", ancestorsUUID+","+ancestorsUUID),
		bad("beyond ASCII", ancestorsUUID+"é"),
		bad("a short token of ours", good),
		bad("a short token of ours, cut", good[:40]),
		bad("a session's cookie", vectorShort.Cookie()),
		bad("a JWT of ours", forge(head, body())),
		bad("a JWT of ours, cut", forge(head, body())[:200]),
	}
}

// byHand reads a credential as the specification says, with nothing of the package.
func byHand(credential string) token.Short {
	id := sha256.Sum256([]byte("gatepass moved-in id\x00" + credential))
	secret := sha256.Sum256([]byte("gatepass moved-in secret\x00" + credential))
	digits := spell(new(big.Int).SetBytes(id[:16]), 22)
	return token.Short{ID: digits[len(digits)-16:], Secret: [16]byte(secret[:16])}
}

func TestMovedVectors(t *testing.T) {
	for _, row := range readVectors(t).Moved {
		t.Run(row.Name, func(t *testing.T) {
			got, ok := token.Moved(row.String)
			if ok != (row.Reason == pass.OK) {
				t.Fatalf("read: %v, want %s", ok, row.Reason)
			}
			if ok && (got.String() != row.Token || got.ID != row.ID || hex.EncodeToString(got.Secret[:]) != row.Secret || got.Digest().String() != row.Digest) {
				t.Errorf("read as %v", got)
			}
		})
	}
}

// TestACredentialIsReadUpToItsEnd: what a mail leaves behind a link is none of it,
// and what it may itself end with stays.
func TestACredentialIsReadUpToItsEnd(t *testing.T) {
	for _, credential := range []string{ancestorsJWT, ancestorsUUID, ancestorsSesame, ancestorsSesame1, ancestorsSesame[:23] + "-", ancestorsSesame[:23] + "_"} {
		want := byHand(credential)
		for _, left := range []string{"", "/", "/label", "/label.html", ".", "...", ":", ").", ",", ";", "!", "?x=1", "&amp;x", ">", `"`, "'", "*", "\u201d", "\u00a0and", " ", "%20", "=", "~", "\x00", "\xff"} {
			if got, ok := token.MovedAt(credential + left); !ok || got != want {
				t.Errorf("%q is read as %v, %v", credential+left, got, ok)
			}
		}
		for _, other := range []string{"x", "-", "_", ".x", ":x"} {
			if got, ok := token.MovedAt(credential + other); !ok || got == want {
				t.Errorf("%q is read as what it begins with", credential+other)
			}
		}
	}
	for _, none := range []string{"", "/", ancestorsUUID[:21] + "/label", vectorShort.String() + "/label", "." + ancestorsUUID} {
		if got, ok := token.MovedAt(none); ok {
			t.Errorf("%q is read as %v", none, got)
		}
	}
}

// FuzzMoved: no text has two readings, none is read that could not stand in a URL
// as it is, and what is read is what the specification says.
func FuzzMoved(f *testing.F) {
	for _, row := range readVectors(f).Moved {
		f.Add(row.String)
	}
	for _, row := range readVectors(f).JWT {
		f.Add(row.String)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := token.Moved(s)
		if at, same := token.MovedAt(s); ok && (!same || at != got) {
			t.Fatalf("%q is one credential whole, and another at its beginning", s)
		}
		if !ok {
			return
		}
		_, short := token.ParseShort(s)
		_, cookie := token.ParseCookie(s)
		if short || cookie || token.KindOf(s) != token.Foreign {
			t.Fatalf("%q is a credential of ours as well", s)
		}
		if len(s) < 22 || len(s) > 1024 || strings.ContainsAny(s, "/?#%&=,;+ \"'<>\\") || strings.Trim(s, ".:") != s {
			t.Fatalf("%q is read", s)
		}
		again, written := token.ParseShort(got.String())
		if got != byHand(s) || !written || again != got {
			t.Fatalf("%q is read as %v", s, got)
		}
	})
}

func BenchmarkMoved(b *testing.B) {
	for name, s := range map[string]string{"UUID": ancestorsUUID, "JWT": ancestorsJWT} {
		run(b, name, func() bool { t, ok := token.Moved(s); _ = t.Digest(); return ok })
	}
}

// TestLinksOfBeforeAreSeenInATextAsTheyStandThere.
func TestLinksOfBeforeAreSeenInATextAsTheyStandThere(t *testing.T) {
	names := []string{"rt", "vuid", "sesame"}
	for text, want := range map[string][]string{
		"": nil, ancestorsUUID: nil, "vuid=" + ancestorsUUID: nil, "?xvuid=" + ancestorsUUID: nil, "?token=" + ancestorsUUID: nil, "/x/" + ancestorsUUID: nil, "?vuid=" + ancestorsUUID[:21]: nil,
		"/?vuid=" + ancestorsUUID:                                                 {ancestorsUUID},
		"/?a=%zz&vuid=" + ancestorsUUID + "&b=%zz":                                {ancestorsUUID},
		"see /p/" + ancestorsUUID + ".":                                           {ancestorsUUID},
		"/p/" + vectorShort.String() + "/label":                                   nil,
		"?rt=" + ancestorsJWT + " and ?rt=" + ancestorsUUID:                       {ancestorsJWT, ancestorsUUID},
		"?sesame=" + ancestorsSesame1:                                             {ancestorsSesame1},
		"?sesame=" + strings.ReplaceAll(ancestorsSesame1, ":", "%3A") + "#x":      {ancestorsSesame1},
		"url=https%3A%2F%2Fa.example%2F%3Fvuid%3D" + ancestorsUUID + "%26x%3D1&y": {ancestorsUUID},
		"url=https%3A%2F%2Fa.example%2Fp%2F" + ancestorsUUID + "%2Flabel":         {ancestorsUUID},
		"/p/" + ancestorsUUID + "/?vuid=" + ancestorsUUID:                         {ancestorsUUID, ancestorsUUID},
	} {
		var all []token.Short
		for _, s := range want {
			all = append(all, byHand(s))
		}
		if got := token.MovedLinks(text, names); !slices.Equal(got, all) {
			t.Errorf("%s: %v, want %v", text, got, all)
		}
	}
}

// TestACredentialIsKnownInATextByItsID: as a word, encoded or not, between dots and
// colons too, and never for another id.
func TestACredentialIsKnownInATextByItsID(t *testing.T) {
	for _, credential := range []string{ancestorsJWT, ancestorsUUID, ancestorsSesame, ancestorsSesame1} {
		id := byHand(credential).ID
		for text, want := range map[string]bool{
			"C": true, "see C.": true, "(C)": true, "was:C": true, "C:9": true, "a.b:C": true, "/r?x=C&y": true, `{"k":"C"}`: true, "E": true, "%zz/E/%": true, "é C é": true,
			"": false, "xC": false, "Cx": false, "C-": false,
		} {
			encoded := strings.NewReplacer(":", "%3A", "-", "%2d", "A", "%41").Replace(credential)
			text = strings.NewReplacer("C", credential, "E", encoded).Replace(text)
			if got := token.HoldsMoved(text, id); got != want {
				t.Errorf("%s: %v, want %v", text, got, want)
			}
			if token.HoldsMoved(text, byHand(credential+"x").ID+"x") || token.HoldsMoved(text, "") {
				t.Errorf("%s is known by another id", text)
			}
		}
	}
	if !token.HoldsMoved("report:"+ancestorsUUID+":9", byHand(ancestorsUUID).ID) {
		t.Error("a credential between two colons is not seen")
	}
	if token.HoldsMoved("gp_"+strings.Repeat("a", 44), "") {
		t.Error("no id is known by a token of ours")
	}
}
