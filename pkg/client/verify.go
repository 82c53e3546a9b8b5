package client

import (
	"crypto/ed25519"
	"errors"
	"time"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// ErrRecorded: the token is signed and good so far, but it has a record, which
// alone knows whether it still is: ask Check.
var ErrRecorded = errors.New("gatepass: the token has a record, which decides: ask Check")

// leeway is what the clocks of who signed and of this machine may differ, in
// seconds, for nbf and iat; the authorizer's is the same.
const leeway = 60

// VerifierConfig is what a Verifier goes by.
type VerifierConfig struct {
	JWKS     []byte // the document at /.well-known/jwks.json of the link pages' host
	Issuer   string // the stack's parameter, to the letter
	Audience string // the stack's parameter, to the letter

	// SkipRecords lets tokens with a record in by their signature alone. Then it is
	// not seen that one was revoked, spent, changed or ended early, and nothing is
	// counted: a token for one use is good for any number until its exp.
	SkipRecords bool
}

// Verifier verifies signed tokens without asking anybody: format stateless, of
// which the signature is all that there is.
//
// It sees signature, issuer, audience, times, scope and mode. It cannot see that a
// key was withdrawn before its time, nor anything that happened since the document
// was fetched: keys change every 90 days, and a new one is published two minutes
// before it signs, so fetch anew every minute, or where the reason is unknown_key,
// at most every few seconds, and make another Verifier of it. Short tokens cannot
// be verified in this way, and tokens with a record only in part: see SkipRecords.
//
// It is safe for concurrent use.
type Verifier struct {
	token       *token.Verifier
	skipRecords bool
}

// NewVerifier returns a Verifier, or every fault of cfg in one error.
func NewVerifier(cfg VerifierConfig) (*Verifier, error) {
	ring, err := keys.ParseJWKS(cfg.JWKS)
	v, verr := token.NewVerifier(cfg.Issuer, cfg.Audience, leeway, func(kid string) (ed25519.PublicKey, bool) {
		key, ok := ring[kid]
		return key, ok
	})
	if err = errors.Join(err, verr); err != nil {
		return nil, err
	}
	return &Verifier{token: v, skipRecords: cfg.SkipRecords}, nil
}

// Verify judges a token at now, as Check does, and counts nothing. The error is
// [ErrRecorded], with a Decision that does not allow, and nil else.
func (v *Verifier) Verify(raw string, ask Ask, now time.Time) (*Decision, error) {
	switch token.KindOf(raw) {
	case token.Foreign:
		return &Decision{Reason: pass.Missing}, nil
	case token.ShortKind:
		return &Decision{Reason: pass.Unavailable}, ErrRecorded
	}
	at := pass.At(now)
	c, reason := v.token.Verify(raw, at)
	p := c.Pass()
	if reason == pass.OK {
		reason = admit(c, p, ask, at)
	}
	d := &Decision{Reason: reason, Allowed: reason == pass.OK, Mode: p.Mode, PassID: p.ID, Scope: p.Scope, Subject: p.Subject, Data: p.Data}
	if d.Allowed && !c.Stateless && !v.skipRecords {
		d.Allowed, d.Reason = false, pass.Unavailable
		return d, ErrRecorded
	}
	return d, nil
}

// admit judges the claims as a record of their own.
func admit(c token.Claims, p *pass.Pass, ask Ask, now pass.NumericDate) pass.Reason {
	accept := ask.Accept
	if len(accept) == 0 {
		accept = []pass.Mode{pass.None, pass.Request}
	}
	if !c.Stateless { // of the others the times were judged, with a leeway
		p.NotBefore = c.NotBefore
	}
	if c.Mode.Redeems() {
		return pass.WrongMode
	}
	return pass.Admit(p, pass.Ask{Signed: true, Scope: ask.Scope, Accept: accept}, now)
}
