package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Fault is what goes wrong in one call.
type Fault int

// The faults. To the caller all but None and Twice are alike: an error matching
// pass.ErrUnavailable, and no way to know whether a write was made.
const (
	None    Fault = iota
	Before        // the store is never asked: no connection
	After         // the store does it and the answer is lost
	Instead       // the store itself refuses, because it is asked with a context that has ended
	Blocks        // the store is never asked, and nothing comes back until ctx ends
	Stalls        // the store does it, and nothing comes back until ctx ends
	Twice         // the store does it, the answer is lost, an SDK asks again, and that answer is seen
)

// Call is one call of a method: its Nth, counted from 1.
type Call struct {
	Method string
	N      int
}

// Plan says what goes wrong in a call. Many goroutines may ask it at once. It
// may also act, such as by revoking a pass between its read and its use.
type Plan func(Call) Fault

// Always is the plan in which every call of these methods fails in one way.
func Always(f Fault, methods ...string) Plan {
	return func(c Call) Fault {
		if slices.Contains(methods, c.Method) {
			return f
		}
		return None
	}
}

// Faulty returns s with the faults of plan. It makes nothing up: what it
// answers without an error, s has answered.
func Faulty(s Store, plan Plan) Store {
	var mu sync.Mutex
	calls := map[string]int{}
	nth := func(method string) int {
		mu.Lock()
		defer mu.Unlock()
		calls[method]++
		return calls[method]
	}
	return wrapper{s, func(ctx context.Context, method string, call func(context.Context) error) error {
		return plan(Call{method, nth(method)}).inject(ctx, call)
	}}
}

func (f Fault) inject(ctx context.Context, call func(context.Context) error) error {
	switch f {
	case Before:
		return unavailable("no connection")
	case After:
		_ = call(ctx)
		return unavailable("the answer was lost")
	case Instead:
		ended, cancel := context.WithCancel(ctx)
		cancel()
		return call(ended)
	case Blocks:
		<-ctx.Done()
		return unavailable(ctx.Err())
	case Stalls:
		_ = call(ctx)
		<-ctx.Done()
		return unavailable(ctx.Err())
	case Twice:
		_ = call(ctx)
	}
	return call(ctx)
}

func unavailable(why any) error {
	return fmt.Errorf("storetest: injected: %v: %w", why, pass.ErrUnavailable)
}
