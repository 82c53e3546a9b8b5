package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/pass"
)

func issueFlags(fs *flag.FlagSet) action {
	var r client.Request
	var v pass.Visitor
	var i pass.Invitation
	var e end
	var life lifetime
	var data object
	fs.StringVar(&r.Scope, "scope", "", "what it is for, such as `report:66`")
	fs.StringVar(&r.Target, "target", "", "the `path` on the public host, or URL, that it leads to")
	fs.Var(text[pass.Mode]{&r.Mode}, "mode", "`none`, request, session or visitor; default visitor with -email, else none")
	fs.StringVar(&r.Subject, "subject", "", "the `user` whom it stands for; request and session")
	fs.StringVar(&v.Email, "email", "", "`address` of the visitor whom it is for")
	fs.StringVar(&v.FirstName, "first-name", "", "the visitor's first `name`")
	fs.StringVar(&v.LastName, "last-name", "", "the visitor's last `name`")
	fs.StringVar(&i.From, "from", "", "`who` invites, on the link page")
	fs.StringVar(&i.Purpose, "purpose", "", "to `what`, on the link page")
	fs.StringVar(&i.Message, "message", "", "`text` on the link page")
	fs.IntVar(&r.MaxUses, "uses", 0, "`how often`, 1 to 100")
	fs.BoolVar(&r.Unlimited, "unlimited", false, "any number of uses")
	e.flags(fs)
	fs.Var(&life, "session", "how `long` the session lives that it opens; session and visitor")
	fs.Var(&data, "data", "a JSON `object` for the backend")
	fs.Var(text[pass.Format]{&r.Format}, "format", "`short`, jwt or stateless; default short")
	fs.StringVar(&r.Registration, "registration", "", "the pass `id` of a visitor.registered event, whose visitor it is for")
	fs.StringVar(&r.IdempotencyKey, "key", "", "a `key` with which the same command issues the same pass again")
	return func(ctx context.Context, s *session, _ string) error {
		if err := e.once(false); err != nil {
			return err
		}
		r.ExpiresIn, r.ExpiresAt, r.SessionExpiresIn, r.Data = int64(e.in), e.at.Time, int64(life), data.any()
		if v != (pass.Visitor{}) {
			r.Visitor = &v
		}
		if i != (pass.Invitation{}) {
			r.Invitation = &i
		}
		if r.Format != pass.Stateless {
			r.IssuedBy = s.by
		}
		s.unsure = unsureOfForm
		if r.Registration == "" {
			r.IdempotencyKey = cmp.Or(r.IdempotencyKey, s.world.newKey())
			s.again = "Repeat the command with -key " + r.IdempotencyKey + ", and the same pass is printed."
			s.unsure = "Whether a pass was issued is not known. Repeat the command with -key " + r.IdempotencyKey + ": it is then issued once, and printed."
		}
		a, err := s.gatepass.Issue(ctx, r)
		if err != nil {
			return err
		}
		s.issued(a)
		return nil
	}
}

func reissueFlags(fs *flag.FlagSet) action {
	var r client.Renewal
	var e end
	var keep lifetime
	e.flags(fs)
	fs.IntVar(&r.MaxUses, "uses", 0, "`how often` it may be used from now on; needed if it is spent")
	fs.Var(&keep, "keep-old", "how `long` the old link goes on, at most 7d; default not at all")
	return func(ctx context.Context, s *session, ref string) error {
		if err := e.once(false); err != nil {
			return err
		}
		d, err := s.gatepass.Describe(ctx, ref) // which finds the id in whatever was pasted
		if err != nil {
			return err
		}
		if err := proven(d, ref); err != nil {
			return err
		}
		s.answers, s.unsure, s.again = nil, unsureOfLink, "Repeat the command: it gives another link."
		r.Pass, r.ExpiresIn, r.ExpiresAt, r.KeepOldFor, r.IssuedBy = d.Pass, int64(e.in), e.at.Time, int64(keep), s.by
		a, err := s.gatepass.Reissue(ctx, r)
		if err != nil {
			return err
		}
		s.issued(a)
		if a.Visitor == nil {
			s.row("for", d.Subject, person(d.Visitor))
		}
		return nil
	}
}

// proven refuses what names a pass and does not show that it was issued for it: ids
// are no secret, so anybody can write a link around one and ask for another.
func proven(d *client.Description, ref string) error {
	if d.Given == "opens" || d.Given == "replaced" || d.Given == "" && strings.TrimSpace(ref) == d.Pass {
		return nil
	}
	a := &advised{error: fmt.Errorf("nothing was done: what was pasted does not show that it was issued for pass %s, whose id is no secret", d.Pass)}
	if d.Given != "unchecked" && len(d.Hints) > 0 {
		a.lines = append(a.lines, d.Hints[0])
	}
	to := cmp.Or(person(d.Visitor), d.Subject, "whoever it was issued for")
	a.lines = append(a.lines, fmt.Sprintf("For a new link, to be sent to %s and nobody else: gatepass reissue %s", to, d.Pass))
	return a
}

// issued prints a pass with its credential: what to send is first.
func (s *session) issued(a *client.Issued) {
	s.row("link", a.Link)
	s.row("url", a.URL)
	if a.URL == "" && !a.Mode.Redeems() || a.Form != pass.Short {
		s.row("token", a.Token)
	}
	s.row("pass", fmt.Sprintf("%s  %s, %s", a.ID, a.Mode, a.Form))
	if v := a.Visitor; v != nil {
		s.row("send it to", person(v))
	}
	s.row("expires", s.when(a.ExpiresAt))
	if n, ok := a.Defaults["max_uses"].(float64); ok {
		s.row("uses", fmt.Sprintf("%.0f, since nothing else was said", n))
	} else if a.Defaults["unlimited"] == true {
		s.row("uses", "unlimited, since nothing else was said")
	}
}

// person writes a visitor as a mail's header would; nobody is empty.
func person(v *pass.Visitor) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(strings.Join(strings.Fields(v.FirstName+" "+v.LastName), " ") + " <" + v.Email + ">")
}
