package dynamostore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// ruleUnseen is the rule of pass.Clients.After. That both are lists of one length is part of it:
// to append to anything else would be an error, whenever it was tried again.
const ruleUnseen = "(attribute_not_exists(#pk) OR #v = :v AND attribute_type(#clients, :list) AND attribute_type(#brought_by, :list)" +
	" AND size(#clients) = size(#brought_by) AND size(#clients) < :most AND NOT contains(#clients, :client))"

// Seen notes the client of a visit by one update of the item beside the pass. What
// is refused comes back as it is, which says whether this very visit brought it
// before.
func (s *Store) Seen(ctx context.Context, id string, v pass.Visit) (int, error) {
	if v.Client == "" {
		return 0, failure("UpdateItem", ctx.Err())
	}
	it, err := s.update(ctx, record.PassPK(id), record.ClientsSK, seeing(v))
	if old, refused := refusedBy(err); refused {
		it, err = old, nil
	}
	if err != nil {
		return 0, failure("UpdateItem", err)
	}
	c, err := record.ToClients(it)
	if err != nil || c.V != pass.Version {
		return 0, nil // as the contract says: it will not be read better next time
	}
	return c.BroughtBy(v), nil
}

func seeing(v pass.Visit) terms {
	t := terms{values: record.Item{":v": int64(pass.Version), ":list": "L", ":most": int64(pass.MaxClients), ":none": []any{},
		":client": string(v.Client), ":one": []any{string(v.Client)}, ":by": []any{string(v.Key)}, ":purge": int64(v.PurgeAt)}}
	t.update = "SET #v = :v, #clients = list_append(if_not_exists(#clients, :none), :one), #brought_by = list_append(if_not_exists(#brought_by, :none), :by)"
	if v.PurgeAt != 0 {
		t.update += ", #purge_at = :purge"
	}
	t.require(ruleUnseen)
	return t
}
