package decisions

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Credential is one token string to be minted.
type Credential struct {
	ID     string // 16 base62 characters; for a signed token its jti
	Secret [16]byte
	Format pass.Format
	Claims *pass.Pass // what a signed token says of itself; nil for short
	Fault  string     // of a signed token: bad-signature, unknown-key, wrong-audience, wrong-issuer, oversize; or ""
}

// Token is the credential of a row, where the request carries it, and the
// record it leads to.
type Token struct {
	Credential
	Form   string     // good, cut, mistyped, …: how it is presented
	Via    []string   // the places: query, vuid, rt, bearer, check, page, foreign-query, foreign-bearer
	Record *pass.Pass // nil: nothing lies there
}

// passCell is the pass column: how the record differs from the default.
type passCell struct {
	p           pass.Pass
	present     bool
	uses        string
	secretUntil pass.NumericDate
	tokenExp    pass.NumericDate
	tokenNbf    pass.NumericDate
	tokenScope  string
	live, dead  int
	gone        bool
}

func passWords() words[passCell] {
	return words[passCell]{
		"mode":    choice(func(c *passCell) *pass.Mode { return &c.p.Mode }, modes()...),
		"format":  choice(func(c *passCell) *pass.Format { return &c.p.Format }, pass.Short, pass.JWT, pass.Stateless),
		"subject": text(func(c *passCell) *string { return &c.p.Subject }),
		"scope":   text(func(c *passCell) *string { return &c.p.Scope }),
		"uses":    text(func(c *passCell) *string { return &c.uses }),
		"exp":     offset(func(c *passCell) *pass.NumericDate { return &c.p.ExpiresAt }),
		"nbf":     offset(func(c *passCell) *pass.NumericDate { return &c.p.NotBefore }),
		"iat":     offset(func(c *passCell) *pass.NumericDate { return &c.p.IssuedAt }),
		"revoked": offset(func(c *passCell) *pass.NumericDate { return &c.p.RevokedAt }),
		"v":       number(func(c *passCell) *int { return &c.p.V }),
		"secret": func(c *passCell, value string) error {
			old, ok := strings.CutPrefix(value, "old:")
			if !ok {
				return fmt.Errorf("%q is not old: and an offset", value)
			}
			return offset(func(c *passCell) *pass.NumericDate { return &c.secretUntil })(c, old)
		},
		"sessions":      number(func(c *passCell) *int { return &c.live }),
		"dead-sessions": number(func(c *passCell) *int { return &c.dead }),
		"gone":          flag(func(c *passCell) *bool { return &c.gone }),
		"token-exp":     offset(func(c *passCell) *pass.NumericDate { return &c.tokenExp }),
		"token-nbf":     offset(func(c *passCell) *pass.NumericDate { return &c.tokenNbf }),
		"token-scope":   text(func(c *passCell) *string { return &c.tokenScope }),
	}
}

func (c *passCell) read(cell string) error {
	c.p = pass.Pass{V: pass.Version, Mode: pass.None, Format: pass.Short, Scope: "report:66", MaxUses: 10,
		ExpiresAt: Now + 3600, IssuedAt: Now - 60}
	if cell == "-" {
		c.gone = true
		return nil
	}
	c.present = true
	return errors.Join(passWords().apply(c, cell), c.settle())
}

// settle fills in what follows from the words.
func (c *passCell) settle() error {
	p := &c.p
	switch {
	case p.Subject != "":
	case p.Mode == pass.Request, p.Mode == pass.SessionMode:
		p.Subject = "ginger"
	case p.Mode == pass.VisitorMode:
		p.Visitor = &pass.Visitor{Email: "fred@example.com"}
	}
	if p.Mode == pass.SessionMode {
		p.SessionExpiresIn = 3600
	}
	used, most, err := parseUses(c.uses)
	p.MaxUses = most
	p.Uses = make(map[pass.Key]pass.NumericDate, used)
	for i := range used {
		p.Uses[useKey(i)] = p.IssuedAt + 1
	}
	p.Sessions = map[pass.Key]pass.NumericDate{}
	for i := range c.live {
		p.Sessions[keyOf("live", i)] = Now + 1
	}
	for i := range c.dead {
		p.Sessions[keyOf("dead", i)] = Now
	}
	return err
}

