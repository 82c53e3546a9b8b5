package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/record"
)

// The JSON is that of DynamoDB's API and streams, byte for byte.
func TestDynamoJSON(t *testing.T) {
	it := record.Item{"s": "é<", "n": int64(-5), "f": json.Number("1.5"), "b": true, "y": []byte{0, 255}, "m": record.Item{"x": "y"},
		"l": []any{"a", int64(1), record.Item{}, []any{}}, "e": record.Item{}}
	const want = `{"b":{"BOOL":true},"e":{"M":{}},"f":{"N":"1.5"},"l":{"L":[{"S":"a"},{"N":"1"},{"M":{}},{"L":[]}]},` +
		`"m":{"M":{"x":{"S":"y"}}},"n":{"N":"-5"},"s":{"S":"é\u003c"},"y":{"B":"AP8="}}`
	got, err := json.Marshal(it)
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	if d := cmp.Diff(it, throughJSON(t, it)); d != "" {
		t.Errorf("read again (-want +got):\n%s", d)
	}
}

func TestItemsRoundTrip(t *testing.T) {
	value := rapid.OneOf(rapid.Map(text(), anyOf[string]), rapid.Map(rapid.Int64(), anyOf[int64]), rapid.Map(rapid.Bool(), anyOf[bool]),
		rapid.Map(rapid.SliceOf(rapid.Byte()), anyOf[[]byte]))
	item := rapid.Map(rapid.MapOfN(text(), value, 0, 5), func(m map[string]any) record.Item { return m })
	nested := rapid.OneOf(value, rapid.Map(item, anyOf[record.Item]), rapid.Map(rapid.SliceOfN(value, 0, 3), anyOf[[]any]))
	rapid.Check(t, func(t *rapid.T) {
		want := record.Item(rapid.MapOfN(text(), nested, 0, 5).Draw(t, "item"))
		if d := cmp.Diff(want, throughJSON(t, want), same()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func anyOf[T any](v T) any { return v }

// What no record uses is left out, in maps and lists alike, so that what was
// read can be written again.
func TestOtherTypesAreLeftOut(t *testing.T) {
	const in = `{"a":{"S":"x"},"b":{"NULL":true},"c":{"SS":["x"]},"d":{"M":{"x":{"NULL":true}}},"e":{"L":[{"S":"x"},{"NULL":true},{"NS":["1"]}]},"f":{"LATER":1}}`
	var got record.Item
	if err := json.Unmarshal([]byte(in), &got); err != nil {
		t.Fatal(err)
	}
	want := record.Item{"a": "x", "d": record.Item{}, "e": []any{"x"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	throughJSON(t, got)
}

func TestJSONOfOtherFormIsRefused(t *testing.T) {
	for name, in := range map[string]string{
		"no object":                "[]",
		"a value without a type":   `{"a":"x"}`,
		"a value of no type":       `{"a":{}}`,
		"a value of null":          `{"a":null}`,
		"a value of two types":     `{"a":{"S":"x","N":"1"}}`,
		"a number that is text":    `{"a":{"N":"x"}}`,
		"a number without quotes":  `{"a":{"N":1}}`,
		"an empty number":          `{"a":{"N":""}}`,
		"a text that is a number":  `{"a":{"S":1}}`,
		"a flag that is text":      `{"a":{"BOOL":"true"}}`,
		"bytes that are not coded": `{"a":{"B":"%"}}`,
		"a map that is a list":     `{"a":{"M":[]}}`,
		"a list that is a map":     `{"a":{"L":{}}}`,
		"a fault within a map":     `{"a":{"M":{"x":{"N":"x"}}}}`,
		"a fault within a list":    `{"a":{"L":[{"N":"x"}]}}`,
	} {
		var it record.Item
		if err := json.Unmarshal([]byte(in), &it); err == nil {
			t.Errorf("%s: %s is read as %v", name, in, it)
		} else if strings.HasPrefix(in, `{"a"`) && name != "a value without a type" && !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: %v does not name the attribute", name, err)
		}
	}
}

// A value of a type that DynamoDB does not have is an error, never left out.
func TestValuesOfOtherTypesAreNotWritten(t *testing.T) {
	for name, v := range map[string]any{"a plain int": 1, "a float": 1.5, "nothing": nil, "a plain map": map[string]any{}, "texts": []string{"x"},
		"a plain int in a list": []any{1}, "a plain int in a map": record.Item{"x": 1}} {
		if b, err := json.Marshal(record.Item{"a": v}); err == nil || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: %s, %v, want an error that names the attribute", name, b, err)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]any{"0": int64(0), "-1": int64(-1), "9223372036854775807": int64(9223372036854775807),
		"9223372036854775808": json.Number("9223372036854775808"), "1.5": json.Number("1.5"), "1E+2": json.Number("1E+2")} {
		if got, err := record.Number(in); err != nil || got != want {
			t.Errorf("%s: %#v, %v, want %#v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "x", " 1", "1 ", "1,5", "--1"} {
		if got, err := record.Number(in); err == nil {
			t.Errorf("%q is read as %v", in, got)
		}
	}
}
