package caller

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Config is what a [Guard] is made of. Gate, Store and JWTs are required.
type Config struct {
	Gate  gate.Config   // the names of query parameters and cookies, trusted origins, the host's own users
	Store gate.Store    // where passes lie; a read and a conditional write
	JWTs  gate.Verifier // of signed tokens, such as gate.JWTs

	// Param returns the path value that {name} in a scope stands for, decoded
	// once. Nil: http.Request.PathValue, which http.ServeMux fills.
	Param func(r *http.Request, name string) string
	// Address returns the client's address, for the record of a use. Nil: the
	// connection's. Behind a proxy, return the header that your proxy writes and no
	// client can; X-Forwarded-For's first entry is whatever the client likes.
	Address func(r *http.Request) string
	// MaxBody is how many bytes of a body are looked at for a credential. Zero: 64
	// KB. Negative: none, as Rule.NoBody has it for one rule. Only the fields of a
	// multipart form are found within a body that is longer; in any other such body
	// a credential is as absent, also where it differs from one that stands elsewhere.
	MaxBody int
	// Timeout bounds each decision; what takes longer is unavailable. It bounds the
	// wait for the part of a body that is looked at too, for which it sets a read
	// deadline and clears it again: one that was set before the guard is gone then, so
	// a handler that wants its own sets it behind the guard. Where the server has a ReadTimeout, or the
	// http.ResponseWriter knows no deadlines, only that ReadTimeout bounds this wait.
	// Zero: 5 s.
	Timeout time.Duration

	// Denied answers who was refused; From tells it why. Nil: 401 or 403 in plain
	// text, which does not say.
	Denied http.Handler
	// Unavailable answers where nothing could be decided, such as while the store is
	// away. Nil: 503 in plain text, and to try again in a second.
	Unavailable http.Handler
	// Decided is told every decision, for logs and metrics; it holds no credential,
	// and gate.Hint says what to do about it. It must be safe for concurrent use. Nil:
	// slog's default logger is told, with the hint: what was let in at level debug,
	// refused at info, undecided at error.
	Decided func(ctx context.Context, d gate.Decision)

	// Sessions ends sessions, for Guard.End: the store again.
	Sessions Sessions
	// Complete withdraws a whole pass, for Guard.Complete: through manage, or by
	// invoking it as client.Client.Complete does, with the name and the reason that
	// your operators shall read.
	Complete func(ctx context.Context, passID string) error

	Now  func() time.Time // nil: time.Now
	Rand io.Reader        // nil: crypto/rand; else a cryptographic source too
}

// Sessions is what Guard.End needs of a store.
type Sessions interface {
	EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error)
}

const (
	defaultBody    = 64 << 10
	defaultTimeout = 5 * time.Second
)

// Validate reports every fault of the configuration together.
func (c Config) Validate() error {
	faults := []error{c.Gate.Validate()}
	if c.Store == nil {
		faults = append(faults, errors.New("Config.Store: missing; open the store that issue writes to"))
	}
	if c.JWTs == nil {
		faults = append(faults, errors.New("Config.JWTs: missing; gate.JWTs verifies with the ring of public keys"))
	}
	if v, ok := c.JWTs.(interface{ Validate() error }); ok {
		faults = append(faults, v.Validate())
	}
	if c.Timeout < 0 {
		faults = append(faults, errors.New("Config.Timeout: negative"))
	}
	return errors.Join(faults...)
}

// Guard makes the middleware of a service. It is safe for concurrent use.
//
// Whatever answers CORS belongs before it. A browser asks by OPTIONS whether a page
// of another origin may call, without its cookies and headers: here that is a request
// like any other, refused where a credential is needed, and, where the address has a
// counted pass, wrong_method, which costs no use.
type Guard struct{ cfg Config }

// New returns a guard.
func New(cfg Config) (*Guard, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Param == nil {
		cfg.Param = (*http.Request).PathValue
	}
	if cfg.Address == nil {
		cfg.Address = connection
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = defaultBody
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Denied == nil {
		cfg.Denied = http.HandlerFunc(denied)
	}
	if cfg.Unavailable == nil {
		cfg.Unavailable = http.HandlerFunc(unavailable)
	}
	if cfg.Decided == nil {
		cfg.Decided = logged
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Guard{cfg}, nil
}
