package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/pass"
)

// What one answer of the host may take, and how large it may be. The last two
// are API Gateway's own bounds of a JWT authorizer (HTTP API quotas).
const (
	maxDocument = 64 << 10
	maxJWKS     = 150_000
	fetchTime   = 1500 * time.Millisecond
)

// retryAfter is the least time between two fetches because of something
// unknown, in seconds, and longest how long keys go on that cannot be fetched
// anew: a key that the host withdrew must not live by keeping us from asking.
const (
	retryAfter = 5
	longest    = 24 * 3600
)

// view is one state of the keys in memory.
type view struct {
	keys    []key
	readAt  pass.NumericDate // when the newest fetch began that succeeded; zero: none did
	triedAt pass.NumericDate // when the newest fetch began
	err     error            // of the newest fetch
}

var errNever = fmt.Errorf("%w: the host's keys were not fetched yet", pass.ErrUnavailable)

// of returns the keys of that kid.
func (w *view) of(kid string, now pass.NumericDate) (found []key) {
	if !within(now, w.readAt, longest) {
		return nil
	}
	for _, k := range w.keys {
		if k.kid == kid {
			found = append(found, k)
		}
	}
	return found
}

// within reports whether now is in the seconds that begin at start. A clock that
// was set back to before start is not.
func within(now, start pass.NumericDate, seconds int64) bool {
	return now >= start && now < start+pass.NumericDate(seconds)
}

// Due reports whether it is time to call Refresh: RefreshSeconds after the last
// try, also after one that failed, so that a host which is down delays few
// requests. It is false again as soon as somebody has begun.
func (v *Verifier) Due(now pass.NumericDate) bool {
	return !within(now, v.view.Load().triedAt, v.cfg.RefreshSeconds)
}

// Refresh fetches the keys, unless that was done in the last 5 seconds: by the
// request beside which it runs, say. On failure (an error matching
// pass.ErrUnavailable) those of before go on.
func (v *Verifier) Refresh(ctx context.Context) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	if w := v.view.Load(); within(v.now(), w.triedAt, retryAfter) {
		return w.err
	}
	return v.refresh(ctx)
}

// keys returns those of a kid, after fetching if it is not known and that was
// not done in the last 5 s. An error says that nobody can tell.
func (v *Verifier) keys(ctx context.Context, kid string) ([]key, error) {
	if found := v.view.Load().of(kid, v.now()); len(found) > 0 || kid == "" {
		return found, nil
	}
	if err := v.take(ctx); err != nil {
		return nil, err
	}
	defer v.give()
	if w := v.view.Load(); len(w.of(kid, v.now())) == 0 && !within(v.now(), w.triedAt, retryAfter) {
		_ = v.refresh(ctx) // kept in the view
	}
	w := v.view.Load()
	found := w.of(kid, v.now())
	if len(found) == 0 && w.err != nil {
		return nil, w.err
	}
	return found, nil
}

// take waits for the turn to fetch, and gives up when ctx ends.
func (v *Verifier) take(ctx context.Context) error {
	select {
	case v.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: waiting for the host's keys: %w", pass.ErrUnavailable, ctx.Err())
	}
}

func (v *Verifier) give() { <-v.turn }

// refresh is Refresh for whoever has the turn.
func (v *Verifier) refresh(ctx context.Context) error {
	next := *v.view.Load()
	next.triedAt = v.now()
	begun := next
	v.view.Store(&begun)
	list, err := v.fetch(ctx)
	if next.err = nil; err == nil {
		next.keys, next.readAt = list, next.triedAt
	} else {
		next.err = fmt.Errorf("%w: the host's keys: %w", pass.ErrUnavailable, err)
	}
	v.view.Store(&next)
	return next.err
}

// fetch asks the issuer where its keys are, and reads them there. The document
// must be the issuer's own (OpenID Connect Discovery 1.0, section 4.3).
func (v *Verifier) fetch(ctx context.Context) ([]key, error) {
	body, err := v.get(ctx, strings.TrimSuffix(v.cfg.Issuer, "/")+"/.well-known/openid-configuration", maxDocument)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Issuer != v.cfg.Issuer {
		return nil, errors.New("the configuration is not that of the issuer")
	}
	at, err := v.cfg.url(doc.JWKS)
	if err != nil {
		return nil, fmt.Errorf("jwks_uri: %w", err)
	}
	if body, err = v.get(ctx, at.String(), maxJWKS); err != nil {
		return nil, err
	}
	list, err := parseKeys(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return list, nil
}

// get fetches one document of at most limit bytes. A redirect is an answer like
// any other that is not 200: it could lead anywhere.
func (v *Verifier) get(ctx context.Context, url string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", url, res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%s is longer than %d bytes", url, limit)
	}
	return body, nil
}
