package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp/kb"
)

// axeSource returns axe-core, the checker of accessibility. It is put into pages
// by the developer's tools, which their policy does not bind.
func axeSource(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, ".tools/node/node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Skip("tier browser: axe-core is not in .tools/node")
	}
	return string(b)
}

// inaccessible returns the rules of WCAG 2.1 and 2.2, A and AA, and of what
// axe-core calls best practice, that a page breaks, and where.
func inaccessible(tb *tab, axe string) (broken []string) {
	tb.t.Helper()
	if !script[bool](tb, `typeof axe == "object"`) {
		script[any](tb, axe+"; 0")
	}
	found := script[struct {
		Passes     int
		Violations []struct {
			ID    string
			Where []string
		}
	}](tb, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]}).then(r => ({
		Passes: r.passes.length, Violations: r.violations.map(v => ({ID: v.id, Where: v.nodes.map(n => n.html + ": " + n.failureSummary)}))}))`)
	if found.Passes < 5 {
		broken = append(broken, fmt.Sprintf("only %d rules were checked", found.Passes))
	}
	for _, v := range found.Violations {
		broken = append(broken, v.ID+": "+strings.Join(v.Where, "\n"))
	}
	return broken
}

// wide returns what is said of a page that is wider than the window.
func wide(tb *tab) []string {
	tb.t.Helper()
	got := script[struct{ Scroll, Inner int }](tb, `({Scroll: document.documentElement.scrollWidth, Inner: document.documentElement.clientWidth})`)
	if got.Scroll > got.Inner {
		return []string{fmt.Sprintf("%d pixels wide in a window of %d", got.Scroll, got.Inner)}
	}
	return nil
}

// focused is the element that has the keyboard, and whether that is seen.
type focused struct {
	Tag, Text string
	Seen      bool
}

const focusScript = `(() => { const e = document.activeElement, s = getComputedStyle(e);
	return {Tag: e.tagName, Text: e.innerText, Seen: s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2 && s.outlineColor != getComputedStyle(document.body).backgroundColor} })()`

// lost returns the buttons, links and fields to which Tab does not lead in the
// order in which they are read, or that are not seen to have the keyboard.
func lost(tb *tab) (out []string) {
	tb.t.Helper()
	script[any](tb, `scrollTo(0, 0), document.body.tabIndex = -1, document.body.focus(), document.body.removeAttribute("tabindex")`) // begins at the top again
	for _, want := range script[[]string](tb, `[...document.querySelectorAll("a[href], button, input:not([type=hidden])")].map(e => e.innerText)`) {
		tb.touch(kb.Tab)
		if got := script[focused](tb, focusScript); got.Text != want || !got.Seen {
			out = append(out, fmt.Sprintf("Tab led to %+v, want %q and it seen", got, want))
		}
	}
	return out
}

// maxPage is how many bytes a page may be, with its headers.
const maxPage = 15_000

// heavy returns what the last page of some requests loaded beside the logo, and
// what is said of one that is big.
func heavy(requests []asked) (out []string) {
	last := -1
	for i, a := range requests {
		if a.Kind == network.ResourceTypeDocument {
			last = i
		}
	}
	if last < 0 {
		return []string{"no page was asked for"}
	}
	if size := requests[last].Received; size == 0 || size >= maxPage {
		out = append(out, fmt.Sprintf("%v bytes, want fewer than %d", size, maxPage))
	}
	for _, a := range requests[last+1:] {
		if !strings.HasSuffix(a.URL, "/logo.svg") && !strings.HasSuffix(a.URL, "/favicon.ico") { // which no page asks for
			out = append(out, "the page loads "+a.URL)
		}
	}
	return out
}

// Checks that find nothing anywhere would let everything pass.
func TestTheChecksFindWhatIsWrong(t *testing.T) {
	browser(t)
	axe := axeSource(t)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/html")
		fmt.Fprint(w, `<!doctype html><meta name="viewport" content="width=device-width"><title>x</title><link rel="stylesheet" href="data:text/css,"><style>*{outline:none!important}</style><h2 style="color:#bbb">grey</h2>
			<button tabindex="2">second</button><button tabindex="1">first</button><input name="x"><p style="width:400px">`, strings.Repeat("x ", maxPage/2))
	}))
	defer bad.Close()
	d := (&site{base: bad.URL}).device(t, wish{width: 320})
	d.open(bad.URL)
	for name, found := range map[string][]string{"color-contrast": inaccessible(d.tab, axe), "html-has-lang": inaccessible(d.tab, axe), "label": inaccessible(d.tab, axe), "page-has-heading-one": inaccessible(d.tab, axe),
		"pixels wide in a window of 320": wide(d.tab), "want \"second\"": lost(d.tab), "Seen:false": lost(d.tab), "bytes, want fewer": heavy(d.since(0)), "the page loads": heavy(d.since(0))} {
		if !strings.Contains(strings.Join(found, "\n"), name) {
			t.Errorf("%s is not found: %s", name, found)
		}
	}
	if len(heavy(nil)) != 1 {
		t.Error("no page at all is fine")
	}
}
