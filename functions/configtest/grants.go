package configtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Grants is what somebody may do or does: for the table an action of DynamoDB's
// and the pattern of the first key it is on, such as "UpdateItem P#*"; for its
// indexes the pattern of their own first key, such as "Query index S#*", which no two
// of them share; for all else the action and the resource, such as "kms:Encrypt
// SealKey".
type Grants map[string]bool

// indexes is the resource of the table's indexes.
const indexes = "${Table.Arn}/index/*"

// Granted returns what a role of the template may do.
func Granted(t Template, role string) Grants {
	policies, _ := t.At("Resources", role, "Properties", "Policies").([]any)
	return GrantsOf(policies)
}

// GrantsOf returns what policies permit, as a role's property Policies has them.
func GrantsOf(policies []any) Grants {
	g := Grants{}
	for _, p := range policies {
		doc, _ := p.(map[string]any)["PolicyDocument"].(map[string]any)
		statements, _ := doc["Statement"].([]any)
		for _, s := range statements {
			statement(s.(map[string]any), g)
		}
	}
	return g
}

// statement adds what one statement permits. What it says in another way than the
// others is none of these rights, so that it shows.
func statement(s map[string]any, g Grants) {
	for _, action := range list(s["Action"]) {
		for _, resource := range resources(s["Resource"]) {
			name, table := strings.CutPrefix(action, "dynamodb:")
			switch {
			case s["Effect"] != "Allow":
				g[fmt.Sprint(s["Effect"], " ", action, " ", resource)] = true
			case table && resource == "Table":
				for _, k := range leadingKeys(s) {
					g[name+" "+k] = true
				}
			case table && resource == indexes:
				for _, k := range leadingKeys(s) {
					g[name+" index "+k] = true
				}
			default:
				g[action+" "+resource] = true
			}
		}
	}
}

// leadingKeys returns the first keys that a statement is about. Without the Null
// a request that names no key, such as a Scan, would have every right (IAM user
// guide, "Condition operators": ForAllValues is true where the key is missing).
func leadingKeys(s map[string]any) []string {
	condition, _ := s["Condition"].(map[string]any)
	keys := list(under(condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
	keys = append(keys, list(under(condition, "ForAllValues:StringEquals", "dynamodb:LeadingKeys"))...)
	if under(condition, "Null", "dynamodb:LeadingKeys") != "false" || len(keys) == 0 || len(condition) != 2 {
		return []string{"ANY KEY"}
	}
	return keys
}

// resources returns what a statement is on: logical names, the text of a Sub, or
// what else is there.
func resources(v any) []string {
	if many, ok := v.([]any); ok {
		var out []string
		for _, one := range many {
			out = append(out, resources(one)...)
		}
		return out
	}
	m, _ := v.(map[string]any)
	text, sub := m["Fn::Sub"].(string)
	plain, said := v.(string)
	switch name := ref(v); {
	case name != "":
		return []string{name}
	case sub:
		return []string{text}
	case said:
		return []string{plain}
	}
	return []string{fmt.Sprint(v)}
}

func under(m map[string]any, operator, key string) any {
	inner, _ := m[operator].(map[string]any)
	return inner[key]
}

func list(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			if text, ok := e.(string); ok {
				out = append(out, text)
			}
		}
	}
	return out
}

// Recorder is a transport that notes what DynamoDB is asked for. With May it
// stands in for IAM too: what is not granted is answered with AccessDenied.
type Recorder struct {
	Next http.RoundTripper
	May  Grants // nil: everything

	mu   sync.Mutex
	does Grants
}

// RoundTrip notes a request and passes it on.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body.Close()
	req.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	asked := asks(operation, body)
	r.note(asked)
	for a := range asked {
		if r.May != nil && !r.May[a] {
			return denied(a), nil
		}
	}
	return r.Next.RoundTrip(req)
}

func (r *Recorder) note(asked Grants) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.does == nil {
		r.does = Grants{}
	}
	maps.Copy(r.does, asked)
}

// Does returns what was asked for so far.
func (r *Recorder) Does() Grants {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.does)
}

func denied(what string) *http.Response {
	text := `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not granted: ` + what + `"}`
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(text))}
}

// wireRequest is what of DynamoDB's requests names keys.
type wireRequest struct {
	IndexName                 string
	Key, Item                 map[string]map[string]any
	ExpressionAttributeValues map[string]map[string]any
	RequestItems              map[string]struct{ Keys []map[string]map[string]any }
	TransactItems             []map[string]wireRequest
}

// transacted adds the rights that a transaction needs: each action that is in it,
// on every key that is in it. Whether IAM looks at the keys one by one or at all of
// the request's together is not documented, so roles must do for both.
func transacted(items []map[string]wireRequest, g Grants) {
	actions, keys := map[string]bool{}, map[string]bool{}
	for _, item := range items {
		for name, part := range item {
			actions[map[string]string{"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}[name]] = true
			for _, k := range []map[string]map[string]any{part.Key, part.Item} {
				if k != nil {
					keys[leading(k["pk"])] = true
				}
			}
		}
	}
	for action := range actions {
		for k := range keys {
			g[action+" "+k] = true
		}
	}
}

// asks returns the rights that a request needs. A transaction needs those of what
// is in it (DynamoDB developer guide, "Using IAM with transactions").
func asks(operation string, body []byte) Grants {
	var w wireRequest
	g := Grants{}
	if json.Unmarshal(body, &w) != nil {
		g[operation+" ?"] = true
		return g
	}
	var keys []string
	for _, k := range []map[string]map[string]any{w.Key, w.Item} {
		if k != nil {
			keys = append(keys, leading(k["pk"]))
		}
	}
	for _, t := range w.RequestItems {
		for _, k := range t.Keys {
			keys = append(keys, leading(k["pk"]))
		}
	}
	switch {
	case operation == "Query" && w.IndexName != "":
		g["Query index "+leading(w.ExpressionAttributeValues[":partition"])] = true
	case operation == "Query":
		keys = append(keys, leading(w.ExpressionAttributeValues[":pk"]))
	}
	transacted(w.TransactItems, g)
	for _, k := range keys {
		g[operation+" "+k] = true
	}
	if len(g) == 0 {
		g[operation+" ?"] = true
	}
	return g
}

// leading returns the pattern that a partition key is granted by.
func leading(v map[string]any) string {
	text, _ := v["S"].(string)
	if prefix, _, ok := strings.Cut(text, "#"); ok {
		return prefix + "#*"
	}
	return text
}

// Sorted returns the grants in order, for messages.
func (g Grants) Sorted() []string { return slices.Sorted(maps.Keys(g)) }

// Differ returns the difference between what somebody does and what they may,
// both ways.
func Differ(does, may Grants) (differences []string) {
	for _, a := range may.Sorted() {
		if !does[a] {
			differences = append(differences, a+": may, but never does")
		}
	}
	for _, a := range does.Sorted() {
		if !may[a] {
			differences = append(differences, a+": does, but may not")
		}
	}
	return differences
}
