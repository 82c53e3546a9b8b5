package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// findPages bounds how often one partition of an index is asked for the rest of
// a page. Its entries are small: the largest page is a fifth of DynamoDB's 1 MB.
const findPages = 8

var errListing = errors.New("a listing that cannot be answered")

// Find returns a page of a list, from every partition that it lies in. Indexes
// have no consistent reads, and nothing that is decided goes by them.
func (s *Store) Find(ctx context.Context, l pass.Listing) ([]pass.Place, error) {
	if !l.Valid() {
		return nil, fmt.Errorf("dynamostore: %w: %w", pass.ErrUnavailable, errListing)
	}
	index, partitions := record.Partitions(l)
	var found []pass.Place
	for _, p := range partitions {
		places, err := s.places(ctx, index, p, l)
		if err != nil {
			return nil, err
		}
		found = append(found, places...)
	}
	slices.SortFunc(found, pass.NewestFirst)
	return found[:min(len(found), l.Limit)], nil
}

// places reads the page of one partition, from the end.
func (s *Store) places(ctx context.Context, index, partition string, l pass.Listing) (out []pass.Place, err error) {
	in := s.placesQuery(index, partition, l)
	for range findPages {
		page, err := s.client.Query(ctx, in)
		if err != nil {
			return nil, failure("Query", err)
		}
		for _, item := range page.Items {
			p, err := record.ToPlace(toItem(item))
			if err != nil {
				return nil, fmt.Errorf("dynamostore: %w: %w", pass.ErrUnavailable, err)
			}
			if p.IssuedAt < l.From {
				return out, nil
			}
			out = append(out, p)
		}
		if len(page.LastEvaluatedKey) == 0 || len(out) >= l.Limit {
			return out, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
	return nil, fmt.Errorf("%w: a page of more than %d MB", pass.ErrUnavailable, findPages)
}

func (s *Store) placesQuery(index, partition string, l pass.Listing) *dynamodb.QueryInput {
	t := terms{conditions: []string{inIndex}, names: map[string]string{"#index": index}, values: record.Item{":partition": partition}}
	if l.Before != (pass.Place{}) {
		t.require(isListedBefore)
		t.values[":before"] = record.ListedSK(l.Before)
	}
	e := compile(t)
	return &dynamodb.QueryInput{
		TableName:                 &s.table,
		IndexName:                 &index,
		KeyConditionExpression:    e.condition,
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
		ScanIndexForward:          aws.Bool(false),
		Limit:                     aws.Int32(int32(l.Limit)),
	}
}
