package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// EventVersion is the shape of the events this code makes.
const EventVersion = 1

// Type says what happened.
type Type string

// The types.
const (
	Issued        Type = "pass.issued"
	Reissued      Type = "pass.reissued" // it got a new secret, or another signed token
	Changed       Type = "pass.changed"  // its end, uses, scope, data or target are other ones
	Used          Type = "pass.used"
	Revoked       Type = "pass.revoked"
	Completed     Type = "pass.completed" // it was withdrawn because what it was for is done; no Revoked is told then
	Restored      Type = "pass.restored"  // it was withdrawn, or completed, and is not any more
	Expired       Type = "pass.expired"   // told once TTL gets to it: the pass itself expired at ExpiresAt
	Purged        Type = "pass.purged"    // its record was cleared away, in its time
	Deleted       Type = "pass.deleted"   // somebody removed its record
	SessionOpened Type = "session.opened"
	SessionEnded  Type = "session.ended"      // before its time; expiring is no event
	LinkRequested Type = "link.requested"     // its holder asked for a new link: answer with issue's reissue
	Shared        Type = "pass.shared"        // a use or session came from another client than all before it: a count, never a verdict
	Registered    Type = "visitor.registered" // there is no pass of that id yet: answer with issue's registration
)

// Event is one thing that happened to a pass. It may be told more than once,
// and then has the same ID. At is the second it happened: of a use, a
// revocation, a change, an opened session, a new client, a requested link and a
// registration as recorded, of the others as the stream tells it.
type Event struct {
	Version   int        `json:"version"`
	ID        string     `json:"id"`
	Type      Type       `json:"type"`
	PassID    string     `json:"pass_id"`
	At        time.Time  `json:"at"`
	Use       pass.Key   `json:"use,omitempty"`
	UsesLeft  *int       `json:"uses_left,omitempty"` // absent: not a use, or of an unlimited pass
	Session   pass.Key   `json:"session,omitempty"`
	Clients   int        `json:"clients,omitempty"`    // how many there are with the one that Use or Session came from
	Form      string     `json:"form,omitempty"`       // that a visitor registered on
	ExpiresAt *time.Time `json:"expires_at,omitempty"` // of the pass or the session that was issued, reissued, opened or expired
}

// tell adds an event. A change can tell of several, so an id is the stream's,
// the type, and which one.
func (t *todo) tell(c Change, e Event) { t.events = append(t.events, e.named(c)) }

// named returns an event with its id, and a time if it has none.
func (e Event) named(c Change) Event {
	e.Version = EventVersion
	e.ID = c.ID + "/" + string(e.Type)
	for _, k := range []pass.Key{e.Use, e.Session} {
		if k != "" {
			e.ID += "/" + string(k)
		}
	}
	if e.At.IsZero() {
		e.At = c.At.Time()
	}
	return e
}

// tellable reports an event whose times RFC 3339 cannot write. It could never
// be published, and would come back for ever.
func (t *todo) tellable() error {
	for _, e := range t.events {
		if !writable(e.At) || e.ExpiresAt != nil && !writable(*e.ExpiresAt) {
			return fmt.Errorf("a time of %s that is out of range", e.Type)
		}
	}
	return nil
}

func writable(t time.Time) bool { return t.Year() >= 0 && t.Year() <= 9999 }

func instant(d pass.NumericDate) *time.Time {
	t := d.Time()
	return &t
}

// LogEvents writes events as lines of JSON: what stands in for an event bus on
// one machine. It is safe for concurrent use.
type LogEvents struct {
	mu sync.Mutex
	w  io.Writer
}

// NewLogEvents returns LogEvents that write to w.
func NewLogEvents(w io.Writer) *LogEvents { return &LogEvents{w: w} }

// Publish writes all of the events in one write.
func (l *LogEvents) Publish(_ context.Context, events []Event) error {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("audit: event %s: %w", e.ID, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.w.Write(lines.Bytes())
	return err
}
