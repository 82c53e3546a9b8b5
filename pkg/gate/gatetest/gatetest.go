// Package gatetest puts the rows of the decision table before a gate: it plants
// the records of a row in a store, mints its credentials, and builds the gate
// that is to decide. The gate's own tests and those of every dialect use it, so
// they are all held to the same rows.
package gatetest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/rule"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// The deployment that the rows take place in.
const (
	Issuer   = "gatepass"
	Audience = "api"
	KID      = "row-key"
)

// Config is its gate's configuration.
func Config() gate.Config {
	return gate.Config{QueryNames: []string{"token", "vuid"}, UserCookie: "__Host-gatepass", VisitorCookie: "__Host-gatepass-visitor", Origins: []string{decisions.Origin}}
}

// ConfigOf is that of a row's stack.
func ConfigOf(row decisions.Row) gate.Config {
	cfg := Config()
	if row.Request.MovedIn {
		cfg.MovedIn = []string{"rt", "vuid"}
	}
	return cfg
}

// Key is the key that signs its JWTs, the same in every run.
func Key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("gatepass decision table seed 32b"))
}

// Clock stands still at the second of the table.
func Clock() time.Time { return decisions.Now.Time() }

// Mint makes the token string of a credential.
func Mint(tb testing.TB) func(decisions.Credential) string {
	return func(c decisions.Credential) string {
		switch c.Format {
		case decisions.HostFormat:
			return hostToken(tb, c)
		case pass.Short:
			return token.Short{ID: c.ID, Secret: c.Secret}.String()
		}
		claims := token.Claims{Issuer: Issuer, Audience: Audience, ID: c.ID, Subject: c.Claims.Subject, Scope: c.Claims.Scope, Mode: c.Claims.Mode,
			IssuedAt: c.Claims.IssuedAt, NotBefore: c.Claims.NotBefore, ExpiresAt: c.Claims.ExpiresAt, Stateless: c.Format == pass.Stateless}
		signer, kid := Key(), KID
		switch c.Fault {
		case "bad-signature":
			_, signer, _ = ed25519.GenerateKey(rand.Reader)
		case "unknown-key":
			kid = "other-key"
		case "wrong-audience":
			claims.Audience = "another"
		case "wrong-issuer":
			claims.Issuer = "another"
		}
		s, err := token.Sign(claims, kid, signer)
		if err != nil {
			tb.Fatal(err)
		}
		if c.Fault == "oversize" {
			s = strings.Replace(s, ".", "."+strings.Repeat("A", 4096), 1)
		}
		return s
	}
}

// Cookie makes the value of a session cookie.
func Cookie(id string, secret [16]byte) string { return token.Short{ID: id, Secret: secret}.Cookie() }

// far is a purge_at that no engine's TTL reaches while a test runs: the table
// takes place at a second of its own, and engines go by the real one.
const far = 4_102_444_800

// Plant puts the records of a row in a store.
func Plant(tb testing.TB, b storetest.Backend, row decisions.Row) {
	tb.Helper()
	for _, p := range row.Passes() {
		p.PurgeAt = far
		if err := b.Put(record.FromPass(p)); err != nil {
			tb.Fatal(err)
		}
	}
	for _, s := range row.Sessions() {
		s.PurgeAt = far
		if err := b.Put(record.FromSession(s)); err != nil {
			tb.Fatal(err)
		}
	}
}

// JWTs verifies with one key alone.
type JWTs struct{ Public ed25519.PublicKey }

// NewJWTs verifies with Key.
func NewJWTs() JWTs { return JWTs{Key().Public().(ed25519.PublicKey)} }

// Verify implements gate.Verifier.
func (j JWTs) Verify(_ context.Context, raw string, now pass.NumericDate) (token.Claims, pass.Reason) {
	v := token.Verifier{Issuer: Issuer, Audience: Audience, Key: func(kid string) (ed25519.PublicKey, bool) {
		return j.Public, kid == KID
	}}
	return v.Verify(raw, now)
}

// Rules answers with the rule of one row, whatever the route.
type Rules struct{ Row decisions.Row }

// Match implements gate.Rules.
func (r Rules) Match(_ context.Context, req *gate.Request) (*rule.Rule, map[string]string, bool, error) {
	if r.Row.Rule == nil {
		return nil, nil, false, nil
	}
	d := r.Row.Rule
	params := req.Params
	if params == nil { // a dialect without path values
		params = map[string]string{"id": r.Row.Request.ID}
	}
	return &rule.Rule{Route: "ANY /reports/{id}", Scope: d.Scope, Accept: d.Accept, Optional: d.Optional, ForwardRefused: d.Forward, MaxAge: d.MaxAge}, params, true, nil
}

// New returns the gate of a row over a store.
func New(tb testing.TB, store gate.Store, row decisions.Row) *gate.Gate {
	tb.Helper()
	cfg := ConfigOf(row)
	cfg.Host = HostUsers(tb, row)
	g, err := gate.New(cfg, store, NewJWTs(), Rules{row}, Clock, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// Open returns an empty embedded store.
func Open(tb testing.TB) storetest.Backend {
	tb.Helper()
	s, err := boltstore.Open(filepath.Join(tb.TempDir(), "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return storetest.Backend{Store: s, Put: s.PutItem, Get: s.Item}
}

// Request returns a row's request as a gate sees it.
func Request(tb testing.TB, row decisions.Row) *gate.Request {
	r := &gate.Request{Route: "ANY /reports/{id}", Method: row.Request.Method, Params: map[string]string{"id": row.Request.ID}, Query: map[string][]string{},
		FetchSite: row.Request.Site, Origin: row.Request.Origin}
	if r.Method == "$connect" {
		r.Route, r.Method = "$connect", "GET"
	}
	for _, p := range row.Present(Mint(tb)) {
		switch p.Place {
		case "query":
			r.Query["token"] = append(r.Query["token"], p.Value)
		case "vuid", "rt":
			r.Query[p.Place] = append(r.Query[p.Place], p.Value)
		case "bearer":
			r.Authorization = append(r.Authorization, "Bearer "+p.Value)
		}
	}
	for _, c := range row.Cookies {
		r.Cookies = append(r.Cookies, CookieName(c.Name)+"="+c.Value(Cookie))
	}
	return r
}

// CookieName returns the name of a row's cookie.
func CookieName(of string) string {
	if of == "user" {
		return Config().UserCookie
	}
	return Config().VisitorCookie
}

// Store puts what a row says of the store's state around it.
func Store(s storetest.Store, row decisions.Row) storetest.Store {
	switch row.Request.Store {
	case "down":
		return storetest.Faulty(s, storetest.Always(storetest.Before, "Read", "Use", "Redeem", "Opened"))
	case "no-writes":
		return storetest.Faulty(s, storetest.Always(storetest.Before, "Use", "Redeem", "Opened"))
	case "blocked":
		return storetest.Faulty(s, storetest.Always(storetest.Blocks, "Read", "Use", "Redeem", "Opened"))
	}
	return s
}

// NewLink returns the link page's half over a store.
func NewLink(tb testing.TB, store gate.LinkStore) *gate.Link {
	tb.Helper()
	return NewLinkOf(tb, store, decisions.Row{})
}

// NewLinkOf returns the link page's half for a row. Rows that redeem say what the
// same redemption opened before by its secret, so the nonce is not needed.
func NewLinkOf(tb testing.TB, store gate.LinkStore, row decisions.Row) *gate.Link {
	tb.Helper()
	l, err := gate.NewLink(ConfigOf(row), store, 30*24*3600, Clock, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}
