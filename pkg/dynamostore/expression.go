package dynamostore

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/record"
)

// terms is what one request says in DynamoDB's expression language. In it #name
// stands for the attribute of that name and :name for a value, so the texts can
// be written as they are read, and no attribute is ever named bare.
type terms struct {
	update     string            // the update expression, or empty
	conditions []string          // all of them must hold
	names      map[string]string // names that are data, not attributes: "#key"
	values     record.Item       // what the texts may refer to: ":now"
}

func (t *terms) require(conditions ...string) { t.conditions = append(t.conditions, conditions...) }

// expression is terms in the form of a request.
type expression struct {
	update, condition *string
	names             map[string]string
	values            map[string]types.AttributeValue
}

// compile collects the names and values that the texts mention, and only those:
// DynamoDB refuses a request that brings others.
func compile(t terms) expression {
	condition := strings.Join(t.conditions, " AND ")
	e := expression{update: optional(t.update), condition: optional(condition)}
	for _, p := range placeholders(t.update + " " + condition) {
		switch {
		case p[0] == '#':
			e.name(p, t.names)
		case t.values[p] != nil:
			e.value(p, t.values[p])
		}
	}
	return e
}

func (e *expression) name(p string, data map[string]string) {
	if e.names == nil {
		e.names = map[string]string{}
	}
	e.names[p] = p[1:]
	if name, ok := data[p]; ok {
		e.names[p] = name
	}
}

func (e *expression) value(p string, v any) {
	if e.values == nil {
		e.values = map[string]types.AttributeValue{}
	}
	e.values[p] = attribute(v)
}

// placeholders returns every #name and :name in a text.
func placeholders(text string) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		if text[i] != '#' && text[i] != ':' {
			continue
		}
		start := i
		for i+1 < len(text) && wordByte(text[i+1]) {
			i++
		}
		out = append(out, text[start:i+1])
	}
	return out
}

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// optional returns nil for the empty text, as the SDK wants what is left out.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return aws.String(text)
}
