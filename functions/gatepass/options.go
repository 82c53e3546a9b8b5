package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/client"
)

// endpoint is where make run listens.
const endpoint = "http://localhost:8080"

// options are the flags that every command has.
type options struct {
	endpoint, stack, by string
	json                bool
}

// flags returns a set with the flags of every command, which keeps what was said
// before.
func (o *options) flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.StringVar(&o.endpoint, "endpoint", o.endpoint, "`URL` of make run; default GATEPASS_ENDPOINT, else "+endpoint)
	fs.StringVar(&o.stack, "stack", o.stack, "`name` of a stack, in place of make run; default GATEPASS_STACK")
	fs.StringVar(&o.by, "by", o.by, "`who` does this, kept with a pass that is changed; default GATEPASS_BY, else your login name")
	fs.BoolVar(&o.json, "json", o.json, "print the functions' answers as they are")
	return fs
}

// session is one command being carried out.
type session struct {
	*printer
	gatepass *client.Client
	by       string
	now      time.Time
	stack    string // empty: make run
	where    string // the stack, or make run, in words
	unsure   string // what to say if no answer comes to a call
	again    string // what to say if the answer cannot be printed
	world    world
	in       *bufio.Reader // of world's stdin
	json     bool
	answers  []json.RawMessage // of the functions, as they came
	out      io.Writer
}

// session finds out who asks, and whom.
func (o *options) session(w world, in *bufio.Reader, out *bytes.Buffer) (*session, error) {
	if o.stack == "" && o.endpoint == "" {
		o.stack, o.endpoint = w.getenv("GATEPASS_STACK"), w.getenv("GATEPASS_ENDPOINT")
	}
	if o.stack != "" && o.endpoint != "" {
		return nil, misuse("say either a stack or an endpoint, by -stack and -endpoint or GATEPASS_STACK and GATEPASS_ENDPOINT")
	}
	if at := o.endpoint; at != "" && !strings.HasPrefix(at, "http://") && !strings.HasPrefix(at, "https://") {
		return nil, misuse("the endpoint is a URL, and http:// is missing before it: -endpoint " + endpoint)
	}
	s := &session{printer: &printer{now: w.now()}, by: cmp.Or(o.by, w.getenv("GATEPASS_BY"), w.login()), stack: o.stack, now: w.now(), json: o.json, out: out, world: w, in: in}
	s.where = "make run at " + cmp.Or(o.endpoint, endpoint)
	invoke := unreached(cmp.Or(o.endpoint, endpoint), client.Local(o.endpoint))
	if o.stack != "" {
		s.where, invoke = "the stack "+o.stack, newStack(o.stack, w).invoke
	}
	s.gatepass = &client.Client{Invoke: func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		answer, err := invoke(ctx, function, payload)
		if err == nil {
			s.answers = append(s.answers, answer)
		}
		return answer, err
	}}
	return s, nil
}

// unreached says what to do where nobody is at the endpoint.
func unreached(where string, invoke client.Invoke) client.Invoke {
	return func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		out, err := invoke(ctx, function, payload)
		if err != nil && strings.Contains(err.Error(), "connection refused") {
			err = client.NotCalled(fmt.Errorf("nobody answers at %s: is make run running there? For a stack say -stack NAME", where))
		}
		return out, err
	}
}

// who says who does it, and why.
func (s *session) who(why string) (client.Who, error) {
	if s.by == "" {
		return client.Who{}, misuse("nobody can tell who you are: say -by NAME")
	}
	return client.Who{By: s.by, Why: why}, nil
}

// flush writes what is to be printed: lines for people, or the answers.
func (s *session) flush() error {
	if !s.json {
		_, err := io.WriteString(s.out, s.text())
		return err
	}
	for _, a := range s.answers {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, bytes.TrimSpace(a), "", "  "); err != nil {
			return err
		}
		fmt.Fprintln(s.out, pretty.String())
	}
	return nil
}
