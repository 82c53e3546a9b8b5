// Package handler is Gatepass's functions as Lambda calls them: JSON in, JSON
// out. A handler decodes, asks the package that decides, writes one log line and
// encodes; the mains beside it only wire.
//
// # Time
//
// A handler gives the work less time than it has itself, so that a store which
// blocks is answered as unavailable while the function can still say so, at
// least half a second before Lambda would cut it off.
//
// # Failing
//
// An error is returned only where the caller should try again or somebody
// should be woken: it counts in the function's Errors metric. Every refusal and
// every wrong request is an ordinary answer. A panic is caught and returned as
// an error, since it would cost the next request a cold start.
package handler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Func is a function as Lambda runs it.
type Func = func(ctx context.Context, event json.RawMessage) (json.RawMessage, error)

// Runtime is a Func for lambda.Start. Being a lambda.Handler, it has the bytes
// of its answer sent as they are; of a plain function they would be decoded and
// encoded again, and lose the lines that make them readable in a terminal.
type Runtime Func

// Invoke implements lambda.Handler.
func (r Runtime) Invoke(ctx context.Context, event []byte) ([]byte, error) { return r(ctx, event) }

// reserve is what a handler keeps of its time to answer with.
const reserve = time.Second

// refreshTime bounds what is read beside a request.
const refreshTime = time.Second

// errPanic: a bug. Its text is fixed; the log line has the rest.
var errPanic = errors.New("internal error")

var errNotHTTP = errors.New("not an HTTP API event of payload 2.0")

// Refresher holds something in memory that is read anew from time to time.
type Refresher interface {
	Due(now pass.NumericDate) bool
	Refresh(ctx context.Context) error
}

// guard bounds the time of f and turns a panic into an error.
func guard(log *Log, f Func) Func {
	return func(ctx context.Context, event json.RawMessage) (out json.RawMessage, err error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
			defer cancel()
		}
		defer func() {
			if p := recover(); p != nil {
				log.panicked(p)
				out, err = nil, errPanic
			}
		}()
		return f(ctx, event)
	}
}

// beside refreshes what is due while the request is being answered, and returns
// how to wait for it. Lambda stops a function's threads once it has answered,
// so there is no later.
func beside(ctx context.Context, log *Log, rs []Refresher) (wait func()) {
	var wg sync.WaitGroup
	now := pass.At(log.now())
	for _, r := range rs {
		if !r.Due(now) {
			continue
		}
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil { // else it would end the process
					log.panicked(p)
				}
			}()
			ctx, cancel := context.WithTimeout(ctx, refreshTime)
			defer cancel()
			if err := r.Refresh(ctx); err != nil {
				log.failed("refresh", fmt.Errorf("keys or rules could not be read anew; the ones in memory go on: %w", err))
			}
		})
	}
	return wg.Wait
}
