package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch sees everything that the tabs of a device ask for and say.
type watch struct {
	home []string // bases of the URLs that may be asked for

	mu    sync.Mutex
	said  []string
	asked []asked
}

// asked is a request that a tab has sent.
type asked struct {
	ID          network.RequestID
	Method, URL string
	Kind        network.ResourceType
	Status      int64
	Received    float64 // bytes of the answer as sent, once it has ended
}

// see is called by chromedp for every event, in their order.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, asked{ID: e.RequestID, Method: e.Request.Method, URL: e.Request.URL, Kind: e.Type})
		if referer := fmt.Sprint(e.Request.Headers["Referer"]); strings.Contains(referer, "gp_") {
			w.say("%s is told %s", e.Request.URL, referer)
		}
		if !w.known(e.Request.URL) {
			w.say("a page asked for %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		w.answered(e.RequestID, func(a *asked) { a.Status = e.Response.Status })
	case *network.EventLoadingFinished:
		w.answered(e.RequestID, func(a *asked) { a.Received = e.EncodedDataLength })
	case *runtime.EventConsoleAPICalled:
		w.say("console: %s", e.Type)
	case *runtime.EventExceptionThrown:
		w.say("exception: %s", e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if !wanted(e.Entry) {
			w.say("%s: %s: %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		w.issue(e.Issue)
	}
}

func (w *watch) say(format string, values ...any) {
	w.said = append(w.said, fmt.Sprintf(format, values...))
}

// wanted reports whether an entry says no more than that a page came with a
// status of 400 or more, as refusals do, or that signing out cleared the cache.
func wanted(e *log.Entry) bool {
	return strings.HasPrefix(e.Text, "Failed to load resource: the server responded with a status of") || strings.HasSuffix(e.Text, `Cleared data types: "cache".`)
}

func (w *watch) issue(i *audits.InspectorIssue) {
	if i.Code == audits.InspectorIssueCodeQuirksModeIssue { // JSON has no doctype
		return
	}
	details, _ := json.Marshal(i.Details)
	w.say("issue: %s %s", i.Code, details)
}

func (w *watch) known(url string) bool {
	for _, base := range append(w.home, "about:", "data:") {
		if strings.HasPrefix(url, base) {
			return true
		}
	}
	return false
}

// complaints returns what there was to complain about, and forgets it.
func (w *watch) complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.said
	w.said = nil
	return said
}

// answered notes something of the newest request of an id: those that a redirect
// made have the same.
func (w *watch) answered(id network.RequestID, note func(*asked)) {
	for i := range slices.Backward(w.asked) {
		if w.asked[i].ID == id {
			note(&w.asked[i])
			return
		}
	}
}

// since returns the requests that were sent after the first n.
func (w *watch) since(n int) []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked[n:])
}

// A watch that sees nothing would let everything pass.
func TestTheBrowserIsWatched(t *testing.T) {
	browser(t)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-security-policy", "default-src 'none'; img-src *")
		w.Header().Set("content-type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>x</title><script>alert(1)</script><style>p{color:red}</style><img src="http://example.invalid/">`)
	}))
	defer bad.Close()
	d := (&site{base: bad.URL}).device(t, wish{})
	d.open(bad.URL)
	d.open(bad.URL + "/gp_token")
	d.load("an inner link", chromedp.Evaluate[chromedp.Void](`location.href = "/next"`))
	script[any](d.tab, `console.error("x"); setTimeout(() => { throw "thrown" }, 0); new Promise(done => setTimeout(done, 1))`)
	all := strings.Join(d.complaints(), "\n")
	for _, want := range []string{"script-src", "style-src", "console: error", "exception: ", "a page asked for http://example.invalid/", "/next is told "} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody complained of %s:\n%s", want, all)
		}
	}
}
