package dynamostore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Revoke withdraws a pass and ends its sessions in one conditional write.
func (s *Store) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	t := terms{update: "SET #sessions = :none, #revoked_at = :at", values: record.Item{":none": record.Item{}, ":at": int64(c.At)}}
	if c.By != "" {
		t.update += ", #revoked_by = :by"
		t.values[":by"] = c.By
	}
	if c.Why != "" {
		t.update += ", #revoked_why = :why"
		t.values[":why"] = c.Why
	}
	t.note(c)
	if c.Operation == pass.Completing {
		t.update += ", #completed = :completed"
		t.values[":completed"] = true
	} else { // a version that does not know it restores without taking it away
		t.update += " REMOVE #completed"
	}
	t.require(ruleNotRevoked)
	return s.revise(ctx, id, t)
}

// Restore takes a withdrawal back.
func (s *Store) Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	t := terms{update: "SET #sessions = :none", values: record.Item{":none": record.Item{}}}
	t.note(c)
	t.update += " REMOVE #revoked_at, #revoked_by, #revoked_why, #completed"
	t.require(isRevoked)
	return s.revise(ctx, id, t)
}

// EndSession ends one session. No session has the empty key, which DynamoDB
// would not take for a name.
func (s *Store) EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error) {
	t := terms{names: map[string]string{"#key": string(k)}, values: record.Item{}}
	if k != "" {
		t.note(c)
		t.update += " REMOVE #sessions.#key"
		t.require(isOpen)
	}
	return s.revise(ctx, id, t)
}

// EndSessions ends every session of a pass.
func (s *Store) EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	t := terms{update: "SET #sessions = :none", values: record.Item{":none": record.Item{}, ":zero": int64(0)}}
	t.note(c)
	t.require(isAnyOpen)
	return s.revise(ctx, id, t)
}

// note adds to an update, which only sets so far, what is done by it.
func (t *terms) note(c pass.Change) {
	switch {
	case c.Key == "":
		return
	case t.update == "":
		t.update = "SET #last_change = :change"
	default:
		t.update += ", #last_change = :change"
	}
	t.values[":change"] = record.FromChange(c)
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
