package dynamostore

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// maxKeys is how many keys one BatchGetItem takes.
const maxKeys = 100

// readAttempts is how often keys are asked for that DynamoDB left out of its
// answer, which it does when it is throttling.
const readAttempts = 4

// where is the place of an item.
type where struct{ pk, sk string }

// Read returns one entry per ref from one consistent batch read, where a record
// that several refs need is asked for once. More than 100 records are an error.
func (s *Store) Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	found, err := s.batchGet(ctx, placesOf(refs))
	if err != nil {
		return nil, failure("BatchGetItem", err)
	}
	entries := make([]pass.Entry, len(refs))
	for i, ref := range refs {
		if entries[i], err = entry(ref, found); err != nil {
			return nil, fmt.Errorf("%w: %w", pass.ErrUnavailable, err)
		}
	}
	return entries, nil
}

func passAt(id string) where { return where{record.PassPK(id), record.PassSK} }

func sessionAt(id string, d pass.Digest) where { return where{record.PassPK(id), record.SessionSK(d)} }

func placesOf(refs []pass.Ref) map[where]bool {
	places := make(map[where]bool, 2*len(refs))
	for _, ref := range refs {
		places[passAt(ref.ID)] = true
		if ref.Session != nil {
			places[sessionAt(ref.ID, *ref.Session)] = true
		}
	}
	return places
}

// entry decodes what ref leads to. Each call makes its own copies.
func entry(ref pass.Ref, found map[where]record.Item) (e pass.Entry, err error) {
	if it, ok := found[passAt(ref.ID)]; ok {
		if e.Pass, err = record.ToPass(it); err != nil {
			return e, err
		}
	}
	if ref.Session == nil {
		return e, nil
	}
	if it, ok := found[sessionAt(ref.ID, *ref.Session)]; ok {
		e.Session, err = record.ToSession(it)
	}
	return e, err
}

// batchGet reads items by their keys, in one request unless DynamoDB answers
// only in part.
func (s *Store) batchGet(ctx context.Context, places map[where]bool) (map[where]record.Item, error) {
	if len(places) > maxKeys {
		return nil, fmt.Errorf("%w: %d records in one read, not %d", pass.ErrUnavailable, maxKeys, len(places))
	}
	found := make(map[where]record.Item, len(places))
	if len(places) == 0 {
		return found, nil
	}
	keys := keysOf(places)
	for attempt := 1; ; attempt++ {
		asked := map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: asked})
		if err != nil {
			return nil, err
		}
		for _, item := range out.Responses[s.table] {
			it := toItem(item)
			pk, _ := it[record.PK].(string)
			sk, _ := it[record.SK].(string)
			found[where{pk, sk}] = it
		}
		if keys = out.UnprocessedKeys[s.table].Keys; len(keys) == 0 {
			return found, nil
		}
		if attempt == readAttempts {
			return nil, fmt.Errorf("dynamodb BatchGetItem: %w: keys left unprocessed", pass.ErrUnavailable)
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

func keysOf(places map[where]bool) []map[string]types.AttributeValue {
	keys := make([]map[string]types.AttributeValue, 0, len(places))
	for w := range places {
		keys = append(keys, attributes(record.Item{record.PK: w.pk, record.SK: w.sk}))
	}
	return keys
}
