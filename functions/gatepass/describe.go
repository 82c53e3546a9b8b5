package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/pass"
)

func describeFlags(*flag.FlagSet) action {
	return func(ctx context.Context, s *session, ref string) error {
		d, err := s.gatepass.Describe(ctx, ref)
		if err != nil {
			return err
		}
		s.brief("", d)
		s.past(d)
		s.refusals(d)
		return nil
	}
}

// completed is the state of a pass that was revoked because all is done.
const completed = "completed"

// verdict answers in one sentence why somebody could not get in, as far as the
// pass knows.
func verdict(d *client.Description) string {
	if d.State == "registered" {
		return "There is no pass yet."
	}
	because := map[pass.Reason]string{
		pass.Revoked:     "it is withdrawn",
		pass.Expired:     "its time is over",
		pass.NotYetValid: "it has not begun",
		pass.Spent:       "it is used up",
		pass.RateLimited: "it has as many live sessions as it can have",
		pass.Unavailable: "its record cannot be read by this version",
	}
	if d.State == completed {
		because[pass.Revoked] = "it is completed"
	}
	switch why, known := because[d.Decision]; {
	case d.Decision == pass.OK && badToken(d):
		return "What was issued for the pass lets in now."
	case d.Decision == pass.OK && d.Mode.Redeems():
		return "Its link lets in now."
	case d.Decision == pass.OK:
		return "It lets in now."
	case known:
		return fmt.Sprintf("It lets nobody in now: %s (%s).", why, d.Decision)
	}
	return fmt.Sprintf("It lets nobody in now: %s.", d.Decision)
}

// brief prints what was done to a pass, if anything was, and how it stands now.
func (s *session) brief(done string, d *client.Description) {
	others := d.Hints
	if d.Unchanged && len(others) > 0 { // the first says that it was so already
		done, others = others[0], others[1:]
	}
	if badToken(d) && len(others) > 0 { // then the next is about it, or it would seem that who holds it gets in
		s.say("%s", strings.TrimSpace(done+" "+others[0]))
		done, others = "", others[1:]
	}
	first := strings.TrimSpace(done + " " + verdict(d))
	if len(others) > 0 {
		first, others = first+" "+others[0], others[1:]
	}
	s.lines = append(append(s.lines, first), append(slices.Clone(others), "")...)
	s.row("pass", d.Pass)
	if d.State == "registered" {
		s.row("form", d.OfForm)
		s.row("filled in", s.when(d.RegisteredAt))
		s.row("until", s.when(d.IssueUntil))
		return
	}
	s.row("state", d.State)
	if r := d.Revoked; r != nil && d.State == completed {
		s.row(completed, s.when(r.At)+by(r.By, r.Why))
	} else if r != nil {
		s.row("revoked", s.when(r.At)+by(r.By, r.Why))
	}
	s.row("mode", fmt.Sprintf("%s, %s", d.Mode, d.Form))
	s.row("scope", d.Scope)
	s.row("for", d.Subject)
	s.row("for", person(d.Visitor))
	s.row("invited by", invites(d.Invitation))
	s.row("target", d.Target)
	s.row("data", compact(d.Data))
	s.row("issued", s.when(d.IssuedAt)+by(d.IssuedBy, ""))
	s.row("begins", s.when(d.NotBefore))
	s.row("expires", s.when(d.ExpiresAt))
	s.row("its token", s.when(d.TokenExpiresAt))
	if d.Uses.Left == nil {
		s.row("uses", "unlimited, and not counted")
	} else {
		s.row("uses", fmt.Sprintf("%d of %d", d.Uses.Of-*d.Uses.Left, d.Uses.Of))
	}
	if d.Mode.Redeems() {
		s.row("sessions", fmt.Sprintf("%d live", d.Sessions.Live)+lasting(d.SessionExpiresIn))
	}
}

// badToken reports whether the token that was given is no good, whatever the pass is.
func badToken(d *client.Description) bool {
	return d.Given == "cut" || d.Given == "unknown" || d.Given == "replaced"
}

// invites is what the link page says to who comes.
func invites(i *pass.Invitation) string {
	if i == nil {
		return ""
	}
	said := []string{}
	for _, s := range []string{i.From, i.Purpose, i.Message} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			said = append(said, s)
		}
	}
	return short(strings.Join(said, "; "), 200)
}

// by says who did something, and why, where that is known.
func by(who, why string) string {
	if who != "" {
		who = ", by " + who
	}
	if why != "" {
		why = ": " + why
	}
	return who + why
}

