package decisions

import (
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Foreign is a credential of somebody else: a JWT of the host's own.
const Foreign = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJob3N0In0.dGhlIGhvc3Qncw"

// Presented is one credential in one place of the request.
type Presented struct {
	Place string // query, vuid, rt, bearer, check or page
	Value string
}

// Present returns the credentials that the request carries, in order. A place
// may occur twice: the same name given two times. mint makes the token string.
func (r Row) Present(mint func(Credential) string) []Presented {
	return append(r.presentToken(mint), r.Host.present(mint)...)
}

func (r Row) presentToken(mint func(Credential) string) []Presented {
	if r.Token == nil {
		return nil
	}
	value := shape(r.Token.Form, func() string { return mint(r.Token.Credential) })
	if r.Token.movedIn() {
		value = moved(r.Token.Form, r.Line)
	}
	var out []Presented
	for _, place := range r.Token.Via {
		if own, foreign := strings.CutPrefix(place, "foreign-"); foreign {
			out = append(out, Presented{own, Foreign})
			continue
		}
		out = append(out, Presented{place, value})
	}
	if twice := strings.HasPrefix(r.Token.Form, "twice-"); twice && len(out) == 1 {
		out = append(out, out[0])
	}
	switch last := &out[len(out)-1]; r.Token.Form {
	case "twice-different":
		last.Value = mint(r.another())
	case "joined":
		last.Value += "," + mint(r.another())
	}
	return out
}

// another is a well-formed credential of no record.
func (r Row) another() Credential {
	return Credential{ID: idOf("other", r.Line), Secret: secretOf("other", r.Line), Format: pass.Short}
}

// shape makes of a good token what a form of it says.
func shape(form string, mint func() string) string {
	switch form {
	case "empty":
		return ""
	case "foreign":
		return Foreign
	}
	s := mint()
	switch form {
	case "cut":
		return s[:len(s)-1]
	case "mistyped":
		mid := len(s) / 2
		typo := byte('x')
		if s[mid] == typo {
			typo = 'y'
		}
		return s[:mid] + string(typo) + s[mid+1:]
	}
	return s
}
