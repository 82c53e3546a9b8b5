package issue

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// kind is what a request is for. Where it could be several, it is the last of
// them, and what is of another is refused there by name.
type kind int

const (
	single     kind = iota // one pass
	once                   // one pass, under an idempotency key
	many                   // many passes
	registered             // the pass that a registration asks for
	renewed                // a new secret for a pass
)

// kindOf returns what a request is for, by the names of its members, as they are
// or were meant to be. What cannot be read is left to those who read it whole.
func kindOf(doc []byte) (k kind) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(doc), jsontext.AllowDuplicateNames(true))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return single
	}
	for k != renewed && dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return k
		}
		k = max(k, kindNamed(name.String()))
		if dec.SkipValue() != nil {
			return k
		}
	}
	return k
}

func kindNamed(member string) kind {
	switch fold(member) {
	case "idempotencykey":
		return once
	case "passes":
		return many
	case "registration":
		return registered
	case "reissue":
		return renewed
	}
	return single
}
