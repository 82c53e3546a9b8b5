package local

// GatewayRule is one thing that API Gateway does, as AWS (or, where no page of
// AWS tells, somebody who looked) describes it. The server follows exactly these;
// where each is followed, its name stands in the code.
type GatewayRule struct {
	Name string
	Says string
	Page string
	// Open rules are not confirmed: [StackConfig.Switches] turns them off or on.
	// On is what holds unless it does.
	Open, On bool
}

// The names of the rules.
const (
	ruleHeaderSize       = "header size"
	ruleBodySize         = "body size"
	ruleStagePath        = "stage in the path"
	ruleStageRawPath     = "stage in rawPath"
	ruleUnknownHTTP      = "unknown route, HTTP"
	ruleUnknownREST      = "unknown route, REST"
	ruleDomain           = "custom domain, longest base path"
	ruleDomainRawPath    = "base path is not in rawPath"
	ruleDomainPath       = "base path is in path"
	ruleSource           = "missing identity source"
	ruleSourceCase       = "identity source, case"
	ruleValidation       = "identityValidationExpression"
	ruleUnauthorizedREST = "Unauthorized, REST"
	ruleUnauthorizedHTTP = "Unauthorized, HTTP"
	ruleNull             = "REST's null message"
	ruleExplicitDeny     = "explicit deny, REST"
	ruleImplicitDeny     = "implicit deny, REST"
	ruleDenyHTTP         = "deny, HTTP"
	ruleOnlyPolicy       = "simple answer where policy is set"
	ruleOnlySimple       = "policy where simple is set"
	ruleScalars          = "context of scalars"
	ruleText             = "context becomes text"
	ruleText10           = "context becomes text, 1.0"
	ruleWildcards        = "wildcards in resources"
	ruleARNLength        = "method ARN too long"
	ruleResourceLength   = "resource too long"
	rulePermission       = "authorizer permission"
	ruleIntegration      = "integration permission"
	ruleAlias            = "permission of the alias"
	ruleJoined           = "joined duplicates"
	ruleCookies          = "raw cookies"
	ruleToken            = "TOKEN event"
	ruleEncoded          = "path values stay encoded, REST"
	ruleCache            = "cached answer"
	ruleCacheKey         = "cache key is all sources"
	ruleCachePolicy      = "cached policy is judged anew"
	ruleCacheErrors      = "errors are not cached"
	ruleCacheDefault     = "default TTL, HTTP"
	rulePreflight        = "preflight"
	rulePreflightGuarded = "preflight behind the authorizer"
	ruleCORSHeaders      = "CORS headers"
	ruleOverwrite        = "overwrite"
	ruleAppend           = "append"
	ruleRemove           = "remove"
	ruleNoValue          = "mapping without a value"
	ruleMapREST          = "REST header mapping"
	rulePrivatePath      = "stage in a private integration's path"
	ruleResponse         = "gateway response"
	ruleResponseDefault  = "default gateway response"
	ruleGuess10          = "no guessing in 1.0"
	ruleTimeout          = "integration timeout"
	ruleBadGateway       = "useless answer, REST"
	ruleConnect          = "$connect alone"
	ruleHandshake        = "refused handshake"
)

// The pages that rules are from.
const (
	guide        = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
	pageHTTP     = guide + "http-api-lambda-authorizer.html"
	pageREST     = guide + "apigateway-use-lambda-authorizer.html"
	pageLambda   = guide + "http-api-develop-integrations-lambda.html"
	pageMapping  = guide + "http-api-parameter-mapping.html"
	pageCORS     = guide + "http-api-cors.html"
	pageSocket   = guide + "apigateway-websocket-api-lambda-auth.html"
	pageGateway  = guide + "api-gateway-gatewayResponse-definition.html"
	pageFailures = "https://dev.to/marcogrcr/api-gateway-lambda-authorizer-lambda-proxy-integration-failure-modes-52bc"
)

