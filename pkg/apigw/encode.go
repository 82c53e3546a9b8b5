package apigw

import (
	"encoding/json"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/gate"
)

// Context is what an allowed request tells the backend: every key always there,
// every value an ASCII string, "-" where there is nothing.
type Context struct {
	Access    string `json:"access"`
	Reason    string `json:"reason"`
	Mode      string `json:"mode"`
	PassID    string `json:"pass_id"`
	SessionID string `json:"session_id"`
	Scope     string `json:"scope"`
	Subject   string `json:"subject"`
	Visitor   string `json:"visitor"` // JSON of the visitor
	Data      string `json:"data"`    // JSON object
}

// NewContext returns the context of a decision.
func NewContext(d gate.Decision) Context {
	c := Context{Access: dash(string(d.Access)), Reason: string(d.Reason), Mode: "-", PassID: dash(d.PassID), SessionID: dash(string(d.SessionID)),
		Scope: "-", Subject: "-", Visitor: "-", Data: "-"}
	if d.Pass == nil {
		return c
	}
	c.Mode, c.Scope, c.Subject, c.Data = string(d.Pass.Mode), dash(d.Pass.Scope), dash(Header(d.Pass.Subject)), dash(escape(string(d.Pass.Data)))
	if d.Pass.Visitor != nil {
		b, _ := json.Marshal(d.Pass.Visitor) // strings only: cannot fail
		c.Visitor = escape(string(b))
	}
	return c
}

type policyAnswer struct {
	PrincipalID string   `json:"principalId"`
	Policy      policy   `json:"policyDocument"`
	Context     *Context `json:"context,omitempty"`
}

type policy struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Action   string `json:"Action"`
	Effect   string `json:"Effect"`
	Resource string `json:"Resource"`
}

type simpleAnswer struct {
	IsAuthorized bool     `json:"isAuthorized"`
	Context      *Context `json:"context,omitempty"`
}

// Encode writes the answer to the event: a policy, or, for HTTP API 2.0 where
// simple is set, the simple form. The policy names the event's own ARN. A path
// may hold what a policy reads as a wildcard; as results are not cached, the
// policy decides this one request and no other.
// A decision that is an error is returned as
// that error, for the runtime to report.
func (e *Event) Encode(d gate.Decision, simple bool) ([]byte, error) {
	if d.Outcome == gate.Error {
		return nil, d.Err
	}
	var ctx *Context
	if d.Outcome == gate.Allow {
		c := NewContext(d)
		ctx = &c
	}
	if simple && e.Dialect == HTTP2 {
		return jsonv2.Marshal(simpleAnswer{IsAuthorized: d.Outcome == gate.Allow, Context: ctx})
	}
	effect, resource := "Deny", e.ARN
	switch {
	case d.Outcome == gate.Allow:
		effect = "Allow"
	case e.Unanswerable(simple):
		resource = "*"
	}
	return jsonv2.Marshal(policyAnswer{PrincipalID: dash(d.PassID), Context: ctx,
		Policy: policy{Version: "2012-10-17", Statement: []statement{{Action: "execute-api:Invoke", Effect: effect, Resource: resource}}}})
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// escape writes the non-ASCII of a JSON text as \u escapes (RFC 8259, section 7).
func escape(s string) string {
	return ascii(s, func(b *strings.Builder, r rune) {
		if r > 0xffff {
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			unicodeEscape(b, hi)
			unicodeEscape(b, lo)
			return
		}
		unicodeEscape(b, r)
	})
}

// Header writes the non-ASCII of plain text in percent-encoding (RFC 3986,
// section 2.1), and the percent sign with it, so that it can be undone. A lone
// "-" is encoded too, since that says that there is nothing.
func Header(s string) string {
	if s == "-" {
		return "%2D"
	}
	return ascii(strings.ReplaceAll(s, "%", "%25"), func(b *strings.Builder, r rune) {
		for _, c := range []byte(string(r)) {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
	})
}

func unicodeEscape(b *strings.Builder, r rune) {
	b.WriteString(`\u`)
	for shift := 12; shift >= 0; shift -= 4 {
		b.WriteByte("0123456789abcdef"[r>>shift&15])
	}
}

// ascii copies s with each rune that is not printable ASCII replaced.
func ascii(s string, replace func(*strings.Builder, rune)) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r >= ' ' && r < 0x7f {
			b.WriteByte(byte(r))
		} else {
			replace(&b, r)
		}
	}
	return b.String()
}
