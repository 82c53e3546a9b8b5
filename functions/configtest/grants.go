package configtest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Grants is what somebody may do or does: an action of DynamoDB's and the first
// key it is on, such as "UpdateItem P#*"; of other services the action alone.
type Grants map[string]bool

// Granted returns what a role of the template may do, apart from its log.
func Granted(t Template, role string) Grants {
	g := Grants{}
	policies, _ := t.At("Resources", role, "Properties", "Policies").([]any)
	for _, p := range policies {
		doc, _ := p.(map[string]any)["PolicyDocument"].(map[string]any)
		statements, _ := doc["Statement"].([]any)
		for _, s := range statements {
			statement(s.(map[string]any), g)
		}
	}
	return g
}

func statement(s map[string]any, g Grants) {
	condition, _ := s["Condition"].(map[string]any)
	keys := list(under(condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
	keys = append(keys, list(under(condition, "ForAllValues:StringEquals", "dynamodb:LeadingKeys"))...)
	// Without it a request that names no key, such as a Scan, has every right.
	if under(condition, "Null", "dynamodb:LeadingKeys") != "false" {
		keys = []string{"ANY KEY"}
	}
	for _, action := range list(s["Action"]) {
		service, name, _ := strings.Cut(action, ":")
		switch {
		case service == "logs" && s["Sid"] == "Log":
		case service == "dynamodb" && !strings.HasSuffix(name, "s") && name != "GetShardIterator" && name != "DescribeStream":
			for _, k := range keys {
				g[name+" "+k] = true
			}
		default:
			g[action] = true
		}
	}
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
	Key, Item                 map[string]map[string]any
	ExpressionAttributeValues map[string]map[string]any
	RequestItems              map[string]struct{ Keys []map[string]map[string]any }
	TransactItems             []map[string]wireRequest
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
	if operation == "Query" {
		keys = append(keys, leading(w.ExpressionAttributeValues[":pk"]))
	}
	for _, item := range w.TransactItems {
		for name, part := range item {
			action := map[string]string{"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}[name]
			for _, k := range []map[string]map[string]any{part.Key, part.Item} {
				if k != nil {
					g[action+" "+leading(k["pk"])] = true
				}
			}
		}
	}
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
