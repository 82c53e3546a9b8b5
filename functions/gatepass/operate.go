package main

import (
	"context"
	"flag"

	"github.com/gatepass/gatepass/pkg/client"
)

// why is the flag of every change.
func why(fs *flag.FlagSet) *string {
	return fs.String("why", "", "the `reason`, kept with the pass")
}

// onPass is a change of one pass that is answered by how it stands then.
func onPass(fs *flag.FlagSet, done string, do func(context.Context, *client.Client, string, client.Who) (*client.Description, error)) action {
	reason := why(fs)
	return func(ctx context.Context, s *session, ref string) error {
		who, err := s.who(*reason)
		if err != nil {
			return err
		}
		s.unsure = unsureOfOne
		d, err := do(ctx, s.gatepass, ref, who)
		if err != nil {
			return err
		}
		s.brief(done, d)
		return nil
	}
}

func revokeFlags(fs *flag.FlagSet) action {
	return onPass(fs, "Revoked.", func(ctx context.Context, c *client.Client, ref string, who client.Who) (*client.Description, error) {
		return c.Revoke(ctx, ref, who)
	})
}

func completeFlags(fs *flag.FlagSet) action {
	return onPass(fs, "Completed.", func(ctx context.Context, c *client.Client, ref string, who client.Who) (*client.Description, error) {
		return c.Complete(ctx, ref, who)
	})
}

func restoreFlags(fs *flag.FlagSet) action {
	return onPass(fs, "Restored.", func(ctx context.Context, c *client.Client, ref string, who client.Who) (*client.Description, error) {
		return c.Restore(ctx, ref, who)
	})
}

func endFlags(fs *flag.FlagSet) action {
	id := fs.String("session", "", "the `id` of one session, as describe shows it; default all of them")
	return onPass(fs, "Ended.", func(ctx context.Context, c *client.Client, ref string, who client.Who) (*client.Description, error) {
		return c.End(ctx, ref, *id, who)
	})
}

func extendFlags(fs *flag.FlagSet) action {
	var e end
	e.flags(fs)
	reason := why(fs)
	return func(ctx context.Context, s *session, ref string) error {
		if err := e.once(true); err != nil {
			return err
		}
		return s.change(ctx, ref, "Extended.", client.Change{ExpiresIn: int64(e.in), ExpiresAt: e.at.Time}, *reason)
	}
}

func changeFlags(fs *flag.FlagSet) action {
	var e end
	var c client.Change
	var data object
	e.flags(fs)
	fs.IntVar(&c.MaxUses, "uses", 0, "`how often` in all, 1 to 100, those so far included")
	fs.BoolVar(&c.Unlimited, "unlimited", false, "any number of uses")
	fs.StringVar(&c.Scope, "scope", "", "what it is for, such as `report:66`")
	fs.StringVar(&c.Target, "target", "", "the `path` or URL that it leads to")
	fs.Var(&data, "data", "a JSON `object` for the backend, in place of what there is")
	reason := why(fs)
	return func(ctx context.Context, s *session, ref string) error {
		if err := e.once(false); err != nil {
			return err
		}
		c.ExpiresIn, c.ExpiresAt, c.Data = int64(e.in), e.at.Time, data.any()
		return s.change(ctx, ref, "Changed.", c, *reason)
	}
}

// change changes a pass, and prints a token that takes the place of one.
func (s *session) change(ctx context.Context, ref, done string, c client.Change, reason string) error {
	who, err := s.who(reason)
	if err != nil {
		return err
	}
	s.unsure = unsureOfOne
	changed, err := s.gatepass.Change(ctx, ref, c, who)
	if changed == nil {
		return err
	}
	s.unsure = "" // err says what is missing
	if changed.Anew == nil {
		s.brief(done, &changed.Description)
		return err
	}
	d := changed.Description
	d.Hints, d.TokenExpiresAt = nil, changed.Anew.ExpiresAt
	s.brief(done+" The token that was handed out ends earlier than that: send the one below in its place.", &d)
	s.say("")
	s.issued(changed.Anew)
	return err
}
