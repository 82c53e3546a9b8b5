package rule

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// document reads the one JSON value of body. Names given twice are left to whoever
// reads the members, who can say of which rule.
func document(body []byte) (jsontext.Value, string) {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	v, err := dec.ReadValue()
	if err == nil {
		v = v.Clone()
		if _, err = dec.ReadToken(); errors.Is(err, io.EOF) {
			return v, ""
		}
		return nil, fmt.Sprintf("has something after the document, at byte %d", dec.InputOffset())
	}
	var wrong *jsontext.SyntacticError
	if errors.As(err, &wrong) {
		return nil, fmt.Sprintf("no JSON in UTF-8, at byte %d", wrong.ByteOffset)
	}
	return nil, "empty; a declaration is a JSON object"
}

type member struct {
	name  string
	value jsontext.Value
}

// members returns the members of an object that document has read.
func members(object jsontext.Value) (list []member) {
	dec, end := inside(object)
	for dec.PeekKind() != end {
		name, err := dec.ReadToken()
		if err != nil {
			return list
		}
		m := member{name: name.String()}
		v, err := dec.ReadValue()
		if err != nil {
			return list
		}
		m.value = v.Clone()
		list = append(list, m)
	}
	return list
}

// elements returns the elements of an array that document has read.
func elements(array jsontext.Value) (list []jsontext.Value) {
	dec, end := inside(array)
	for dec.PeekKind() != end {
		v, err := dec.ReadValue()
		if err != nil {
			return list
		}
		list = append(list, v.Clone())
	}
	return list
}

// inside returns a decoder past the bracket that opens v, and the one that closes it.
func inside(v jsontext.Value) (*jsontext.Decoder, jsontext.Kind) {
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	open, err := dec.ReadToken()
	if err == nil && open.Kind() == '{' {
		return dec, '}'
	}
	return dec, ']'
}
