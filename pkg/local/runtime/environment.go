package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// environment is one process and the server that it asks.
type environment struct {
	server *http.Server
	end    func() // kills the process
	said   *lines
	ready  chan struct{}    // holds one when the process asks for an event
	work   chan *invocation // taken by the process's question
	ended  atomic.Bool      // the process has ended
	gone   chan struct{}    // closed after that, when its last line is told too
	exit   error            // why; read it after gone

	mu      sync.Mutex
	current *invocation // asked for and not yet answered
	init    *Failure    // reported by the process, before its first question
}

// invocation is one event on its way.
type invocation struct {
	id, arn string
	event   json.RawMessage
	limit   time.Duration
	ctx     context.Context // ends with the invocation's time
	cancel  context.CancelFunc
	done    chan result // holds the one answer
	late    bool        // it did not answer in time
}

type result struct {
	answer json.RawMessage
	failed *Failure
}

// waitDelay is how long a process's own children may hold its output open.
const waitDelay = time.Second

// launch starts a process and waits until it asks for its first event.
func (f *Function) launch() (*environment, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("runtime: %s: %w", f.cfg.Name, err)
	}
	e := &environment{said: &lines{w: f.cfg.Log}, ready: make(chan struct{}, 1), work: make(chan *invocation), gone: make(chan struct{})}
	e.server = &http.Server{Handler: e.routes(), ReadHeaderTimeout: initTime}
	cmd := exec.CommandContext(f.ctx, f.cfg.Binary)
	cmd.Dir, cmd.Env, cmd.WaitDelay = filepath.Dir(f.cfg.Binary), f.cfg.environ(ln.Addr().String()), waitDelay
	cmd.Stdout, cmd.Stderr = e.said, e.said
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("runtime: %s does not start: %w (%v)", f.cfg.Name, err, ln.Close())
	}
	e.end = func() { _ = cmd.Process.Kill() } // one that has ended already is as dead
	go func() { _ = e.server.Serve(ln) }()    // ends with the process
	go func() {
		e.exit = cmd.Wait()
		e.ended.Store(true)
		e.said.flush()
		close(e.gone)
		e.server.Close()
	}()
	starting := time.NewTimer(initTime)
	defer starting.Stop()
	select {
	case <-e.ready:
		return e, nil
	case <-e.gone:
	case <-starting.C:
		e.kill()
		return nil, fmt.Errorf("runtime: %s did not ask for an event within %v%s", f.cfg.Name, initTime, e.said.last())
	}
	return nil, fmt.Errorf("runtime: %s does not start: %w", f.cfg.Name, e.beforeFirst())
}

// beforeFirst is why the process ended before its first event.
func (e *environment) beforeFirst() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.init != nil {
		return e.init
	}
	return fmt.Errorf("it exited: %s%s", e.how(), e.said.last())
}

// how is how the process ended.
func (e *environment) how() string {
	if e.exit == nil {
		return "exit status 0"
	}
	return e.exit.Error()
}

// kill ends the process and waits for its end.
func (e *environment) kill() {
	e.end()
	<-e.gone
}

// invoke hands the event over and waits for the answer, the process's end, or the
// end of the time: what was answered in the same moment is still an answer.
func (e *environment) invoke(in *invocation) (json.RawMessage, error) {
	select {
	case e.work <- in:
	case <-e.gone:
	case <-in.ctx.Done():
	}
	select {
	case r := <-in.done:
		return r.get()
	case <-e.gone:
	case <-in.ctx.Done():
	}
	select {
	case r := <-in.done:
		return r.get()
	case <-e.gone:
		return nil, &Failure{Type: "Runtime.ExitError", Message: fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %s", in.id, e.how())}
	default:
		in.late = true
		return nil, &Failure{Type: "Sandbox.Timedout", Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", in.id, in.limit.Seconds())}
	}
}

func (r result) get() (json.RawMessage, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	return r.answer, nil
}

// environ is what the process finds in its environment
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
func (c Config) environ(api string) []string {
	set := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          api,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_REGION":                      "local",
		"AWS_DEFAULT_REGION":              "local",
		"LAMBDA_TASK_ROOT":                filepath.Dir(c.Binary),
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
	}
	for name, v := range c.Env {
		set[name] = v
	}
	list := make([]string, 0, len(set))
	for name, v := range set {
		list = append(list, name+"="+v)
	}
	return list
}
