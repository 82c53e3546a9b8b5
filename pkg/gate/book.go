package gate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// RuleStore reads the declarations for an API: name to JSON.
type RuleStore interface {
	Rules(ctx context.Context, api string) (map[string][]byte, error)
}

// Book keeps the rules and forms of each API in memory. An API is read when it is
// first asked about, and for a route or form it does not know at most every
// missEvery, so that one declared a moment ago is found. Otherwise requests are answered
// from memory, and Refresh reads anew beside them. When a refresh fails the
// rules of before go on and it is tried again soon; a route they do not know is
// then Unavailable, since nobody can tell. It is safe for concurrent use.
type Book struct {
	store RuleStore
	every pass.NumericDate
	now   func() pass.NumericDate

	mu   sync.Mutex
	apis map[string]*page
}

const (
	missEvery = 5   // seconds between two reads because of something unknown, or after a failure
	maxAPIs   = 100 // kept in memory: the API is told by whoever may invoke the function
)

// page is what is known of one API.
type page struct {
	set   *rule.Set        // nil: never read
	read  pass.NumericDate // when the read began that set is from
	tried pass.NumericDate // when the newest read began
	err   error            // of the newest read
}

// NewBook returns a book whose Refresh reads rules anew that are older than
// every, in whole seconds.
func NewBook(store RuleStore, every time.Duration, now func() time.Time) *Book {
	return &Book{store: store, every: pass.NumericDate(every / time.Second), now: func() pass.NumericDate { return pass.At(now()) }, apis: map[string]*page{}}
}

// Match finds the rule of the route a request came by. The error matches
// pass.ErrUnavailable: whether there is a rule could not be known.
func (b *Book) Match(ctx context.Context, req *Request) (*rule.Rule, map[string]string, bool, error) {
	pg, err := b.find(ctx, req.API, func(pg *page) bool { _, _, ok := pg.match(req); return ok })
	if err != nil {
		return nil, nil, false, err
	}
	r, params, ok := pg.match(req)
	return r, params, ok, nil
}

// Form finds the form of a name that was declared for an API, as Match does.
func (b *Book) Form(ctx context.Context, api, name string) (rule.Form, bool, error) {
	pg, err := b.find(ctx, api, func(pg *page) bool { _, ok := pg.form(name); return ok })
	if err != nil {
		return rule.Form{}, false, err
	}
	f, ok := pg.form(name)
	return f, ok, nil
}

// find returns what is known of an API: read anew, where it is time to, for what
// is not in it.
func (b *Book) find(ctx context.Context, api string, in func(*page) bool) (*page, error) {
	pg := b.known(api)
	if in(pg) {
		return pg, nil
	}
	// Before the first answer nobody can tell what is not there: whoever comes
	// while another asks must ask too.
	if b.now() >= pg.tried+missEvery || pg.read == 0 && pg.err == nil {
		pg = b.read(ctx, api)
	}
	if !in(pg) && pg.err != nil {
		return nil, pg.err
	}
	return pg, nil
}

// Due reports whether the rules of some API are old enough for Refresh.
func (b *Book) Due(now pass.NumericDate) bool { return len(b.due(now)) > 0 }

// Refresh reads the rules that are due, and returns what failed. Nothing waits
// for it: it is meant to run beside a request.
func (b *Book) Refresh(ctx context.Context) error {
	var failed []error
	for _, api := range b.due(b.now()) {
		failed = append(failed, b.read(ctx, api).err)
	}
	return errors.Join(failed...)
}

func (b *Book) due(now pass.NumericDate) (apis []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for api, pg := range b.apis {
		if now >= pg.read+b.every && now >= pg.tried+missEvery {
			apis = append(apis, api)
		}
	}
	return apis
}

// known returns what is in memory of an API; never nil.
func (b *Book) known(api string) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	if pg := b.apis[api]; pg != nil {
		return pg
	}
	return &page{}
}

// read asks the store, and installs what it says unless a read that began later
// has been installed meanwhile.
func (b *Book) read(ctx context.Context, api string) *page {
	began := b.now()
	b.install(api, func(pg *page) { pg.tried = max(pg.tried, began) })
	set, err := b.load(ctx, api)
	return b.install(api, func(pg *page) {
		if pg.err = err; err == nil && began >= pg.read {
			pg.set, pg.read = set, began
		}
	})
}

// install puts a changed copy of an API's page in place, so that whoever holds
// the old one goes on with it.
func (b *Book) install(api string, change func(*page)) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	var pg page
	if old := b.apis[api]; old != nil {
		pg = *old
	} else if len(b.apis) >= maxAPIs {
		clear(b.apis)
	}
	change(&pg)
	b.apis[api] = &pg
	return &pg
}

func (pg *page) match(req *Request) (*rule.Rule, map[string]string, bool) {
	switch {
	case pg.set == nil:
		return nil, nil, false
	case req.Route == "":
		return pg.set.MatchPath(req.Method, req.Path)
	}
	r, ok := pg.set.Match(req.Route)
	if !ok && req.AnyRoute != "" {
		r, ok = pg.set.Match(req.AnyRoute)
	}
	return r, req.Params, ok
}

func (pg *page) form(name string) (rule.Form, bool) {
	if pg.set == nil {
		return rule.Form{}, false
	}
	return pg.set.Form(name)
}

func (b *Book) load(ctx context.Context, api string) (*rule.Set, error) {
	docs, err := b.store.Rules(ctx, api)
	if err != nil {
		return nil, err
	}
	decls := make(map[string]rule.Declaration, len(docs))
	for name, body := range docs {
		d, err := rule.Stored(body)
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
