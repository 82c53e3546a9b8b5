package manage

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// maxRef bounds the text that a pass is looked for in: the longest token in the
// longest link, twice over.
const maxRef = 16384

// The look of tokens, as package token writes them.
const (
	prefix       = "gp_"
	idLen        = 16
	fullLen      = 47
	signatureLen = 86  // 64 bytes in base64url
	maxHeader    = 256 // a JWT's header with the longest kid is shorter
)

// found is which pass a text is about, and what it shows of the pass's token.
type found struct {
	id        string
	secret    *pass.Digest // of a whole short token
	cut       bool         // a short token that is not whole
	signed    bool         // a JWT
	stateless bool         // a JWT without a record
}

// find looks for the one pass that s is, or holds. Otherwise it says why not.
// movedIn are the query parameters that credentials which moved in come in.
func find(s string, movedIn []string) (found, string) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return found{}, "required: a pass id, a token, or a whole link"
	case len(s) > maxRef:
		return found{}, "too long for a pass id, a token or a link"
	case token.ValidID(s):
		return found{id: s}, ""
	}
	whole, cut := shorts(s)
	hits := append(whole, jwts(s)...)
	if len(hits) == 0 {
		hits = cut
	}
	if len(hits) == 0 {
		hits = moved(s, movedIn)
	}
	if len(hits) == 0 {
		hits = words(s)
	}
	if len(hits) == 0 {
		return found{}, "neither a pass id nor a token, and no text that holds one"
	}
	for _, h := range hits {
		if h.id != hits[0].id {
			return found{}, "holds tokens or ids of different passes: give one"
		}
	}
	return hits[0], ""
}

// shorts returns the short tokens in s, and apart from them what is left of
// tokens that were cut or mistyped. What precedes a token does not matter: mail
// filters wrap links, and then it may be %2F.
func shorts(s string) (whole, cut []found) {
	for i := strings.Index(s, prefix); i >= 0; i = next(s, prefix, i) {
		rest := s[i:]
		if t, ok := token.ParseShort(rest[:min(fullLen, len(rest))]); ok {
			d := t.Digest()
			whole = append(whole, found{id: t.ID, secret: &d})
			continue
		}
		if id := rest[len(prefix):min(len(prefix)+idLen, len(rest))]; token.ValidID(id) {
			cut = append(cut, found{id: id, cut: true})
		}
	}
	return whole, cut
}

// jwts returns the JWTs in s whose pass can be read.
func jwts(s string) (hits []found) {
	for _, raw := range rawJWTs(s) {
		if h, ok := unverified(raw); ok {
			hits = append(hits, h)
		}
	}
	return hits
}

// rawJWTs returns what looks like a JWT of ours in s, whole or not. Each begins
// with eyJ, which is {" in base64url.
func rawJWTs(s string) (out []string) {
	const start = "eyJ"
	for i := strings.Index(s, start); i >= 0; i = next(s, start, i) {
		raw := s[i:min(len(s), i+token.MaxJWT)]
		if !strings.Contains(raw[:min(len(raw), maxHeader)], ".") {
			continue
		}
		if n := strings.IndexFunc(raw, notJWT); n >= 0 {
			raw = raw[:n]
		}
		raw = strings.TrimRight(raw, ".")
		if token.KindOf(raw) == token.JWTKind {
			out = append(out, raw)
		}
	}
	return out
}

// unverified reads which pass a JWT claims to be of. That is no secret and
// opens nothing, so nobody need have signed it.
func unverified(raw string) (found, bool) {
	parts := strings.Split(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return found{}, false
	}
	var claims struct {
		ID        string `json:"jti"`
		Stateless bool   `json:"stateless"`
	}
	if json.Unmarshal(b, &claims) != nil || !token.ValidID(claims.ID) {
		return found{}, false
	}
	cut := len(parts) != 3 || len(parts[2]) != signatureLen
	return found{id: claims.ID, signed: true, stateless: claims.Stateless, cut: cut}, true
}

// holdsToken reports whether s has a credential in it, or enough of one to
// wonder: more of a short token or a cookie than its id, or a JWT.
func holdsToken(s string) bool {
	for _, p := range []string{prefix, "gs_"} {
		for i := strings.Index(s, p); i >= 0; i = next(s, p, i) {
			rest := s[i+len(p):]
			if len(rest) > idLen && token.ValidID(rest[:idLen]) && base62(rest[idLen]) {
				return true
			}
		}
	}
	return len(rawJWTs(s)) > 0
}

// next returns where sub begins in s after i, or -1.
func next(s, sub string, i int) int {
	if n := strings.Index(s[i+1:], sub); n >= 0 {
		return i + 1 + n
	}
	return -1
}

func base62(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func notJWT(r rune) bool {
	return r > 127 || !base62(byte(r)) && r != '-' && r != '_' && r != '.'
}
