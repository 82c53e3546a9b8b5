package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var errTouch = fmt.Errorf("dynamostore: a look that is no touch: %w", pass.ErrUnavailable)

// newOrCurrent: opens are made by the first look, so there may be none yet.
const newOrCurrent = "(attribute_not_exists(#pk) OR #v = :v)"

// Opened counts one look at a link page by one update of the item beside the
// pass. The pass's own item is neither read nor written, so that looks never
// stand in the way of a use.
func (s *Store) Opened(ctx context.Context, id string, look pass.Look) error {
	count, ok := record.Count(look.Touch)
	if !ok {
		return errTouch
	}
	_, err := s.update(ctx, record.PassPK(id), record.OpensSK, countLook(count, look))
	if _, refused := refusedBy(err); refused {
		return errVersion
	}
	return failure("UpdateItem", err)
}

func countLook(count string, look pass.Look) terms {
	t := terms{names: map[string]string{"#count": count},
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":one": int64(1), ":at": int64(look.At), ":purge": int64(look.PurgeAt)}}
	t.update = "SET #v = :v, #count = if_not_exists(#count, :zero) + :one, #first_at = if_not_exists(#first_at, :at), #last_at = :at"
	if look.PurgeAt != 0 {
		t.update += ", #purge_at = :purge"
	}
	t.require(newOrCurrent)
	return t
}
