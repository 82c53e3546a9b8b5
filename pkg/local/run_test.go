package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatepass/gatepass/pkg/local"
)

func requestOf(ctx context.Context) []string {
	lc, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return nil
	}
	return []string{lc.AwsRequestID, lc.InvokedFunctionArn}
}

// listener returns a listener on a free port of this machine.
func listener(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestRunAnswersTicksAndEnds(t *testing.T) {
	ticks, swept := make(chan time.Time), make(chan time.Time, 1)
	inside, release := make(chan struct{}), make(chan struct{})
	s := newServer(t, local.Config{
		Functions: map[string]local.Function{"f": func(context.Context, json.RawMessage) (json.RawMessage, error) {
			close(inside)
			<-release
			return json.RawMessage(`{"statusCode":200,"body":"done"}`), nil
		}},
		Routes: []local.Route{{Key: "GET /", Function: "f"}},
		Ticks:  ticks, Sweep: func(_ context.Context, now time.Time) error { swept <- now; return nil },
	})
	ln := listener(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, ln) }()
	ticks <- time.Time{}
	if at := <-swept; !at.Equal(noon()) {
		t.Errorf("swept at %v, not by the clock that was handed in", at)
	}
	type result struct {
		body string
		err  error
	}
	answer := make(chan result, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String() + "/")
		if err != nil {
			answer <- result{err: err}
			return
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		answer <- result{string(b), err}
	}()
	<-inside
	cancel()
	for refused := false; !refused; { // it is ending as soon as nobody new gets in
		c, err := net.Dial("tcp", ln.Addr().String())
		if refused = err != nil; !refused {
			c.Close()
		}
	}
	select {
	case err := <-ended:
		t.Errorf("Run returned %v with a request under way", err)
	default:
	}
	close(release)
	if r := <-answer; r.err != nil || r.body != "done" {
		t.Errorf("the request under way got %q, %v", r.body, r.err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
}

func TestRunReturnsWhyItCannotListen(t *testing.T) {
	s := newServer(t, local.Config{})
	ln := listener(t)
	ln.Close()
	if err := s.Run(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}
