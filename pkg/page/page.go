// Package page is what visitors see: the link page, and what it says instead.
//
// # Rules
//
// Loading a page changes nothing; its button does. No page has a script, and
// none loads anything but the host's logo, where there is one. Whoever does not
// hold a link's secret sees one neutral page, the same for every link but for
// its reference; the holder is told why, when and what to do next.
//
// Pages speak English, German, French and Spanish, are read by keyboard and
// screen reader (one main, one h1, labelled buttons, contrast AA in light and
// dark), and fit 320 pixels. Names of accounts are masked: a link is forwarded,
// and read over shoulders and by scanners.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"sync"
)

//go:embed page.html
var markup string

//go:embed page.css
var sheet string

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.Must(template.New("").Parse(markup)).Parse(formMarkup))
})

// Pages writes pages in the name of one host. It is safe for concurrent use.
type Pages struct {
	brand  Brand
	style  template.CSS
	policy string
	words  map[string]*words
}

// New returns the pages of a host. The zero Brand is a host without a name.
func New(b Brand) *Pages {
	p := &Pages{brand: b, style: template.CSS(b.colours() + sheet), words: map[string]*words{}}
	for _, w := range []words{english(), german(), french(), spanish()} {
		p.words[w.Lang] = &w
	}
	sum := sha256.Sum256([]byte(p.style))
	p.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if b.logo != nil {
		p.policy += "; img-src " + b.logo.Scheme + "://" + b.logo.Host
	}
	p.policy += "; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'"
	return p
}

// Policy is the Content-Security-Policy of every page. The forms of public
// links go to other hosts, so form-action names the schemes alone.
func (p *Pages) Policy() string { return p.policy }

// view is what every template gets.
type view struct {
	W      *words
	Brand  brandView
	Style  template.CSS
	Title  string
	Page   any // what is the page's own
	Footer bool
}

func (p *Pages) write(out io.Writer, name, lang, title string, own any) error {
	b := p.brand.view()
	return templates().ExecuteTemplate(out, name, view{W: p.in(lang), Brand: b, Style: p.style, Title: title, Page: own, Footer: len(b.Links) > 0})
}

// in returns the words of a language; of one that is not there, the English ones.
func (p *Pages) in(lang string) *words {
	if w := p.words[lang]; w != nil {
		return w
	}
	return p.words[Default]
}

// Notice is a page of one sentence.
type Notice int

// The notices.
const (
	NothingHere Notice = iota
	TryAgain           // the store did not answer
	SignedOut
	Asked           // the host is told that a new link is wanted
	TooManyRequests // of this kind, from these clients
)

// Notice writes a page of one sentence.
func (p *Pages) Notice(out io.Writer, lang string, n Notice) error {
	w := p.in(lang)
	said := map[Notice][2]string{NothingHere: w.NothingHere, TryAgain: w.TryAgain, SignedOut: w.SignedOut,
		Asked: w.Asked, TooManyRequests: w.TooManyRequests}[n]
	return p.write(out, "notice", lang, said[0], said)
}

// Fact is one line about somebody: a name of the authorizer's context, and its value.
type Fact struct{ Name, Value string }

// WhoAmI is what the sample shows of its caller.
type WhoAmI struct {
	Granted bool // else nobody is signed in
	Facts   []Fact
	SignOut string // where the button to sign out goes; empty: there is none
}

// WhoAmI writes the sample's page about its caller.
func (p *Pages) WhoAmI(out io.Writer, lang string, who WhoAmI) error {
	title := p.in(lang).Nobody
	if who.Granted {
		title = p.in(lang).YouAreIn
	}
	return p.write(out, "whoami", lang, title, who)
}
