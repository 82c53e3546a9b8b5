package dynamostore

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/record"
)

// tableWait is how long a new table may take until it can be used.
const tableWait = time.Minute

// CreateTable makes the table, for an engine on this machine and for tests: in
// the cloud the template makes it, with backups beside. It has the keys pk and
// sk, is paid by request, streams both images of each change, and removes by
// purge_at. Four indexes list passes. A table that is there already is left as it is, but for its TTL.
func CreateTable(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, tableInput(name))
	var there *types.ResourceInUseException
	if err != nil && !errors.As(err, &there) {
		return failure("CreateTable", err)
	}
	described := &dynamodb.DescribeTableInput{TableName: &name}
	if err := dynamodb.NewTableExistsWaiter(client).Wait(ctx, described, tableWait); err != nil {
		return failure("DescribeTable", err)
	}
	return enableTTL(ctx, client, name)
}

func tableInput(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:              &name,
		BillingMode:            types.BillingModePayPerRequest,
		AttributeDefinitions:   textAttributes(append(record.Indexes(), record.PK, record.SK, record.ListedAt)),
		KeySchema:              keySchema(record.PK, record.SK),
		GlobalSecondaryIndexes: indexes(),
		StreamSpecification:    &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
}

func textAttributes(names []string) (out []types.AttributeDefinition) {
	for _, name := range names {
		out = append(out, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS})
	}
	return out
}

func keySchema(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: &partition, KeyType: types.KeyTypeHash},
		{AttributeName: &sort, KeyType: types.KeyTypeRange},
	}
}

// indexes are the sparse ones that list passes. They hold keys alone, so that
// what becomes of a pass costs nothing more.
func indexes() (out []types.GlobalSecondaryIndex) {
	for _, name := range record.Indexes() {
		out = append(out, types.GlobalSecondaryIndex{
			IndexName: &name, KeySchema: keySchema(name, record.ListedAt),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	return out
}

// enableTTL asks first, since enabling it twice is an error.
func enableTTL(ctx context.Context, client *dynamodb.Client, name string) error {
	out, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		return failure("DescribeTimeToLive", err)
	}
	switch d := out.TimeToLiveDescription; {
	case d != nil && d.TimeToLiveStatus == types.TimeToLiveStatusEnabled, d != nil && d.TimeToLiveStatus == types.TimeToLiveStatusEnabling:
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(record.PurgeAt), Enabled: aws.Bool(true)},
	})
	return failure("UpdateTimeToLive", err)
}
