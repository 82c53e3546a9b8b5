package token_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorFile = "testdata/vectors.json"

var vectorShort = token.Short{ID: id, Secret: [16]byte(unhex("000102030405060708090a0b0c0d0e0f"))}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// vectors is the file: what any implementation of the format can be held against.
type vectors struct {
	About    string         `json:"about"`
	Seed     string         `json:"seed"` // of the private key, as d in RFC 8037
	Public   string         `json:"public"`
	KID      string         `json:"kid"`
	Issuer   string         `json:"issuer"`
	Audience string         `json:"audience"`
	Leeway   int64          `json:"leeway"`
	Short    []shortVector  `json:"short"`
	Cookie   []shortVector  `json:"cookie"`
	Derive   []deriveVector `json:"derive"`
	Moved    []movedVector  `json:"moved"`
	JWT      []jwtVector    `json:"jwt"`
}

type shortVector struct {
	Name   string      `json:"name"`
	String string      `json:"string"`
	Reason pass.Reason `json:"reason"`
	ID     string      `json:"id,omitzero"`
	Secret string      `json:"secret,omitzero"` // hex
	Digest string      `json:"digest,omitzero"` // base64url, as in the record
}

type deriveVector struct {
	Token string `json:"token"`
	Label string `json:"label"`
	Nonce string `json:"nonce"` // hex
	Key   string `json:"key"`   // hex
}

type jwtVector struct {
	Name   string           `json:"name"`
	String string           `json:"string"`
	Now    pass.NumericDate `json:"now"`
	Reason pass.Reason      `json:"reason"`
	Claims *claimsVector    `json:"claims,omitzero"` // what Verify returns; absent: nothing
}

type claimsVector struct {
	Issuer    string           `json:"iss"`
	Audience  string           `json:"aud"`
	Subject   string           `json:"sub,omitzero"`
	Scope     string           `json:"scope"`
	ID        string           `json:"jti"`
	Mode      pass.Mode        `json:"mode"`
	IssuedAt  pass.NumericDate `json:"iat"`
	NotBefore pass.NumericDate `json:"nbf,omitzero"`
	ExpiresAt pass.NumericDate `json:"exp"`
	Stateless bool             `json:"stateless,omitzero"`
	Data      jsontext.Value   `json:"data,omitzero"`
}

func (c *claimsVector) claims() token.Claims {
	if c == nil {
		return token.Claims{}
	}
	return token.Claims{Issuer: c.Issuer, Audience: c.Audience, Subject: c.Subject, Scope: c.Scope, ID: c.ID, KID: kid, Mode: c.Mode,
		IssuedAt: c.IssuedAt, NotBefore: c.NotBefore, ExpiresAt: c.ExpiresAt, Data: json.RawMessage(c.Data), Stateless: c.Stateless}
}

// readVectors reads the file, which -update writes first.
func readVectors(t testing.TB) vectors {
	t.Helper()
	if *update {
		b, err := jsonv2.Marshal(makeVectors(), jsontext.WithIndent("  "), jsontext.PreserveRawStrings(true))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := jsonv2.Unmarshal(b, &v, jsonv2.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	for _, row := range v.JWT {
		if row.Claims != nil && row.Claims.Data != nil {
			if err := row.Claims.Data.Compact(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return v
}

func TestTheVectorFileIsWhatTheTablesHereMake(t *testing.T) {
	if diff := cmp.Diff(makeVectors(), readVectors(t)); diff != "" {
		t.Errorf("go test ./pkg/token -update writes it anew (-tables +file):\n%s", diff)
	}
}

func TestShortVectors(t *testing.T) {
	v := readVectors(t)
	for _, kind := range []struct {
		rows  []shortVector
		parse func(string) (token.Short, bool)
		write func(token.Short) string
	}{
		{v.Short, token.ParseShort, token.Short.String},
		{v.Cookie, token.ParseCookie, token.Short.Cookie},
	} {
		for _, row := range kind.rows {
			t.Run(row.Name, func(t *testing.T) {
				got, ok := kind.parse(row.String)
				if ok != (row.Reason == pass.OK) {
					t.Fatalf("read: %v, want %s", ok, row.Reason)
				}
				if !ok {
					return
				}
				want := token.Short{ID: row.ID, Secret: [16]byte(unhex(row.Secret))}
				if got != want || kind.write(want) != row.String || got.Digest().String() != row.Digest {
					t.Errorf("read as %v", got)
				}
			})
		}
	}
}

func TestDeriveVectors(t *testing.T) {
	for _, row := range readVectors(t).Derive {
		s, ok := token.ParseShort(row.Token)
		if !ok {
			t.Fatal("malformed")
		}
		if got := s.Derive(row.Label, [16]byte(unhex(row.Nonce))); hex.EncodeToString(got[:]) != row.Key {
			t.Errorf("%s: %x, want %s", row.Label, got, row.Key)
		}
	}
}

func TestJWTVectors(t *testing.T) {
	file := readVectors(t)
	v := verifier(t)
	for _, row := range file.JWT {
		t.Run(row.Name, func(t *testing.T) {
			got, reason := v.Verify(row.String, row.Now)
			if reason != row.Reason {
				t.Fatalf("%s, want %s", reason, row.Reason)
			}
			if diff := cmp.Diff(row.Claims.claims(), got); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheVectorsShowEveryReasonOfATokenAlone(t *testing.T) {
	seen := map[pass.Reason]int{}
	for _, row := range readVectors(t).JWT {
		seen[row.Reason]++
	}
	for _, r := range []pass.Reason{pass.OK, pass.Malformed, pass.BadSignature, pass.UnknownKey, pass.Expired, pass.NotYetValid} {
		if seen[r] == 0 {
			t.Errorf("no vector gives %s", r)
		}
		delete(seen, r)
	}
	if len(seen) > 0 {
		t.Errorf("reasons that only a record can give: %v", seen)
	}
}
