package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestALimitersWindowLiesUnderItsBucketAndSecond(t *testing.T) {
	got := record.FromTaken("bucket", 1_800_000_000, 1_800_003_600, 3)
	want := record.Item{"pk": "L#bucket#1800000000", "sk": "L", "v": int64(1), "count": int64(3), "purge_at": int64(1_800_003_600)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if n, err := record.ToTaken(got); n != 3 || err != nil {
		t.Errorf("read as %d, %v", n, err)
	}
	for name, v := range map[string]any{"v": int64(2), "count": "three"} {
		it := record.FromTaken("bucket", 1, 2, 3)
		it[name] = v
		if _, err := record.ToTaken(it); err == nil {
			t.Errorf("%s %v was read", name, v)
		}
	}
}

func TestARequestForALinkLiesBesideItsPass(t *testing.T) {
	n := pass.LinkRequest{V: pass.Version, At: 1_800_000_000, Count: 2, Secret: "k", PurgeAt: 1_800_009_000}
	it := record.FromLinkRequest("7Gm2kQpX4sVbN9aT", n)
	want := record.Item{"pk": "P#7Gm2kQpX4sVbN9aT", "sk": "N", "v": int64(1), "at": int64(1_800_000_000), "count": int64(2), "secret": "k", "purge_at": int64(1_800_009_000)}
	if diff := cmp.Diff(want, it); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if got, err := record.ToLinkRequest(it); got != n || err != nil {
		t.Errorf("read as %+v, %v", got, err)
	}
	it[record.V] = int64(2)
	if got, err := record.ToLinkRequest(it); got != (pass.LinkRequest{V: 2}) || err != nil {
		t.Errorf("of another version: %+v, %v", got, err)
	}
	for _, wrong := range []record.Item{{"pk": "L#x", "sk": "N", "v": int64(1)}, {"pk": "P#x", "sk": "O", "v": int64(1)}, {"pk": "P#x", "sk": "N", "v": int64(1), "at": "now"}} {
		if _, err := record.ToLinkRequest(wrong); err == nil {
			t.Errorf("%v was read", wrong)
		}
	}
}
