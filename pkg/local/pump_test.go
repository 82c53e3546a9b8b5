package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

// queue is a stream of records with sequence numbers from 1 on.
type queue struct {
	left  []int
	asked []int // the limits
	err   error
}

func numbered(n int) *queue {
	q := &queue{}
	for i := range n {
		q.left = append(q.left, i+1)
	}
	return q
}

func (q *queue) Next(_ context.Context, limit int) (json.RawMessage, error) {
	q.asked = append(q.asked, limit)
	if q.err != nil || len(q.left) == 0 {
		return nil, q.err
	}
	var records []string
	for _, n := range q.left[:min(limit, len(q.left))] {
		records = append(records, fmt.Sprintf(`{"eventID":"e%d","eventName":"REMOVE","dynamodb":{"SequenceNumber":"%d","Keys":{"pk":{"S":"P#x%d"}}}}`, n, n, n))
	}
	return json.RawMessage(`{"Records":[` + strings.Join(records, ",") + `]}`), nil
}

func (q *queue) Done(_ context.Context, sequence string) error {
	for len(q.left) > 0 && fmt.Sprint(q.left[0]) != sequence {
		q.left = q.left[1:]
	}
	q.left = q.left[1:]
	return nil
}

// reader is a stream function that fails on some records, and keeps which it
// has seen.
type reader struct {
	bad    map[string]bool
	seen   []string
	answer func(seen []string) (string, error) // nil: name the first bad one
}

func (r *reader) call(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
	var e struct {
		Records []struct {
			DynamoDB struct{ SequenceNumber string }
		}
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	var batch []string
	for _, rec := range e.Records {
		batch = append(batch, rec.DynamoDB.SequenceNumber)
	}
	r.seen = append(r.seen, strings.Join(batch, " "))
	if r.answer != nil {
		out, err := r.answer(batch)
		return json.RawMessage(out), err
	}
	for _, n := range batch {
		if r.bad[n] {
			return json.RawMessage(`{"batchItemFailures":[{"itemIdentifier":"` + n + `"}]}`), nil
		}
	}
	return json.RawMessage(`{"batchItemFailures":[]}`), nil
}

func pumped(t *testing.T, q *queue, r *reader, log *lines) *local.Server {
	t.Helper()
	return newServer(t, local.Config{Functions: map[string]local.Function{"expire": r.call}, Stream: q, StreamFunction: "expire", Log: log.logger()})
}

func TestStreamIsPumpedInBatches(t *testing.T) {
	q, r := numbered(250), &reader{}
	s := pumped(t, q, r, &lines{})
	s.Tick(t.Context())
	var sizes []int
	for _, b := range r.seen {
		sizes = append(sizes, len(strings.Fields(b)))
	}
	if !slices.Equal(sizes, []int{100, 100, 50}) || len(q.left) != 0 {
		t.Errorf("batches of %v, %d left", sizes, len(q.left))
	}
	s.Tick(t.Context())
	if len(r.seen) != 3 {
		t.Error("an empty stream calls its function")
	}
}

func TestStreamIsRetriedFromTheLowestFailure(t *testing.T) {
	q, r, log := numbered(4), &reader{bad: map[string]bool{"2": true}}, &lines{}
	s := pumped(t, q, r, log)
	s.Tick(t.Context())
	if !slices.Equal(q.left, []int{2, 3, 4}) {
		t.Errorf("left %v: what came before the failure is done, and nothing after it", q.left)
	}
	r.bad = nil
	s.Tick(t.Context())
	if diff := cmp.Diff([]string{"1 2 3 4", "2", "3 4"}, r.seen); diff != "" || len(q.left) != 0 {
		t.Errorf("left %v, batches (-want +got):\n%s", q.left, diff)
	}
	if strings.Contains(log.String(), "dropped") {
		t.Errorf("a record that was handled at last is called dropped: %s", log.String())
	}
}

func TestAPoisonRecordIsDroppedAloneAndSaidSo(t *testing.T) {
	q, r, log := numbered(3), &reader{bad: map[string]bool{"2": true}}, &lines{}
	s := pumped(t, q, r, log)
	for range 4 {
		s.Tick(t.Context())
		if !slices.Equal(q.left, []int{2, 3}) {
			t.Fatalf("left %v before the last attempt", q.left)
		}
	}
	s.Tick(t.Context())
	if diff := cmp.Diff([]string{"1 2 3", "2", "2", "2", "2", "3"}, r.seen); diff != "" || len(q.left) != 0 {
		t.Errorf("left %v, batches (-want +got):\n%s", q.left, diff)
	}
	if n := strings.Count(log.String(), "dropped"); n != 1 {
		t.Errorf("%d lines say dropped", n)
	}
	for _, want := range []string{"attempts=5", "event_id=e2", "event_name=REMOVE", "pk=P#x2", "sequence=2"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s: %s", want, log.String())
		}
	}
}

func TestWhatFailsAWholeBatch(t *testing.T) {
	for _, tt := range []struct {
		name string
		out  string
		err  error
		left []int
	}{
		{"a function error", "", errors.New("down"), []int{1, 2}},
		{"an answer of another kind", `[]`, nil, []int{1, 2}},
		{"an unknown record", `{"batchItemFailures":[{"itemIdentifier":"7"}]}`, nil, []int{1, 2}},
		{"an empty name", `{"batchItemFailures":[{"itemIdentifier":""}]}`, nil, []int{1, 2}},
		{"a record without name", `{"batchItemFailures":[{}]}`, nil, []int{1, 2}},
		{"the lowest of several counts", `{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"1"}]}`, nil, []int{1, 2}},
		{"no failures are success", `{"batchItemFailures":[]}`, nil, nil},
		{"null failures are success", `{"batchItemFailures":null}`, nil, nil},
		{"an empty object is success", `{}`, nil, nil},
		{"null is success", `null`, nil, nil},
		{"nothing is success", ``, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := numbered(2)
			s := pumped(t, q, &reader{answer: func([]string) (string, error) { return tt.out, tt.err }}, &lines{})
			s.Tick(t.Context())
			if !slices.Equal(q.left, tt.left) {
				t.Errorf("left %v, want %v", q.left, tt.left)
			}
		})
	}
}

func TestTickSweepsBeforeItPumps(t *testing.T) {
	var swept []time.Time
	q, r := numbered(0), &reader{}
	s := newServer(t, local.Config{Functions: map[string]local.Function{"expire": r.call}, Stream: q, StreamFunction: "expire",
		Sweep: func(_ context.Context, now time.Time) error {
			swept, q.left = append(swept, now), append(q.left, 1)
			return nil
		}})
	s.Tick(t.Context())
	if !slices.Equal(swept, []time.Time{noon()}) || !slices.Equal(r.seen, []string{"1"}) {
		t.Errorf("swept at %v, told of %v", swept, r.seen)
	}
}

func TestFailuresOfSweepAndStreamAreLogged(t *testing.T) {
	var log lines
	s := newServer(t, local.Config{Functions: map[string]local.Function{"expire": answers("")}, Stream: &queue{err: errors.New("no stream")}, StreamFunction: "expire",
		Log: log.logger(), Sweep: func(context.Context, time.Time) error { return errors.New("no sweep") }})
	s.Tick(t.Context())
	for _, want := range []string{"no stream", "no sweep"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q: %s", want, log.String())
		}
	}
}
