package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/audit"
)

// guarded lets several write whole lines to one place.
type guarded struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.w.Write(p)
}

// readable writes the functions' JSON lines and the events for people.
type readable struct{ w io.Writer }

// Write implements io.Writer; p is whole lines. What is no line of a function's
// goes out as it is.
func (r *readable) Write(p []byte) (int, error) {
	var out bytes.Buffer
	for line := range bytes.Lines(p) {
		text, ok := short(line)
		switch {
		case !ok:
			out.Write(line)
		case text != "":
			fmt.Fprintln(&out, text)
		}
	}
	if _, err := r.w.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// entry is what people want of a line, be it a function's or an event.
type entry struct {
	Timestamp time.Time `json:"timestamp"`
	At        time.Time `json:"at"`
	Message   string    `json:"message"`
	Type      string    `json:"type"`
	Function  string    `json:"function"`
	Outcome   string    `json:"outcome"`
	Reason    string    `json:"reason"`
	Access    string    `json:"access"`
	Operation string    `json:"operation"`
	Route     string    `json:"route"`
	PassID    string    `json:"pass_id"`
	UsesLeft  *int      `json:"uses_left"`
	Recall    *recalled `json:"recall"`
	Clients   int       `json:"clients"`
	Hint      string    `json:"hint"`
	Error     string    `json:"error"`
	Stack     string    `json:"stack_trace"`
}

// recalled is how far a recall came.
type recalled struct {
	Seen      int `json:"seen"`
	Revoked   int `json:"revoked"`
	Forgotten int `json:"forgotten"`
}

// String says it where anything was done.
func (r *recalled) String() string {
	switch {
	case r == nil || r.Seen+r.Forgotten == 0:
		return ""
	case r.Forgotten > 0:
		return fmt.Sprintf("%d forgotten", r.Forgotten)
	}
	return fmt.Sprintf("%d of %d", r.Revoked, r.Seen)
}

// short returns the line for people, and false for what is none of ours. It is
// empty where the events that follow say the same.
func short(line []byte) (string, bool) {
	var e entry
	if json.Unmarshal(line, &e) != nil || e.Type == "" && e.Message == "" {
		return "", false
	}
	if e.Type != "" {
		return words(e.At, e.Type, named("pass", e.PassID), left(e.UsesLeft), shared(e.Clients)), true
	}
	if (e.Message == "batch" || e.Message == "issue") && e.Outcome == "ok" {
		return "", true
	}
	what := e.Operation
	if what == "" && e.Message != "decision" {
		what = e.Message
	}
	outcome, reason := e.Outcome, e.Reason
	if e.Access == "refused" {
		outcome = "forward refused"
	}
	if reason == outcome {
		reason = ""
	}
	return words(e.Timestamp, e.Function, what, outcome, reason, e.Route, named("pass", e.PassID), left(e.UsesLeft), e.Recall.String(), named("error:", e.Error), bracketed(e.Hint), e.Stack), true
}

func words(at time.Time, list ...string) string {
	text := at.Local().Format(time.TimeOnly)
	for _, w := range list {
		if w != "" {
			text += " " + w
		}
	}
	return text
}

func named(name, v string) string {
	if v == "" {
		return ""
	}
	return name + " " + v
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + strings.TrimSuffix(s, ".") + ")"
}

func left(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("uses left: %d", *n)
}

func shared(clients int) string {
	if clients == 0 {
		return ""
	}
	return fmt.Sprintf("clients: %d", clients)
}

// bulletin writes events to the log, and says when the first sample pass is gone.
type bulletin struct {
	log    audit.Events
	stdout io.Writer
	now    func() time.Time

	mu    sync.Mutex
	id    string // of the first sample pass
	ended time.Time
}

// watch says which pass to look for.
func (e *bulletin) watch(id string, ended time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.id, e.ended = id, ended
}

// Publish implements audit.Events.
func (e *bulletin) Publish(ctx context.Context, list []audit.Event) error {
	if err := e.log.Publish(ctx, list); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ev := range list {
		if ev.Type == audit.Purged && ev.PassID == e.id {
			_, err := fmt.Fprintf(e.stdout, "%s The first pass, %s, is gone: %d s after it had expired, its record was cleared away.\n",
				e.now().Local().Format(time.TimeOnly), ev.PassID, int64(ev.At.Sub(e.ended)/time.Second))
			return err
		}
	}
	return nil
}
