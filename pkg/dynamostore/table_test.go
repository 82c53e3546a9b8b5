package dynamostore_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestCreateTableMakesTheTableOfTheDesignAndMayBeRepeated(t *testing.T) {
	db := dynamolocal.NewTable(t, dynamolocal.Start(t))
	must(t, db.Put(record.Marker("P1", now)))
	must(t, dynamostore.CreateTable(t.Context(), db.Client, db.Name))
	if it, err := db.Get(record.PassPK("P1"), record.MarkerSK); it == nil || err != nil {
		t.Errorf("the table was emptied: %v (%v)", it, err)
	}
	out, err := db.Client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &db.Name})
	must(t, err)
	got := out.Table
	if len(got.KeySchema) != 2 || *got.KeySchema[0].AttributeName != "pk" || *got.KeySchema[1].AttributeName != "sk" ||
		got.BillingModeSummary.BillingMode != types.BillingModePayPerRequest || got.StreamSpecification.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("table %+v", got)
	}
	ttl, err := db.Client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &db.Name})
	must(t, err)
	if d := ttl.TimeToLiveDescription; d.TimeToLiveStatus != types.TimeToLiveStatusEnabled || aws.ToString(d.AttributeName) != "purge_at" {
		t.Errorf("TTL %+v", d)
	}
}
