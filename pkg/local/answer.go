package local

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"
)

// answer is a function's answer as HTTP.
type answer struct {
	status  int
	headers map[string]string
	cookies []string
	body    []byte
}

// answerWire is the answer of a proxy integration, payload 2.0.
type answerWire struct {
	StatusCode      json.RawMessage `json:"statusCode"`
	Headers         map[string]any  `json:"headers"`
	Cookies         []string        `json:"cookies"`
	Body            *string         `json:"body"`
	IsBase64Encoded bool            `json:"isBase64Encoded"`
}

// parseAnswer reads a function's answer. JSON without a statusCode is itself the
// body of a 200, a JSON string without its quotes.
func parseAnswer(out json.RawMessage) (*answer, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(out, &fields) != nil || fields["statusCode"] == nil {
		a := &answer{status: http.StatusOK, headers: map[string]string{"Content-Type": "application/json"}, body: out}
		var text *string
		if json.Unmarshal(out, &text) == nil && text != nil {
			a.body = []byte(*text)
		}
		return a, nil
	}
	var w answerWire
	if err := jsonv2.Unmarshal(out, &w); err != nil {
		return nil, err
	}
	return w.answer()
}

func (w *answerWire) answer() (*answer, error) {
	a := &answer{headers: make(map[string]string, len(w.Headers)), cookies: w.Cookies}
	var err error
	if a.status, err = statusOf(w.StatusCode); err != nil {
		return nil, err
	}
	for name, v := range w.Headers {
		switch v := v.(type) {
		case string:
			a.headers[name] = v
		case bool, float64:
			a.headers[name] = fmt.Sprint(v)
		default:
			return nil, fmt.Errorf("header %q is no text", name)
		}
	}
	if w.Body == nil {
		return a, nil
	}
	a.body = []byte(*w.Body)
	if w.IsBase64Encoded {
		if a.body, err = base64.StdEncoding.DecodeString(*w.Body); err != nil {
			return nil, errors.New("the body is not the base64 that it is said to be")
		}
	}
	return a, nil
}

// statusOf reads a status, which may stand in quotes.
func statusOf(raw json.RawMessage) (int, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 200 || n > 599 {
		return 0, errors.New("statusCode is no status of a final answer")
	}
	return n, nil
}

func (a *answer) write(w http.ResponseWriter) {
	h := w.Header()
	for name, v := range a.headers {
		if name = http.CanonicalHeaderKey(name); !hop(name) && name != "Content-Length" {
			h.Add(name, v)
		}
	}
	for _, c := range a.cookies {
		h.Add("Set-Cookie", c)
	}
	if len(a.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}
