package issue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestDataIsKeptCompactAndInASCII(t *testing.T) {
	k := newKit(t)
	for doc, want := range map[string]string{
		`{}`:                             `{}`,
		"{ \"a\" :\n[ 1 , true,null ] }": `{"a":[1,true,null]}`,
		`{"a":"é"}`:                      `{"a":"\u00e9"}`,
		`{"a":"\u00E9"}`:                 `{"a":"\u00e9"}`,
		`{"é":1}`:                        `{"\u00e9":1}`,
		`{"a":"😀"}`:                      `{"a":"\ud83d\ude00"}`,
		`{"a":"\uD83D\uDE00"}`:           `{"a":"\ud83d\ude00"}`,
		"{\"a\":\"\u2028\u007f\u0080\"}": `{"a":"\u2028\u007f\u0080"}`,
		`{"a":"<&>\/\u0041\"\\"}`:        `{"a":"<&>/A\"\\"}`,
		`{"a":"\u0000\u001f\n"}`:         `{"a":"\u0000\u001f\n"}`,
		`{"a":1.50,"b":1e400,"c":-0,"d":12345678901234567890}`: `{"a":1.50,"b":1e400,"c":-0,"d":12345678901234567890}`,
		`{"b":1,"a":2}`: `{"b":1,"a":2}`,
	} {
		if _, p := k.good(`{"scope":"s","data":` + doc + `}`); string(p.Data) != want {
			t.Errorf("%s is kept as %s, want %s", doc, p.Data, want)
		}
	}
}

// The size is that of the form kept, however the request was written.
func TestDataIsMeasuredAsKept(t *testing.T) {
	k := newKit(t)
	for format, high := range map[string]int{"short": 4096, "jwt": 4096, "stateless": 1024} {
		for name, filler := range map[string]string{"in ASCII": "xxxxxx", "not in ASCII": "é", "escaped": `\u00e9`, "escaped needlessly": `\u0078\u0078\u0078\u0078\u0078\u0078`} {
			doc := func(size int) string {
				n := size - len(`{"a":""}`)
				return "{ \"format\":\"" + format + "\",\"scope\":\"s\",\n\"data\":  {\"a\" : \"" + strings.Repeat(filler, n/6) + strings.Repeat("x", n%6) + "\"} }"
			}
			if a, p := k.good(doc(high)); p != nil && len(p.Data) != high {
				t.Errorf("%s, %s: %d bytes kept, want %d", format, name, len(p.Data), high)
			} else if p == nil && len(k.verify(a.Token).Data) != high {
				t.Errorf("%s, %s: the token does not hold all data", format, name)
			}
			k.refused(doc(high+1), "data")
		}
	}
}

// Whatever JSON says, its kept form says the same, in printable ASCII.
func TestDataSaysTheSame(t *testing.T) {
	k := newKit(t)
	rapid.Check(t, func(t *rapid.T) {
		in := map[string]any{rapid.String().Draw(t, "name"): rapid.String().Draw(t, "value")}
		_, p := k.good(`{"scope":"s","data":` + mustJSON(k, in) + `}`)
		for _, b := range p.Data {
			if b < ' ' || b > '~' {
				t.Fatalf("%q is not printable ASCII", p.Data)
			}
		}
		var out map[string]any
		if err := json.Unmarshal(p.Data, &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTimes(t *testing.T) {
	k := newKit(t)
	for name, row := range map[string]struct {
		doc       string
		from, end pass.NumericDate
	}{
		"a lifetime counts from the second of issue": {`"expires_in":1`, 0, start + 1},
		"an end is exact":                     {`"expires_at":"2026-09-21T14:13:21Z"`, 0, start + 1},
		"an end's fraction is cut off":        {`"expires_at":"2026-09-21T14:13:22.999999999Z"`, 0, start + 2},
		"an end has a time zone":              {`"expires_at":"2026-09-21T23:43:22+09:30"`, 0, start + 2},
		"a start is exact":                    {`"expires_in":60,"not_before":"2026-09-21T14:13:30Z"`, start + 10, start + 60},
		"a start's fraction is rounded up":    {`"expires_in":60,"not_before":"2026-09-21T14:13:30.000000001Z"`, start + 11, start + 60},
		"the last second is a start":          {`"expires_in":60,"not_before":"2026-09-21T14:14:19Z"`, start + 59, start + 60},
		"a start that has passed is no start": {`"expires_in":60,"not_before":"2026-09-21T14:13:20Z"`, 0, start + 60},
		"a start long ago is no start":        {`"expires_in":60,"not_before":"0001-01-01T00:00:00Z"`, 0, start + 60},
	} {
		t.Run(name, func(t *testing.T) {
			_, p := k.on(t).good(`{"scope":"s",` + row.doc + `}`)
			if p.NotBefore != row.from || p.ExpiresAt != row.end {
				t.Errorf("from %q to %q, want %q to %q", p.NotBefore, p.ExpiresAt, row.from, row.end)
			}
		})
	}
}
