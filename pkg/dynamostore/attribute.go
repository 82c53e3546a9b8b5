package dynamostore

import (
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/record"
)

// attributes returns an item in the SDK's types.
func attributes(it record.Item) map[string]types.AttributeValue {
	out := make(map[string]types.AttributeValue, len(it))
	for name, v := range it {
		out[name] = attribute(v)
	}
	return out
}

// attribute returns one value. What is none of record.Item's kinds becomes
// NULL, which no record has, rather than an attribute that looks right.
func attribute(v any) types.AttributeValue {
	switch v := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case int64:
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(v, 10)}
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []byte:
		return &types.AttributeValueMemberB{Value: append([]byte{}, v...)} // nil is refused, empty is not
	case record.Item:
		return &types.AttributeValueMemberM{Value: attributes(v)}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i := range v {
			list[i] = attribute(v[i])
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// toItem reads an item. Sets and nulls, which no record uses, are left out.
func toItem(in map[string]types.AttributeValue) record.Item {
	out := make(record.Item, len(in))
	for name, v := range in {
		if v := value(v); v != nil {
			out[name] = v
		}
	}
	return out
}

func value(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		n, err := record.Number(v.Value)
		if err != nil {
			return nil
		}
		return n
	case *types.AttributeValueMemberBOOL:
		return v.Value
	case *types.AttributeValueMemberB:
		return v.Value
	case *types.AttributeValueMemberM:
		return toItem(v.Value)
	case *types.AttributeValueMemberL:
		list := make([]any, 0, len(v.Value))
		for _, e := range v.Value {
			list = append(list, value(e))
		}
		return list
	}
	return nil
}

// sameItem reports whether two items are equal in every attribute.
func sameItem(a, b record.Item) bool { return reflect.DeepEqual(a, b) }
