package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The tests in browser_*_test.go are of tier browser: the program that make run
// starts, and Chromium without a window, with real clicks and keys. One process
// of it serves all of them; every device has a browser context of its own, which
// is what an incognito window is.

// chromium is that process. It is started by the first test that needs it.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// startChromium starts it. Names but localhost lead nowhere, so that nothing
// leaves this machine whatever a page asks for.
func startChromium(path string) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.IgnoreCertErrors, chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"))
	ctx, stopAll := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(ctx)
	chromium.ctx, chromium.stop = ctx, func() { stop(); stopAll() }
	if chromium.err = chromedp.Do(ctx); chromium.err != nil {
		chromium.err = fmt.Errorf("%s does not start: %w", path, chromium.err)
	}
}

// browsers are the names under which distributions have it.
func browsers() []string { return []string{"chromium", "chromium-browser", "google-chrome"} }

// browser says that the test is of the tier, and starts Chromium if it must.
func browser(t *testing.T) {
	t.Helper()
	for _, name := range browsers() {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		t.Log("tier browser: ran")
		if chromium.once.Do(func() { startChromium(path) }); chromium.err != nil {
			t.Fatal(chromium.err)
		}
		return
	}
	t.Skip("tier browser: Chromium is not installed")
}

// device is one browser of one person. When its test ends, none of its pages
// must have complained or asked for anything that is not of this site.
type device struct {
	*tab
	*watch
}

// tab is one tab of a device.
type tab struct {
	t   *testing.T
	ctx context.Context
	of  *watch
}

// wish is what a device is like; the zero wish is a desktop in English.
type wish struct {
	language string
	width    int64 // of the window in CSS pixels; 0: 1024
	dark     bool
	abroad   []string // bases of other sites that it may ask for something
}

// device returns a new one with one tab.
func (s *site) device(t *testing.T, w wish) *device {
	t.Helper()
	d := &device{watch: &watch{home: append(w.abroad, s.base)}}
	d.tab = d.watch.tab(t, chromium.ctx, chromedp.WithNewBrowserContext())
	d.be(w)
	t.Cleanup(func() {
		for _, complaint := range d.complaints() {
			t.Error(complaint)
		}
	})
	return d
}

// another returns a second tab of the same browser.
func (d *device) another() *tab { return d.watch.tab(d.tab.t, d.tab.ctx) }

// patience is how long one step may take on a machine that is busy otherwise.
const patience = 30 * time.Second

func (w *watch) tab(t *testing.T, parent context.Context, opts ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, append(opts, chromedp.WithListener(w.see))...)
	t.Cleanup(cancel)
	tb := &tab{t: t, ctx: ctx, of: w}
	must(t, chromedp.Do(ctx), "a new tab")
	tell(tb, audits.Enable, cdp.Empty{})
	return tb
}

// be makes the tab what was wished.
func (tb *tab) be(w wish) {
	tb.t.Helper()
	if w.language == "" {
		w.language = "en"
	}
	if w.width == 0 {
		w.width = 1024
	}
	scheme := "light"
	if w.dark {
		scheme = "dark"
	}
	agent, err := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`navigator.userAgent`))
	must(tb.t, err, "the browser's name")
	tell(tb, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: strings.Replace(agent, "Headless", "", 1), AcceptLanguage: w.language})
	tell(tb, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	tell(tb, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: w.width, Height: 640, DeviceScaleFactor: 1, Mobile: w.width < 600})
}

// tell sends a command of the DevTools protocol to the tab.
func tell[P, R any](tb *tab, c cdp.Command[P, R], params P) R {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, c, params)
	must(tb.t, err, c.Method)
	return r
}

func must(t *testing.T, err error, what string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// shown is what a tab shows.
type shown struct {
	Status                int64 // of the document; 0 where none was fetched
	URL, Lang, Head, Text string
}

// load runs what leads to another page, and returns that page.
func (tb *tab) load(what string, steps ...chromedp.Action[chromedp.Void]) shown {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, steps...)
	must(tb.t, err, what)
	s := tb.look()
	if res != nil {
		s.Status = res.Status
	}
	return s
}

// look returns what the tab shows now.
func (tb *tab) look() shown {
	tb.t.Helper()
	return script[shown](tb, `({URL: location.href, Lang: document.documentElement.lang,
		Head: document.querySelector("h1") ? document.querySelector("h1").innerText : "", Text: document.body ? document.body.innerText : ""})`)
}

// script runs JavaScript as the console of the developer's tools does: the
// page's policy does not bind it.
func script[T any](tb *tab, source string) T {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](source, chromedp.EvalAwaitPromise))
	must(tb.t, err, "a script")
	return v
}

func (tb *tab) open(url string) shown {
	tb.t.Helper()
	return tb.load("opening "+url, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		res, err := cdp.Call(ctx, t, page.Navigate, page.NavigateParams{URL: url})
		if err == nil && res.ErrorText != "" {
			err = errors.New(res.ErrorText)
		}
		return err
	}))
}

// click presses the mouse on the middle of the first thing that a selector names.
func (tb *tab) click(selector string) shown {
	tb.t.Helper()
	at := script[struct{ X, Y float64 }](tb, `(() => { const e = document.querySelector("`+selector+`"); e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2} })()`)
	return tb.load("a click on "+selector, chromedp.MouseClickXY(at.X, at.Y))
}

// press presses a key that leads to another page.
func (tb *tab) press(key string) shown {
	tb.t.Helper()
	return tb.load("a key", chromedp.KeyEvent(key))
}

// touch presses a key that leads nowhere.
func (tb *tab) touch(key string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	must(tb.t, chromedp.Do(ctx, chromedp.KeyEvent(key)), "a key")
}

// fill types into the fields of a page in turn, in place of what is there.
func (tb *tab) fill(texts ...string) {
	tb.t.Helper()
	script[any](tb, `document.querySelector("input:not([type=hidden])").focus()`)
	for _, text := range texts {
		script[any](tb, `document.activeElement.select()`)
		tb.touch(text + kb.Tab)
	}
}

// forget clears the browser's cookies.
func (tb *tab) forget() {
	tb.t.Helper()
	tell(tb, network.ClearBrowserCookies, cdp.Empty{})
}

func (tb *tab) reload() shown {
	tb.t.Helper()
	return tb.load("reloading", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.Reload, page.ReloadParams{})
		return err
	}))
}

// back goes back as the browser's button does. A page that was kept in memory is
// shown as it was; no document is fetched for it, and its Status is 0.
func (tb *tab) back() shown {
	tb.t.Helper()
	before := tell(tb, page.GetNavigationHistory, cdp.Empty{})
	if before.CurrentIndex == 0 {
		tb.t.Fatal("there is nothing to go back to")
	}
	n, there := len(tb.of.since(0)), make(chan struct{}, 1)
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	arrived := false
	must(tb.t, chromedp.Listen(ctx, func(event any) {
		e, navigated := event.(*page.EventFrameNavigated)
		_, loaded := event.(*page.EventLoadEventFired)
		arrived = arrived || navigated
		if loaded && arrived || navigated && e.Type == page.NavigationTypeBackForwardCacheRestore {
			there <- struct{}{}
			cancel()
		}
	}), "going back")
	tell(tb, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.Entries[before.CurrentIndex-1].ID})
	<-ctx.Done()
	if len(there) == 0 {
		tb.t.Fatal("going back: it took too long")
	}
	s := tb.look()
	for _, a := range tb.of.since(n) {
		if a.Kind == network.ResourceTypeDocument {
			s.Status = a.Status
		}
	}
	return s
}
