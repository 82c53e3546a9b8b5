// Package page is what visitors see: the link page and what it says instead.
// Its pages have no script, load nothing, and say nothing about a pass to
// whoever does not hold its secret.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Link is the page of a pass that may be used: who invites to what, and one
// button. Loading it changes nothing; the button does.
type Link struct {
	Pass   *pass.Pass
	Nonce  string // of this page, for a pass that redeems
	Action string // where the button goes
	Token  string // for a pass whose button carries the credential to its target
	Query  string // the parameter it is carried in
}

// Refused is the page of a link that lets nobody in. Without a Reason it is the
// neutral one, the same for every link.
type Refused struct {
	Reason    pass.Reason
	Reference string // the pass id, for support
}

// Message is a page of one sentence.
type Message struct{ Title, Text string }

// WriteLink writes the page of a pass that may be used.
func WriteLink(w io.Writer, l Link) error { return pages().ExecuteTemplate(w, "link", l.view()) }

// WriteRefused writes the page of a link that lets nobody in.
func WriteRefused(w io.Writer, r Refused) error {
	return pages().ExecuteTemplate(w, "refused", map[string]string{"Text": text(r.Reason), "Reference": r.Reference})
}

// WriteMessage writes a page of one sentence.
func WriteMessage(w io.Writer, m Message) error { return pages().ExecuteTemplate(w, "message", m) }

// Policy is the Content-Security-Policy of every page. The forms of public
// links go to other hosts, so form-action names the schemes alone.
func Policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'"
}

type field struct{ Name, Value string }

type linkView struct {
	Invitation     *pass.Invitation
	Name, Until    string
	Method, Action string
	Fields         []field
	NoTarget       bool
}

// view prepares the form. A pass that redeems posts its nonce back to the page;
// a public link's form is a GET of its target, with the target's own query and
// the credential as fields.
func (l Link) view() linkView {
	v := linkView{Invitation: l.Pass.Invitation, Until: l.Pass.ExpiresAt.Time().Format("2 January 2006, 15:04 UTC"), Method: "post", Action: l.Action}
	if l.Pass.Visitor != nil {
		v.Name = strings.TrimSpace(l.Pass.Visitor.FirstName + " " + l.Pass.Visitor.LastName)
	}
	if l.Pass.Mode.Redeems() {
		v.Fields = []field{{"nonce", l.Nonce}}
		return v
	}
	v.Method = "get"
	action, _, _ := strings.Cut(l.Action, "#") // a form keeps no fragment
	target, query, _ := strings.Cut(action, "?")
	v.Action, v.NoTarget = target, target == ""
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		val, err2 := url.QueryUnescape(value)
		if n != "" && err1 == nil && err2 == nil {
			v.Fields = append(v.Fields, field{n, val})
		}
	}
	v.Fields = append(v.Fields, field{l.Query, l.Token})
	return v
}

// text says in plain words why a link lets nobody in, to who holds its secret.
func text(r pass.Reason) string {
	switch r {
	case pass.Expired:
		return "This link has expired."
	case pass.Spent:
		return "This link has been used already."
	case pass.Revoked:
		return "This link has been withdrawn."
	case pass.NotYetValid:
		return "This link is not valid yet."
	case pass.WrongSubject:
		return "Somebody else is signed in in this browser. Sign out first, then open the link again."
	case pass.CrossSite:
		return "This request came from another site. Open the link itself."
	case pass.RateLimited:
		return "This link is open in too many places."
	}
	return "This link cannot be opened. It may be incomplete: copy the whole of it, or ask for a new one."
}

const style = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.6rem 1.4rem}small{opacity:.7}`

// pages parses the templates. html/template escapes every value by its place.
func pages() *template.Template {
	return template.Must(template.New("").Parse(`{{define "head"}}<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><style>` + style + `</style>{{end}}
{{define "link"}}{{template "head"}}<title>Invitation</title><main><h1>{{with .Invitation}}{{with .From}}{{.}} invites you{{else}}You are invited{{end}}{{else}}Open your link{{end}}</h1>
{{with .Name}}<p>For {{.}}</p>{{end}}{{with .Invitation}}{{with .Purpose}}<p>{{.}}</p>{{end}}{{with .Message}}<p>{{.}}</p>{{end}}{{end}}
{{if .NoTarget}}<p>This link is not for a page. Give it to the program that asked you for it.</p>{{else}}<form method="{{.Method}}" action="{{.Action}}">{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">{{end}}<button>Continue</button></form>{{end}}
<p><small>Valid until {{.Until}}</small></p></main></html>{{end}}
{{define "refused"}}{{template "head"}}<title>Link</title><main><h1>{{.Text}}</h1>{{with .Reference}}<p><small>Reference {{.}}</small></p>{{end}}</main></html>{{end}}
{{define "message"}}{{template "head"}}<title>{{.Title}}</title><main><h1>{{.Title}}</h1><p>{{.Text}}</p></main></html>{{end}}`))
}
