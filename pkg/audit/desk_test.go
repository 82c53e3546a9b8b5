package audit_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestARequestedLinkIsToldOncePerNote, through the store and the stream: what the
// store turned away is told to nobody, a limiter means nothing, and a pass that
// goes takes its requests with it in silence.
func TestARequestedLinkIsToldOncePerNote(t *testing.T) {
	h := newHouse(t)
	p := fixture(nil)
	h.create(p)
	for _, after := range []pass.NumericDate{0, 1, 599, 600} {
		h.now = t0 + after
		_, err := h.bolt.RequestLink(context.Background(), p.ID, pass.Wish{At: h.now, Secret: "secret", Every: 600, PurgeAt: p.PurgeAt}, pass.Window{Bucket: "block", Limit: 20, From: t0, Until: t0 + 3600})
		h.must(err)
		_, err = h.bolt.Take(context.Background(), "bucket", 20, t0, t0+3600)
		h.must(err)
	}
	h.deliver()
	h.now = p.PurgeAt + 1
	h.sweep()
	h.deliver()
	var at []pass.NumericDate
	for _, e := range h.told() {
		if e.Type == audit.LinkRequested {
			if e.PassID != p.ID {
				t.Errorf("told of pass %s", e.PassID)
			}
			at = append(at, pass.At(e.At))
		}
	}
	if diff := cmp.Diff([]pass.NumericDate{t0, t0 + 600}, at); diff != "" {
		t.Errorf("told at (-want +got):\n%s", diff)
	}
	if left := h.items(); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}
