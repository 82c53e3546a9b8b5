package handler_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/handler"
)

// TestSampleBackendLooksAtAccessFirst: on a route that forwards refusals, a
// backend that only looks whether there is a context lets everybody in.
func TestSampleBackendLooksAtAccessFirst(t *testing.T) {
	event, err := os.ReadFile("../../events/sample-report.json")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(event []byte) (int, map[string]any) {
		out, err := handler.Sample(t.Context(), event)
		var res events.APIGatewayV2HTTPResponse
		var told map[string]any
		if err != nil || json.Unmarshal(out, &res) != nil || json.Unmarshal([]byte(res.Body), &told) != nil {
			t.Fatalf("answered %s, %v", out, err)
		}
		return res.StatusCode, told
	}
	status, told := ask(event)
	if status != http.StatusForbidden || told["reason"] != "spent" || told["pass_id"] != "0aZ9bY8cX7dW6eV5" {
		t.Errorf("a refused caller got %d %v", status, told)
	}
	if _, there := told["subject"]; there {
		t.Errorf("an empty value is told: %v", told)
	}
	var granted map[string]any
	if err := json.Unmarshal(event, &granted); err != nil {
		t.Fatal(err)
	}
	lambda := granted["requestContext"].(map[string]any)["authorizer"].(map[string]any)["lambda"].(map[string]any)
	lambda["access"], lambda["data"] = "granted", `{"seats":2}`
	event, _ = json.Marshal(granted)
	status, told = ask(event)
	if data, _ := told["data"].(map[string]any); status != http.StatusOK || data["seats"] != 2.0 {
		t.Errorf("a granted caller got %d %v", status, told)
	}
	if _, err := handler.Sample(t.Context(), []byte(`[]`)); err == nil {
		t.Error("what is no request was answered")
	}
}
