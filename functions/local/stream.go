package main

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strconv"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/pass"
)

// boltStream is the embedded store's log of changes as a stream: what is done
// is forgotten, so a restart goes on where the last run ended.
type boltStream struct{ store *boltstore.Store }

// Next implements local.Stream.
func (b boltStream) Next(ctx context.Context, limit int) (json.RawMessage, error) {
	found, err := b.store.Changes(ctx, 0, limit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	changes := make([]audit.Change, len(found))
	for i, c := range found {
		n := strconv.FormatUint(c.Sequence, 10)
		changes[i] = audit.Change{ID: "local-" + n, Sequence: n, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)}
	}
	return audit.ToStream(changes)
}

// Done implements local.Stream.
func (b boltStream) Done(ctx context.Context, sequence string) error {
	n, err := strconv.ParseUint(sequence, 10, 64)
	if err != nil {
		return err
	}
	return b.store.DropChanges(ctx, n)
}

// followed is a DynamoDB stream, read ahead by one goroutine. A restart tells
// again what the stream still has.
type followed struct {
	in      chan told
	pending []audit.Change
}

// readAhead is how many changes are read before they are asked for.
const readAhead = 100

// told is a change, or why there is none.
type told struct {
	change audit.Change
	err    error
}

// follow reads until the stream or ctx ends.
func (f *followed) follow(ctx context.Context, changes iter.Seq2[stream.Change, error]) {
	for c, err := range changes {
		if err == nil && c.Old == nil && c.New == nil {
			continue // a record without images tells nothing
		}
		t := told{audit.Change{ID: c.ID, Sequence: c.Sequence, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)}, err}
		t.change.TTL = t.change.TTL || byTTL(t.change)
		select {
		case f.in <- t:
		case <-ctx.Done():
			return
		}
	}
}

// Next implements local.Stream. It does not wait for changes.
func (f *followed) Next(_ context.Context, limit int) (json.RawMessage, error) {
	for len(f.pending) < limit {
		select {
		case t := <-f.in:
			if t.err != nil {
				return nil, t.err
			}
			f.pending = append(f.pending, t.change)
			continue
		default:
		}
		break
	}
	if len(f.pending) == 0 {
		return nil, nil
	}
	return audit.ToStream(f.pending[:min(limit, len(f.pending))])
}

// Done implements local.Stream.
func (f *followed) Done(_ context.Context, sequence string) error {
	at := slices.IndexFunc(f.pending, func(c audit.Change) bool { return c.Sequence == sequence })
	f.pending = slices.Delete(f.pending, 0, at+1)
	return nil
}
