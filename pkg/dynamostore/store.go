// Package dynamostore keeps Gatepass's records in one DynamoDB table. Which
// attribute is what is known to package record; the promises of each method are
// written in package storetest, whose suite this store passes.
//
// # Rules
//
//   - Every read is consistent and names its keys. Nothing scans. Lists alone come
//     from indexes, which are a moment behind and decide nothing.
//   - What must not race is one conditional write, never a read and a write. The
//     condition repeats every rule of package pass that could have changed since
//     the caller read: see condition.go, one constant or function per rule.
//   - A write that was refused comes back with the item as it is, and the pure
//     functions of package pass judge that: conditions refuse, but only they say
//     why. A use that is in the item already is this one, whose answer was lost.
//     A refusal that no rule explains is pass.ErrUnavailable, never an allow.
//   - Expressions name attributes through placeholders always, because several
//     are reserved words.
//   - Foreign errors are translated where they enter, in one switch: the AWS
//     error code is kept for the log, its message is not, since it may repeat
//     what was sent.
//   - All waiting is bounded, and ends with ctx.
//
// An item written by this store keeps the attributes this code does not know.
package dynamostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Store is a table. It is safe for concurrent use and holds no state but the
// client, whose connections it shares.
type Store struct {
	client *dynamodb.Client
	table  string
}

// New returns the store on a table as CreateTable makes it. NewClient makes a
// client whose attempts and time limits suit a function behind API Gateway.
func New(client *dynamodb.Client, table string) *Store {
	return &Store{client: client, table: table}
}

// Create puts a pass that is not there yet: one conditional put.
func (s *Store) Create(ctx context.Context, p *pass.Pass) error {
	return s.createItem(ctx, record.FromPass(p))
}

func (s *Store) createItem(ctx context.Context, it record.Item) error {
	in := s.putNew(it)
	var sent attempts
	_, err := s.client.PutItem(ctx, in, sent.count)
	if old, ok := refusedBy(err); ok && sent.n > 1 && sameItem(it, old) {
		return nil // an earlier attempt of this very put was carried out, its answer lost
	}
	return failure("PutItem", err)
}

// putNew returns the put of an item whose keys are not taken.
func (s *Store) putNew(it record.Item) *dynamodb.PutItemInput {
	cond := compile(terms{conditions: []string{isNew}})
	return &dynamodb.PutItemInput{
		TableName:                           &s.table,
		Item:                                attributes(it),
		ConditionExpression:                 cond.condition,
		ExpressionAttributeNames:            cond.names,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// update changes one item, and returns it as it is after that. Refused by t's
// conditions, the error is the SDK's, and refusedBy gets the old item out of it.
func (s *Store) update(ctx context.Context, pk, sk string, t terms) (record.Item, error) {
	in := s.updateOf(pk, sk, t)
	var out *dynamodb.UpdateItemOutput
	err := patiently(ctx, func() (err error) {
		out, err = s.client.UpdateItem(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return toItem(out.Attributes), nil
}

func (s *Store) updateOf(pk, sk string, t terms) *dynamodb.UpdateItemInput {
	e := compile(t)
	return &dynamodb.UpdateItemInput{
		TableName:                           &s.table,
		Key:                                 attributes(record.Item{record.PK: pk, record.SK: sk}),
		UpdateExpression:                    e.update,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// query calls f with each item of a partition, in the order of sort keys. A
// partition of more than the given pages of 1 MB is an error.
func (s *Store) query(ctx context.Context, pk string, pages int, f func(record.Item) error) error {
	e := compile(terms{conditions: []string{inPartition}, values: record.Item{":pk": pk}})
	in := &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    e.condition,
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
		ConsistentRead:            aws.Bool(true),
	}
	for range pages {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return failure("Query", err)
		}
		for _, item := range out.Items {
			if err := f(toItem(item)); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return fmt.Errorf("%w: %w: %d MB", pass.ErrUnavailable, errPages, pages)
}

// errPages is that there is more in a partition than is read of one.
var errPages = errors.New("partition has more than is read of one")
