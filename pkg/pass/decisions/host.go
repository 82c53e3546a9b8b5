package decisions

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
)

// HostFormat is the format of a [Credential] that is the host's own token and
// none of ours.
const HostFormat pass.Format = "host"

// Host is the host's own token in a request.
type Host struct {
	Credential        // of HostFormat; its Claims have Subject, IssuedAt and ExpiresAt
	Form       string // good, cut, …: how it is presented; or what the stack lacks to judge it
	Place      string // bearer or check
}

// hostCell is what the request column says of it.
type hostCell struct {
	form, via, sub string
	iat, exp       pass.NumericDate
}

func hostForms() []string {
	return append([]string{"good", "cut", "twice-same", "twice-different", "unset", "no-keys"}, hostFaults()...)
}

func hostFaults() []string {
	return []string{"bad-signature", "unknown-key", "wrong-audience", "wrong-issuer"}
}

func hostWords(all words[requestCell]) words[requestCell] {
	all["host"] = choice(func(c *requestCell) *string { return &c.host.form }, hostForms()...)
	all["host-via"] = choice(func(c *requestCell) *string { return &c.host.via }, "bearer", "check")
	all["host-sub"] = text(func(c *requestCell) *string { return &c.host.sub })
	all["host-iat"] = offset(func(c *requestCell) *pass.NumericDate { return &c.host.iat })
	all["host-exp"] = offset(func(c *requestCell) *pass.NumericDate { return &c.host.exp })
	return all
}

// token makes the token that the words are about; nil where there is none.
func (c hostCell) token(line int) (*Host, error) {
	if c.form == "" {
		if c != (hostCell{}) {
			return nil, errors.New("more about the host's token, but no host=")
		}
		return nil, nil
	}
	h := &Host{Form: c.form, Place: "bearer"}
	h.ID, h.Format = idOf("host", line), HostFormat
	h.Claims = &pass.Pass{Mode: pass.Host, Subject: "ginger", IssuedAt: Now - 60, ExpiresAt: Now + 3600}
	if c.via != "" {
		h.Place = c.via
	}
	if c.sub != "" {
		h.Claims.Subject = c.sub
	}
	if c.iat != 0 {
		h.Claims.IssuedAt = c.iat
	}
	if c.exp != 0 {
		h.Claims.ExpiresAt = c.exp
	}
	for _, fault := range hostFaults() {
		if c.form == fault {
			h.Fault = fault
		}
	}
	return h, nil
}

// present returns the host's token as often as the request carries it.
func (h *Host) present(mint func(Credential) string) []Presented {
	if h == nil {
		return nil
	}
	one := Presented{h.Place, mint(h.Credential)}
	switch h.Form {
	case "cut":
		one.Value = one.Value[:len(one.Value)-1]
	case "twice-same":
		return []Presented{one, one}
	case "twice-different":
		another := h.Credential
		claims := *h.Claims
		claims.Subject += "2"
		another.Claims = &claims
		return []Presented{one, {h.Place, mint(another)}}
	}
	return []Presented{one}
}
