package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/audit"
)

func TestLinesForPeople(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	clock := at.Local().Format(time.TimeOnly) + " "
	for _, tt := range []struct{ name, line, want string }{
		{"a decision", `{"timestamp":"2026-11-21T12:00:00Z","message":"decision","function":"authorizer","outcome":"deny","reason":"spent","route":"GET /a","pass_id":"P","hint":"issue a new one"}`,
			clock + "authorizer deny spent GET /a pass P (issue a new one)\n"},
		{"a refusal that was forwarded", `{"timestamp":"2026-11-21T12:00:00Z","message":"decision","function":"authorizer","outcome":"allow","access":"refused","reason":"spent","route":"GET /a"}`,
			clock + "authorizer forward refused spent GET /a\n"},
		{"a counted allow", `{"timestamp":"2026-11-21T12:00:00Z","message":"decision","function":"authorizer","outcome":"allow","access":"granted","reason":"ok","route":"GET /a","uses_left":0}`,
			clock + "authorizer allow ok GET /a uses left: 0\n"},
		{"an operation", `{"timestamp":"2026-11-21T12:00:00Z","message":"operation","function":"manage","operation":"revoke","outcome":"ok","reason":"ok","pass_id":"P"}`, clock + "manage revoke ok pass P\n"},
		{"a failure", `{"timestamp":"2026-11-21T12:00:00Z","message":"refresh failed","function":"visit","operation":"refresh","error":"down"}`, clock + "visit refresh error: down\n"},
		{"an event", `{"id":"1","type":"pass.used","pass_id":"P","at":"2026-11-21T12:00:00Z","uses_left":3}`, clock + "pass.used pass P uses left: 3\n"},
		{"a pass that is shared", `{"id":"1","type":"pass.shared","pass_id":"P","at":"2026-11-21T12:00:00Z","session":"S","clients":2}`, clock + "pass.shared pass P clients: 2\n"},
		{"a batch that went well is told by its events", `{"timestamp":"2026-11-21T12:00:00Z","message":"batch","function":"expire","outcome":"ok","reason":"ok"}`, ""},
		{"one that did not is told", `{"timestamp":"2026-11-21T12:00:00Z","message":"batch","function":"expire","outcome":"error","reason":"unavailable","error":"down"}`, clock + "expire batch error unavailable error: down\n"},
		{"what is no such line stays as it is", "panic: something\n", "panic: something\n"},
		{"neither does other JSON change", `{"a":1}`, `{"a":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if n, err := (&readable{w: &out}).Write([]byte(tt.line)); n != len(tt.line) || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
			if out.String() != tt.want {
				t.Errorf("got  %q\nwant %q", out.String(), tt.want)
			}
		})
	}
}

func TestOnlyTheFirstPassIsSaidToBeGone(t *testing.T) {
	var out strings.Builder
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	b := &bulletin{log: audit.NewLogEvents(io.Discard), stdout: &out, now: func() time.Time { return at }}
	b.watch("first", at.Add(-30*time.Second))
	for _, e := range []audit.Event{{Type: audit.Purged, PassID: "other", At: at}, {Type: audit.Expired, PassID: "first", At: at}, {Type: audit.Deleted, PassID: "first", At: at}} {
		if err := b.Publish(t.Context(), []audit.Event{e}); err != nil || out.String() != "" {
			t.Errorf("%s of %s: %v, said %q", e.Type, e.PassID, err, out.String())
		}
	}
	if err := b.Publish(t.Context(), []audit.Event{{Type: audit.Purged, PassID: "first", At: at}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "first, is gone: 30 s after") {
		t.Errorf("said %q", out.String())
	}
}

// refusing takes no events.
type refusing struct{}

func (refusing) Publish(context.Context, []audit.Event) error { return errors.New("no") }

func TestAnEventThatWasNotLoggedIsToldAgain(t *testing.T) {
	var out strings.Builder
	b := &bulletin{log: refusing{}, stdout: &out, now: time.Now}
	b.watch("first", time.Now())
	if err := b.Publish(t.Context(), []audit.Event{{Type: audit.Purged, PassID: "first"}}); err == nil || out.String() != "" {
		t.Errorf("got %v, said %q", err, out.String())
	}
}
