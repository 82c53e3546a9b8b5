package handler

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Sample is the backend behind the sample routes: it answers with what it
// learned of its caller. It shows the one thing that a backend on a route with
// forward_refused must do: look at access first; and the one that a page behind a
// public link should: keep its address, in which the token is, out of the Referer
// of what it loads.
func Sample(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
	var req events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &req); err != nil {
		return nil, errNotHTTP
	}
	answer := map[string]any{"route": req.RouteKey}
	status := http.StatusOK
	if a := req.RequestContext.Authorizer; a != nil {
		for key, v := range a.Lambda {
			if text, ok := v.(string); ok && text != "-" {
				answer[key] = told(key, text)
			}
		}
		if a.Lambda["access"] == "refused" {
			status = http.StatusForbidden
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return json.Marshal(events.APIGatewayV2HTTPResponse{StatusCode: status, Body: string(body) + "\n",
		Headers: map[string]string{"content-type": "application/json", "cache-control": "no-store", "referrer-policy": "strict-origin"}})
}

// told shows what is JSON inside of a text as JSON.
func told(key, text string) any {
	if (key == "data" || key == "visitor") && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}
