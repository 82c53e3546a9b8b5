package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/terms"
)

// api is the id of the local API, and what its signed tokens are for.
const (
	api    = "local"
	issuer = "gatepass-local"
)

// queryNames are the query parameters that may carry a token.
func queryNames() []string { return []string{"token", "vuid"} }

// rulesEvery is how old the authorizer's rules may get.
const rulesEvery = 2 * time.Second

// issueTime is what the deployed issue has: enough for a thousand passes.
const issueTime = 30 * time.Second

// stack is all of Gatepass, wired but not started.
type stack struct {
	here      string // where programs on this machine reach it
	base      string // of links
	store     store
	functions map[string]local.Function
	server    *local.Server
	told      *bulletin
	close     func() // ends the processes of -binaries
}

// build wires the functions as the mains of the deployed ones do, onto one store,
// or starts the deployed ones.
func build(ctx context.Context, o *options, e *engine, addr net.Addr, w world) (*stack, error) {
	s := &stack{here: o.here(addr), base: o.baseOf(addr), store: e.store, close: func() {}}
	lines, log := logs(w.stderr, o.json)
	s.told = &bulletin{log: audit.NewLogEvents(lines), stdout: w.stdout, now: w.now}
	timeouts, err := s.provide(ctx, o, e, lines, w.now)
	if err != nil {
		return nil, err
	}
	s.server, err = local.New(local.Config{
		API: api, Functions: s.functions, NamePrefix: "gatepass-", Authorizer: "authorizer", Timeouts: timeouts, Routes: routes(o), Upstream: o.upstream,
		Stream: e.stream, StreamFunction: "expire", Sweep: e.sweep, Ticks: w.ticks, Now: w.now, Log: log, InvokeFromAnywhere: o.anywhere,
	})
	if err != nil {
		s.close()
	}
	return s, err
}

// provide makes the functions, in this process or of binaries; those have times.
func (s *stack) provide(ctx context.Context, o *options, e *engine, lines io.Writer, now func() time.Time) (timeouts map[string]time.Duration, err error) {
	if o.binaries == "" {
		s.functions, err = wire(o, e, s, lines, now)
		return map[string]time.Duration{"issue": issueTime}, err
	}
	b, err := startBinaries(ctx, o, s, e, lines)
	if err != nil {
		return nil, err
	}
	s.functions, s.close = b.functions, b.close
	return b.timeouts, nil
}

// wire makes the functions, each with what it alone needs.
func wire(o *options, e *engine, s *stack, lines io.Writer, now func() time.Time) (map[string]local.Function, error) {
	retention := int64(o.retention / time.Second)
	cookies, err := config.NewCookies(o.cookieName, o.cookieDomain, s.base)
	if err != nil {
		return nil, fmt.Errorf("-cookie-name and -cookie-domain: %w", err)
	}
	cfg := gate.Config{QueryNames: queryNames(), MovedIn: o.movedIn, UserCookie: cookies.User, VisitorCookie: cookies.Visitor, CookieDomain: cookies.Domain, Origins: []string{config.Origin(s.base)}}
	ring := keys.NewRing(e.store, keys.Config{}, now)
	book := gate.NewBook(e.store, rulesEvery, now)
	inMemory := []handler.Refresher{ring, book}
	if o.host.Issuer != "" {
		host, err := oidc.New(o.host, nil, now)
		if err != nil {
			return nil, err
		}
		cfg.Host, inMemory = host, append(inMemory, host)
	}
	g, err := gate.New(cfg, e.store, gate.JWTs{Issuer: issuer, Audience: api, Ring: ring}, book, now, rand.Reader)
	if err != nil {
		return nil, err
	}
	link, err := gate.NewLink(cfg, e.store, retention, now, rand.Reader)
	if err != nil {
		return nil, err
	}
	front, err := desk.New(e.store, e.mac, now, rand.Reader)
	if err != nil {
		return nil, err
	}
	logOf := func(function string) *handler.Log { return handler.NewLog(function, lines, now) }
	issueLog, manageLog, recallLog, expireLog := logOf("issue"), logOf("manage"), logOf("recall"), logOf("expire")
	digests := keys.NewDigester(e.mac, e.store)
	settings := terms.Settings{PublicURL: s.base, QueryName: queryNames()[0], QueryNames: queryNames(), MovedIn: o.movedIn, AllowSessionTokens: true, Retention: retention}
	issues, err := issue.New(issue.Config{Settings: settings, Issuer: issuer, Audience: api},
		e.store, keys.NewSigner(e.store, e.sealer, keys.Config{Warn: issueLog.Warn}, now, rand.Reader), keys.NewMarkingDigester(e.mac, e.store), now, rand.Reader)
	if err != nil {
		return nil, err
	}
	manager, err := manage.New(manage.Config{Settings: settings}, e.store, digests)
	if err != nil {
		return nil, err
	}
	manager.Now, manager.Log = now, manageLog.Entry
	return map[string]local.Function{
		"issue":      handler.Issue(issues, issueLog),
		"authorizer": handler.Authorizer(g, false, logOf("authorizer"), inMemory...),
		"visit":      handler.Visit(handler.VisitConfig{QueryName: queryNames()[0], QueryNames: queryNames(), MovedIn: o.movedIn, NonceCookie: cookies.Nonce, SessionCookies: cookies.Sessions(), CookieDomain: cookies.Domain, Brand: o.brand, Desk: front, Forms: book}, link, ring, logOf("visit"), ring, book),
		"manage":     handler.Operate(manager, manageLog),
		"recall":     handler.Operate(&recall.Recaller{Store: e.store, Digests: digests, MovedIn: o.movedIn, Now: now, Log: recallLog.Recalled}, recallLog),
		"attach":     handler.Attach(&attach.Attacher{Store: e.store, APIs: noAPIs{}}, nil, logOf("attach")),
		"expire":     handler.Expire(&audit.Auditor{Store: e.store, Events: s.told, Log: expireLog.Report}, expireLog),
		sample:       handler.Sample,
	}, nil
}

// noAPIs stands in for API Gateway, whose authorizers there are none of here.
type noAPIs struct{}

// Authorizers implements attach.APIs.
func (noAPIs) Authorizers(context.Context, string, string) ([]attach.Authorizer, error) {
	return nil, nil
}

// logs returns where the functions write their lines, and the server its own.
func logs(w io.Writer, asJSON bool) (io.Writer, *slog.Logger) {
	if asJSON {
		return w, slog.New(slog.NewJSONHandler(w, nil))
	}
	return &readable{w: w}, slog.New(slog.NewTextHandler(w, nil))
}
