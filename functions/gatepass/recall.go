package main

import (
	"context"
	"flag"

	"github.com/gatepass/gatepass/pkg/client"
)

func revokeAllFlags(fs *flag.FlagSet) action {
	var sel client.Selection
	var before moment
	fs.StringVar(&sel.Scope, "scope", "", "all passes of this `scope`")
	fs.StringVar(&sel.Subject, "subject", "", "all of this `user`")
	fs.StringVar(&sel.Email, "email", "", "all of the visitor with this `address`")
	fs.StringVar(&sel.IssuedBy, "issued-by", "", "all that were issued by this `name`")
	fs.BoolVar(&sel.All, "every-pass", false, "all that there are")
	fs.Var(&before, "before", "only those issued before this `time`; default now")
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
		sel.Before = before.Time
		r, err := s.gatepass.RevokeAll(ctx, sel, who)
		if r.Seen > 0 || err == nil {
			s.say("Revoked %s; %d of the %d looked at were revoked before.", several(r.Revoked, "pass", "passes"), r.Seen-r.Revoked, r.Seen)
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
	fs.StringVar(&p.Email, "email", "", "the visitor with this `address`")
	fs.StringVar(&p.Subject, "subject", "", "this `user`")
	fs.StringVar(&p.Cursor, "cursor", "", "`where` to go on, as it was printed")
	reason := why(fs)
	return func(ctx context.Context, s *session, _ string) error {
		if (p.Email == "") == (p.Subject == "") {
			return misuse("say whom: -email or -subject")
		}
		who, err := s.who(*reason)
		if err != nil {
			return err
		}
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

// goOn says where to go on, where not all was done.
func (s *session) goOn(r client.Recalled) {
	for _, h := range r.Hints {
		s.say("%s", h)
	}
	if r.Cursor != "" {
		s.say("It is not done. Repeat it, or go on with -cursor %s", r.Cursor)
	}
}
