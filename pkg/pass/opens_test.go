package pass_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestEachTouchIsCountedByItself(t *testing.T) {
	was := pass.Opens{V: pass.Version, Heads: 10, Gets: 20, Refused: 30, FirstAt: 5, LastAt: 6, PurgeAt: 90}
	for _, row := range []struct {
		name string
		look pass.Look
		want pass.Opens
	}{
		{"a HEAD", pass.Look{Touch: pass.Head, At: 8, PurgeAt: 99}, pass.Opens{V: 1, Heads: 11, Gets: 20, Refused: 30, FirstAt: 5, LastAt: 8, PurgeAt: 99}},
		{"a GET", pass.Look{Touch: pass.Get, At: 8, PurgeAt: 99}, pass.Opens{V: 1, Heads: 10, Gets: 21, Refused: 30, FirstAt: 5, LastAt: 8, PurgeAt: 99}},
		{"a POST that was refused", pass.Look{Touch: pass.RefusedPost, At: 8, PurgeAt: 99}, pass.Opens{V: 1, Heads: 10, Gets: 20, Refused: 31, FirstAt: 5, LastAt: 8, PurgeAt: 99}},
		{"a look that knows no purge_at leaves it", pass.Look{Touch: pass.Get, At: 8}, pass.Opens{V: 1, Heads: 10, Gets: 21, Refused: 30, FirstAt: 5, LastAt: 8, PurgeAt: 90}},
	} {
		got, ok := was.After(row.look)
		if d := cmp.Diff(row.want, got); !ok || d != "" {
			t.Errorf("%s: %v (-want +got):\n%s", row.name, ok, d)
		}
	}
	first, ok := pass.Opens{V: pass.Version}.After(pass.Look{Touch: pass.Get, At: 7})
	if want := (pass.Opens{V: 1, Gets: 1, FirstAt: 7, LastAt: 7}); !ok || first != want {
		t.Errorf("the first look gives %+v, want %+v", first, want)
	}
	if got, ok := was.After(pass.Look{Touch: "glance", At: 8}); ok || got != was {
		t.Errorf("a touch that is none is counted: %+v", got)
	}
}
