package token

import (
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// wire is the claims as they stand in the token.
type wire struct {
	Issuer    text           `json:"iss"`
	Audience  text           `json:"aud"`
	Subject   text           `json:"sub,omitzero"`
	Scope     text           `json:"scope"`
	ID        text           `json:"jti"`
	IssuedAt  second         `json:"iat"`
	NotBefore second         `json:"nbf,omitzero"`
	ExpiresAt second         `json:"exp"`
	Mode      text           `json:"mode"`
	Stateless yes            `json:"stateless,omitzero"`
	Data      jsontext.Value `json:"data,omitzero"`
}

func (c *Claims) wire() wire {
	return wire{
		Issuer: text(c.Issuer), Audience: text(c.Audience), Subject: text(c.Subject), Scope: text(c.Scope), ID: text(c.ID),
		IssuedAt: second(c.IssuedAt), NotBefore: second(c.NotBefore), ExpiresAt: second(c.ExpiresAt),
		Mode: text(c.Mode), Stateless: yes(c.Stateless), Data: jsontext.Value(c.Data),
	}
}

func (w *wire) claims() Claims {
	return Claims{
		Issuer: string(w.Issuer), Audience: string(w.Audience), Subject: string(w.Subject), Scope: string(w.Scope), ID: string(w.ID),
		IssuedAt: pass.NumericDate(w.IssuedAt), NotBefore: pass.NumericDate(w.NotBefore), ExpiresAt: pass.NumericDate(w.ExpiresAt),
		Mode: pass.Mode(w.Mode), Stateless: bool(w.Stateless), Data: []byte(w.Data),
	}
}

// unmarshal reads one object strictly: names in their exact case, none unknown,
// none twice at any depth, nothing after it, and UTF-8 throughout.
func unmarshal(b []byte, v any) error {
	return json.Unmarshal(b, v, json.RejectUnknownMembers(true))
}

var errType = errors.New("wrong type")

// text, second and yes are a string, an integer and true. They exist to refuse
// null, which JSON libraries take for "leave it as it is".
type (
	text   string
	second pass.NumericDate
	yes    bool
)

func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '"' {
		return errType
	}
	*t = text(tok.String())
	return nil
}

func (s *second) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(string(v), 10, 63) // Claims.check knows the last one
	if err != nil || n == 0 {
		return errType
	}
	*s = second(n)
	return nil
}

func (y *yes) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != 't' {
		return errType
	}
	*y = true
	return nil
}
