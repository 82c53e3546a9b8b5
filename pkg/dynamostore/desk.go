package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The rules of the front desk. Both items are made by the first request, so
// there may be none yet.
const (
	ruleWindow = "(attribute_not_exists(#pk) OR #v = :v AND #count < :limit)"
	ruleEvery  = "(attribute_not_exists(#pk) OR #v = :v AND #at <= :before)"
)

// Take counts one in a bucket's window by one update, whose condition is the
// limit. An update that had to be repeated after a lost answer may count twice:
// never too much is allowed.
func (s *Store) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error) {
	if limit < 1 {
		return false, failure("UpdateItem", ctx.Err()) // a window that is not there yet has no count to compare with
	}
	t := terms{update: "SET #v = :v, #count = if_not_exists(#count, :zero) + :one, #purge_at = :until",
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":one": int64(1), ":limit": int64(limit), ":until": int64(until)}}
	t.require(ruleWindow)
	_, err := s.update(ctx, record.LimiterPK(bucket, from), record.LimiterSK, t)
	if old, refused := refusedBy(err); refused {
		n, err := record.ToTaken(old)
		if err == nil && n < int64(limit) {
			err = errUnexplained
		}
		return false, unreadable(err)
	}
	return err == nil, failure("UpdateItem", err)
}

// RequestLink notes that the holder of a pass asked for a new link, by one
// update of the item beside the pass, whose own item is neither read nor
// written.
func (s *Store) RequestLink(ctx context.Context, id string, at pass.NumericDate, every int64, purgeAt pass.NumericDate) (bool, error) {
	t := terms{update: "SET #v = :v, #count = if_not_exists(#count, :zero) + :one, #at = :at",
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":one": int64(1), ":at": int64(at),
			":before": int64(at) - every, ":purge": int64(purgeAt)}}
	if purgeAt != 0 {
		t.update += ", #purge_at = :purge"
	}
	t.require(ruleEvery)
	_, err := s.update(ctx, record.PassPK(id), record.LinkRequestSK, t)
	if old, refused := refusedBy(err); refused {
		return false, tooSoon(old, at, every)
	}
	return err == nil, failure("UpdateItem", err)
}

// tooSoon returns nil if the request before is what stood in the way.
func tooSoon(old record.Item, at pass.NumericDate, every int64) error {
	was, err := record.ToLinkRequest(old)
	if err != nil {
		return unreadable(err)
	}
	if was.V != pass.Version {
		return errVersion
	}
	if _, ok := was.After(at, every, 0); ok {
		return errUnexplained
	}
	return nil
}

func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("dynamostore: %w: %w", pass.ErrUnavailable, err)
}
