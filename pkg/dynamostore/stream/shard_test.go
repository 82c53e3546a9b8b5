package stream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/pass"
)

// engine is a stream whose shards hold sequence numbers, and whose next answers
// may be failures.
type engine struct {
	shards map[string][]string // by shard
	parent map[string]string
	open   map[string]bool
	fail   []string // error codes, each for one GetRecords
	asked  []string
}

func (e *engine) RoundTrip(r *http.Request) (*http.Response, error) {
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	status, out := http.StatusOK, any(nil)
	switch op {
	case "DescribeStream":
		out = e.describe()
	case "GetShardIterator":
		at := in["ShardId"].(string) + "/"
		if in["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER" {
			at += in["SequenceNumber"].(string)
		}
		e.asked = append(e.asked, at)
		out = map[string]any{"ShardIterator": at}
	case "GetRecords":
		if len(e.fail) > 0 && e.fail[0] != "" {
			status, out = http.StatusBadRequest, map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + e.fail[0], "message": "no"}
		} else {
			out = e.records(in["ShardIterator"].(string))
		}
		e.fail = e.fail[min(1, len(e.fail)):]
	}
	body, err := json.Marshal(out)
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(string(body)))}, err
}

func (e *engine) describe() any {
	var shards []any
	for _, id := range []string{"a", "b", "c"} {
		if _, ok := e.shards[id]; ok {
			shard := map[string]any{"ShardId": id}
			if p := e.parent[id]; p != "" {
				shard["ParentShardId"] = p
			}
			shards = append(shards, shard)
		}
	}
	return map[string]any{"StreamDescription": map[string]any{"Shards": shards}}
}

// records gives one record at a time.
func (e *engine) records(iterator string) any {
	id, last, _ := strings.Cut(iterator, "/")
	all := e.shards[id]
	i := slices.Index(all, last) + 1
	if i >= len(all) {
		if e.open[id] {
			return map[string]any{"NextShardIterator": iterator}
		}
		return map[string]any{}
	}
	record := map[string]any{"eventID": id + all[i], "eventName": "INSERT", "dynamodb": map[string]any{"SequenceNumber": all[i], "NewImage": map[string]any{}}}
	return map[string]any{"Records": []any{record}, "NextShardIterator": id + "/" + all[i]}
}

// follow reads until there is nothing left to come, and returns the changes and
// failures in order. It runs on a clock of its own.
func follow(t *testing.T, e *engine) (told []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := client(t, dynamostore.Config{Endpoint: "http://127.0.0.1:1", Transport: e})
		for change, err := range stream.Follow(ctx, c, "arn", time.Second) {
			if err == nil {
				told = append(told, change.ID)
				continue
			}
			if !errors.Is(err, pass.ErrUnavailable) {
				t.Errorf("%v does not match pass.ErrUnavailable", err)
			}
			told = append(told, "failure")
		}
		if ctx.Err() == nil {
			t.Error("ended before its context")
		}
	})
	return told
}

func TestFollowReadsShardsInTheirOrder(t *testing.T) {
	for says, row := range map[string]struct {
		engine engine
		want   []string
	}{
		"a child after its parent is read to its end": {
			engine{shards: map[string][]string{"a": {"7"}, "b": {"1", "2", "3"}}, parent: map[string]string{"a": "b"}},
			[]string{"b1", "b2", "b3", "a7"}},
		"no child while its parent is open": {
			engine{shards: map[string][]string{"a": {"7"}, "b": {"1"}}, parent: map[string]string{"a": "b"}, open: map[string]bool{"b": true}},
			[]string{"b1"}},
		"a child whose parent is forgotten": {
			engine{shards: map[string][]string{"a": {"7"}}, parent: map[string]string{"a": "z"}},
			[]string{"a7"}},
		"nothing": {engine{}, nil},
		"on after a failure, with nothing told twice": {
			engine{shards: map[string][]string{"a": {"1", "2", "3"}}, fail: []string{"", "LimitExceeded", ""}},
			[]string{"a1", "failure", "a2", "a3"}},
		"from its place after an iterator expired": {
			engine{shards: map[string][]string{"a": {"1", "2", "3"}}, fail: []string{"", "", "ExpiredIteratorException", ""}},
			[]string{"a1", "a2", "failure", "a3"}},
		"from the oldest after its place was trimmed": {
			engine{shards: map[string][]string{"a": {"1", "2"}}, fail: []string{"", "TrimmedDataAccessException", ""}},
			[]string{"a1", "failure", "a1", "a2"}},
	} {
		if got := follow(t, &row.engine); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", says, got, row.want)
		}
	}
}

func TestFollowStopsWhenItsReaderDoes(t *testing.T) {
	e := &engine{shards: map[string][]string{"a": {"1", "2"}}}
	for range stream.Follow(t.Context(), client(t, dynamostore.Config{Endpoint: "http://127.0.0.1:1", Transport: e}), "arn", time.Hour) {
		break
	}
	e.fail = slices.Repeat([]string{"LimitExceeded"}, 9)
	for _, err := range stream.Follow(t.Context(), client(t, dynamostore.Config{Endpoint: "http://127.0.0.1:1", Transport: e}), "arn", time.Hour) {
		if err == nil {
			t.Error("no failure")
		}
		break
	}
	if fmt.Sprint(e.asked) != "[a/ a/]" {
		t.Errorf("asked for %v", e.asked)
	}
}
