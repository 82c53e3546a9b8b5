// Package stream reads a table's stream of changes from one process: what
// Lambda's event source mapping does in the cloud, for an engine on this machine.
//
// # Rules
//
//   - The changes of one item come in their order; a shard is read only after
//     the one it was split from.
//   - Every Follow starts with the oldest change that the stream still has (24
//     hours on AWS), so whoever reads must take a change twice without harm.
//   - The next change is fetched when the last one was dealt with: a reader that
//     must not lose one repeats it before it asks for the next.
package stream

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Change is one change of one item.
type Change struct {
	ID       string      // of the event; the same each time the change is told
	Sequence string      // its place in the shard
	At       time.Time   // about when, to the second
	Old      record.Item // nil where the item was put new
	New      record.Item // nil where it was removed
	TTL      bool        // DynamoDB removed it by its TTL
}

// ARN returns the name of a table's stream. A table without one is an error.
func ARN(ctx context.Context, client *dynamodb.Client, table string) (string, error) {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return "", unavailable("DescribeTable", err)
	}
	if out.Table == nil || out.Table.LatestStreamArn == nil {
		return "", fmt.Errorf("stream: table %s has no stream: %w", table, pass.ErrNotFound)
	}
	return *out.Table.LatestStreamArn, nil
}

// Follow returns the changes in a stream, as they come, until ctx ends or the
// reader stops. Where nothing is new it asks again every poll. An error, which
// always matches pass.ErrUnavailable, is told in place of a change; going on
// after it tries again.
func Follow(ctx context.Context, client *dynamodbstreams.Client, arn string, poll time.Duration) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		f := &follower{client: client, arn: arn, yield: yield}
		for ctx.Err() == nil {
			n, err := f.round(ctx)
			if err != nil && ctx.Err() == nil && !yield(Change{}, err) || f.stopped {
				return
			}
			if n == 0 {
				wait(ctx, poll)
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func change(r types.Record) Change {
	c := Change{ID: aws.ToString(r.EventID)}
	if r.UserIdentity != nil {
		c.TTL = r.EventName == types.OperationTypeRemove && aws.ToString(r.UserIdentity.Type) == "Service" &&
			aws.ToString(r.UserIdentity.PrincipalId) == "dynamodb.amazonaws.com"
	}
	if d := r.Dynamodb; d != nil {
		c.Sequence, c.At = aws.ToString(d.SequenceNumber), aws.ToTime(d.ApproximateCreationDateTime)
		c.Old, c.New = toItem(d.OldImage), toItem(d.NewImage)
	}
	return c
}

// toItem reads an image, nil if there is none. The types are those of
// DynamoDB's table API by another name.
func toItem(in map[string]types.AttributeValue) record.Item {
	if in == nil {
		return nil
	}
	out := make(record.Item, len(in))
	for name, v := range in {
		if v := value(v); v != nil {
			out[name] = v
		}
	}
	return out
}

func value(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		n, err := record.Number(v.Value)
		if err != nil {
			return nil
		}
		return n
	case *types.AttributeValueMemberBOOL:
		return v.Value
	case *types.AttributeValueMemberB:
		return v.Value
	case *types.AttributeValueMemberM:
		return toItem(v.Value)
	case *types.AttributeValueMemberL:
		list := make([]any, 0, len(v.Value))
		for _, e := range v.Value {
			list = append(list, value(e))
		}
		return list
	}
	return nil
}

// unavailable keeps the SDK's error: requests to a stream hold no secrets.
func unavailable(op string, err error) error {
	return fmt.Errorf("stream: %s: %w: %w", op, pass.ErrUnavailable, err)
}
