package gate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// RuleStore reads the declarations for an API: name to JSON.
type RuleStore interface {
	Rules(ctx context.Context, api string) (map[string][]byte, error)
}

// Book keeps the rules of each API in memory. An API is read when it is first
// asked about, and for a route it does not know at most every missEvery, so
// that a route declared a moment ago is found. Otherwise requests are answered
// from memory, and Refresh reads anew beside them. When a refresh fails the
// rules of before go on; what a broken declaration asked for is not guessed at.
// It is safe for concurrent use.
type Book struct {
	store RuleStore
	every time.Duration
	now   func() time.Time

	mu   sync.Mutex
	apis map[string]*page
}

const (
	missEvery = 5 * time.Second
	forever   = 1<<63 - 1
)

// page is the rules of one API.
type page struct {
	set  *rule.Set
	read time.Time
}

// NewBook returns a book whose Refresh reads rules anew that are older than every.
func NewBook(store RuleStore, every time.Duration, now func() time.Time) *Book {
	return &Book{store: store, every: every, now: now, apis: map[string]*page{}}
}

// Match finds the rule of the route a request came by. The error matches
// pass.ErrUnavailable when no rules of the API are known at all.
func (b *Book) Match(ctx context.Context, req *Request) (*rule.Rule, map[string]string, bool, error) {
	pg, fresh, err := b.page(ctx, req.API, forever)
	if pg == nil {
		return nil, nil, false, err
	}
	r, params, ok := pg.match(req)
	if ok || fresh {
		return r, params, ok, nil
	}
	// A failure to look again leaves the rules of before, which do not know it.
	pg, _, _ = b.page(ctx, req.API, missEvery)
	r, params, ok = pg.match(req)
	return r, params, ok, nil
}

// Due reports whether the rules of some API are old enough for Refresh.
func (b *Book) Due(now pass.NumericDate) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, pg := range b.apis {
		if now >= pass.At(pg.read.Add(b.every)) {
			return true
		}
	}
	return false
}

// Refresh reads the rules that are due, and returns the first failure. Nothing
// waits for it: it is meant to run beside a request.
func (b *Book) Refresh(ctx context.Context) error {
	b.mu.Lock()
	apis := slices.Collect(maps.Keys(b.apis))
	b.mu.Unlock()
	var first error
	for _, api := range apis {
		if _, _, err := b.page(ctx, api, b.every); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (pg *page) match(req *Request) (*rule.Rule, map[string]string, bool) {
	if req.Route == "" {
		return pg.set.MatchPath(req.Method, req.Path)
	}
	r, ok := pg.set.Match(req.Route)
	return r, req.Params, ok
}

// page returns an API's rules, read now if they are older than age. With an
// error come the rules of before, or nil.
func (b *Book) page(ctx context.Context, api string, age time.Duration) (pg *page, fresh bool, err error) {
	now := b.now()
	b.mu.Lock()
	pg = b.apis[api]
	if pg != nil && now.Sub(pg.read) < age {
		b.mu.Unlock()
		return pg, false, nil
	}
	if pg != nil {
		// Whoever comes meanwhile uses the old page instead of reading too.
		b.apis[api] = &page{set: pg.set, read: now}
	}
	b.mu.Unlock()
	set, err := b.load(ctx, api)
	if err != nil {
		return pg, false, err
	}
	pg = &page{set: set, read: now}
	b.mu.Lock()
	b.apis[api] = pg
	b.mu.Unlock()
	return pg, true, nil
}

func (b *Book) load(ctx context.Context, api string) (*rule.Set, error) {
	docs, err := b.store.Rules(ctx, api)
	if err != nil {
		return nil, err
	}
	decls := make(map[string]rule.Declaration, len(docs))
	for name, body := range docs {
		d, err := rule.Parse(body)
		if err != nil {
			return nil, fmt.Errorf("%w: rules %q of API %q: %w", pass.ErrUnavailable, name, api, err)
		}
		decls[name] = d
	}
	set, err := rule.NewSet(decls)
	if err != nil {
		return nil, fmt.Errorf("%w: rules of API %q: %w", pass.ErrUnavailable, api, err)
	}
	return set, nil
}
