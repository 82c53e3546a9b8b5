package dynamostore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Revoke withdraws a pass and ends its sessions in one conditional write.
func (s *Store) Revoke(ctx context.Context, id string, at pass.NumericDate, by, why string) (*pass.Pass, error) {
	t := terms{update: "SET #sessions = :none, #revoked_at = :at", values: record.Item{":none": record.Item{}, ":at": int64(at)}}
	if by != "" {
		t.update += ", #revoked_by = :by"
		t.values[":by"] = by
	}
	if why != "" {
		t.update += ", #revoked_why = :why"
		t.values[":why"] = why
	}
	t.require(ruleNotRevoked)
	return s.revise(ctx, id, t)
}

// Restore takes a withdrawal back.
func (s *Store) Restore(ctx context.Context, id string) (*pass.Pass, error) {
	t := terms{update: "SET #sessions = :none REMOVE #revoked_at, #revoked_by, #revoked_why", values: record.Item{":none": record.Item{}}}
	t.require(isRevoked)
	return s.revise(ctx, id, t)
}

// EndSession ends one session. No session has the empty key, which DynamoDB
// would not take for a name.
func (s *Store) EndSession(ctx context.Context, id string, k pass.Key) (*pass.Pass, error) {
	t := terms{names: map[string]string{"#key": string(k)}, values: record.Item{}}
	if k != "" {
		t.update = "REMOVE #sessions.#key"
	}
	return s.revise(ctx, id, t)
}

// EndSessions ends every session of a pass.
func (s *Store) EndSessions(ctx context.Context, id string) (*pass.Pass, error) {
	return s.revise(ctx, id, terms{update: "SET #sessions = :none", values: record.Item{":none": record.Item{}}})
}

// revise changes a pass that is there and of a known version. If another
// condition refused, the pass is already what it should become, and is returned
// as it is.
func (s *Store) revise(ctx context.Context, id string, t terms) (*pass.Pass, error) {
	t.require(ruleExists)
	t.require(ruleVersion)
	t.values[":v"] = int64(pass.Version)
	it, err := s.update(ctx, record.PassPK(id), record.PassSK, t)
	if old, ok := refusedBy(err); ok && old != nil {
		it, err = old, nil
	}
	if err != nil {
		return nil, failure("UpdateItem", err)
	}
	return current(it)
}
