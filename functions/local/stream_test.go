package main

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/record"
)

// sequences returns the sequence numbers in an event.
func sequences(t *testing.T, event []byte) string {
	t.Helper()
	if event == nil {
		return ""
	}
	changes, err := audit.FromStream(event)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range changes {
		out = append(out, c.Sequence)
	}
	return strings.Join(out, " ")
}

func TestFollowedStreamTellsUntilDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		item := record.Item{record.PK: "P#x", record.SK: "P"}
		var source iter.Seq2[stream.Change, error] = func(yield func(stream.Change, error) bool) {
			_ = yield(stream.Change{Sequence: "1", New: item}, nil) && yield(stream.Change{Sequence: "empty"}, nil) && yield(stream.Change{Sequence: "2", New: item}, nil) &&
				yield(stream.Change{}, down) && yield(stream.Change{Sequence: "3", Old: item}, nil) && yield(stream.Change{Sequence: "4", Old: item}, nil)
		}
		f := &followed{in: make(chan told)}
		ctx, cancel := context.WithCancel(t.Context())
		go f.follow(ctx, source)
		next := func(limit int, want string, wantErr error) {
			t.Helper()
			synctest.Wait() // until the reader has something, or has ended
			event, err := f.Next(t.Context(), limit)
			if !errors.Is(err, wantErr) {
				t.Fatalf("got %v, want %v", err, wantErr)
			}
			if got := sequences(t, event); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
		}
		next(1, "1", nil)
		next(1, "1", nil) // again, as it is not done
		next(2, "1 2", nil)
		if err := f.Done(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		next(9, "", down)
		next(2, "2 3", nil)
		if err := f.Done(t.Context(), "3"); err != nil {
			t.Fatal(err)
		}
		next(0, "", nil)
		cancel() // with 4 still to be taken: the reader ends
	})
}
