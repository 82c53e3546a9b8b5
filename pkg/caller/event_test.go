package caller_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

type object = map[string]any

// told is the authorizer's context of a visitor, as API Gateway hands it on.
func told() object {
	return object{"access": "granted", "reason": "ok", "mode": "visitor", "pass_id": "SampleEventsPass", "session_id": "3Pz", "scope": "visit", "subject": "-",
		"visitor": `{"email":"fred@example.com","first_name":"Fr\u00e9d"}`, "data": `{"table":7}`}
}

func fred() caller.Caller {
	return caller.Caller{Access: gate.Granted, Reason: pass.OK, Mode: pass.VisitorMode, PassID: "SampleEventsPass", SessionID: "3Pz", Scope: "visit",
		Visitor: pass.Visitor{Email: "fred@example.com", FirstName: "Fréd"}, Data: json.RawMessage(`{"table":7}`)}
}

func document(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dialects are the events of API Gateway, each with a context in its place.
func dialects(context object) map[string]object {
	rest := object{"principalId": "SampleEventsPass", "integrationLatency": 12}
	for key, v := range context {
		rest[key] = v
	}
	return map[string]object{
		"HTTP API, payload 2.0": {"version": "2.0", "routeKey": "GET /visitors", "body": "token", "requestContext": object{"authorizer": object{"lambda": context}, "http": object{"method": "GET"}}},
		"HTTP API, payload 1.0": {"version": "1.0", "resource": "/visitors", "requestContext": object{"authorizer": rest}},
		"REST API":              {"resource": "/visitors", "httpMethod": "GET", "requestContext": object{"authorizer": rest, "identity": object{"sourceIp": "203.0.113.9"}}},
		"WebSocket API":         {"requestContext": object{"routeKey": "$connect", "connectionId": "c0ffee=", "authorizer": rest}},
	}
}

func TestEventsOfEveryDialectTellTheCaller(t *testing.T) {
	for name, event := range dialects(told()) {
		t.Run(name, func(t *testing.T) {
			c, err := caller.FromEvent(document(t, event))
			if err != nil {
				t.Fatal(err)
			}
			same(t, c, fred())
		})
	}
}

// TestTypesOfAWSLambdaGo: the maps that its events have.
func TestTypesOfAWSLambdaGo(t *testing.T) {
	var v2 events.APIGatewayV2HTTPRequest
	var v1 events.APIGatewayProxyRequest
	var socket events.APIGatewayWebsocketProxyRequest
	all := dialects(told())
	for name, into := range map[string]any{"HTTP API, payload 2.0": &v2, "REST API": &v1, "WebSocket API": &socket} {
		if err := json.Unmarshal(document(t, all[name]), into); err != nil {
			t.Fatal(err)
		}
	}
	for name, authorizer := range map[string]any{"2.0": v2.RequestContext.Authorizer, "what is in it": v2.RequestContext.Authorizer.Lambda,
		"1.0": v1.RequestContext.Authorizer, "WebSocket": socket.RequestContext.Authorizer} {
		c, err := caller.FromAuthorizer(authorizer)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same(t, c, fred())
	}
}

// TestARouteWithoutItsAuthorizerIsNobodys: it must not look like one that is
// open to everybody.
func TestARouteWithoutItsAuthorizerIsNobodys(t *testing.T) {
	for name, event := range map[string]string{
		"no authorizer":         `{"version":"2.0","requestContext":{"http":{"method":"GET"}}}`,
		"null":                  `{"requestContext":{"authorizer":null}}`,
		"nothing in it":         `{"requestContext":{"authorizer":{}}}`,
		"nothing in lambda":     `{"requestContext":{"authorizer":{"lambda":{}}}}`,
		"lambda is null":        `{"requestContext":{"authorizer":{"lambda":null}}}`,
		"a JWT authorizer":      `{"requestContext":{"authorizer":{"jwt":{"claims":{"sub":"x"},"scopes":null}}}}`,
		"IAM":                   `{"requestContext":{"authorizer":{"iam":{"accountId":"1"}}}}`,
		"another authorizer":    `{"requestContext":{"authorizer":{"principalId":"x","role":"admin"}}}`,
		"in other letters":      `{"RequestContext":{"authorizer":` + string(document(t, told())) + `}}`,
		"where a client writes": `{"headers":{"authorizer":"x"},"authorizer":` + string(document(t, told())) + `,"requestContext":{}}`,
		"no object":             `[]`,
		"no JSON":               `{"requestContext":`,
		"nothing at all":        ``,
	} {
		t.Run(name, func(t *testing.T) { nobody(t)(caller.FromEvent([]byte(event))) })
	}
	var v2 events.APIGatewayV2HTTPRequest
	var v1 events.APIGatewayProxyRequest
	for name, nothing := range map[string]any{"a pointer that is nil": v2.RequestContext.Authorizer, "a map that is nil": v1.RequestContext.Authorizer,
		"nil": nil, "a text": "granted", "a type that JSON lacks": make(chan int), "a JWT authorizer's": events.APIGatewayV2HTTPRequestContextAuthorizerDescription{}} {
		t.Run(name, func(t *testing.T) { nobody(t)(caller.FromAuthorizer(nothing)) })
	}
	t.Run("no headers", func(t *testing.T) { nobody(t)(caller.FromHeader(http.Header{"Gatepass": {"granted"}})) })
}

// nobody checks that an answer is an error, and names nobody.
func nobody(t testing.TB) func(caller.Caller, error) {
	return func(c caller.Caller, err error) {
		t.Helper()
		if !errors.Is(err, caller.ErrNoCaller) {
			t.Errorf("the error is %v", err)
		}
		same(t, c, caller.Caller{})
	}
}

// TestAContextThatIsNotWholeIsNobodys: every key is always there, so one that is
// not is a mapping that was forgotten, which a client could fill.
func TestAContextThatIsNotWholeIsNobodys(t *testing.T) {
	for key := range told() {
		for how, v := range map[string]any{"absent": nil, "empty": "", "a number": 7, "true": true} {
			said := told()
			if said[key] = v; v == nil {
				delete(said, key)
			}
			t.Run(key+" "+how, func(t *testing.T) { nobody(t)(caller.FromAuthorizer(said)) })
		}
	}
	for name, change := range map[string]object{
		"an access that is none":         {"access": "true"},
		"an access of nobody's":          {"access": "true", "mode": "-"},
		"access in capitals":             {"access": "Granted"},
		"access twice in one header":     {"access": "granted, granted"},
		"no access":                      {"access": "-"},
		"an access of the middleware":    {"access": "bypassed"},
		"a mode that is none":            {"mode": "admin"},
		"granted without a mode":         {"mode": "-"},
		"anonymous with a mode":          {"access": "anonymous"},
		"refused with a mode":            {"access": "refused", "reason": "spent"},
		"refused with a mode of no kind": {"access": "refused", "mode": "admin"},
		"a subject that is cut":          {"subject": "%C3%A"},
		"a visitor that is cut":          {"visitor": `{"email":"fr`},
		"a visitor that is a text":       {"visitor": `"fred"`},
		"data that is cut":               {"data": `{"table":`},
	} {
		said := told()
		for key, v := range change {
			said[key] = v
		}
		t.Run(name, func(t *testing.T) {
			nobody(t)(caller.FromAuthorizer(said))
			if _, err := caller.FromAuthorizer(said); err != nil && strings.Contains(err.Error(), "fr") {
				t.Errorf("the error quotes what is about a person: %v", err)
			}
		})
	}
}

// TestWhatTheAuthorizerSaysComesBackWhole: every decision, through the context it
// becomes, in every dialect and as headers. An anonymous caller, a refused one
// and one of the host's own users among them.
func TestWhatTheAuthorizerSaysComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[\x20-\x7eäé√😀%+\-]{0,40}`)
		want := caller.Caller{Access: rapid.SampledFrom([]gate.Access{gate.Granted, gate.Anonymous, gate.Refused}).Draw(t, "access"), Reason: pass.OK}
		d := gate.Decision{Outcome: gate.Allow, Access: want.Access, Reason: pass.OK}
		if want.Access == gate.Refused {
			d.Reason = rapid.SampledFrom(pass.Reasons()).Draw(t, "reason")
			d.PassID = rapid.SampledFrom([]string{"", "SampleEventsPass"}).Draw(t, "id")
			want.Reason, want.PassID = d.Reason, d.PassID
		}
		if want.Access == gate.Granted {
			d.Pass = &pass.Pass{Mode: rapid.SampledFrom([]pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode, pass.Host}).Draw(t, "mode"),
				Scope: rapid.SampledFrom([]string{"", "report:66"}).Draw(t, "scope"), Subject: text.Draw(t, "subject")}
			d.PassID, d.SessionID = "SampleEventsPass", "3Pz"
			if rapid.Bool().Draw(t, "visitor") {
				d.Pass.Visitor = &pass.Visitor{Email: "a@example.com", FirstName: text.Draw(t, "first"), LastName: text.Draw(t, "last")}
				want.Visitor = *d.Pass.Visitor
			}
			data := rapid.SampledFrom([]string{"", "{}", `{"a":[1,{"b":"-"}]}`}).Draw(t, "data")
			if data != "" {
				d.Pass.Data, want.Data = json.RawMessage(data), json.RawMessage(data)
			}
			want.Mode, want.Scope, want.Subject, want.PassID, want.SessionID = d.Pass.Mode, d.Pass.Scope, d.Pass.Subject, d.PassID, string(d.SessionID)
		}
		b, err := json.Marshal(apigw.NewContext(d))
		var said map[string]any
		if err != nil || json.Unmarshal(b, &said) != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		for key, v := range said {
			h.Set("Gatepass-"+strings.ReplaceAll(key, "_", "-"), v.(string))
		}
		check := func(c caller.Caller, err error) {
			if err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			same(t, c, want)
		}
		check(caller.FromHeader(h))
		for _, event := range dialects(said) {
			doc, err := json.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			check(caller.FromEvent(doc))
		}
	})
}

func TestHeadersTellTheCaller(t *testing.T) {
	c, err := caller.FromHeader(headers(told()))
	if err != nil {
		t.Fatal(err)
	}
	same(t, c, fred())
}

func headers(said object) http.Header {
	h := http.Header{"Host": {"x"}, "Gatepass-Later": {"what a newer authorizer says"}}
	for key, v := range said {
		h.Set("Gatepass-"+strings.ReplaceAll(key, "_", "-"), v.(string))
	}
	return h
}

// TestAHeaderThatIsThereTwiceIsNobodys: one of them may be the client's.
func TestAHeaderThatIsThereTwiceIsNobodys(t *testing.T) {
	for key := range told() {
		name := http.CanonicalHeaderKey("Gatepass-" + strings.ReplaceAll(key, "_", "-"))
		for how, add := range map[string]func(http.Header){
			"in one line more":       func(h http.Header) { h.Add(name, h.Get(name)) },
			"in small letters":       func(h http.Header) { h[strings.ToLower(name)] = h[name] },
			"with underscores":       func(h http.Header) { h[strings.ReplaceAll(name, "-", "_")] = h[name] },
			"as CGI has it, shouted": func(h http.Header) { h[strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = h[name] },
		} {
			t.Run(key+" "+how, func(t *testing.T) {
				h := headers(told())
				add(h)
				nobody(t)(caller.FromHeader(h))
			})
		}
		t.Run(key+" not at all", func(t *testing.T) {
			h := headers(told())
			h.Del(name)
			nobody(t)(caller.FromHeader(h))
		})
	}
}

// FuzzEvents: any bytes are a caller or an error, never both, and never a caller
// that no authorizer could have meant.
func FuzzEvents(f *testing.F) {
	for _, event := range dialects(told()) {
		f.Add(document(f, event))
	}
	f.Add([]byte(`{"requestContext":{"authorizer":{"lambda":{"access":"granted","access":"refused"}}}}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		c, err := caller.FromEvent(event)
		sound(t, c, err)
	})
}

// FuzzHeaders is the same of headers.
func FuzzHeaders(f *testing.F) {
	f.Add("granted", "visitor", "fred%20a", `{"email":"a@example.com"}`, "{}")
	f.Add("anonymous", "-", "-", "-", "-")
	f.Fuzz(func(t *testing.T, access, mode, subject, visitor, data string) {
		said := told()
		said["access"], said["mode"], said["subject"], said["visitor"], said["data"] = access, mode, subject, visitor, data
		c, err := caller.FromHeader(headers(said))
		sound(t, c, err)
	})
}

func sound(t *testing.T, c caller.Caller, err error) {
	t.Helper()
	if err != nil {
		nobody(t)(c, err)
		return
	}
	if (c.Access == gate.Granted) != (c.Mode != "") || c.Access == "" || c.Access == caller.Bypassed || c.Data != nil && !json.Valid(c.Data) {
		t.Errorf("the caller is %+v", c)
	}
}
