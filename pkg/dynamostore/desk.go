package dynamostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var errWish = fmt.Errorf("dynamostore: a wish that names no secret: %w", pass.ErrUnavailable)

// The rules of the front desk. Both items are made by the first request, so
// there may be none yet.
const (
	ruleWindow = "(attribute_not_exists(#pk) OR #v = :v AND #count < :limit)"
	ruleEvery  = "(attribute_not_exists(#pk) OR #v = :v AND (#at <= :before OR attribute_not_exists(#secret) OR #secret <> :secret))"
)

// Take counts one in a bucket's window by one update, whose condition is the
// limit. An update that had to be repeated after a lost answer may count twice:
// never too much is allowed.
func (s *Store) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error) {
	w := pass.Window{Bucket: bucket, Limit: limit, From: from, Until: until}
	if limit < 1 {
		return false, failure("UpdateItem", ctx.Err()) // a window that is not there yet has no count to compare with
	}
	_, err := s.update(ctx, record.LimiterPK(bucket, from), record.LimiterSK, taking(w))
	if old, refused := refusedBy(err); refused {
		return false, full(old, w)
	}
	return err == nil, failure("UpdateItem", err)
}

func taking(w pass.Window) terms {
	t := terms{update: "SET #v = :v, #count = if_not_exists(#count, :zero) + :one, #purge_at = :until",
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":one": int64(1), ":limit": int64(w.Limit), ":until": int64(w.Until)}}
	t.require(ruleWindow)
	return t
}

// full returns nil if the limit is what stood in the way.
func full(old record.Item, w pass.Window) error {
	n, err := record.ToTaken(old)
	if err == nil && n < int64(w.Limit) {
		err = errUnexplained
	}
	return unreadable(err)
}

// RequestLink notes that the holder of a pass asked for a new link and takes one
// of a window, both in one transaction: what is not told is not counted, and what
// is not counted is not told. It writes beside the pass, whose own item is
// neither read nor written.
func (s *Store) RequestLink(ctx context.Context, id string, w pass.Wish, room pass.Window) (pass.Wished, error) {
	if w.Secret == "" {
		return "", errWish
	}
	err := s.transact(ctx,
		types.TransactWriteItem{Update: s.transactUpdate(record.PassPK(id), record.LinkRequestSK, wishing(w))},
		types.TransactWriteItem{Update: s.transactUpdate(record.LimiterPK(room.Bucket, room.From), record.LimiterSK, taking(room))})
	var c *types.TransactionCanceledException
	switch {
	case err == nil:
		return pass.WishNoted, nil
	case !errors.As(err, &c) || len(c.CancellationReasons) != 2:
	case refuses(c.CancellationReasons[0]):
		return outcome(pass.WishRepeated, tooSoon(toItem(c.CancellationReasons[0].Item), w))
	case refuses(c.CancellationReasons[1]):
		return outcome(pass.WishRefused, full(toItem(c.CancellationReasons[1].Item), room))
	}
	return "", failure("TransactWriteItems", err)
}

func wishing(w pass.Wish) terms {
	t := terms{update: "SET #v = :v, #count = if_not_exists(#count, :zero) + :one, #at = :at, #secret = :secret",
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":one": int64(1), ":at": int64(w.At),
			":before": int64(w.At) - w.Every, ":secret": string(w.Secret), ":purge": int64(w.PurgeAt)}}
	if w.PurgeAt != 0 {
		t.update += ", #purge_at = :purge"
	}
	t.require(ruleEvery)
	return t
}

func outcome(w pass.Wished, err error) (pass.Wished, error) {
	if err != nil {
		return "", err
	}
	return w, nil
}

// tooSoon returns nil if the request before is what stood in the way.
func tooSoon(old record.Item, w pass.Wish) error {
	was, err := record.ToLinkRequest(old)
	if err != nil {
		return unreadable(err)
	}
	if was.V != pass.Version {
		return errVersion
	}
	if _, ok := was.After(w); ok {
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
