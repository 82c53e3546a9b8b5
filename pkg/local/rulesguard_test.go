package local_test

import (
	"strings"
	"time"
)

// guardRows show what becomes of the authorizer's answers.
func guardRows() []shown {
	with := func(x *served, paths ...string) string {
		var out []string
		for _, p := range paths {
			out = append(out, x.get(p, "Authorization", "Bearer x"))
		}
		return strings.Join(out, ", ")
	}
	return []shown{
		{"missing identity source", "http", allow, hello, []change{needed}, func(x *served) string {
			return x.get("/reports/66") + ", " + x.get("/reports/66", "Authorization", "") + ", " + x.get("/reports/66", "Authorization", "x")
		}, `401 {"message":"Unauthorized"} 0 0, 401 {"message":"Unauthorized"} 0 0, 200 hello 1 1`},
		{"identity source, case", "http", allow, hello, []change{{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [aUTHORIZATION], QueryStrings: [Token], ReauthorizeEvery: 0 }"}}, func(x *served) string {
			return x.get("/reports/66?Token=x", "authorization", "x") + ", " + x.get("/reports/66?token=x", "Authorization", "x")
		}, `200 hello 1 1, 401 {"message":"Unauthorized"} 1 1`},
		{"identityValidationExpression", "rest", allow, hello, nil, func(x *served) string {
			return x.get("/prod/token/a", "Authorization", "x Bearer y") + ", " + x.get("/prod/token/a", "Authorization", "Bearer y")
		}, `401 {"message":"Unauthorized"} 0 0, 200 hello 1 1`},
		{"Unauthorized, REST", "rest", "error Unauthorized", hello, nil, getting("/prod/reports/66"), `401 {"message":"Unauthorized"} 1 0`},
		{"Unauthorized, HTTP", "http", "error Unauthorized", hello, nil, getting("/reports/66"), `401 {"message":"Unauthorized"} 1 0`},
		{"REST's null message", "rest", "error Unauthorized: expired", hello, nil, getting("/prod/reports/66"), `500 {"message":null} 1 0`},
		{"explicit deny, REST", "rest", denial, hello, nil, getting("/prod/reports/66"), `403 {"Message":"User is not authorized to access this resource with an explicit deny"} 1 0`},
		{"implicit deny, REST", "rest", nothing, hello, nil, getting("/prod/reports/66"), `403 {"Message":"User is not authorized to access this resource"} 1 0`},
		{"deny, HTTP", "http", denial, hello, nil, getting("/reports/66"), `403 {"message":"Forbidden"} 1 0`},
		{"deny, HTTP", "http", nothing, hello, nil, getting("/reports/66"), `403 {"message":"Forbidden"} 1 0`},
		{"deny, HTTP", "http", no, hello, []change{simple}, getting("/reports/66"), `403 {"message":"Forbidden"} 1 0`},
		{"simple answer where policy is set", "http", yes, hello, nil, getting("/reports/66"), `500 {"message":"Internal Server Error"} 1 0`},
		{"simple answer where policy is set", "rest", yes, hello, nil, getting("/prod/reports/66"), `500 {"message":null} 1 0`},
		{"policy where simple is set", "http", allow, hello, []change{simple}, getting("/reports/66"), `500 {"message":"Internal Server Error"} 1 0`},
		{"context of scalars", "rest", strings.Replace(allow, `"n":7`, `"n":[7]`, 1), hello, nil, getting("/prod/reports/66"), `500 {"message":null} 1 0`},
		{"context becomes text", "rest", allow, hello, nil, func(x *served) string {
			x.get("/prod/reports/66")
			return last(x.t, x.app, "requestContext", "authorizer")
		}, `{"mode":"request","n":"7","principalId":"p","subject":"user-42"}`},
		{"context becomes text, 1.0", "plain-http", allow, hello, nil, func(x *served) string {
			x.get("/v1/reports/66")
			return last(x.t, x.app, "requestContext", "authorizer")
		}, `{"mode":"request","n":"7","principalId":"p","subject":"user-42"}`},
		{"wildcards in resources", "rest", wide, hello, nil, getting("/prod/reports/66"), `200 hello 1 1`},
		{"method ARN too long", "rest", wide, hello, nil, getting("/prod/reports/" + strings.Repeat("x", 1600)), `414 {"message":"Request URI Too Long"} 0 0`},
		{"resource too long", "http", allow, hello, nil, getting("/reports/" + strings.Repeat("x", 500)), `500 {"message":"Internal Server Error"} 1 0`},
		{"authorizer permission", "http", allow, hello, []change{{"EnableFunctionDefaultPermissions: true", "EnableFunctionDefaultPermissions: false"}}, getting("/reports/66"),
			`500 {"message":"Internal Server Error"} 0 0`},
		{"authorizer permission", "rest", allow, hello, []change{{"FunctionPayloadType: REQUEST", "FunctionPayloadType: REQUEST\n            DisableFunctionDefaultPermissions: true"},
			{"Token:\n            FunctionArn: !Ref Guard.Alias", "Token:\n            DisableFunctionDefaultPermissions: true\n            FunctionArn: !Ref Guard.Alias"}}, getting("/prod/reports/66"), `500 {"message":null} 0 0`},
		{"integration permission", "plain-http", allow, hello, []change{{"${Api}/*/GET/reports/*", "${Api}/*/POST/reports/*"}}, getting("/v1/reports/66"),
			`500 {"message":"Internal Server Error"} 1 0`},
		{"permission of the alias", "plain-http", allow, hello, []change{{"FunctionName: !Ref GuardArn", `FunctionName: !Select [0, !Split [":live", !Ref GuardArn]]`}}, getting("/v1/reports/66"),
			`500 {"message":"Internal Server Error"} 0 0`},
		{"cached answer", "http", denial, hello, []change{caching}, func(x *served) string {
			x.get("/reports/66", "Authorization", "x")
			x.guard.answer = wide
			before := x.get("/reports/66", "Authorization", "x")
			x.now = x.now.Add(60 * time.Second)
			return before + ", " + x.get("/reports/66", "Authorization", "x")
		}, `403 {"message":"Forbidden"} 1 0, 200 hello 2 1`},
		{"cached answer", "http", yes, hello, []change{caching, simple}, func(x *served) string { return with(x, "/reports/66", "/any") }, `200 hello 1 1, 200 hello 1 2`},
		{"cache key is all sources", "http", wide, hello, []change{twoSources}, func(x *served) string {
			return x.get("/any", "Authorization", "x", "X-Second", "1") + ", " + x.get("/any", "Authorization", "x", "X-Second", "2") + ", " + x.get("/any", "Authorization", "x", "X-Second", "1")
		}, `200 hello 1 1, 200 hello 2 2, 200 hello 2 3`},
		{"cached policy is judged anew", "rest", allow, hello, []change{caching}, func(x *served) string {
			return x.get("/prod/reports/66", "Authorization", "x") + ", " + x.get("/prod/reports/67", "Authorization", "x")
		}, `200 hello 1 1, 403 {"Message":"User is not authorized to access this resource"} 1 1`},
		{"errors are not cached", "http", "error down", hello, []change{caching}, func(x *served) string {
			x.get("/any", "Authorization", "x")
			x.guard.answer = wide
			return x.get("/any", "Authorization", "x")
		}, `200 hello 2 1`},
		{"default TTL, HTTP", "http", wide, hello, []change{unsaid}, func(x *served) string {
			with(x, "/any")
			x.now = x.now.Add(299 * time.Second)
			return with(x, "/any")
		}, `200 hello 1 2`},
		{"TOKEN event", "rest", allow, hello, nil, func(x *served) string {
			x.get("/prod/token/a/b", "Authorization", "Bearer x", "Cookie", "a=1")
			return last(x.t, x.guard)
		}, `{"authorizationToken":"Bearer x","methodArn":"arn:aws:execute-api:local:000000000000:stack-Api/prod/GET/token/a/b","type":"TOKEN"}`},
		{"$connect alone", "websocket", allow, hello, nil, func(x *served) string {
			out := x.get("/prod?token=x", "Upgrade", "websocket", "Connection", "Upgrade")
			return out + last(x.t, x.guard, "methodArn") + last(x.t, x.guard, "requestContext", "routeKey")
		}, `101  1 1"arn:aws:execute-api:local:000000000000:stack-Api/prod/$connect""$connect"`},
		{"refused handshake", "websocket", allow, `{"statusCode":409}`, nil, getting("/prod", "Upgrade", "websocket"), `409  1 1`},
	}
}
