package local_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
)

// routeRows show which API, stage and route take a request, and what its event is.
func routeRows() []shown {
	event := func(path string, at ...string) func(*served) string {
		return func(x *served) string {
			x.get(path)
			return last(x.t, x.app, at...)
		}
	}
	return []shown{
		{"header size", "http", allow, hello, nil, getting("/reports/66", "X-Long", strings.Repeat("x", 10_240)), `431 {"message":"Request Header Fields Too Large"} 0 0`},
		{"body size", "http", allow, hello, nil, func(x *served) string {
			r := httptest.NewRequest("POST", "/open", strings.NewReader(strings.Repeat("x", 10<<20+1)))
			got := send(x.t, x, r)
			return fmt.Sprintf("%d %d", got.status, len(x.app.calls()))
		}, "413 0"},
		{"stage in the path", "http", allow, hello, []change{named}, func(x *served) string { return x.get("/reports/66") + ", " + x.get("/test/reports/66") },
			`404 {"message":"Not Found"} 0 0, 200 hello 1 1`},
		{"stage in the path", "rest", allow, hello, nil, func(x *served) string { return x.get("/reports/66") + ", " + x.get("/prod/reports/66") },
			`403 {"message":"Forbidden"} 0 0, 200 hello 1 1`},
		{"stage in rawPath", "http", allow, hello, []change{named}, event("/test/reports/66", "rawPath"), `"/test/reports/66"`},
		{"unknown route, HTTP", "http", allow, hello, nil, getting("/nowhere"), `404 {"message":"Not Found"} 0 0`},
		{"unknown route, REST", "rest", allow, hello, nil, getting("/prod/nowhere"), `403 {"message":"Missing Authentication Token"} 0 0`},
		{"custom domain, longest base path", "plain-http", allow, hello, nil, func(x *served) string {
			return x.get("//api.example.com/shop/reports/66") + " " + last(x.t, x.app, "requestContext", "apiId") + ", " +
				x.get("//api.example.com/shop/other/reports/66") + " " + last(x.t, x.app, "requestContext", "apiId") + ", " + x.get("//api.example.com/v1/reports/66")
		}, `200 hello 1 1 "stack-Api", 200 hello 1 2 "stack-Other", 403 {"message":"Forbidden"} 1 2`},
		{"base path is not in rawPath", "plain-http", allow, hello, nil, event("//api.example.com/shop/other/x", "rawPath"), `"/x"`},
		{"base path is in path", "plain-http", allow, hello, nil, event("//api.example.com/shop/reports/66", "path"), `"/shop/reports/66"`},
		{"joined duplicates", "http", allow, hello, nil, func(x *served) string {
			x.get("/reports/66?a=1&a=2", "X-Many", "one", "X-Many", "two")
			return last(x.t, x.guard, "headers", "x-many") + last(x.t, x.guard, "queryStringParameters", "a")
		}, `"one,two""1,2"`},
		{"raw cookies", "http", allow, hello, nil, func(x *served) string {
			x.get("/reports/66", "Cookie", `a="1 2"; b=%20`, "Cookie", "c")
			return last(x.t, x.guard, "cookies") + last(x.t, x.guard, "headers", "cookie")
		}, `["a=\"1 2\"","b=%20","c"]null`},
		{"path values stay encoded, REST", "rest", allow, hello, nil, event("/prod/reports/a%2Fb", "pathParameters"), `{"id":"a%2Fb"}`},
		{"no guessing in 1.0", "plain-http", allow, `{"body":"x"}`, nil, getting("/v1/reports/66"), `500 {"message":"Internal Server Error"} 1 1`},
		{"integration timeout", "http", allow, "wait", []change{{"Method: ANY, Path: /any", "Method: ANY, Path: /any, TimeoutInMillis: 50"}, {"AutoPublishAlias: live }", "AutoPublishAlias: live, Timeout: 1 }"}}, getting("/any"),
			`503 {"message":"Service Unavailable"} 1 1`},
		{"useless answer, REST", "rest", allow, `{"body":"x"}`, nil, getting("/prod/reports/66"), `502 {"message":"Internal server error"} 1 1`},
	}
}

