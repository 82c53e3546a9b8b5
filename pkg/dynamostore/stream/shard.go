package stream

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// maxPages bounds how many pages of a hundred shards a stream is asked for.
const maxPages = 100

// follower reads the shards of one stream in turn.
type follower struct {
	client  *dynamodbstreams.Client
	arn     string
	yield   func(Change, error) bool
	shards  []*shard // in the stream's order, parents first
	stopped bool     // the reader wants no more
}

// shard is a part of a stream and how far it was read.
type shard struct {
	id, parent string
	iterator   *string // nil: to be asked for
	last       string  // sequence of the last change that was told
	done       bool    // closed, and read to its end
}

// round reads every shard whose turn it is once, and returns how many changes
// it told.
func (f *follower) round(ctx context.Context) (told int, err error) {
	if err := f.discover(ctx); err != nil {
		return 0, err
	}
	for _, s := range f.shards {
		if s.done || f.waits(s) {
			continue
		}
		n, err := f.read(ctx, s)
		told += n
		if err != nil || f.stopped {
			return told, err
		}
	}
	return told, nil
}

// waits reports whether the shard that s came from is not read to its end.
func (f *follower) waits(s *shard) bool {
	for _, other := range f.shards {
		if other.id == s.parent {
			return !other.done
		}
	}
	return false
}

// discover looks which shards there are, and forgets those that are no more.
func (f *follower) discover(ctx context.Context) error {
	known := make(map[string]*shard, len(f.shards))
	for _, s := range f.shards {
		known[s.id] = s
	}
	var now []*shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &f.arn}
	for range maxPages {
		out, err := f.client.DescribeStream(ctx, in)
		if err != nil {
			return unavailable("DescribeStream", err)
		}
		for _, d := range out.StreamDescription.Shards {
			s := known[aws.ToString(d.ShardId)]
			if s == nil {
				s = &shard{id: aws.ToString(d.ShardId), parent: aws.ToString(d.ParentShardId)}
			}
			now = append(now, s)
		}
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			break
		}
	}
	f.shards = now
	return nil
}

// read tells what is new in one shard, up to a page.
func (f *follower) read(ctx context.Context, s *shard) (told int, err error) {
	if err := f.seek(ctx, s); err != nil {
		return 0, err
	}
	out, err := f.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: s.iterator})
	if err != nil {
		s.lost(err)
		return 0, unavailable("GetRecords", err)
	}
	for _, r := range out.Records {
		c := change(r)
		if !f.yield(c, nil) {
			f.stopped = true
			return told, nil
		}
		s.last = c.Sequence
		told++
	}
	s.iterator, s.done = out.NextShardIterator, out.NextShardIterator == nil
	return told, nil
}

// seek makes sure that s has an iterator: after the last change that was told,
// or at the oldest there is.
func (f *follower) seek(ctx context.Context, s *shard) error {
	if s.iterator != nil {
		return nil
	}
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &f.arn, ShardId: &s.id, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if s.last != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &s.last
	}
	out, err := f.client.GetShardIterator(ctx, in)
	if err != nil {
		s.lost(err)
		return unavailable("GetShardIterator", err)
	}
	s.iterator = out.ShardIterator
	return nil
}

// lost gives up a place that the stream no longer has: iterators live for 15
// minutes, changes for 24 hours, shards as long as their changes.
func (s *shard) lost(err error) {
	var expired *types.ExpiredIteratorException
	var trimmed *types.TrimmedDataAccessException
	switch {
	case errors.As(err, &expired):
		s.iterator = nil
	case errors.As(err, &trimmed):
		s.iterator, s.last = nil, ""
	}
}