// compact is a JSON object in one line; none is empty.
func compact(object json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, object) != nil {
		return ""
	}
	return b.String()
}

// lasting is how long each session lives, where that was said.
func lasting(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return ", for " + span(time.Duration(seconds)*time.Second) + " each"
}

// past prints what happened to a pass: looks, uses and sessions.
func (s *session) past(d *client.Description) {
	if o := d.Opens; o != nil && o.Gets+o.Heads+o.RefusedPosts > 0 {
		s.row("link page", looks(o)+"; last "+s.when(o.LastAt))
	}
	if n := d.Clients; n != nil && *n > 1 {
		s.row("clients", fmt.Sprintf("%d: networks and browsers that used or redeemed it; one person may be several", *n))
	}
	if rows := history(d); len(rows) > 0 {
		s.say("")
		s.table(2, rows)
	}
	if n := d.ChangesNotShown + d.Sessions.NotShown; n > 0 {
		s.say("  and %d more before", n)
	}
}

// looks counts what was done on the link page in vain.
func looks(o *client.Opens) string {
	var list []string
	for _, l := range []struct {
		n         int64
		one, many string
	}{{o.Gets, "looked at %d time", "looked at %d times"}, {o.Heads, "asked for by HEAD %d time", "asked for by HEAD %d times"}, {o.RefusedPosts, "%d click refused", "%d clicks refused"}} {
		if l.n == 1 {
			list = append(list, fmt.Sprintf(l.one, l.n))
		} else if l.n > 1 {
			list = append(list, fmt.Sprintf(l.many, l.n))
		}
	}
	return strings.Join(list, ", ")
}

// history is what happened to a pass, in the order of time. A use that opened a
// session is told with it.
func history(d *client.Description) (rows [][]string) {
	type event struct {
		at  time.Time
		row []string
	}
	var all []event
	add := func(at time.Time, what string, more ...string) {
		all = append(all, event{at, append([]string{clock(at), what}, more...)})
	}
	opened := map[string]bool{}
	for _, e := range d.Sessions.Each {
		opened[e.ID] = true
		add(e.OpenedAt, "session "+e.ID+", "+e.State+until(e), e.IP, short(e.UserAgent, 60))
	}
	for _, u := range d.Uses.Each {
		if !opened[u.ID] {
			add(u.At, strings.TrimSpace("used "+u.Route), u.IP, short(u.UserAgent, 60))
		}
	}
	for _, c := range d.Changes {
		add(c.At, short(c.Operation+by(c.By, c.Why)+was(c.Was), 200))
	}
	slices.SortStableFunc(all, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range all {
		rows = append(rows, e.row)
	}
	return rows
}

// was is what a change made another, as it was before.
func was(w *client.Was) string {
	if w == nil {
		return ""
	}
	var list []string
	if !w.ExpiresAt.IsZero() {
		list = append(list, "expires "+minute(w.ExpiresAt))
	}
	switch {
	case w.Unlimited:
		list = append(list, "uses unlimited")
	case w.MaxUses != 0:
		list = append(list, fmt.Sprintf("uses %d", w.MaxUses))
	}
	if w.Scope != "" {
		list = append(list, "scope "+w.Scope)
	}
	if w.Target != "" {
		list = append(list, "target "+w.Target)
	}
	if w.Data {
		list = append(list, "other data")
	}
	return " (before: " + strings.Join(list, ", ") + ")"
}

// until is the end of a session that lives.
func until(e client.Session) string {
	if e.State != "live" {
		return ""
	}
	return " until " + minute(e.ExpiresAt)
}

// refusals prints how to find what was refused, since that is in the log alone:
// of the wrong route, mode or subject the pass itself knows nothing.
func (s *session) refusals(d *client.Description) {
	switch r := d.Refusals; {
	case r == nil:
	case r.Query == "" || s.stack == "": // a function of make run may believe that it is one of a stack
		s.say("")
		s.say("Each refusal, and why, is in the log of make run: the lines with %s", d.Pass)
	default:
		s.say("")
		s.say("Each refusal, and why, of the last day:")
		for _, group := range r.LogGroups[:min(len(r.LogGroups), 2)] { // of who decides
			s.say("  aws logs tail %s --since 1d --filter-pattern '{$.pass_id=\"%s\"}'", group, d.Pass)
		}
		s.say("or in Logs Insights the saved query \"%s/everything about one pass\".", s.stack)
	}
}
