package main

import (
	"context"
	"flag"

	"github.com/gatepass/gatepass/pkg/client"
)

func revokeAllFlags(fs *flag.FlagSet) action {
	var sel client.Selection
	var since, before moment
	fs.StringVar(&sel.Scope, "scope", "", "all passes of this `scope`")
	fs.StringVar(&sel.Subject, "subject", "", "all of this `user`; - reads it from standard input")
	fs.StringVar(&sel.Email, "email", "", "all of the visitor with this `address`; - reads it from standard input")
	fs.StringVar(&sel.IssuedBy, "issued-by", "", "all that were issued by this `name`")
	fs.BoolVar(&sel.All, "every-pass", false, "all that there are")
	fs.Var(&since, "since", "only those issued from this `time` on")
	fs.Var(&before, "before", "only those issued before this `time`; default now")
	yes := fs.Bool("yes", false, "do not ask; without a terminal it never does")
	fs.StringVar(&sel.Cursor, "cursor", "", "`where` to go on, as it was printed")
	reason := why(fs)
	return func(ctx context.Context, s *session, _ string) error {
		named := sel.Scope + sel.Subject + sel.Email + sel.IssuedBy
		if (named == "") != sel.All {
			return misuse("say whose: one of -scope, -subject, -email, -issued-by and -every-pass")
		}
		who, err := s.who(*reason)
		if err != nil {
			return err
		}
		sel.Since, sel.Before = since.Time, before.Time
		if err := s.confirm(ctx, "revoke "+selected(sel), *yes); err != nil {
			return err
		}
		s.unsure = unsureOfMany
		r, err := s.gatepass.RevokeAll(ctx, sel, who)
		if r.Seen > 0 || err == nil {
			s.say("Revoked %s; %s revoked before.", several(r.Revoked, "pass", "passes"), several(r.Seen-r.Revoked, "more was", "more were"))
		}
		if len(r.Unreadable) > 0 {
			s.row("unreadable", r.Unreadable...)
		}
		s.goOn(r)
		return err
	}
}

func forgetFlags(fs *flag.FlagSet) action {
	var p client.Person
	fs.StringVar(&p.Email, "email", "", "the visitor with this `address`; - reads it from standard input")
	fs.StringVar(&p.Subject, "subject", "", "this `user`; - reads it from standard input")
	yes := fs.Bool("yes", false, "do not ask; without a terminal it never does")
	fs.StringVar(&p.Cursor, "cursor", "", "`where` to go on, as it was printed")
	reason := fs.String("why", "", "the `reason`; it is not kept, since nothing is kept of them")
	return func(ctx context.Context, s *session, _ string) error {
		if (p.Email == "") == (p.Subject == "") {
			return misuse("say whom: -email or -subject")
		}
		who, err := s.who(*reason)
		if err != nil {
			return err
		}
		if err := s.confirm(ctx, "remove all that is kept of one person, which nobody can take back", *yes); err != nil {
			return err
		}
		s.unsure = unsureOfMany
		r, err := s.gatepass.Forget(ctx, p, who)
		switch {
		case r.Forgotten > 0:
			s.say("Forgot %s, and all that belonged to them.", several(r.Forgotten, "pass or form", "passes and forms"))
		case err == nil:
			s.say("Nothing was found of them: no pass and no form.")
		}
		s.goOn(r)
		return err
	}
}

// selected is whose passes are revoked, and issued when: in UTC, as logs have it.
func selected(sel client.Selection) string {
	what := "every pass"
	for _, of := range []struct{ who, name string }{{sel.Scope, "of the scope "}, {sel.Subject, "of the user "}, {sel.Email, "of the visitor "}, {sel.IssuedBy, "issued by "}} {
		if of.who != "" {
			what += " " + of.name + of.who
		}
	}
	if !sel.Since.IsZero() {
		what += ", issued from " + utc(sel.Since) + " on"
	}
	if sel.Before.IsZero() {
		return what + ", issued until now"
	}
	return what + ", issued before " + utc(sel.Before)
}

// goOn says where to go on, where not all was done.
func (s *session) goOn(r client.Recalled) {
	for _, h := range r.Hints {
		s.say("%s", h)
	}
	if r.Cursor != "" {
		s.say("It is not done. Repeat it, or go on with -cursor %s", r.Cursor)
	}
}
