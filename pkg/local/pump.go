package local

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"
)

// The event source mapping that stands between the stream and its function.
const (
	batchSize   = 100
	maxBatches  = 100 // in one Tick
	maxAttempts = 5   // of one record
)

// pump hands the stream's records to its function, in order, until there are no
// more or one fails.
func (s *Server) pump(ctx context.Context) {
	for range maxBatches {
		more, err := s.batch(ctx)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("the stream could not be read", "error", err)
		}
		if err != nil || !more {
			return
		}
	}
}

// batch hands over one batch, and reports whether to go on at once. Records
// before the first that failed are done. That one comes again with the next
// Tick, alone, so that it holds up no others than it must; and after the last
// attempt it is dropped.
func (s *Server) batch(ctx context.Context) (more bool, err error) {
	size := batchSize
	if s.failures > 0 {
		size = 1
	}
	event, err := s.cfg.Stream.Next(ctx, size)
	if err != nil || event == nil {
		return false, err
	}
	records, err := recordsOf(event)
	if err != nil {
		return false, err
	}
	done := s.deliver(ctx, event, records)
	if done == len(records) {
		s.failures = 0
		return true, s.cfg.Stream.Done(ctx, records[done-1].Body.Sequence)
	}
	if done > 0 {
		if err := s.cfg.Stream.Done(ctx, records[done-1].Body.Sequence); err != nil {
			return false, err
		}
	}
	return s.again(ctx, records[done])
}

// again counts a failed attempt, and gives a record up after the last.
func (s *Server) again(ctx context.Context, r streamRecord) (more bool, err error) {
	if s.failures++; s.failures < maxAttempts {
		return false, nil
	}
	s.cfg.Log.Error("stream record dropped: it failed on every attempt", "function", s.cfg.StreamFunction, "attempts", s.failures,
		"event_id", r.ID, "event_name", r.Name, "pk", r.Body.Keys.PK.S, "sequence", r.Body.Sequence)
	s.failures = 0
	return true, s.cfg.Stream.Done(ctx, r.Body.Sequence)
}

// deliver returns how many of the records are done. A function error, an answer
// that is none, and one that names a record which is not there, fail them all.
func (s *Server) deliver(ctx context.Context, event json.RawMessage, records []streamRecord) int {
	id, err := s.requestID()
	if err != nil {
		s.cfg.Log.Error(err.Error())
		return 0
	}
	out, failed := s.call(ctx, s.cfg.StreamFunction, id, event)
	if failed != nil {
		return 0
	}
	var a struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := jsonv2.Unmarshal(out, &a); err != nil {
		s.cfg.Log.Error("answer of no use to the stream", "function", s.cfg.StreamFunction, "request_id", id, "error", err)
		return 0
	}
	done := len(records)
	for _, f := range a.Failures {
		at := slices.IndexFunc(records, func(r streamRecord) bool { return r.Body.Sequence == f.ID })
		done = min(done, max(at, 0))
	}
	return done
}

// streamRecord is what of a record names it.
type streamRecord struct {
	ID   string `json:"eventID"`
	Name string `json:"eventName"`
	Body struct {
		Sequence string `json:"SequenceNumber"`
		Keys     struct {
			PK struct{ S string } `json:"pk"`
		}
	} `json:"dynamodb"`
}

func recordsOf(event json.RawMessage) ([]streamRecord, error) {
	var e struct{ Records []streamRecord }
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	if len(e.Records) == 0 {
		return nil, errors.New("an event without records")
	}
	return e.Records, nil
}
