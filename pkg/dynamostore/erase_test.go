package dynamostore_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestWhatAPassIsFoundByIsErasedLast: whoever is interrupted finds it again.
func TestWhatAPassIsFoundByIsErasedLast(t *testing.T) {
	items := ""
	for _, sk := range []string{"C#1", "F", "P", "S#1", "U#1", "X"} {
		items += fmt.Sprintf(`,{"pk":{"S":"P#a"},"sk":{"S":%q}}`, sk)
	}
	s := &script{answers: []answer{ok(`{"Items":[` + items[1:] + `]}`), ok(`{}`)}}
	must(t, over(t, s).Erase(t.Context(), "a"))
	var order []string
	for _, body := range s.sent[1:] {
		order = append(order, body["Key"].(map[string]any)["sk"].(map[string]any)["S"].(string))
	}
	if diff := cmp.Diff([]string{"C#1", "S#1", "U#1", "X", "F", "P"}, order); diff != "" {
		t.Errorf("erased in this order (-want +got):\n%s", diff)
	}
}

// TestErasingTooMuchAtOnceGoesOn when it is repeated.
func TestErasingTooMuchAtOnceGoesOn(t *testing.T) {
	items := ""
	for n := range 1001 {
		items += fmt.Sprintf(`,{"pk":{"S":"P#a"},"sk":{"S":"S#%d"}}`, n)
	}
	s := &script{answers: []answer{ok(`{"Items":[` + items[1:] + `]}`), ok(`{}`)}}
	err := over(t, s).Erase(t.Context(), "a")
	if wantKind(t, "erase", err, pass.ErrUnavailable); len(s.sent) != 1+1000 {
		t.Errorf("%d requests, want a query and a thousand removals", len(s.sent))
	}
}

// TestErasingGoesOnWhereItWasInterrupted, at whichever request that was.
func TestErasingGoesOnWhereItWasInterrupted(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	var left atomic.Int64
	table := dynamolocal.NewTable(t, endpoint, through(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "DeleteItem" && left.Add(-1) < 0 {
			return nil, errBroken
		}
		return http.DefaultTransport.RoundTrip(r)
	}))
	for stop := int64(0); ; stop++ {
		left.Store(1 << 30)
		id := fmt.Sprint("P", stop)
		besides(t, table.Store, id)
		left.Store(stop)
		err := table.Erase(t.Context(), id)
		left.Store(1 << 30)
		places, findErr := table.Find(t.Context(), pass.Listing{Index: pass.ByHolder, Value: "holder-" + id, Limit: 10})
		must(t, findErr)
		if err == nil {
			if len(places) != 0 || stop < 5 {
				t.Errorf("erased after %d removals, and listed at %v", stop, places)
			}
			return
		}
		if wantKind(t, "erase", err, pass.ErrUnavailable); len(places) == 0 {
			t.Errorf("interrupted after %d removals, it is found no more", stop)
		}
		must(t, table.Erase(t.Context(), id))
		_, err = table.History(t.Context(), id)
		wantKind(t, "history", err, pass.ErrNotFound)
	}
}

// besides puts a pass, its registration and what lies beside both.
func besides(t *testing.T, s *dynamostore.Store, id string) {
	t.Helper()
	p := request(id, 3)
	p.Holder = "holder-" + id
	must(t, s.Create(t.Context(), p))
	must(t, s.Register(t.Context(), &pass.Registration{V: pass.Version, ID: id, Form: "f", Holder: p.Holder, At: now}))
	must(t, s.PutMarker(t.Context(), id, now))
	must(t, s.PutUse(t.Context(), id, using("k"), now))
	must(t, s.PutChange(t.Context(), id, pass.Change{Key: "k", At: now}, now))
}
