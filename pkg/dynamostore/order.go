package dynamostore

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The rules of orders. One whose time is over may lie there still.
const (
	ruleNoOrder   = "(attribute_not_exists(#pk) OR #v = :v AND #purge_at <= :now)"
	ruleSameOrder = "#salt = :salt"
)

// Order returns the order under a key, or nil, from one consistent read.
func (s *Store) Order(ctx context.Context, key string) (*pass.Order, error) {
	at := where{record.OrderPK(key), record.OrderSK}
	found, err := s.batchGet(ctx, map[where]bool{at: true})
	if err != nil {
		return nil, failure("BatchGetItem", err)
	}
	if found[at] == nil {
		return nil, nil
	}
	o, err := record.ToOrder(found[at])
	if err != nil {
		return nil, unreadable(err)
	}
	return o, nil
}

// PutOrder puts an order where none stands, in one conditional put. Refused, it
// is the other one that lies there, or this one, put by an earlier attempt.
func (s *Store) PutOrder(ctx context.Context, o *pass.Order) (*pass.Order, error) {
	t := terms{values: record.Item{":v": int64(pass.Version), ":now": int64(o.At)}}
	t.require(ruleNoOrder)
	e := compile(t)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                           &s.table,
		Item:                                attributes(record.FromOrder(o)),
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if old, ok := refusedBy(err); ok && old != nil {
		return standing(old, o.At)
	}
	if err != nil {
		return nil, failure("PutItem", err)
	}
	copied := *o
	return &copied, nil
}

// standing returns the order that refused another one at now.
func standing(old record.Item, now pass.NumericDate) (*pass.Order, error) {
	was, err := record.ToOrder(old)
	switch {
	case err != nil:
		return nil, unreadable(err)
	case was.V != pass.Version:
		return nil, errVersion
	case !was.Stands(now):
		return nil, errUnexplained
	}
	return was, nil
}

// FinishOrder notes that every pass of an order was written.
func (s *Store) FinishOrder(ctx context.Context, o *pass.Order) error {
	t := terms{update: "SET #done = :done", values: record.Item{":done": true, ":v": int64(pass.Version), ":salt": o.Salt[:]}}
	t.require(ruleExists, ruleVersion, ruleSameOrder)
	_, err := s.update(ctx, record.OrderPK(o.Key), record.OrderSK, t)
	old, refused := refusedBy(err)
	if !refused || old == nil {
		return failure("UpdateItem", err)
	}
	was, err := record.ToOrder(old)
	switch {
	case err != nil:
		return unreadable(err)
	case was.V != pass.Version:
		return errVersion
	case was.Salt != o.Salt:
		return fmt.Errorf("dynamodb UpdateItem: another order: %w", pass.ErrNotFound)
	}
	return errUnexplained
}
