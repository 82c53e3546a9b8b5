package page

import (
	"io"
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Link is the page of a pass that may be used: who invites to what, and one
// button. Loading it changes nothing; the button does.
type Link struct {
	Holder *gate.Holder
	Nonce  string // of this page, for a pass that redeems
	Action string // where the button goes
	Itself string // the page's own address, which signing out is posted to
	Token  string // for a pass whose button carries the credential to its target
	Query  string // the parameter it is carried in
}

// SignOut is what the button that ends the browser's sessions says in the form's
// field "wish".
const SignOut = "sign_out"

// Link writes the page of a pass that may be used. Where somebody else is signed
// in in this browser, or on a visit, it says so, and its button asks to switch; or
// to sign out, where the link only works then.
func (p *Pages) Link(out io.Writer, lang string, l Link) error {
	w := p.in(lang)
	title := w.Open
	switch {
	case l.Holder.Pass.Invitation != nil:
		title = w.Invitation
	case l.Holder.Pass.Mode == pass.SessionMode:
		title = w.SignIn
	}
	return p.write(out, "link", lang, title, l.view(w))
}

type field struct{ Name, Value string }

type said struct {
	Name string
	Said sentence
}

type linkView struct {
	Heading                sentence
	Purpose, Message       string
	Facts                  []said
	Notes                  []sentence
	Method, Action, Button string
	Fields                 []field
}

func (l Link) view(w *words) linkView {
	p, v := l.Holder.Pass, linkView{Heading: heading(w, l.Holder.Pass), Button: w.Continue}
	whose, other := l.names()
	if in := p.Invitation; in != nil {
		v.Purpose, v.Message = in.Purpose, in.Message
	}
	if p.Visitor != nil || p.Subject != "" {
		v.Facts = append(v.Facts, said{w.For, with("{}", whose)})
	}
	if !l.Holder.Here { // a login may go on after its link
		v.Facts = append(v.Facts, said{w.Until, w.at("{}", p.ExpiresAt)})
	}
	if p.Mode == pass.SessionMode {
		v.Button = w.SignInButton
	}
	signedIn := []sentence{told(other, w.SignedInAs, w.SignedInOther), with(w.WillSwitch, whose)}
	switch {
	case !p.Mode.Redeems() && (l.Holder.SignedIn == "" || l.Action == ""):
		l.carry(w, &v)
		return v
	case !p.Mode.Redeems():
		v.Notes = append(signedIn, say(w.NotHere), say(w.KeepThis))
		v.Method, v.Action, v.Fields, v.Button = "post", l.Itself, []field{{"wish", SignOut}}, w.SignOut
		return v
	}
	v.Method, v.Action, v.Fields = "post", l.Action, []field{{"nonce", l.Nonce}}
	switch {
	case l.Holder.Here:
		v.Notes, v.Button = []sentence{say(w.Here)}, w.Continue
	case l.Holder.SignedIn != "":
		v.Notes = append(signedIn, say(w.KeepThis))
		v.Fields, v.Button = append(v.Fields, field{"switch", "yes"}), w.SwitchButton
	case l.Holder.Visiting != nil:
		v.Notes = []sentence{told(other, w.VisitOf, w.VisitOther), with(w.WillSwitch, whose), say(w.EndsVisit)}
		v.Fields, v.Button = append(v.Fields, field{"switch", "yes"}), w.VisitButton
	}
	return v
}

func heading(w *words, p *pass.Pass) sentence {
	switch {
	case p.Invitation != nil && p.Invitation.From != "":
		return with(w.InvitedBy, p.Invitation.From)
	case p.Invitation != nil:
		return say(w.Invited)
	case p.Mode == pass.SessionMode:
		return say(w.SignIn)
	}
	return say(w.Open)
}

// carry makes the button of a public link: a form that is a GET of the target,
// with the target's own query and the credential as fields.
func (l Link) carry(w *words, v *linkView) {
	action, _, _ := strings.Cut(l.Action, "#") // a form keeps no fragment
	target, query, _ := strings.Cut(action, "?")
	if target == "" {
		v.Button, v.Notes = "", []sentence{say(w.NoTarget)}
		return
	}
	v.Method, v.Action = "get", target
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		val, err2 := url.QueryUnescape(value)
		if n != "" && err1 == nil && err2 == nil {
			v.Fields = append(v.Fields, field{n, val})
		}
	}
	v.Fields = append(v.Fields, field{l.Query, l.Token})
}
