package stream_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

const poll = 20 * time.Millisecond

func client(t *testing.T, cfg dynamostore.Config) *dynamodbstreams.Client {
	t.Helper()
	c, err := cfg.AWS()
	if err != nil {
		t.Fatal(err)
	}
	return dynamodbstreams.NewFromConfig(c)
}

// TestFollowTellsOfEveryChangeAndOfTTL waits for the engine to remove an item
// that is overdue, which it does within some seconds.
func TestFollowTellsOfEveryChangeAndOfTTL(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	db := withoutIndexes(t, dynamolocal.NewTable(t, endpoint))
	arn, err := stream.ARN(ctx, db.Client, db.Name)
	if err != nil {
		t.Fatal(err)
	}
	overdue := pass.At(time.Now()) - 60
	p := &pass.Pass{V: pass.Version, ID: "P1", Mode: pass.Request, Scope: "s", ExpiresAt: overdue, PurgeAt: overdue, Data: []byte(`{"a":1}`),
		Secrets: map[pass.Digest]pass.NumericDate{{}: 0}, Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{}}
	stays := &pass.Pass{V: pass.Version, ID: "P2", Mode: pass.Request}
	for _, err := range []error{db.Create(ctx, stays), db.PutRules(ctx, "api", "a/R", []byte(`{}`)), db.DeleteRules(ctx, "api", "a/R"), db.Create(ctx, p)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Revoke(ctx, "P2", pass.Change{At: overdue, By: "ops"}); err != nil {
		t.Fatal(err)
	}
	revoked := *stays
	revoked.RevokedAt, revoked.RevokedBy = overdue, "ops"
	rules := record.Item{record.PK: record.RulesPK("api"), record.SK: "a/R", record.V: int64(1), record.Rules: "{}"}
	want := map[string][]stream.Change{
		record.PassPK("P1"):   {{New: record.FromPass(p)}, {Old: record.FromPass(p), TTL: true}},
		record.PassPK("P2"):   {{New: record.FromPass(stays)}, {Old: record.FromPass(stays), New: record.FromPass(&revoked)}},
		record.RulesPK("api"): {{New: rules}, {Old: rules}},
	}
	got := map[string][]stream.Change{}
	n := 0
	for c, err := range stream.Follow(ctx, client(t, dynamostore.Config{Endpoint: endpoint}), arn, poll) {
		if err != nil {
			t.Fatal(err)
		}
		if c.ID == "" || c.Sequence == "" || time.Since(c.At) > time.Hour {
			t.Errorf("incomplete: %+v", c)
		}
		it := c.New
		if it == nil {
			it = c.Old
		}
		pk, _ := it[record.PK].(string)
		got[pk] = append(got[pk], c)
		if n++; n == 6 {
			break
		}
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(stream.Change{}, "ID", "Sequence", "At")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// withoutIndexes makes a table beside another, as it was before it had indexes:
// DynamoDB Local 2.6.1 carries out no TTL where there are any.
func withoutIndexes(t *testing.T, of dynamolocal.Table) dynamolocal.Table {
	t.Helper()
	text, name := types.ScalarAttributeTypeS, of.Name+"-plain"
	_, err := of.Client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(record.PK), AttributeType: text}, {AttributeName: aws.String(record.SK), AttributeType: text}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(record.PK), KeyType: types.KeyTypeHash}, {AttributeName: aws.String(record.SK), KeyType: types.KeyTypeRange}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := dynamostore.CreateTable(t.Context(), of.Client, name); err != nil { // which is there, but for its TTL
		t.Fatal(err)
	}
	return dynamolocal.Table{Store: dynamostore.New(of.Client, name), Client: of.Client, Name: name}
}
