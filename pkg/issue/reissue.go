package issue

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// renewal is a reissue in the making. Its draft's pass is the one that was read,
// or empty while none was found.
type renewal struct {
	*draft
	keepOld   pass.NumericDate // zero: not at all
	expiresAt pass.NumericDate // zero: as it is
	spent     bool             // no use is left, and none was asked for
}

// reissue carries out a request to reissue a pass.
func (i *Issuer) reissue(ctx context.Context, doc []byte) (*Answer, error) {
	req, faults := readReissue(doc)
	if faults.syntax != "" {
		return &Answer{Error: faults.problem()}, nil
	}
	r := &renewal{draft: i.draft(req, faults)}
	found, err := i.find(ctx, r)
	if err != nil {
		return nil, unavailable("read the pass", err)
	}
	r.build()
	switch p := r.problem(); {
	case p != nil:
		return &Answer{Error: p}, nil
	case !found:
		return r.gone(), nil
	case r.pass.RevokedAt != 0:
		return r.revoked(), nil
	}
	return i.remint(ctx, r)
}

// find reads the pass that is to be reissued, if the request names one.
func (i *Issuer) find(ctx context.Context, r *renewal) (bool, error) {
	switch {
	case !r.given("reissue"):
		r.wrong("reissue", "it is required: the id of the pass")
	case r.asked("reissue") && !token.ValidID(r.req.reissue):
		r.wrong("reissue", "it must be the id of a pass, 16 letters and digits, and no token or link")
	}
	if r.faults.has("reissue") {
		return false, nil
	}
	entries, err := i.store.Read(ctx, []pass.Ref{{ID: r.req.reissue}})
	switch {
	case err != nil:
		return false, err
	case entries[0].Pass == nil:
		return false, nil
	case entries[0].Pass.V != pass.Version:
		return false, errors.New("its record is of another version")
	}
	r.pass = entries[0].Pass
	return true, nil
}

// build applies every rule, and decides what the request leaves open. While the pass
// is not known, the rules that depend on it are left out.
func (r *renewal) build() {
	r.text("issued_by", r.req.issuedBy, 1, pass.MaxSubject, "")
	if r.asked("reissue") && token.HoldsMoved(r.req.issuedBy, r.req.reissue) {
		r.wrong("issued_by", "it holds the credential that the pass moved in by, of which nothing but a digest is kept; take it out")
	}
	if r.is(pass.SessionMode) && !r.cfg.AllowSessionTokens {
		r.wrong("reissue", "tokens that sign in a user are off in this stack; its owner turns them on with AllowSessionTokens")
	}
	r.old()
	r.moreUses()
	if end, said := r.end(); said {
		r.newEnd(r.now + pass.NumericDate(end))
	} else if r.pass.ID != "" && r.pass.RevokedAt == 0 {
		r.oldEnd()
	}
}

// old judges what becomes of the secret that there is, and of the link that has it.
func (r *renewal) old() {
	const field = "keep_link"
	switch {
	case !r.req.keepLink:
	case r.given("keep_old_for"):
		r.wrong(field, "the old secret goes on as it is then; leave out keep_old_for")
	case r.pass.ID != "" && r.pass.Format != pass.JWT:
		r.wrong(field, "a %s token is the link's own secret, of which only a digest is kept; leave it out, and send the new link", r.pass.Format)
	default:
		return
	}
	n := r.req.keepOldFor
	switch {
	case r.asked("keep_old_for") && (n < 0 || n > pass.MaxKeepOld):
		r.wrong("keep_old_for", "it is %d; it must be 0 to %d seconds", n, pass.MaxKeepOld)
	case !r.given("keep_old_for"):
		r.defaults["keep_old_for"] = 0
	case n > 0:
		r.keepOld = r.now + pass.NumericDate(n)
	}
}

// newEnd takes the end that was asked for.
func (r *renewal) newEnd(end pass.NumericDate) {
	field := "expires_in"
	if !r.given(field) {
		field = "expires_at"
	}
	if r.asked(field) && end <= r.pass.NotBefore {
		r.wrong(field, "the pass begins at %s; it must end after that", r.pass.NotBefore)
	}
	r.expiresAt = end
}

// oldEnd judges the end that the pass has, where no other was asked for. The
// bounds may be closer now than when it was issued.
func (r *renewal) oldEnd() {
	left := int64(r.pass.ExpiresAt - r.now)
	longest, because := r.longest()
	switch {
	case left <= 0:
		r.wrong("expires_in", "it is required, or expires_at, since the pass expired at %s: 1 to %d seconds from now%s", r.pass.ExpiresAt, longest, because)
	case left > longest:
		r.wrong("expires_in", "it is required, or expires_at, since the pass would live %d seconds more: 1 to %d%s", left, longest, because)
	default:
		r.defaults["expires_at"] = r.pass.ExpiresAt.String()
	}
}

