// Package oidc verifies the tokens of the host's own users: those that its
// OpenID provider (Cognito, Auth0, Keycloak, …) has signed for its API. A user
// found good is told as the pass that such a token stands for, of mode host, so
// that the rules of package pass judge it like any other.
//
// Nothing here is for Gatepass's own tokens, which package token verifies and
// whose form is narrower. What another signs cannot be made to our taste; these
// are the bounds within which it is taken.
//
// # What is the host's
//
// A bearer whose payload says iss is the configured issuer ([Verifier.Issued]).
// That is read without a signature and proves nothing: it only tells a token
// that will be judged from one that is none of our business.
//
// # What is judged, in order
//
//	malformed      over 8192 bytes; not three parts; base64url or JSON not as in RFC 7515; a kid of over 255 bytes;
//	               any crit; a typ other than JWT, at+jwt or none
//	bad_signature  alg is none of RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA
//	unknown_key    no kid, or one that is not in the JWKS
//	unavailable    the same, while nobody can tell: the keys could not be fetched, or not for a day
//	bad_signature  the key is not one for alg, or the signature does not verify
//	malformed      claims that are no JSON, or of another type; no exp; a sub that has not 1 to 255 bytes
//	bad_signature  iss is not the issuer, or aud neither is nor holds the audience: not signed for us
//	expired        now >= exp. No leeway: the second exp is too late
//	not_yet_valid  iat or nbf lies more than 60 s after now
//
// A token without aud is held against its client_id, as API Gateway's own JWT
// authorizer does: Amazon Cognito's access tokens have no aud.
//
// The algorithm is the key's, alg can only disagree with it (RFC 8725, section
// 3.1), and no key ever comes from a token: jwk, jku, x5u and x5c are ignored.
// Keys are checked when they are loaded: RSA of 2048 to 8192 bits, P-256, P-384
// and Ed25519; any other key in the set is passed over, and so is a symmetric
// one, and one whose private half is published with it.
//
// # Where the keys come from
//
// From the jwks_uri of <issuer>/.well-known/openid-configuration, by https, with
// no redirect followed. Each answer has 1.5 s and a size: 64 KiB, and 150,000
// bytes with at most 50 keys (API Gateway's own bounds of a JWT authorizer's
// keys). They are fetched when the function starts and then beside requests,
// every RefreshSeconds. A request waits for them only where its kid is not
// known, and that has them fetched at most every 5 s, whatever comes: requests
// that arrive meanwhile wait for the same answer. While they cannot be fetched
// the last ones go on, for a day.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// DefaultRefresh is RefreshSeconds where it is zero.
const DefaultRefresh = 300

// maxName bounds what a deployment configures, and a subject, in bytes.
const maxName = 255

// Config is what a deployment says of its host.
type Config struct {
	Issuer         string // the iss of its tokens, to the letter: an https URL without query and fragment
	Audience       string // what must stand in aud, or where there is none in client_id
	RefreshSeconds int64  // between two fetches of the keys, 5 to 3600; zero: DefaultRefresh

	// InsecureLoopbackHTTP lets an issuer on this very machine speak plain http:
	// for tests and make run.
	InsecureLoopbackHTTP bool
}

// Validate reports every fault of the configuration together. An empty issuer
// or audience would leave a check out, so neither is ever taken for "any".
func (c Config) Validate() error {
	var faults []error
	u, err := c.url(c.Issuer)
	switch {
	case err != nil:
		faults = append(faults, fmt.Errorf("oidc: the issuer: %w", err))
	case u.RawQuery != "" || u.ForceQuery:
		faults = append(faults, errors.New("oidc: the issuer: it has no query"))
	}
	if len(c.Issuer) > maxName {
		faults = append(faults, fmt.Errorf("oidc: the issuer has at most %d bytes", maxName))
	}
	if c.Audience == "" || len(c.Audience) > maxName {
		faults = append(faults, fmt.Errorf("oidc: the audience has 1 to %d bytes", maxName))
	}
	if c.RefreshSeconds != 0 && (c.RefreshSeconds < retryAfter || c.RefreshSeconds > 3600) {
		faults = append(faults, fmt.Errorf("oidc: RefreshSeconds is %d; it must be %d to 3600", c.RefreshSeconds, retryAfter))
	}
	return errors.Join(faults...)
}

// url reads an address that may be fetched. The error does not quote it, since
// it may hold a password.
func (c Config) url(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, errors.New("it must be a URL such as https://login.example.com")
	case u.User != nil || strings.Contains(raw, "#"):
		return nil, errors.New("it has no user, password or fragment")
	case u.Scheme == "https", u.Scheme == "http" && c.InsecureLoopbackHTTP && loopback(u.Hostname()):
		return u, nil
	}
	return nil, errors.New("it must begin with https://")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Verifier verifies. It is safe for concurrent use, and starts nothing by
// itself: its owner says when to refresh, by Due.
type Verifier struct {
	cfg    Config
	client *http.Client
	now    func() pass.NumericDate
	turn   chan struct{}        // held by whoever fetches
	view   atomic.Pointer[view] // what is in memory; never nil, never changed in place
}

// New returns a verifier that has fetched nothing yet. A nil transport is that
// of package net/http; what it fetches with is never told any token.
func New(cfg Config, transport http.RoundTripper, now func() time.Time) (*Verifier, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.RefreshSeconds == 0 {
		cfg.RefreshSeconds = DefaultRefresh
	}
	v := &Verifier{cfg: cfg, now: func() pass.NumericDate { return pass.At(now()) }, turn: make(chan struct{}, 1)}
	v.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	v.view.Store(&view{err: errNever})
	return v, nil
}

// Verify reads raw at now and returns its holder with OK, or the reason why it
// is refused, by the order in the package comment. The error is the cause of
// Unavailable, and nil with every other reason.
func (v *Verifier) Verify(ctx context.Context, raw string, now pass.NumericDate) (*pass.Pass, pass.Reason, error) {
	t, ok := open(raw)
	if !ok {
		return nil, pass.Malformed, nil
	}
	if !asymmetric(t.header.Alg) {
		return nil, pass.BadSignature, nil
	}
	found, err := v.keys(ctx, t.header.KID)
	switch {
	case err != nil:
		return nil, pass.Unavailable, err
	case len(found) == 0:
		return nil, pass.UnknownKey, nil
	case !t.verified(found):
		return nil, pass.BadSignature, nil
	}
	c, ok := t.read()
	switch {
	case !ok:
		return nil, pass.Malformed, nil
	case c.issuer != v.cfg.Issuer || !c.isFor(v.cfg.Audience):
		return nil, pass.BadSignature, nil
	case now >= c.expires:
		return nil, pass.Expired, nil
	case c.issued > now+leeway || c.starts > now+leeway:
		return nil, pass.NotYetValid, nil
	}
	return c.user(), pass.OK, nil
}
