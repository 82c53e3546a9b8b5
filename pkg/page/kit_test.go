package page_test

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

// now is 15 January 2027, 08:00 UTC.
const now pass.NumericDate = 1_800_000_000

const (
	iPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
	windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)

func languages() []string { return []string{"en", "de", "fr", "es"} }

// visitor is a pass with everything that a page can show.
func visitor() *pass.Pass {
	return &pass.Pass{ID: "SampleEventsPass", Mode: pass.VisitorMode, ExpiresAt: now + 3*24*3600 + 59, MaxUses: 1,
		Visitor:    &pass.Visitor{Email: "fred@example.com", FirstName: "Fred", LastName: "Flintstone"},
		Invitation: &pass.Invitation{From: "Ginger <b>", Purpose: "A look around", Message: "Come in!\nIt is open."}}
}

func login() *pass.Pass {
	return &pass.Pass{ID: "SampleEventsPass", Mode: pass.SessionMode, Subject: "ginger", ExpiresAt: now + 600, MaxUses: 1}
}

func brand(t testing.TB) page.Brand {
	t.Helper()
	b, err := page.NewBrand(page.BrandConfig{Name: "Example & Co", Logo: "https://static.example.com/logo.svg?v=1&w=2", Colour: "#FFCC00",
		Links: "Privacy https://example.com/privacy, Imprint https://example.com/imprint?a=1&b=2"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// printed returns what a page's writer wrote.
func printed(t testing.TB, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func link(t testing.TB, lang string, l page.Link) string {
	t.Helper()
	return printed(t, func(w io.Writer) error { return page.New(page.Brand{}).Link(w, lang, l) })
}

func refused(t testing.TB, lang string, r page.Refused) string {
	t.Helper()
	return printed(t, func(w io.Writer) error { return page.New(page.Brand{}).Refused(w, lang, r) })
}

func of(p *pass.Pass) page.Link {
	return page.Link{Holder: &gate.Holder{Pass: p, Now: now}, Nonce: "NONCE", Action: "/p/gp_token", Itself: "/p/gp_token", Token: "gp_token", Query: "token"}
}

// told is a refusal of a pass that says all there is to say.
func told(reason pass.Reason) page.Refused {
	p := visitor()
	p.RevokedAt, p.NotBefore, p.Uses = now-60, now+61, map[pass.Key]pass.NumericDate{"k": now - 3600}
	p.LastUse = &pass.Use{Key: "k", At: now - 3600, UserAgent: iPhone}
	return page.Refused{Reason: reason, Reference: p.ID, Holder: &gate.Holder{Pass: p, Now: now}, Action: "/p/gp_token/visitors"}
}

// completed is a refusal of a pass of which all is done.
func completed() page.Refused {
	r := told(pass.Revoked)
	r.Holder.Pass.Completed = true
	return r
}

// every returns every page there is in one language, by name.
func every(t testing.TB, p *page.Pages, lang string) map[string]string {
	t.Helper()
	public := &pass.Pass{Mode: pass.None, ExpiresAt: now + 60, Target: "/reports/66?x=1"}
	other, here, bare := of(login()), of(visitor()), of(public)
	other.Holder.SignedIn, here.Holder.Here, bare.Action = "fred@example.com", true, ""
	public2 := of(public)
	public2.Action = public.Target
	visiting, alike, acts := of(visitor()), of(login()), of(&pass.Pass{Mode: pass.Request, Subject: "ginger", ExpiresAt: now + 60, Target: "/reports/66"})
	visiting.Holder.Visiting = &pass.Visitor{Email: "robin@example.com", FirstName: "Robin"}
	alike.Holder.SignedIn = "gofer"
	acts.Holder.SignedIn, acts.Action = "fred@example.com", "/reports/66"
	out := map[string]string{}
	for name, l := range map[string]page.Link{"visitor": of(visitor()), "session": of(login()), "switch": other, "here": here, "public": public2, "program": bare,
		"visiting": visiting, "alike": alike, "signed-in": acts} {
		out["link-"+name] = printed(t, func(w io.Writer) error { return p.Link(w, lang, l) })
	}
	for _, reason := range pass.Reasons() {
		if !page.Neutral(reason) {
			out["refused-"+string(reason)] = printed(t, func(w io.Writer) error { return p.Refused(w, lang, told(reason)) })
		}
	}
	out["refused-completed"] = printed(t, func(w io.Writer) error { return p.Refused(w, lang, completed()) })
	out["refused-neutral"] = printed(t, func(w io.Writer) error {
		return p.Refused(w, lang, page.Refused{Reason: pass.Unknown, Reference: "SampleEventsPass"})
	})
	for name, n := range map[string]page.Notice{"nothing-here": page.NothingHere, "try-again": page.TryAgain, "signed-out": page.SignedOut, "asked": page.Asked, "too-many-requests": page.TooManyRequests} {
		out["notice-"+name] = printed(t, func(w io.Writer) error { return p.Notice(w, lang, n) })
	}
	for name, form := range forms(t, p, lang) {
		out[name] = form
	}
	for name, who := range map[string]page.WhoAmI{
		"granted": {Granted: true, SignOut: "session/end", Facts: []page.Fact{{Name: "access", Value: "granted"}, {Name: "visitor", Value: `{"email":"fred@example.com"}`}}},
		"nobody":  {Facts: []page.Fact{{Name: "access", Value: "anonymous"}}},
	} {
		out["whoami-"+name] = printed(t, func(w io.Writer) error { return p.WhoAmI(w, lang, who) })
	}
	return out
}

// text is what of a page is read: without its head and its markup.
func text(html string) string {
	_, html, _ = strings.Cut(html, "<body>")
	plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(html, "</", " </"), "")
	return strings.Join(strings.Fields(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#43;", "+", "&#39;", "'", "&amp;", "&", " .", ".", " ,", ",").Replace(plain)), " ")
}
