// Package local is one process on one machine that behaves as an API Gateway
// HTTP API with Lambda functions and a table's stream behind it do: the same
// events in, the same answers out, the same limits. It decides nothing about
// passes, and knows functions only as JSON in and JSON out.
//
// # What it stands in for
//
//   - The HTTP API (payload 2.0): routes by the most specific match, a Lambda
//     authorizer without a cache, function integrations, and an HTTP
//     integration, which is how a developer's own app gets behind the authorizer.
//   - The APIs of a template, with [NewStack]: HTTP (payload 2.0 and 1.0), REST
//     (TOKEN and REQUEST) and WebSocket as far as $connect, each with what its
//     template gets wrong: a missing permission, a cache, a header that a client
//     can send. What they do is [GatewayRules], each with the page it is from.
//   - Lambda's Invoke API, at POST /2015-03-31/functions/<name>/invocations, for
//     the AWS CLI and the SDKs with an endpoint URL.
//   - The table's stream with partial batch responses, and its TTL.
//
// # What differs
//
//   - Signatures of Invoke requests are not checked. In their place the Invoke
//     API answers only programs on this machine: see [Config.InvokeFromAnywhere].
//   - An Event invocation runs once; Lambda repeats a failed one twice. Log tails,
//     client contexts and versions do not exist: every qualifier is this code.
//     Nothing is throttled.
//   - A function that overruns its time is answered as timed out, but cannot be
//     killed: its context has ended, and Run waits for it.
//   - A stream record that fails on every attempt is dropped alone; Lambda drops
//     the rest of its batch with it.
//   - Header names reach REST APIs and payload 1.0 in the canonical case of
//     net/http, not in the client's. The X-Forwarded-Proto of everything is http.
//   - Of a template's APIs, throttling, WAF, mutual TLS and logs are known and not
//     carried out; API keys are refused. No response header is renamed.
//   - Where AWS leaves open what happens, the strict reading is taken: a trailing
//     slash makes another path, and a greedy variable matches at least one byte.
//
// # Order
//
// As at the gate, whatever can refuse a request comes before the authorizer,
// which may count a use: header size, route, body and payload size.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Function is a Lambda function. Its context has the deadline that Lambda would
// give it, and it should return soon after that. Panics are caught.
type Function func(ctx context.Context, event json.RawMessage) (json.RawMessage, error)

// Upstream, as the Function of a Route, is the HTTP integration with
// Config.Upstream.
const Upstream = "upstream"

// Route is one route of the API.
type Route struct {
	Key        string // "GET /reports/{id}", "ANY /files/{path+}" or "$default"
	Function   string // the integration: a name in Config.Functions, or Upstream
	Authorizer bool   // Config.Authorizer is asked first
}

// Stream is a table's stream, read by one reader.
type Stream interface {
	// Next returns the oldest records that are not done, at most limit, as the
	// event Lambda would send; nil when there are none.
	Next(ctx context.Context, limit int) (json.RawMessage, error)
	// Done says that the records up to this sequence number need not come again.
	Done(ctx context.Context, sequence string) error
}

// Config is what a Server is made of. Functions and Routes are required; every
// other field may be left zero.
type Config struct {
	API        string // the API's id in ARNs and events; "": local
	Functions  map[string]Function
	Routes     []Route
	Authorizer string                   // the function that routes with an authorizer ask
	Timeouts   map[string]time.Duration // per function; absent: 5 s for the authorizer, 10 s for others
	NamePrefix string                   // functions also go by this and their name, in the Invoke API
	Upstream   *url.URL                 // the app behind routes to Upstream

	Stream         Stream // nil: no stream
	StreamFunction string // gets the stream's events
	// Sweep removes what TTL would have removed by now; nil: nothing does.
	Sweep func(ctx context.Context, now time.Time) error
	// Ticks says when Run sweeps and pumps.
	Ticks <-chan time.Time

	Now  func() time.Time // nil: time.Now
	Rand io.Reader        // of request ids; nil: crypto/rand
	Log  *slog.Logger     // what went wrong, and what no client is told; nil: nowhere

	// InvokeFromAnywhere lets anybody who reaches the server call the functions
	// past the authorizer: for a container's own network, never for a real one.
	// Otherwise only loopback peers may, by a loopback name, and never through a
	// proxy or from a page in a browser.
	InvokeFromAnywhere bool
}

// Server answers. It is safe for concurrent use.
type Server struct {
	cfg      Config
	table    *table
	front    *front // of NewStack; then table and proxy are not used
	proxy    http.Handler
	running  sync.WaitGroup // functions, whether or not anybody still waits for them
	tick     sync.Mutex     // held by the one Tick at work
	failures int            // of the stream's oldest record
}

// New returns a server, or every fault of the configuration together.
func New(cfg Config) (*Server, error) {
	cfg.defaults()
	t, err := newTable(cfg.Routes)
	if err := errors.Join(err, cfg.check()); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, table: t}
	if cfg.Upstream != nil {
		s.proxy = newProxy(cfg.Upstream, cfg.Log)
	}
	return s, nil
}

// check reports every name that leads nowhere.
func (c *Config) check() error {
	var faults []error
	known := func(name, use string) {
		if c.Functions[name] == nil {
			faults = append(faults, fmt.Errorf("local: no function %q, which is named as %s", name, use))
		}
	}
	for _, r := range c.Routes {
		if r.Function != Upstream {
			known(r.Function, "integration of "+r.Key)
		} else if c.Upstream == nil {
			faults = append(faults, fmt.Errorf("local: route %s goes to an upstream, but none is set", r.Key))
		}
		if r.Authorizer {
			known(c.Authorizer, "authorizer of "+r.Key)
		}
	}
	if c.Stream != nil {
		known(c.StreamFunction, "StreamFunction")
	}
	return errors.Join(faults...)
}
