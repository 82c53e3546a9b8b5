package terms

import (
	"bytes"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Reader reads the value of one field of a document, and returns what is wrong
// with it or "". It writes nothing where something is.
type Reader func(v jsontext.Value) (why string)

// Text reads a string.
func Text(dst *string) Reader {
	return func(v jsontext.Value) string {
		if v.Kind() != '"' {
			return "it must be a string"
		}
		b, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return "it must be a string"
		}
		*dst = string(b)
		return ""
	}
}

// Whole reads an integer. One beyond 64 bits is read as the outermost, to be
// told its bounds.
func Whole(dst *int64) Reader {
	return func(v jsontext.Value) string {
		n, err := strconv.ParseInt(string(v), 10, 64)
		if v.Kind() != '0' || (err != nil && bytes.ContainsAny(v, ".eE")) {
			return "it must be a whole number, in digits alone"
		}
		*dst = n
		return ""
	}
}

// YesNo reads true or false.
func YesNo(dst *bool) Reader {
	return func(v jsontext.Value) string {
		if k := v.Kind(); k != 't' && k != 'f' {
			return "it must be true or false"
		}
		*dst = v.Kind() == 't'
		return ""
	}
}

// Date reads a time.
func Date(dst *time.Time) Reader {
	return func(v jsontext.Value) string {
		var s string
		if Text(&s)(v) != "" || dst.UnmarshalText([]byte(s)) != nil {
			return "it must be a time as in RFC 3339, such as 2027-01-31T12:00:00Z"
		}
		return ""
	}
}

// Second returns the second of a time, from which on "from t" and before which
// "before t" holds: one that has begun has not ended. It is zero for the zero time,
// and else not.
func Second(t time.Time) pass.NumericDate {
	if t.IsZero() {
		return 0
	}
	s := pass.At(t)
	if t.Nanosecond() > 0 {
		s++
	}
	return max(s, 1) // no pass is older
}

// Object keeps an object as it is.
func Object(dst *jsontext.Value) Reader {
	return func(v jsontext.Value) string {
		if v.Kind() != '{' {
			return "it must be a JSON object"
		}
		*dst = v.Clone()
		return ""
	}
}