// moreUses judges how often the pass may be used from now on. One without a use
// left needs some: its link would let nobody in.
func (r *renewal) moreUses() {
	const field = "max_uses"
	n, left := r.req.maxUses, int64(r.pass.UsesToGive())
	room := fmt.Sprintf("1 to %d (uses so far: %d; at most %d in all)", left, len(r.pass.Uses), pass.MaxUses)
	if left == 0 {
		room = fmt.Sprintf("but none is left to give (uses so far: %d, the most there are); issue a new pass", len(r.pass.Uses))
	}
	now, counted := r.pass.UsesLeft()
	switch {
	case r.pass.ID != "" && !counted && r.given(field):
		r.wrong(field, "the pass is unlimited, and nothing of it is counted; leave it out")
	case r.asked(field) && (n < 1 || n > left):
		r.wrong(field, "it is %d; it must be how often the pass may be used from now on, %s", n, room)
	case counted && now == 0 && r.pass.RevokedAt == 0 && !r.given(field):
		r.spent = true
		r.wrong(field, "it is required, since the pass is spent: how often it may be used from now on, %s", room)
	}
}

// problem is what is wrong. That nothing but uses are wanting has a code of its
// own, for hosts that give some then.
func (r *renewal) problem() *Problem {
	p := r.faults.problem()
	if p != nil && r.spent && len(p.Fields) == 1 {
		p.Code, p.Message = Spent, "nothing was reissued: the pass is spent; see max_uses"
	}
	return p
}

// remint makes the new token of a renewal that is right, and writes its record.
func (i *Issuer) remint(ctx context.Context, r *renewal) (*Answer, error) {
	var purgeAt pass.NumericDate
	if r.expiresAt != 0 {
		r.pass.ExpiresAt = r.expiresAt
		purgeAt = r.pass.EndOfLife() + pass.NumericDate(i.cfg.Retention)
	}
	var key keys.SigningKey
	var err error
	if r.pass.Format != pass.Short {
		if key, err = i.signer.Current(ctx); err != nil {
			return nil, unavailable("read the signing key", err)
		}
	}
	short, err := token.NewShort(i.rand)
	if err != nil {
		return nil, unavailable("draw a token", err)
	}
	short.ID = r.pass.ID
	credential, err := i.sign(r.draft, short, key)
	if err != nil {
		return nil, unavailable("sign a token", err)
	}
	renewal := pass.Renewal{Secret: short.Digest(), KeepLink: r.req.keepLink, KeepOld: r.keepOld,
		ExpiresAt: r.expiresAt, PurgeAt: purgeAt, Uses: int(r.req.maxUses), At: r.now, By: r.req.issuedBy, TokenExpiresAt: tokenEnd(r.pass)}
	after, err := i.store.Reissue(ctx, short.ID, renewal)
	switch {
	case errors.Is(err, pass.ErrNotFound):
		return r.gone(), nil
	case err != nil:
		return nil, unavailable("reissue the pass", err)
	}
	r.pass = after
	if !after.Reissued(renewal) {
		return r.overtaken()
	}
	a := i.answer(r.draft, short, credential)
	if a.Reissued, a.By = true, r.req.issuedBy; r.req.keepLink {
		a.Link = "" // nobody here knows it
	}
	return a, nil
}

// overtaken answers by the pass as the store has it now: since it was read,
// somebody else has changed it.
func (r *renewal) overtaken() (*Answer, error) {
	if r.pass.RevokedAt != 0 {
		return r.revoked(), nil
	}
	if r.expiresAt == 0 {
		r.oldEnd()
	}
	r.moreUses()
	if p := r.problem(); p != nil {
		return &Answer{Error: p}, nil
	}
	return nil, unavailable("reissue the pass", errors.New("it was refused, and no rule says why"))
}

// gone answers that there is no such pass.
func (r *renewal) gone() *Answer {
	return refusal(NotFound, fmt.Sprintf("there is no record of pass %s: it was cleared away after its end, or its token is stateless; issue a new pass, and where somebody registered under this id {\"registration\": %q}", r.req.reissue, r.req.reissue))
}

// revoked answers that the pass was withdrawn.
func (r *renewal) revoked() *Answer {
	what := "revoked"
	if r.pass.Completed {
		what = "completed"
	}
	return refusal(Revoked, fmt.Sprintf("pass %s was %s at %s; restore it first, or issue a new pass", r.pass.ID, what, r.pass.RevokedAt))
}

func refusal(code, why string) *Answer {
	return &Answer{Error: &Problem{code, "nothing was reissued: " + why, map[string]string{"reissue": why}}}
}
