package dynamostore_test

import (
	"testing"
	"testing/synctest"
)

// TestKeepEndsWhereAPartitionDoesNot: its caller works through the table's stream,
// and what can never be done would hold up all that is behind it.
func TestKeepEndsWhereAPartitionDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := `{"Items":[{"pk":{"S":"P#P1"},"sk":{"S":"U#1"},"v":{"N":"1"},"purge_at":{"N":"9999999999"}}],"LastEvaluatedKey":{"pk":{"S":"P#P1"},"sk":{"S":"U#1"}}}`
		sent := &script{answers: []answer{ok(page)}}
		must(t, over(t, sent).Keep(t.Context(), "P1", now))
		if len(sent.sent) != 16 {
			t.Errorf("%d pages were read, want 16", len(sent.sent))
		}
	})
}
