package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
)

// bridge publishes events to EventBridge, in batches of as many as it takes.
type bridge struct {
	client putter
	bus    string
}

type putter interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// most is how many entries PutEvents takes (EventBridge quotas).
const most = 10

// Publish implements audit.Events. A batch of which one entry failed has
// failed: it is published again, and consumers tell by the event's id.
func (b *bridge) Publish(ctx context.Context, events []audit.Event) error {
	for chunk := range slices.Chunk(events, most) {
		in := &eventbridge.PutEventsInput{}
		for _, e := range chunk {
			detail, err := json.Marshal(e)
			if err != nil {
				return err
			}
			in.Entries = append(in.Entries, types.PutEventsRequestEntry{Source: aws.String("gatepass"), DetailType: aws.String(string(e.Type)),
				Detail: aws.String(string(detail)), EventBusName: aws.String(b.bus)})
		}
		out, err := b.client.PutEvents(ctx, in)
		if err != nil {
			return fmt.Errorf("%w: PutEvents: %s", pass.ErrUnavailable, config.AWSCode(err))
		}
		if out.FailedEntryCount > 0 {
			return fmt.Errorf("%w: PutEvents refused %d of %d entries", pass.ErrUnavailable, out.FailedEntryCount, len(chunk))
		}
	}
	return nil
}
