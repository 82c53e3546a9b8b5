package token

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// maxDate is the last second that RFC 3339 can write. Below it no sum of a time
// and a leeway or lifetime overflows.
const maxDate = 253402300799

// maxName bounds issuer and audience, in bytes.
const maxName = 255

// Claims is what a JWT says. The package comment gives the bounds of each field.
type Claims struct {
	Issuer, Audience string
	Subject          string
	Scope            string
	ID               string // jti: the pass id
	KID              string // of the key that signed; set by Verify, not a claim
	Mode             pass.Mode
	IssuedAt         pass.NumericDate
	NotBefore        pass.NumericDate // zero: from the start
	ExpiresAt        pass.NumericDate
	Data             json.RawMessage // a JSON object in ASCII, or empty
	Stateless        bool
}

// Pass returns a stateless token as the record that it stands for: unlimited, and
// to be judged with [pass.Ask.Signed]. NotBefore is left zero because Verify has
// judged it, with a leeway that a record does not know.
func (c Claims) Pass() *pass.Pass {
	return &pass.Pass{
		V:         pass.Version,
		ID:        c.ID,
		Mode:      c.Mode,
		Format:    pass.Stateless,
		Scope:     c.Scope,
		Subject:   c.Subject,
		Data:      c.Data,
		ExpiresAt: c.ExpiresAt,
		IssuedAt:  c.IssuedAt,
	}
}

// check returns the first claim that is missing or out of bounds.
func (c *Claims) check() error {
	switch {
	case c.Issuer == "" || len(c.Issuer) > maxName:
		return errors.New("iss has 1 to 255 bytes")
	case c.Audience == "" || len(c.Audience) > maxName:
		return errors.New("aud has 1 to 255 bytes")
	case !ValidID(c.ID):
		return errors.New("jti is a pass id")
	case !pass.ValidScope(c.Scope):
		return errors.New("scope is a scope")
	case !date(c.IssuedAt):
		return errors.New("iat is required")
	case !date(c.ExpiresAt):
		return errors.New("exp is required")
	case c.NotBefore != 0 && !date(c.NotBefore):
		return errors.New("nbf is no second before year 10000")
	}
	return c.checkMode()
}

// checkMode is what a mode, and having no record, ask of the other claims.
func (c *Claims) checkMode() error {
	switch c.Mode {
	case pass.Request, pass.SessionMode:
		if c.Subject == "" || len(c.Subject) > pass.MaxSubject {
			return errors.New("sub has 1 to 255 bytes in this mode")
		}
	case pass.None, pass.VisitorMode:
		if c.Subject != "" {
			return errors.New("sub has no place in this mode")
		}
	default:
		return errors.New("mode is one of none, request, session, visitor")
	}
	switch {
	case c.Stateless && c.Mode.Redeems():
		return errors.New("stateless tokens cannot be redeemed")
	case len(c.Data) == 0:
		return nil
	case !c.Stateless:
		return errors.New("data belongs into the record")
	case len(c.Data) > pass.MaxStateless || !ascii(c.Data) || jsontext.Value(c.Data).Kind() != '{':
		return errors.New("data is an object of at most 1024 bytes of ASCII")
	}
	return nil
}

// ascii reports whether b can stand in a header, which is where backends get it.
func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func date(d pass.NumericDate) bool { return d > 0 && d <= maxDate }
