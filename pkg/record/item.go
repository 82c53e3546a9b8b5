package record

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Item is one item: attribute names to values. A value is a string, an int64, a
// bool, []byte, an Item (a map) or []any (a list); a number that is no int64 is
// a json.Number.
type Item map[string]any

// MarshalJSON writes the item in DynamoDB JSON: {"pk":{"S":"P#…"},…}.
func (it Item) MarshalJSON() ([]byte, error) {
	out := make(map[string]json.RawMessage, len(it))
	for name, v := range it {
		b, err := marshalValue(v)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", name, err)
		}
		out[name] = b
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads DynamoDB JSON. Sets and nulls, which no record uses, are
// left out.
func (it *Item) UnmarshalJSON(b []byte) error {
	var in map[string]map[string]json.RawMessage
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	out := make(Item, len(in))
	for name, typed := range in {
		v, err := unmarshalValue(typed)
		if err != nil {
			return fmt.Errorf("attribute %q: %w", name, err)
		}
		if v != nil {
			out[name] = v
		}
	}
	*it = out
	return nil
}

func marshalValue(v any) (json.RawMessage, error) {
	switch v := v.(type) {
	case string:
		return json.Marshal(map[string]string{"S": v})
	case int64:
		return json.Marshal(map[string]string{"N": strconv.FormatInt(v, 10)})
	case json.Number:
		return json.Marshal(map[string]string{"N": v.String()})
	case bool:
		return json.Marshal(map[string]bool{"BOOL": v})
	case []byte:
		return json.Marshal(map[string][]byte{"B": v})
	case Item:
		return json.Marshal(map[string]Item{"M": v})
	case []any:
		list := make([]json.RawMessage, len(v))
		for i := range v {
			b, err := marshalValue(v[i])
			if err != nil {
				return nil, err
			}
			list[i] = b
		}
		return json.Marshal(map[string][]json.RawMessage{"L": list})
	}
	return nil, fmt.Errorf("record: no attribute type for %T", v)
}

func unmarshalValue(typed map[string]json.RawMessage) (any, error) {
	if len(typed) != 1 {
		return nil, fmt.Errorf("record: a value has one type, not %d", len(typed))
	}
	for t, raw := range typed {
		switch t {
		case "S":
			return into[string](raw)
		case "N":
			return unmarshalNumber(raw)
		case "BOOL":
			return into[bool](raw)
		case "B":
			return into[[]byte](raw)
		case "M":
			return into[Item](raw)
		case "L":
			return unmarshalList(raw)
		}
	}
	return nil, nil
}

func unmarshalNumber(raw json.RawMessage) (any, error) {
	s, err := into[string](raw)
	if err != nil {
		return nil, err
	}
	return Number(s.(string))
}

// Number returns the value of DynamoDB's text of a number.
func Number(s string) (any, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	if _, err := strconv.ParseFloat(s, 64); err != nil {
		return nil, fmt.Errorf("record: %q is no number", s)
	}
	return json.Number(s), nil
}

func unmarshalList(raw json.RawMessage) (any, error) {
	var in []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(in))
	for _, typed := range in {
		v, err := unmarshalValue(typed)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func into[T any](raw json.RawMessage) (any, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	return v, nil
}
