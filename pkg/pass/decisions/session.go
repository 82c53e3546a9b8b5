package decisions

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Cookie is a session cookie in the request, and the records it leads to.
type Cookie struct {
	Name      string // user or visitor
	ID        string // of the pass
	Secret    [16]byte
	Malformed bool
	Pass      *pass.Pass    // nil: nothing lies there
	Session   *pass.Session // nil: nothing lies there
}

// Value returns the cookie's value, made by mint of a pass id and a secret.
func (c Cookie) Value(mint func(id string, secret [16]byte) string) string {
	value := mint(c.ID, c.Secret)
	if c.Malformed {
		return value[:len(value)-1]
	}
	return value
}

// sessionCell is what stands in the parentheses of one session.
type sessionCell struct {
	scope, subject                                       string
	at, exp, passExp, revoked                            pass.NumericDate
	v, passV                                             int
	this, ended, unknown, orphan, wrongSecret, malformed bool
}

func sessionWords() words[sessionCell] {
	return words[sessionCell]{
		"scope":        text(func(c *sessionCell) *string { return &c.scope }),
		"subject":      text(func(c *sessionCell) *string { return &c.subject }),
		"at":           offset(func(c *sessionCell) *pass.NumericDate { return &c.at }),
		"exp":          offset(func(c *sessionCell) *pass.NumericDate { return &c.exp }),
		"pass-exp":     offset(func(c *sessionCell) *pass.NumericDate { return &c.passExp }),
		"revoked":      offset(func(c *sessionCell) *pass.NumericDate { return &c.revoked }),
		"v":            number(func(c *sessionCell) *int { return &c.v }),
		"pass-v":       number(func(c *sessionCell) *int { return &c.passV }),
		"this":         flag(func(c *sessionCell) *bool { return &c.this }),
		"ended":        flag(func(c *sessionCell) *bool { return &c.ended }),
		"unknown":      flag(func(c *sessionCell) *bool { return &c.unknown }),
		"orphan":       flag(func(c *sessionCell) *bool { return &c.orphan }),
		"wrong-secret": flag(func(c *sessionCell) *bool { return &c.wrongSecret }),
		"malformed":    flag(func(c *sessionCell) *bool { return &c.malformed }),
	}
}

// readSessions reads the session column: any of user(…), visitor(…), opened(…).
func (r *Row) readSessions(cell string) error {
	if cell == "-" {
		return nil
	}
	one := regexp.MustCompile(`^(user|visitor|opened)\(([^()]*)\) *`)
	seen := map[string]bool{}
	for cell != "" {
		m := one.FindStringSubmatch(cell)
		if m == nil {
			return fmt.Errorf("%q is no user(…), visitor(…) or opened(…)", cell)
		}
		if cell = cell[len(m[0]):]; seen[m[1]] {
			return fmt.Errorf("%q twice", m[1])
		}
		seen[m[1]] = true
		if err := r.readSession(m[1], m[2]); err != nil {
			return fmt.Errorf("%s: %w", m[1], err)
		}
	}
	return nil
}

func (r *Row) readSession(kind, attributes string) error {
	c := sessionCell{scope: "report:66", subject: "ginger", at: Now - 60, exp: Now + 3600, passExp: Now + 3600, v: pass.Version, passV: pass.Version}
	if err := sessionWords().apply(&c, attributes); err != nil {
		return err
	}
	if (c.this || kind == "opened") && (r.Token == nil || r.Token.Record == nil) {
		return errors.New("there is no pass that it could be of")
	}
	if kind == "opened" {
		r.open(c)
		return nil
	}
	r.Cookies = append(r.Cookies, r.newCookie(kind, c))
	return nil
}

// open enters what this redemption opened before as the newest use and session
// of the token's pass.
func (r *Row) open(c sessionCell) {
	p := r.Token.Record
	r.Opened = newSession(p.ID, secretOf("opened", r.Line), c)
	key := r.Opened.Key()
	if len(p.Uses) > 0 {
		delete(p.Uses, useKey(len(p.Uses)-1))
		p.Uses[key] = c.at
	}
	if !c.ended {
		p.Sessions[key] = c.exp
	}
}

func (r *Row) newCookie(kind string, c sessionCell) Cookie {
	p := newSessionPass(kind, r.Line, c)
	if c.this {
		p = r.Token.Record
	}
	out := Cookie{Name: kind, ID: p.ID, Secret: secretOf(kind, r.Line), Malformed: c.malformed}
	s := newSession(p.ID, out.Secret, c)
	if !c.ended {
		p.Sessions[s.Key()] = c.exp
	}
	if c.wrongSecret {
		out.Secret = secretOf("wrong"+kind, r.Line)
	}
	if !c.unknown && !c.orphan {
		out.Pass = p
	}
	if !c.unknown {
		out.Session = s
	}
	return out
}

func newSession(id string, secret [16]byte, c sessionCell) *pass.Session {
	return &pass.Session{V: c.v, PassID: id, Secret: pass.DigestOf(secret[:]), At: c.at, ExpiresAt: c.exp,
		IP: "192.0.2.1", PurgeAt: c.exp + 30*24*3600}
}

// newSessionPass makes the pass that a cookie's session was redeemed from. A
// user's is spent by that, as login links are; a visitor's is unlimited.
func newSessionPass(kind string, line int, c sessionCell) *pass.Pass {
	secret := secretOf(kind+"pass", line)
	p := &pass.Pass{V: c.passV, ID: idOf(kind, line), Mode: pass.VisitorMode, Format: pass.Short, Scope: c.scope,
		Secrets: map[pass.Digest]pass.NumericDate{pass.DigestOf(secret[:]): 0}, IssuedAt: c.at - 60, ExpiresAt: c.passExp,
		RevokedAt: c.revoked, Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{}}
	if kind == "user" {
		p.Mode, p.Subject, p.SessionExpiresIn = pass.SessionMode, c.subject, int64(c.exp-c.at)
		p.MaxUses, p.Uses[useKey(0)] = 1, c.at
	} else {
		p.Visitor = &pass.Visitor{Email: "fred@example.com"}
	}
	p.PurgeAt = p.EndOfLife() + 30*24*3600
	return p
}
