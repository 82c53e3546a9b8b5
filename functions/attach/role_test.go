package main

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/dynamostore"
)

// empty is a table that has nothing and takes everything.
type empty struct{}

func (empty) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(`{"Count":0,"Items":[]}`))}, nil
}

// TestRoleMayDoWhatTheFunctionDoes, and no more.
func TestRoleMayDoWhatTheFunctionDoes(t *testing.T) {
	seen := &configtest.Recorder{Next: empty{}}
	client, err := dynamostore.NewClient(dynamostore.Config{Endpoint: "http://table.invalid", Transport: seen})
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	a := &attach.Attacher{Store: dynamostore.New(client, "table"), APIs: over(t, serve(&asked)), Function: "arn:aws:lambda:eu-central-1:1:function:a"}
	q := attach.Request{Stack: "arn:aws:cloudformation:eu-central-1:1:stack/shop/0a1b", LogicalID: "Rules", Undo: time.Second,
		Properties: []byte(`{"ApiId":"rest","Rules":[{"Route":"GET /","Scope":"*"}]}`)}
	res, err := a.Create(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	q.PhysicalID = res.PhysicalID
	if _, err := a.Delete(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for _, path := range asked { // GET of either kind's authorizers, and nothing beside
		if !strings.Contains(path, "/authorizers") {
			t.Errorf("asked API Gateway for %s", path)
		}
	}
	// What of the table it may do; package configtest compares the rest.
	may := configtest.Granted(configtest.ReadTemplate(t, "../../template.yaml"), "AttachRole")
	maps.DeleteFunc(may, func(g string, _ bool) bool { return !strings.HasSuffix(g, " R#*") })
	if diff := cmp.Diff(seen.Does(), may); diff != "" {
		t.Errorf("attach does and may do (-does +may):\n%s", diff)
	}
}
