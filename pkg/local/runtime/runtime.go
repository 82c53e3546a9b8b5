// Package runtime runs a function as Lambda does, without Lambda or Docker: its
// bootstrap binary, built for this machine, in processes of its own that ask for
// their events over the Lambda Runtime API. It knows nothing of what is in it.
//
// # Environments
//
// One process is one execution environment: it has an address of its own, on
// loopback, and one invocation at a time. As many are started as there are
// invocations at once, up to a bound, and kept for the next ones. One that
// overruns its time is killed and one that exits is gone: the next invocation has
// a new one. A process gets what Lambda sets and what Config says, and nothing of
// the environment of this one.
//
// # What differs
//
// Nothing holds a process to its memory or its folder, and a second invocation
// above the bound waits, where Lambda would start another environment or throttle.
// A process is not frozen between invocations. There are no layers, extensions,
// traces or client contexts, and answers are not streamed: one whose trailer says
// that it broke off is a failure.
//
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
// runtimes-custom.html; error types as aws-lambda-go and Lambda word them.)
package runtime

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Lambda's bounds: of an event and an answer in bytes, and of what a process may
// do before it asks for its first event.
const (
	maxEvent  = 6 << 20
	maxAnswer = maxEvent + 100
	initTime  = 10 * time.Second
)

// Config is a function. Name and Binary are required.
type Config struct {
	Name    string            // in its ARN and its environment
	Binary  string            // the path of its bootstrap
	Env     map[string]string // what its template sets, and credentials; over what Lambda sets
	Timeout time.Duration     // of one invocation; 0: 3 s, as Lambda's own default
	Memory  int               // MB; told, and not held to; 0: 128
	Most    int               // environments at once; 0: 10
	Log     io.Writer         // gets what the processes print, in whole lines and one write at a time; nil: nowhere
}

// Function is a function with its environments. It is safe for concurrent use.
type Function struct {
	cfg   Config
	ctx   context.Context // of all processes
	stop  context.CancelFunc
	slots chan struct{} // holds one for each environment at work
	end   sync.Once

	mu   sync.Mutex
	idle []*environment // the last one used comes first again
}

var errClosed = errors.New("runtime: the function was closed")

// Start starts a first environment and waits until it asks for an event. The
// error of one that cannot has what it printed. All processes end with ctx, or
// with Close.
func Start(ctx context.Context, cfg Config) (*Function, error) {
	path, err := filepath.Abs(cfg.Binary)
	if cfg.Name == "" || cfg.Binary == "" || err != nil {
		return nil, errors.New("runtime: a function needs a Name and a Binary")
	}
	cfg.Binary, cfg.Timeout, cfg.Memory, cfg.Most = path, cmp.Or(cfg.Timeout, 3*time.Second), cmp.Or(cfg.Memory, 128), cmp.Or(cfg.Most, 10)
	if cfg.Log == nil {
		cfg.Log = io.Discard
	}
	f := &Function{cfg: cfg, slots: make(chan struct{}, cfg.Most)}
	f.cfg.Log = &oneAtATime{w: cfg.Log}
	f.ctx, f.stop = context.WithCancel(ctx)
	e, err := f.launch()
	if err != nil {
		f.stop()
		return nil, err
	}
	f.give(e)
	return f, nil
}

// Invoke runs the function once. Its error is a *Failure where the function
// failed. The context gives the invocation its request id, if it is one of
// aws-lambda-go's, and a deadline sooner than Timeout; as on Lambda, an invocation
// goes on when its caller has gone away.
func (f *Function) Invoke(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	if len(event) > maxEvent {
		return nil, &Failure{Type: "RequestTooLargeException", Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", maxEvent)}
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, &Failure{Type: "TooManyRequestsException", Message: fmt.Sprintf("all %d environments were at work", f.cfg.Most)}
	case <-f.ctx.Done():
		return nil, errClosed
	}
	defer func() { <-f.slots }()
	e, err := f.take()
	if err != nil {
		return nil, err
	}
	in := f.invocation(ctx, event)
	defer f.settle(e, in)
	return e.invoke(in)
}

// invocation is one event with its deadline.
func (f *Function) invocation(ctx context.Context, event json.RawMessage) *invocation {
	in := &invocation{id: requestID(ctx), arn: "arn:aws:lambda:local:000000000000:function:" + f.cfg.Name, event: event, limit: f.cfg.Timeout, done: make(chan result, 1)}
	if deadline, ok := ctx.Deadline(); ok {
		in.limit = min(in.limit, time.Until(deadline))
	}
	in.ctx, in.cancel = context.WithTimeout(f.ctx, in.limit)
	return in
}

func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok && lc.AwsRequestID != "" {
		return lc.AwsRequestID
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// take returns an environment that waits for an event, a new one if need be.
func (f *Function) take() (*environment, error) {
	for e := f.pop(); e != nil; e = f.pop() {
		if !e.ended.Load() {
			return e, nil
		}
	}
	return f.launch()
}

func (f *Function) pop() *environment {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.idle) == 0 {
		return nil
	}
	e := f.idle[len(f.idle)-1]
	f.idle = f.idle[:len(f.idle)-1]
	return e
}

func (f *Function) give(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, e)
}

// settle keeps an environment once it asks for the next event, which is what ends
// an invocation, and ends one that does not in time.
func (f *Function) settle(e *environment, in *invocation) {
	defer in.cancel()
	if !in.late {
		select {
		case <-e.ready:
			f.give(e)
			return
		case <-e.gone:
		case <-in.ctx.Done():
		}
	}
	e.kill()
}

// Close ends every process, those at work too, and waits until they have ended.
func (f *Function) Close() {
	f.end.Do(func() {
		f.stop()
		for range cap(f.slots) {
			f.slots <- struct{}{}
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, e := range f.idle {
			e.kill()
		}
	})
}
