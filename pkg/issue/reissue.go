package issue

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// asksReissue reports whether a request has a member that is, or was meant to
// be, reissue. What cannot be read is left to those who read it whole.
func asksReissue(doc []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(doc), jsontext.AllowDuplicateNames(true))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return false
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil || fold(name.String()) == "reissue" {
			return err == nil
		}
		if dec.SkipValue() != nil {
			return false
		}
	}
	return false
}

// renewal is a reissue in the making. Its draft's pass is the one that was read,
// or empty while none was found.
type renewal struct {
	*draft
	keepOld   pass.NumericDate // zero: not at all
	expiresAt pass.NumericDate // zero: as it is
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
	r.judge()
	switch p := faults.problem(); {
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

// judge applies every rule. While the pass is not known, those that depend on it
// are left out.
func (r *renewal) judge() {
	r.text("issued_by", r.req.issuedBy, 1, pass.MaxSubject, "")
	if r.is(pass.SessionMode) && !r.cfg.AllowSessionTokens {
		r.wrong("reissue", "tokens that sign in a user are off in this stack; its owner turns them on with AllowSessionTokens")
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
	if end, said := r.end(); said {
		r.newEnd(r.now + pass.NumericDate(end))
	} else if r.pass.ID != "" && r.pass.RevokedAt == 0 {
		r.oldEnd()
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
	credential, err := i.write(r.draft, short, key)
	if err != nil {
		return nil, unavailable("sign a token", err)
	}
	after, err := i.store.Reissue(ctx, short.ID, short.Digest(), r.keepOld, r.expiresAt, purgeAt, r.now)
	switch {
	case errors.Is(err, pass.ErrNotFound):
		return r.gone(), nil
	case err != nil:
		return nil, unavailable("reissue the pass", err)
	}
	return i.renewed(r, after, short, credential)
}

// renewed answers by the pass as the store has it now: since it was read,
// somebody else may have changed it.
func (i *Issuer) renewed(r *renewal, after *pass.Pass, short token.Short, credential string) (*Answer, error) {
	r.pass = after
	if _, done := after.Secrets[short.Digest()]; done {
		a := i.answer(r.draft, short, credential)
		a.Reissued, a.By = true, r.req.issuedBy
		return a, nil
	}
	if after.RevokedAt != 0 {
		return r.revoked(), nil
	}
	if r.oldEnd(); r.faults.problem() != nil {
		return &Answer{Error: r.faults.problem()}, nil
	}
	return nil, unavailable("reissue the pass", errors.New("it was refused, and no rule says why"))
}

// gone answers that there is no such pass.
func (r *renewal) gone() *Answer {
	return refusal(NotFound, fmt.Sprintf("there is no record of pass %s: it was cleared away after its end, or its token is stateless; issue a new pass", r.req.reissue))
}

// revoked answers that the pass was withdrawn.
func (r *renewal) revoked() *Answer {
	return refusal(Revoked, fmt.Sprintf("pass %s was revoked at %s; restore it first, or issue a new pass", r.pass.ID, r.pass.RevokedAt))
}

func refusal(code, why string) *Answer {
	return &Answer{Error: &Problem{code, "nothing was reissued: " + why, map[string]string{"reissue": why}}}
}
