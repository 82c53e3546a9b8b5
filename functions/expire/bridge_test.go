package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
)

// busy is an EventBridge that takes what it is given, or refuses some of it.
type busy struct {
	got    []*eventbridge.PutEventsInput
	refuse int32
	err    error
}

func (b *busy) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.got = append(b.got, in)
	return &eventbridge.PutEventsOutput{FailedEntryCount: b.refuse}, b.err
}

func some(n int) []audit.Event {
	events := make([]audit.Event, n)
	for i := range events {
		events[i] = audit.Event{Version: 1, ID: "e", Type: "pass.used", PassID: "SampleEventsPass"}
	}
	return events
}

func TestPublishSendsAtMostTenAtATime(t *testing.T) {
	client := &busy{}
	if err := (&bridge{client: client, bus: "passes"}).Publish(t.Context(), some(23)); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, in := range client.got {
		sizes = append(sizes, len(in.Entries))
	}
	if len(sizes) != 3 || sizes[0] != 10 || sizes[2] != 3 {
		t.Errorf("batches of %v", sizes)
	}
	e := client.got[0].Entries[0]
	if *e.EventBusName != "passes" || *e.Source != "gatepass" || *e.DetailType != "pass.used" || !strings.Contains(*e.Detail, "SampleEventsPass") {
		t.Errorf("the entry is %+v", e)
	}
}

func TestPublishFailsIfOneEntryWasRefused(t *testing.T) {
	for name, client := range map[string]*busy{"one refused": {refuse: 1}, "no answer": {err: errors.New("down")}} {
		if err := (&bridge{client: client, bus: "b"}).Publish(t.Context(), some(3)); !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
	}
}
