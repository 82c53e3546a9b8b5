package manage

import (
	"context"
	"fmt"
	"slices"
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
	return m.do(ctx, &request{op: change, Change: c, terms: t})
}

// changing is the fields of a change.
func (r *request) changing() []field {
	t := &r.terms
	return append(r.attributed(),
		field{"expires_in", perhaps(&t.ExpiresIn, terms.Whole)}, field{"expires_at", perhaps(&t.ExpiresAt, terms.Date)},
		field{"max_uses", perhaps(&t.MaxUses, terms.Whole)}, field{"unlimited", perhaps(&t.Unlimited, terms.YesNo)},
		field{"scope", perhaps(&t.Scope, terms.Text)}, field{"data", terms.Object(&t.Data)}, field{"target", perhaps(&t.Target, terms.Text)})
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

// check judges what can be judged before the pass is known. Its error is a
// configuration's.
func (t Terms) check(cfg Config, now pass.NumericDate, f *faults) error {
	if t.none() && len(*f) == 0 {
		f.add("pass", "there is nothing to change about it; say expires_in or expires_at, max_uses or unlimited, scope, data, target")
	}
	_, err := t.judge(cfg.withDefaults(), &pass.Pass{Format: pass.Stateless}, now, f)
	return err
}

// amendment is a change in the making: of p, or, while that is not known, of a pass
// with the widest bounds.
type amendment struct {
	Terms
	cfg    Config
	p      *pass.Pass
	now    pass.NumericDate
	faults *faults
	out    pass.Amendment
}

// judge applies every rule, and returns what is to become of the pass.
func (t Terms) judge(cfg Config, p *pass.Pass, now pass.NumericDate, f *faults) (pass.Amendment, error) {
	a := &amendment{Terms: t, cfg: cfg, p: p, now: now, faults: f}
	if p.Mode == pass.SessionMode && !cfg.AllowSessionTokens {
		f.add("pass", "it signs in a user, and such tokens are off in this stack; its owner turns them on with AllowSessionTokens")
	}
	a.end()
	a.uses()
	a.scope()
	a.data()
	return a.out, a.target()
}

// end judges the end that was asked for, and when the record may go then.
func (a *amendment) end() {
	field, end, why := "expires_in", pass.NumericDate(0), ""
	switch {
	case a.ExpiresIn != nil && a.ExpiresAt != nil:
		a.faults.add("expires_in", "it excludes expires_at; say one of the two")
		a.faults.add("expires_at", "it excludes expires_in; say one of the two")
		return
	case a.ExpiresIn != nil:
		end = a.now + pass.NumericDate(*a.ExpiresIn)
		why = a.cfg.life().WrongIn(a.p.Mode, *a.ExpiresIn)
	case a.ExpiresAt != nil:
		field, end = "expires_at", pass.At(*a.ExpiresAt)
		why = a.cfg.life().WrongAt(a.p.Mode, end, a.now)
	default:
		return
	}
	if why == "" && end <= a.p.NotBefore {
		why = fmt.Sprintf("the pass begins at %s; it must end after that", a.p.NotBefore)
	}
	if why != "" {
		a.faults.add(field, why)
		return
	}
	after := *a.p
	after.ExpiresAt = end
	a.out.ExpiresAt, a.out.PurgeAt = end, after.EndOfLife()+pass.NumericDate(a.cfg.Retention)
}

func (a *amendment) uses() {
	unlimited := a.Unlimited != nil && *a.Unlimited
	if a.Unlimited != nil && !unlimited {
		a.faults.add("unlimited", "it can only be true; say max_uses for a pass that is counted")
	}
	if unlimited && a.MaxUses != nil {
		a.faults.add("max_uses", "it excludes unlimited; say one of the two")
		a.faults.add("unlimited", "it excludes max_uses; say one of the two")
	}
	if unlimited {
		a.wrong("unlimited", terms.WrongUnlimited(a.p.Mode))
		a.out.Unlimited = true
	}
	if a.MaxUses != nil {
		a.wrong("max_uses", terms.WrongUses(*a.MaxUses))
		a.out.MaxUses = int(min(*a.MaxUses, pass.MaxUses))
	}
}

func (a *amendment) scope() {
	if a.Scope != nil {
		a.wrong("scope", terms.WrongScope(*a.Scope))
		a.out.Scope = *a.Scope
	}
}

func (a *amendment) data() {
	if a.Data != nil {
		kept, why := terms.Data(a.Data, false)
		a.wrong("data", why)
		a.out.Data = kept
	}
}

// target judges where the pass is to lead. Its error is a configuration's.
func (a *amendment) target() error {
	if a.Target == nil {
		return nil
	}
	site, err := terms.NewSite(a.cfg.PublicURL)
	if err != nil {
		return fmt.Errorf("PublicURL: %w", err)
	}
	a.wrong("target", site.WrongTarget(*a.Target, a.p.Mode, a.p.Format, slices.Concat([]string{a.cfg.QueryName}, a.cfg.QueryNames)...))
	a.out.Target = *a.Target
	return nil
}

// wrong records what is wrong with a field, if anything is.
func (a *amendment) wrong(field, why string) {
	if why != "" {
		a.faults.add(field, why)
	}
}

// change reads a pass, for what may be said of it depends on what never changes:
// mode, format and start. The write judges nothing by what was read.
func (m *Manager) change(ctx context.Context, r *request, id string, done pass.Change) (*pass.Pass, error) {
	entries, err := m.Store.Read(ctx, []pass.Ref{{ID: id}})
	switch {
	case err != nil:
		return nil, err
	case entries[0].Pass == nil:
		return nil, pass.ErrNotFound
	case entries[0].Pass.V != pass.Version:
		return entries[0].Pass, nil
	}
	a, err := r.terms.judge(m.config().withDefaults(), entries[0].Pass, done.At, &r.faults)
	switch {
	case err != nil:
		return nil, err
	case len(r.faults) > 0:
		return nil, r.faults.problem(r.op)
	}
	a.Change = done
	return m.Store.Change(ctx, id, a)
}
