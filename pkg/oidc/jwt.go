package oidc

import (
	"bytes"
	_ "crypto/sha256" // what the algorithms hash with
	_ "crypto/sha512"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"github.com/gatepass/gatepass/pkg/pass"
)

// MaxToken is how long a token may be, in bytes. API Gateway takes 10,240 of
// headers in all.
const MaxToken = 8192

// leeway is what clocks may differ, in seconds: for iat and nbf alone.
const leeway = 60

// latest is the last second of the year 9999.
const latest = 253402300799

var strict = base64.RawURLEncoding.Strict()

// Issued reports whether raw says of itself that it is the host's, by its look
// alone: it may still be anything. Of a token that was cut or blown up, what
// can be read in MaxToken bytes counts, so that it is refused as the host's and
// not passed over.
func (v *Verifier) Issued(raw string) bool {
	_, rest, _ := strings.Cut(raw[:min(len(raw), MaxToken)], ".")
	payload, _, _ := strings.Cut(rest, ".")
	b := make([]byte, strict.DecodedLen(len(payload)))
	n, _ := strict.Decode(b, []byte(payload)) // as much as can be decoded
	return issuerOf(b[:n]) == v.cfg.Issuer
}

// issuerOf returns the member iss of an object that may end anywhere.
func issuerOf(claims []byte) string {
	d := jsontext.NewDecoder(bytes.NewReader(claims), jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return ""
	}
	for {
		name, err := d.ReadToken()
		if err != nil || name.Kind() != '"' {
			return ""
		}
		if name.String() != "iss" {
			if d.SkipValue() != nil {
				return ""
			}
			continue
		}
		if t, err := d.ReadToken(); err == nil && t.Kind() == '"' {
			return t.String()
		}
		return ""
	}
}

// header is what is read of a token's header. Members that are not named here
// are ignored (RFC 7515, section 4), and so can say nothing about keys.
type header struct {
	Alg  string         `json:"alg"`
	KID  string         `json:"kid"`
	Typ  string         `json:"typ"`
	Crit jsontext.Value `json:"crit"`
}

// token is a JWS taken apart. Nothing in it is to be believed yet but the kid,
// and that only to find the key.
type token struct {
	header    header
	signed    string // what the signature is over
	claims    []byte // decoded, not read
	signature []byte
}

// open takes raw apart without reading the claims, and reports whether it has
// the form of a token that may be judged.
func open(raw string) (t token, ok bool) {
	parts := strings.SplitN(raw[:min(len(raw), MaxToken+1)], ".", 4)
	if len(raw) > MaxToken || len(parts) != 3 {
		return t, false
	}
	head, ok1 := decode(parts[0])
	claims, ok2 := decode(parts[1])
	signature, ok3 := decode(parts[2])
	if !ok1 || !ok2 || !ok3 || json.Unmarshal(head, &t.header) != nil {
		return t, false
	}
	t.signed, t.claims, t.signature = raw[:len(raw)-len(parts[2])-1], claims, signature
	return t, len(t.header.Crit) == 0 && len(t.header.KID) <= maxName && typed(t.header.Typ)
}

// decode reads base64url without padding, line breaks or stray bits.
func decode(part string) ([]byte, bool) {
	b, err := strict.DecodeString(part)
	return b, err == nil && part != "" && !strings.ContainsAny(part, "\r\n")
}

// typed reports whether typ is that of a token for an API: an issuer signs other
// things with the same keys, such as logout tokens (RFC 8725, section 3.12).
func typed(typ string) bool {
	switch strings.TrimPrefix(strings.ToLower(typ), "application/") {
	case "", "jwt", "at+jwt":
		return true
	}
	return false
}

// verified reports whether one of the keys is for the token's algorithm and its
// signature. There is one key of a kid, unless the host has several by mistake.
func (t *token) verified(found []key) bool {
	return slices.ContainsFunc(found, func(k key) bool {
		return slices.Contains(k.algs, t.header.Alg) && jwt.GetSigningMethod(t.header.Alg).Verify(t.signed, t.signature, k.public) == nil
	})
}

// claims are what is read of a token whose signature has been verified.
type claims struct {
	issuer, subject         string
	audience                []string
	issued, starts, expires pass.NumericDate // zero: not said
}

// read reads the claims; ok is false unless there are those that must be, each
// of its type. Members named twice are refused, unknown ones ignored.
func (t *token) read() (c claims, ok bool) {
	var w struct {
		Issuer   string         `json:"iss"`
		Subject  string         `json:"sub"`
		Audience jsontext.Value `json:"aud"`
		ClientID string         `json:"client_id"`
		Expires  jsontext.Value `json:"exp"`
		Starts   jsontext.Value `json:"nbf"`
		Issued   jsontext.Value `json:"iat"`
	}
	if json.Unmarshal(t.claims, &w) != nil {
		return c, false
	}
	c = claims{issuer: w.Issuer, subject: w.Subject, audience: []string{w.ClientID}}
	good := true
	if w.Audience != nil {
		c.audience, good = audiences(w.Audience)
	}
	var ok1, ok2, ok3 bool
	c.expires, ok1 = seconds(w.Expires)
	c.starts, ok2 = seconds(w.Starts)
	c.issued, ok3 = seconds(w.Issued)
	return c, good && ok1 && ok2 && ok3 && c.expires != 0 && c.subject != "" && len(c.subject) <= maxName
}

// audiences reads aud: one string, or a list of them (RFC 7519, section 4.1.3).
func audiences(v jsontext.Value) (list []string, ok bool) {
	var one string
	if v.Kind() == '"' {
		err := json.Unmarshal(v, &one)
		return []string{one}, err == nil
	}
	var many []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &many) != nil {
		return nil, false
	}
	for _, member := range many {
		if member.Kind() != '"' || json.Unmarshal(member, &one) != nil {
			return nil, false
		}
		list = append(list, one)
	}
	return list, true
}

// seconds reads a NumericDate, whose fraction is cut off. One that is not there
// is zero; one that is there is never zero, so that none is taken for missing.
func seconds(v jsontext.Value) (pass.NumericDate, bool) {
	if v == nil {
		return 0, true
	}
	if v.Kind() != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	f = math.Floor(f)
	return pass.NumericDate(f), err == nil && f >= 1 && f <= latest
}

// isFor reports whether the token is meant for this audience, which is not "".
func (c *claims) isFor(audience string) bool { return slices.Contains(c.audience, audience) }

// user returns the pass that the token stands for. It has no id, and of its
// scope nothing is known: the host's own users have none.
func (c *claims) user() *pass.Pass {
	return &pass.Pass{V: pass.Version, Mode: pass.Host, Subject: c.subject, IssuedAt: c.issued, ExpiresAt: c.expires}
}