// parseUses reads used/most; the default is 0/10.
func parseUses(s string) (used, most int, err error) {
	switch s {
	case "":
		return 0, 10, nil
	case "unlimited":
		return 0, 0, nil
	}
	a, b, _ := strings.Cut(s, "/")
	used, errA := strconv.Atoi(a)
	most, errB := strconv.Atoi(b)
	if errA != nil || errB != nil || used < 0 || most < 1 || most > pass.MaxUses {
		return 0, 0, fmt.Errorf("uses: %q is neither unlimited nor such as 9/10", s)
	}
	return used, most, nil
}

// newToken makes the token of a row, or nil where the request carries none.
func newToken(line int, of passCell, via tokenCell) *Token {
	if len(via.places) == 0 {
		return nil
	}
	t := &Token{Form: via.form, Via: via.places}
	t.ID, t.Secret, t.Format = idOf("token", line), secretOf("token", line), of.p.Format
	if t.movedIn() {
		t.ID, t.Secret = readMoved(moved(t.Form, line))
	}
	record := of.p
	record.ID, record.PurgeAt = t.ID, of.p.EndOfLife()+30*24*3600
	record.Uses, record.Sessions = maps.Clone(of.p.Uses), maps.Clone(of.p.Sessions)
	record.Secrets = secrets(line, t.Secret, of.secretUntil)
	if t.Form == "wrong-secret" {
		t.Secret = secretOf("wrong", line)
	}
	if t.Format != pass.Short {
		t.Claims = claims(t.ID, of)
	}
	if slices.Contains(signedFaults(), t.Form) {
		t.Fault = t.Form
	}
	if !of.gone && t.Format != pass.Stateless {
		t.Record = &record
	}
	return t
}

// secrets are those of the record: the presented one alone, or as the previous
// one beside its successor.
func secrets(line int, presented [16]byte, until pass.NumericDate) map[pass.Digest]pass.NumericDate {
	out := map[pass.Digest]pass.NumericDate{pass.DigestOf(presented[:]): until}
	if until != 0 {
		next := secretOf("next", line)
		out[pass.DigestOf(next[:])] = 0
	}
	return out
}

func claims(id string, of passCell) *pass.Pass {
	c := &pass.Pass{V: pass.Version, ID: id, Mode: of.p.Mode, Format: of.p.Format, Scope: of.p.Scope, Subject: of.p.Subject,
		IssuedAt: of.p.IssuedAt, NotBefore: of.p.NotBefore, ExpiresAt: of.p.ExpiresAt}
	if of.tokenExp != 0 {
		c.ExpiresAt = of.tokenExp
	}
	if of.tokenNbf != 0 {
		c.NotBefore = of.tokenNbf
	}
	if of.tokenScope != "" {
		c.Scope = of.tokenScope
	}
	return c
}

func signedFaults() []string {
	return []string{"bad-signature", "unknown-key", "wrong-audience", "wrong-issuer", "oversize"}
}

// checkToken refuses a token column and a request column that do not fit.
func (r Row) checkToken(of passCell, via tokenCell) error {
	signed := of.p.Format != pass.Short
	switch {
	case r.Token == nil && of.present:
		return errors.New("a pass, but the request presents no token: via=")
	case r.Token == nil && via.form != "good":
		return errors.New("a token= but no via=")
	case slices.Contains(signedFaults(), via.form) && !signed:
		return fmt.Errorf("token=%s is of signed formats", via.form)
	case (slices.Contains([]string{"cut", "mistyped", "wrong-secret"}, via.form) || r.Token != nil && r.Token.movedIn()) && signed:
		return fmt.Errorf("token=%s is of the short format", via.form)
	case !signed && (of.tokenExp != 0 || of.tokenNbf != 0 || of.tokenScope != ""):
		return errors.New("a short token says nothing of itself")
	}
	return nil
}

// idOf names a part of a row in 16 base62 characters.
func idOf(part string, line int) string {
	return part + fmt.Sprintf("%0*d", 16-len(part), line)
}

func secretOf(part string, line int) [16]byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "decisions %s %d", part, line))
	return [16]byte(sum[:16])
}

func keyOf(kind string, i int) pass.Key {
	sum := sha256.Sum256(fmt.Appendf(nil, "decisions key %s %d", kind, i))
	return pass.KeyOf([8]byte(sum[:8]))
}

func useKey(i int) pass.Key { return keyOf("use", i) }