// answerRows show what is mapped, and what an API says by itself.
func answerRows() []shown {
	asking := []string{"Origin", "https://app.example", "Access-Control-Request-Method", "GET"}
	preflight := func(path string, names ...string) func(*served) string {
		return func(x *served) string {
			got := x.reply("OPTIONS", path, asking...)
			out := fmt.Sprint(got.status, " ", len(x.guard.calls()), len(x.app.calls()))
			for _, name := range names {
				out += " " + got.header.Get("Access-Control-"+name)
			}
			return out
		}
	}
	header := func(name string, headers ...string) func(*served) string {
		return func(x *served) string {
			got := x.reply("GET", "/v1/files/a/b", headers...).body
			for _, word := range strings.Fields(got) {
				if v, ok := strings.CutPrefix(word, name+"="); ok {
					return v
				}
			}
			return "none"
		}
	}
	denied := func(response string) change { return change{"GatewayResponses: {}", "GatewayResponses: " + response} }
	return []shown{
		{"preflight", "http", allow, hello, nil, preflight("/reports/66", "Allow-Origin", "Allow-Methods", "Allow-Headers", "Allow-Credentials", "Max-Age"),
			"204 0 0 https://app.example GET authorization true 600"},
		{"preflight behind the authorizer", "http", denial, hello, nil, preflight("/any", "Allow-Origin"), "403 1 0 "},
		{"CORS headers", "http", allow, `{"statusCode":200,"headers":{"access-control-allow-origin":"*"}}`, nil, func(x *served) string {
			return fmt.Sprint(x.reply("GET", "/reports/66", "Origin", "https://app.example").header.Values("Access-Control-Allow-Origin"),
				x.reply("GET", "/reports/66", "Origin", "https://other.example").header.Values("Access-Control-Allow-Origin"))
		}, "[https://app.example] []"},
		{"overwrite", "plain-http", allow, hello, nil, header("Gatepass-Subject", "Gatepass-Subject", "forged"), "user-42"},
		{"append", "plain-http", allow, hello, nil, header("Gatepass-Mode", "Gatepass-Mode", "forged"), "forged|request"},
		{"remove", "plain-http", allow, hello, nil, header("Gatepass-Debug", "Gatepass-Debug", "forged"), "none"},
		{"mapping without a value", "plain-http", allow, hello, nil, header("Gatepass-Absent", "Gatepass-Absent", "forged"), "forged"},
		{"REST header mapping", "plain-rest", allow, hello, nil, func(x *served) string { return x.get("/prod/reports/6%206", "Gatepass-Subject", "forged") },
			"200 GET /documents/6%206 Gatepass-Subject=user-42 1 0"},
		{"stage in a private integration's path", "plain-http", allow, hello, nil, func(x *served) string { return x.get("/v1/files/a/b?c=d") },
			"200 GET /v1/files/a/b?c=d Gatepass-Subject=user-42 Gatepass-Mode=request 1 0"},
		{"gateway response", "plain-rest", denial, hello, nil, func(x *served) string {
			got := x.reply("GET", "/prod/reports/66", "Origin", "https://app.example")
			return fmt.Sprint(got.status, got.body, got.header.Get("Www-Authenticate"), got.header.Get("X-Origin"))
		}, `401{"error":"User is not authorized to access this resource with an explicit deny","reason":"spent"}Bearerhttps://app.example`},
		{"gateway response", "rest", denial, hello, []change{denied("{ ACCESS_DENIED: { StatusCode: 401, ResponseParameters: { Headers: { X-Why: context.authorizer.reason } } } }")}, func(x *served) string {
			got := x.reply("GET", "/prod/reports/66")
			return fmt.Sprint(got.status, got.header.Get("X-Why"))
		}, "401spent"},
		{"default gateway response", "rest", denial, hello, []change{denied("{ DEFAULT_4XX: { ResponseParameters: { Headers: { Access-Control-Allow-Origin: \"'*'\" } } } }")}, func(x *served) string {
			got := x.reply("GET", "/prod/reports/66")
			return fmt.Sprint(got.status, got.header.Get("Access-Control-Allow-Origin"))
		}, "403*"},
	}
}