// GatewayRules returns every rule.
func GatewayRules() []GatewayRule {
	sure := func(name, says, page string) GatewayRule { return GatewayRule{name, says, page, false, true} }
	open := func(name string, on bool, says, page string) GatewayRule {
		return GatewayRule{name, says, page, true, on}
	}
	return []GatewayRule{
		sure(ruleHeaderSize, "request line and headers above 10,240 bytes are refused", guide+"http-api-quotas.html"),
		sure(ruleBodySize, "bodies above 10 MB are refused with 413", guide+"http-api-quotas.html"),
		sure(ruleStagePath, "below the API's own host, a path begins with the stage, unless that is $default; else 404, REST 403 Forbidden", guide+"http-api-stages.html"),
		open(ruleStageRawPath, true, "payload 2.0 shows a stage with a name in rawPath, below custom domains too", "https://github.com/aws-powertools/powertools-lambda-python/issues/621"),
		sure(ruleUnknownHTTP, "no route: 404 Not Found", guide+"http-api-develop-routes.html"),
		sure(ruleUnknownREST, "no resource or method: 403 Missing Authentication Token", "https://repost.aws/knowledge-center/api-gateway-authentication-token-errors"),
		sure(ruleDomain, "a custom domain's longest matching base path chooses the API", guide+"http-api-mappings.html"),
		open(ruleDomainRawPath, true, "payload 2.0 does not show the base path", "https://github.com/CodeGenieApp/serverless-express/issues/465"),
		open(ruleDomainPath, true, "REST and payload 1.0 show the base path in path", "https://github.com/aws-powertools/powertools-lambda-python/pull/579"),
		sure(ruleSource, "an identity source that is missing or empty: 401, and the authorizer is not asked", pageHTTP),
		sure(ruleSourceCase, "identity sources: a header's name in any case, a query parameter's in its own", pageHTTP),
		sure(ruleValidation, "a token that does not match the expression: 401, and the authorizer is not asked", guide+"configure-api-gateway-lambda-authorization.html"),
		sure(ruleUnauthorizedREST, "a function error that says exactly Unauthorized: 401", pageREST),
		open(ruleUnauthorizedHTTP, true, "on HTTP APIs too", pageHTTP),
		open(ruleNull, true, "a failed authorizer on a REST API: 500 with the message null", pageFailures),
		sure(ruleExplicitDeny, "a policy's Deny: 403 and 'with an explicit deny'", "https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer"),
		sure(ruleImplicitDeny, "no Allow: 403 'not authorized to access this resource'", "https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer"),
		sure(ruleDenyHTTP, "deny: 403 Forbidden", pageHTTP),
		sure(ruleOnlyPolicy, "isAuthorized where simple responses are not enabled: 500", pageHTTP),
		sure(ruleOnlySimple, "a policy where simple responses are enabled: 500", pageHTTP),
		open(ruleScalars, true, "REST and WebSocket: a list or object in the context, which AWS forbids: 500", guide+"api-gateway-lambda-authorizer-output.html"),
		sure(ruleText, "REST: numbers and booleans of the context become text", guide+"api-gateway-lambda-authorizer-output.html"),
		open(ruleText10, true, "payload 1.0 to functions of an HTTP API too", pageLambda),
		sure(ruleWildcards, "in a policy's Resource * is any text and ? any one character", guide+"api-gateway-control-access-using-iam-policies-to-invoke-api.html"),
		sure(ruleARNLength, "REST: a method ARN above 1,600 bytes: 414", guide+"limits.html"),
		open(ruleResourceLength, true, "a Resource above 512 characters makes the policy useless: 500", guide+"limits.html"),
		sure(rulePermission, "an authorizer that the API may not invoke: 500", pageHTTP),
		sure(ruleIntegration, "a function that the API may not invoke: 500", guide+"http-api-troubleshooting-lambda.html"),
		sure(ruleAlias, "a permission for a function is none for its alias, nor the other way round", "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"),
		sure(ruleJoined, "payload 2.0 joins repeated headers and query parameters with commas", pageLambda),
		sure(ruleCookies, "payload 2.0 has cookies apart, each as it was sent", pageLambda),
		sure(ruleToken, "a TOKEN authorizer is told the token and the ARN, and nothing else", guide+"api-gateway-lambda-authorizer-input.html"),
		open(ruleEncoded, true, "REST hands path values on as they were encoded", guide+"api-gateway-known-issues.html"),
		sure(ruleCache, "with a TTL and an identity source an answer serves again, allow or deny, until the TTL is over", pageHTTP),
		sure(ruleCacheKey, "it serves requests in which every identity source is equal", pageHTTP),
		sure(ruleCachePolicy, "a policy from the cache is held against the route that is called", "https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors"),
		open(ruleCacheErrors, true, "an answer that was an error is not kept", pageREST),
		open(ruleCacheDefault, true, "an HTTP API's authorizer without a TTL caches for 300 s, if it has an identity source", "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html"),
		sure(rulePreflight, "with CORS configured the API answers preflight itself, without an authorizer", pageCORS),
		open(rulePreflightGuarded, true, "but where only $default or an ANY route with an authorizer takes it, that is asked", pageCORS),
		sure(ruleCORSHeaders, "CORS headers of the API replace those of the integration", pageCORS),
		sure(ruleOverwrite, "overwrite:header replaces what the client sent", pageMapping),
		sure(ruleAppend, "append:header leaves what the client sent, and adds to it", pageMapping),
		sure(ruleRemove, "remove:header removes what the client sent", pageMapping),
		open(ruleNoValue, true, "a mapping whose value is not there leaves the client's (the worst that could be)", pageMapping),
		open(ruleMapREST, true, "REST: integration.request.header replaces what the client sent", guide+"request-response-data-mappings.html"),
		sure(rulePrivatePath, "a private integration gets the path with the stage, unless overwrite:path says otherwise", guide+"http-api-develop-integrations-private.html"),
		sure(ruleResponse, "REST: a gateway response words an answer: status, headers, body", pageGateway),
		sure(ruleResponseDefault, "REST: DEFAULT_4XX and DEFAULT_5XX word those that have none of their own", guide+"supported-gateway-response-types.html"),
		sure(ruleGuess10, "payload 1.0: an answer without statusCode is an error", pageLambda),
		sure(ruleTimeout, "an integration is waited for as long as it says, 30 s (REST 29 s) at most; then 503 (REST 504)", guide+"http-api-quotas.html"),
		sure(ruleBadGateway, "REST: a failed function, or an answer of no use, is 502", guide+"set-up-lambda-proxy-integrations.html"),
		sure(ruleConnect, "WebSocket: the authorizer is asked at $connect, with the ARN <stage>/$connect", pageSocket),
		sure(ruleHandshake, "WebSocket: what $connect refuses is no connection: 401, 403, 500, or the function's status", guide+"apigateway-websocket-api-route-keys-connect-disconnect.html"),
	}
}

// on reports whether a rule holds.
func (f *front) on(name string) bool { return !f.off[name] }
