package page_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/page"
)

var update = flag.Bool("update", false, "write testdata/*.html anew")

// TestPagesAreAsTheyWereSeen compares every page, as HTML in English and as text
// in the other languages, with the ones in testdata that somebody has looked at.
// go test ./pkg/page -update writes them anew: look at them again.
func TestPagesAreAsTheyWereSeen(t *testing.T) {
	pages, seen := page.New(brand(t)), map[string]bool{}
	for _, lang := range languages() {
		for name, got := range every(t, pages, lang) {
			file := filepath.Join("testdata", name+"."+lang+".html")
			if lang != page.Default {
				file, got = filepath.Join("testdata", name+"."+lang+".txt"), text(got)+"\n"
			}
			seen[file] = true
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-seen +now):\n%s", file, diff)
			}
		}
	}
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) != len(seen) {
		t.Errorf("testdata has %d files (%v), want the %d pages", len(files), err, len(seen))
	}
}
