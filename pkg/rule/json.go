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

// members returns the members of an object that document has read. Errors end it
// without a word, since document would have met them first.
func members(object jsontext.Value) (list []member) {
	dec := inside(object)
	for {
		name, err := dec.ReadToken()
		if err != nil || name.Kind() != '"' {
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
}

// elements returns the elements of an array that document has read.
func elements(array jsontext.Value) (list []jsontext.Value) {
	dec := inside(array)
	for {
		v, err := dec.ReadValue() // at the closing bracket an error
		if err != nil {
			return list
		}
		list = append(list, v.Clone())
	}
}

// inside returns a decoder of v that stands past its opening bracket.
func inside(v jsontext.Value) *jsontext.Decoder {
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	_, _ = dec.ReadToken()
	return dec
}
