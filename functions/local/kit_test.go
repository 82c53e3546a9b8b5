package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is moved by tests. It starts at the real second, since curl throws away
// cookies by its own clock.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// output is what a process has written, and tells when there is more.
type output struct {
	mu   sync.Mutex
	b    bytes.Buffer
	more chan struct{} // holds one token while something was not looked at
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// process is one run of the program.
type process struct {
	*clock
	t      *testing.T
	base   string
	guide  string
	out    *output
	log    *output
	ticks  chan time.Time
	cancel context.CancelFunc
	ended  chan error
}

// launch starts the program in a data folder and waits for what it prints.
func launch(t *testing.T, data string, args ...string) *process {
	t.Helper()
	p := &process{clock: &clock{at: time.Now().Truncate(time.Second)}, t: t, out: &output{more: make(chan struct{}, 1)}, log: &output{more: make(chan struct{}, 1)},
		ticks: make(chan time.Time), ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	p.cancel = cancel
	args = append([]string{"-addr", "localhost:0", "-data", data}, args...)
	go func() { p.ended <- run(ctx, args, world{stdout: p.out, stderr: p.log, now: p.now, ticks: p.ticks}) }()
	t.Cleanup(p.stop)
	select {
	case <-p.out.more:
	case err := <-p.ended:
		p.ended <- nil
		t.Fatalf("it did not start: %v", err)
	}
	p.guide = p.out.String()
	p.base = regexp.MustCompile(`http://[^,\s]+`).FindString(p.guide)
	return p
}

// stop ends the program as Ctrl-C does; again is no matter.
func (p *process) stop() {
	p.cancel()
	if err := <-p.ended; err != nil {
		p.t.Errorf("it ended with %v", err)
	}
	p.ended <- nil
}

// tick lets it sweep and read the stream, and waits until that is done.
func (p *process) tick() {
	p.ticks <- time.Time{}
	p.ticks <- time.Time{} // is taken when the first is done
}

// until asks again until something is so, for a minute at most. What it asks takes
// its time, so that nothing waits in between.
func (p *process) until(what string, so func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for !so() {
		if ctx.Err() != nil {
			p.t.Fatalf("for a minute it was not so that %s:\n%s", what, p.log)
		}
	}
}

// toldOf waits until the log tells of events. DynamoDB's stream tells them in its own
// time; each tick looks through the table meanwhile.
func (p *process) toldOf(words ...string) {
	p.t.Helper()
	for _, word := range words {
		p.until("the log tells of "+word, func() bool {
			if strings.Contains(p.log.String(), word) {
				return true
			}
			p.tick()
			return false
		})
	}
}

// do fetches a path, with headers given in turn, and follows no redirect.
func (p *process) do(method, url, body string, headers ...string) (int, http.Header, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

// printed returns the first match of an expression in the guide.
func (p *process) printed(expr string) string {
	p.t.Helper()
	m := regexp.MustCompile(expr).FindStringSubmatch(p.guide)
	if m == nil {
		p.t.Fatalf("nothing printed matches %s:\n%s", expr, p.guide)
	}
	return m[len(m)-1]
}
