package page

import (
	"io"
	"strings"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Refused is the page of a link that lets nobody in.
type Refused struct {
	Reason    pass.Reason
	Reference string // the pass id, for support
	// Holder is what may be told of the pass; nil: nothing but the reason.
	Holder *gate.Holder
	// Action is where the holder's button for a new link goes; empty: there is
	// none.
	Action string
}

// NewLink is what that button says in the form's field "wish".
const NewLink = "new_link"

// Neutral reports whether a reason has no page but the neutral one.
func Neutral(r pass.Reason) bool {
	switch r {
	case pass.Expired, pass.Spent, pass.Revoked, pass.NotYetValid, pass.RateLimited, pass.CrossSite, pass.Missing, pass.WrongScope, pass.WrongSubject, pass.SessionEnded:
		return false
	}
	return true
}

// Refused writes why a link lets nobody in, and what to do next. Reasons that
// tell nobody anything have the neutral page.
func (p *Pages) Refused(out io.Writer, lang string, r Refused) error {
	w := p.in(lang)
	v := refusedView{Reference: r.Reference}
	if v.Reference == "" {
		v.Reference = "–"
	}
	v.Heading, v.Said = r.why(w)
	if r.button() {
		v.Action, v.Wish = r.Action, NewLink
	}
	return p.write(out, "refused", lang, v.Heading, v)
}

type refusedView struct {
	Heading   string
	Said      []sentence
	Reference string

	Action, Wish string // of the button for a new link
}

// why is the heading, what is known beside it, and what to do.
func (r Refused) why(w *words) (string, []sentence) {
	switch r.Reason {
	case pass.Expired:
		return w.Expired, append(r.when(w, w.ExpiredAt, func(p *pass.Pass) pass.NumericDate { return p.ExpiresAt }), r.ask(w)...)
	case pass.Spent:
		return w.Spent, append(r.used(w), r.ask(w)...)
	case pass.Revoked:
		if r.Holder != nil && r.Holder.Pass.Completed {
			return w.Done, []sentence{w.at(w.DoneAt, r.Holder.Pass.RevokedAt), say(w.DoneDo)}
		}
		return w.Revoked, append(r.when(w, w.RevokedAt, func(p *pass.Pass) pass.NumericDate { return p.RevokedAt }), r.ask(w)...)
	case pass.NotYetValid:
		from := r.when(w, w.NotYetAt, func(p *pass.Pass) pass.NumericDate { return minuteUp(p.NotBefore) })
		return w.NotYet, append(from, r.when(w, w.NotYetUntil, func(p *pass.Pass) pass.NumericDate { return p.ExpiresAt })...)
	case pass.RateLimited:
		return w.TooMany, []sentence{say(w.TooManyDo)}
	case pass.CrossSite:
		return w.CrossSite, []sentence{say(w.CrossSiteDo)}
	case pass.Missing:
		return w.NeedsLink, []sentence{say(w.NeedsLinkDo)}
	case pass.WrongSubject:
		return w.OtherLogin, []sentence{say(w.OtherLoginDo)}
	case pass.WrongScope:
		return w.WrongPlace, []sentence{say(w.WrongPlaceDo)}
	case pass.SessionEnded:
		return w.SessionEnded, []sentence{say(w.OpenAgain)}
	}
	return w.Neutral, []sentence{say(w.NeutralDo)}
}

func (r Refused) when(w *words, text string, of func(*pass.Pass) pass.NumericDate) []sentence {
	if r.Holder == nil {
		return nil
	}
	return []sentence{w.at(text, of(r.Holder.Pass))}
}

// used says when, from what kind of device, and whether that goes on.
func (r Refused) used(w *words) []sentence {
	if r.Holder == nil {
		return nil
	}
	p := r.Holder.Pass
	var at pass.NumericDate
	for _, use := range p.Uses {
		at = max(at, use)
	}
	var agent string
	if p.LastUse != nil {
		at, agent = max(at, p.LastUse.At), p.LastUse.UserAgent
	}
	if at == 0 {
		return nil
	}
	out := []sentence{w.at(w.UsedAt, at)}
	if device := w.device(agent); device != "" {
		out[0] = w.at(strings.TrimSuffix(w.UsedAt, ".")+", "+device+".", at)
	}
	switch {
	case p.Mode.Redeems() && p.LiveSessions(r.Holder.Now) > 0:
		return append(out, say(w.StillOpen))
	case p.Mode.Redeems():
		return append(out, say(w.Completed))
	}
	return out
}

// button reports whether the holder may ask for a new link on the page.
func (r Refused) button() bool { return r.Action != "" && r.Holder.MayAsk(r.Reason) }

// ask says whom to ask for a new link, where no button does.
func (r Refused) ask(w *words) []sentence {
	switch {
	case r.button():
		return nil
	case r.Holder != nil && r.Holder.Pass.Invitation != nil && r.Holder.Pass.Invitation.From != "":
		return []sentence{with(w.Ask, r.Holder.Pass.Invitation.From)}
	}
	return []sentence{say(w.AskNew)}
}
