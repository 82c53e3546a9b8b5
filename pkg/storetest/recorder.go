package storetest

import (
	"context"
	"maps"
	"sync"
)

// Recorder is a store that counts what is asked of it. It is safe for
// concurrent use where the store it records is.
type Recorder struct {
	Store

	mu    sync.Mutex
	calls map[string]int
}

// Record returns a recorder of s. Put it outside of Faulty to count what was
// asked, inside to count what arrived.
func Record(s Store) *Recorder {
	r := &Recorder{calls: map[string]int{}}
	r.Store = wrapper{s, func(ctx context.Context, method string, call func(context.Context) error) error {
		r.mu.Lock()
		r.calls[method]++
		r.mu.Unlock()
		return call(ctx)
	}}
	return r
}

// Calls returns how often each method was called since the last Reset; methods
// that were not are absent.
func (r *Recorder) Calls() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.calls)
}

// Reset forgets the calls so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.calls)
}
