package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/record"
)

// ttl stands in for the TTL of a table behind an endpoint on this machine:
// DynamoDB Local 2.6.1 removes nothing from a table that has indexes. It looks
// through the whole table, as no deployed function may.
type ttl struct {
	client *dynamodb.Client
	table  string
}

// ttlPages bounds one look through the table, in pages of 1 MB; what is behind
// them is removed once those before it are gone.
const ttlPages = 100

const overdueItem = "#purge_at BETWEEN :first AND :now"

// sweep removes what was to be removed before now.
func (t ttl) sweep(ctx context.Context, now time.Time) error {
	names := map[string]string{"#purge_at": record.PurgeAt}
	values := map[string]types.AttributeValue{":first": &types.AttributeValueMemberN{Value: "1"}, ":now": &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Unix(), 10)}}
	in := &dynamodb.ScanInput{TableName: &t.table, FilterExpression: aws.String(overdueItem), ExpressionAttributeNames: names, ExpressionAttributeValues: values}
	for range ttlPages {
		page, err := t.client.Scan(ctx, in)
		if err != nil {
			return fmt.Errorf("look for what is overdue: %w", err)
		}
		for _, it := range page.Items {
			key := map[string]types.AttributeValue{record.PK: it[record.PK], record.SK: it[record.SK]}
			_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.table, Key: key, ConditionExpression: aws.String(overdueItem), ExpressionAttributeNames: names, ExpressionAttributeValues: values})
			var extended *types.ConditionalCheckFailedException
			if err != nil && !errors.As(err, &extended) {
				return fmt.Errorf("remove what is overdue: %w", err)
			}
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
	}
	return nil
}

// byTTL reports whether a removal was in its time, and so is what TTL would have
// done: DynamoDB's own is told by who did it, and this one is nobody's.
func byTTL(c audit.Change) bool {
	purge, ok := c.Old[record.PurgeAt].(int64)
	return c.New == nil && ok && purge > 0 && purge <= int64(c.At)
}
