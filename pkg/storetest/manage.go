package storetest

import (
	"context"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func managePromises() []promise {
	return []promise{
		{"a revocation is recorded, ends the sessions and refuses the next use", revokes},
		{"a second revocation leaves time, by and why of the first", revokesOnce},
		{"a revocation without by and why leaves no attributes of that name", revokesSilently},
		{"a completed pass is a revoked one that says so, until it is restored", completes},
		{"whether a pass was completed is said by what revoked it first", completesOnce},
		{"a restored pass is admitted again without its sessions", restores},
		{"a pass that is not withdrawn is restored without a change", restoresNothing},
		{"one session is ended and the others live", endsOne},
		{"all sessions are ended and the pass goes on", endsAll},
		{"a session that is not there is ended already", endsNone},
		{"a pass that is not there is not found, and not made", managesNothing},
		{"an expired pass is managed like any other", managesExpired},
	}
}

// visited returns a visitor pass with three sessions.
func visited(k kit) (*pass.Pass, []*pass.Session) {
	k.Helper()
	p := k.created(visitor())
	var open []*pass.Session
	for i := range 3 {
		s := session(p, i+1, now)
		k.redeemed(s, pass.OK)
		open = append(open, s)
	}
	return k.read(p.ID), open
}

// becomes compares a pass as a call returned it, and as it is read, with what it
// shall be.
func (k kit) becomes(want *pass.Pass) func(*pass.Pass, error) {
	return func(got *pass.Pass, err error) {
		k.Helper()
		k.must(err)
		k.same("returned", got, want)
		k.same("read", k.read(want.ID), want)
	}
}

func revokes(k kit) {
	p, open := visited(k)
	clear(p.Sessions)
	p.RevokedAt, p.RevokedBy, p.RevokedWhy = now+5, "Olga", "left the firm"
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now + 5, By: "Olga", Why: "left the firm"}))
	for _, s := range open {
		k.lives(s, now+5, pass.SessionEnded)
	}
	k.used(p.ID, ask(p, key(9)), now+5, pass.Revoked)
	k.redeemed(session(p, 9, now+5), pass.Revoked)
	k.same("sessions kept for the history", k.rawSession(open[0]), record.FromSession(open[0]))
}

func revokesOnce(k kit) {
	p := k.created(counted())
	p.RevokedAt, p.RevokedBy = now, "Olga"
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now, By: "Olga"}))
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now + 5, By: "Otto", Why: "again"}))
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now + 5}))
	unchanged()
}

func revokesSilently(k kit) {
	p := k.created(counted())
	p.RevokedAt = now
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now}))
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
}

func completes(k kit) {
	p, open := visited(k)
	clear(p.Sessions)
	done := did(5, pass.Completing)
	p.RevokedAt, p.RevokedBy, p.RevokedWhy, p.Completed, p.LastChange = done.At, done.By, done.Why, true, &done
	k.becomes(p)(k.Revoke(k.ctx, p.ID, done))
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
	k.lives(open[0], now+5, pass.SessionEnded)
	k.redeemed(session(p, 9, now+5), pass.Revoked)
	p.RevokedAt, p.RevokedBy, p.RevokedWhy, p.Completed = 0, "", "", false
	k.becomes(p)(k.Restore(k.ctx, p.ID, pass.Change{}))
	k.same("item, restored", k.rawPass(p.ID), record.FromPass(p))
	k.redeemed(session(p, 9, now+5), pass.OK)
}

func completesOnce(k kit) {
	for first, second := range map[string]string{pass.Completing: pass.Revoking, pass.Revoking: pass.Completing} {
		p := k.created(counted())
		p, err := k.Revoke(k.ctx, p.ID, did(1, first))
		k.must(err)
		k.same(first, p.Completed, first == pass.Completing)
		k.becomes(p)(k.Revoke(k.ctx, p.ID, did(2, second)))
	}
	p := counted()
	p.Completed = true // restored by a version that does not know of it
	k.created(p)
	p.RevokedAt, p.Completed = now, false
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: now}))
}

func restores(k kit) {
	p, open := visited(k)
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now, By: "Olga", Why: "by mistake"})
	k.must(err)
	clear(p.Sessions)
	k.becomes(p)(k.Restore(k.ctx, p.ID, pass.Change{}))
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
	k.lives(open[0], now, pass.SessionEnded)
	k.redeemed(session(p, 9, now), pass.OK)
}

func restoresNothing(k kit) {
	p, open := visited(k)
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.Restore(k.ctx, p.ID, pass.Change{}))
	unchanged()
	k.lives(open[0], now, pass.OK)
}

func endsOne(k kit) {
	p, open := visited(k)
	delete(p.Sessions, open[1].Key())
	k.becomes(p)(k.EndSession(k.ctx, p.ID, open[1].Key(), pass.Change{}))
	k.lives(open[0], now, pass.OK)
	k.lives(open[1], now, pass.SessionEnded)
	k.lives(open[2], now, pass.OK)
}

func endsAll(k kit) {
	p, open := visited(k)
	clear(p.Sessions)
	k.becomes(p)(k.EndSessions(k.ctx, p.ID, pass.Change{}))
	for _, s := range open {
		k.lives(s, now, pass.SessionEnded)
	}
	k.redeemed(session(p, 9, now), pass.OK)
}

func endsNone(k kit) {
	p, _ := visited(k)
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.EndSession(k.ctx, p.ID, key(99), pass.Change{}))
	k.becomes(p)(k.EndSession(k.ctx, p.ID, "", pass.Change{}))
	unchanged()
	fresh := k.created(visitor())
	k.becomes(fresh)(k.EndSessions(k.ctx, fresh.ID, pass.Change{}))
}

// managing is one of the calls that change a pass which is there.
type managing struct {
	name string
	call func(context.Context, Store, string) (*pass.Pass, error)
}

func managings() []managing {
	return []managing{
		{"revoke", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.Revoke(ctx, id, pass.Change{At: now, By: "Olga", Why: "left"})
		}},
		{"restore", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.Restore(ctx, id, pass.Change{})
		}},
		{"change", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.Change(ctx, id, pass.Amendment{Scope: "report:67", Change: pass.Change{Key: key(7), At: now, By: "Olga"}})
		}},
		{"end session", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.EndSession(ctx, id, key(2), pass.Change{})
		}},
		{"end sessions", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.EndSessions(ctx, id, pass.Change{})
		}},
		{"reissue", func(ctx context.Context, s Store, id string) (*pass.Pass, error) {
			return s.Reissue(ctx, id, pass.Renewal{Secret: secret(77), ExpiresAt: now + day, PurgeAt: now + 2*day, Uses: 3, At: now})
		}},
	}
}

func managesNothing(k kit) {
	for _, id := range []string{newID(), strings.Repeat("0", 16), "no id"} {
		for _, m := range managings() {
			p, err := m.call(k.ctx, k.Store, id)
			k.kind(m.name, err, pass.ErrNotFound)
			k.same(m.name, p, (*pass.Pass)(nil))
			k.same(m.name+" made", k.rawPass(id), record.Item(nil))
		}
		_, err := k.History(k.ctx, id)
		k.kind("history", err, pass.ErrNotFound)
	}
}

func managesExpired(k kit) {
	p := k.created(counted())
	p.RevokedAt = p.PurgeAt + day
	k.becomes(p)(k.Revoke(k.ctx, p.ID, pass.Change{At: p.PurgeAt + day}))
	p.RevokedAt = 0
	k.becomes(p)(k.Restore(k.ctx, p.ID, pass.Change{}))
	k.used(p.ID, ask(p, key(1)), p.ExpiresAt, pass.Expired)
}
