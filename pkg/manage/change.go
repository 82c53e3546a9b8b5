package manage

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Terms are what a pass is to be made. What is nil stays as it is.
type Terms struct {
	ExpiresIn *int64     // seconds from now; excludes ExpiresAt
	ExpiresAt *time.Time // fractions are cut off
	MaxUses   *int64     // in all, with those so far
	Unlimited *bool      // true alone: nothing is counted from now on; excludes MaxUses
	Scope     *string
	Data      jsontext.Value // an object, in the place of the one before
	Target    *string
}

// Change makes a pass what t says, in one write, whatever state it is in: one that
// was revoked is so still. Bounds are those of issuing it now.
func (m *Manager) Change(ctx context.Context, c Change, t Terms) (*Description, error) {
	return m.write(ctx, &request{op: change, Change: c, terms: t}, (*Manager).change)
}

// changing is the fields of a change.
func (r *request) changing() []Field {
	t := &r.terms
	return append(r.attributed(),
		Field{"expires_in", perhaps(&t.ExpiresIn, terms.Whole)}, Field{"expires_at", perhaps(&t.ExpiresAt, terms.Date)},
		Field{"max_uses", perhaps(&t.MaxUses, terms.Whole)}, Field{"unlimited", perhaps(&t.Unlimited, terms.YesNo)},
		Field{"scope", perhaps(&t.Scope, terms.Text)}, Field{"data", terms.Object(&t.Data)}, Field{"target", perhaps(&t.Target, terms.Text)})
}

// perhaps reads a value that there need not be.
func perhaps[T any](dst **T, read func(*T) terms.Reader) terms.Reader {
	return func(v jsontext.Value) string {
		var t T
		why := read(&t)(v)
		if why == "" {
			*dst = &t
		}
		return why
	}
}

// none reports whether there is nothing to change.
func (t Terms) none() bool {
	return t.ExpiresIn == nil && t.ExpiresAt == nil && t.MaxUses == nil && t.Unlimited == nil && t.Scope == nil && t.Data == nil && t.Target == nil
}

// form judges what can be judged before the pass is known: what no pass can be made.
func (t Terms) form(m *Manager, now pass.NumericDate, f *faults) {
	if t.none() && len(*f) == 0 {
		f.add("pass", "there is nothing to change about it; say expires_in or expires_at, max_uses or unlimited, scope, data, target")
	}
	if t.ExpiresIn != nil && t.ExpiresAt != nil {
		f.add("expires_in", "it excludes expires_at; say one of the two")
		f.add("expires_at", "it excludes expires_in; say one of the two")
	} else {
		f.wrong(t.wrongEnd(m.cfg.Life(), "", now))
	}
	if t.Unlimited != nil && !*t.Unlimited {
		f.add("unlimited", "it can only be true; say max_uses for a pass that is counted")
	} else if t.Unlimited != nil && t.MaxUses != nil {
		f.add("max_uses", "it excludes unlimited; say one of the two")
		f.add("unlimited", "it excludes max_uses; say one of the two")
	}
	if t.MaxUses != nil {
		f.wrong("max_uses", terms.WrongUses(*t.MaxUses))
	}
	if t.Scope != nil {
		f.wrong("scope", terms.WrongScope(*t.Scope))
	}
	if t.Data != nil {
		_, why := terms.Data(t.Data, false)
		f.wrong("data", why)
	}
	if t.Target != nil { // of a mode that may lead anywhere, and a format that has no page
		f.wrong("target", m.site.WrongTarget(*t.Target, "", pass.Stateless, m.cfg.Names()...))
	}
}

// wrongEnd judges the end that is asked for, of a pass of a mode; the empty one is any.
func (t Terms) wrongEnd(l terms.Life, mode pass.Mode, now pass.NumericDate) (field, why string) {
	switch {
	case t.ExpiresIn != nil:
		return "expires_in", l.WrongIn(mode, *t.ExpiresIn)
	case t.ExpiresAt != nil:
		return "expires_at", l.WrongAt(mode, pass.At(*t.ExpiresAt), now)
	}
	return "", ""
}

// bounds judges what depends on the pass: its mode, format and start, which never
// change.
func (t Terms) bounds(m *Manager, p *pass.Pass, now pass.NumericDate, f *faults) {
	if p.Mode == pass.SessionMode && !m.cfg.AllowSessionTokens {
		f.add("pass", "it signs in a user, and such tokens are off in this stack; its owner turns them on with AllowSessionTokens")
	}
	field, why := t.wrongEnd(m.cfg.Life(), p.Mode, now)
	if why == "" && field != "" && t.end(now) <= p.NotBefore {
		why = fmt.Sprintf("the pass begins at %s; it must end after that", p.NotBefore)
	}
	f.wrong(field, why)
	if t.Unlimited != nil {
		f.wrong("unlimited", terms.WrongUnlimited(p.Mode))
	}
	if t.Target != nil {
		f.wrong("target", m.site.WrongTarget(*t.Target, p.Mode, p.Format, m.cfg.Names()...))
	}
}

// end returns the end that is asked for; zero: none is.
func (t Terms) end(now pass.NumericDate) pass.NumericDate {
	switch {
	case t.ExpiresIn != nil:
		return now + pass.NumericDate(*t.ExpiresIn)
	case t.ExpiresAt != nil:
		return pass.At(*t.ExpiresAt)
	}
	return 0
}

// amendment returns what is to become of a pass, of terms that were found right.
func (t Terms) amendment(p *pass.Pass, retention int64, done pass.Change) pass.Amendment {
	a := pass.Amendment{Unlimited: t.Unlimited != nil, Change: done}
	if end := t.end(done.At); end != 0 {
		after := *p
		after.ExpiresAt = end
		a.ExpiresAt, a.PurgeAt = end, after.EndOfLife()+pass.NumericDate(retention)
	}
	if t.MaxUses != nil {
		a.MaxUses = int(*t.MaxUses)
	}
	if t.Scope != nil {
		a.Scope = *t.Scope
	}
	if t.Data != nil {
		a.Data, _ = terms.Data(t.Data, false)
	}
	if t.Target != nil {
		a.Target = *t.Target
	}
	return a
}

// change reads a pass, for what may be said of it depends on what never changes:
// mode, format and start. The write judges nothing by what was read.
func (m *Manager) change(ctx context.Context, r *request, id string, done pass.Change) (*pass.Pass, error) {
	entries, err := m.Store.Read(ctx, []pass.Ref{{ID: id}})
	if err != nil {
		return nil, err
	}
	p := entries[0].Pass
	switch {
	case p == nil:
		return nil, pass.ErrNotFound
	case p.V != pass.Version:
		return p, nil
	}
	if r.terms.bounds(m, p, done.At, &r.faults); len(r.faults) > 0 {
		return nil, r.faults.problem(r.op)
	}
	return m.Store.Change(ctx, id, r.terms.amendment(p, m.cfg.Retention, done))
}
