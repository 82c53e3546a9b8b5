package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// reissueAttempts bounds how often a reissue is written: once as the pass was
// read, and once more for each other reissue, or use that the new total depends
// on, that came in between.
const reissueAttempts = 4

// What a renewal was reckoned from is as it was read. Which secret is now the old
// one depends on the secrets, and the new total on the uses: none is ever taken
// out, so that as many are the same.
const (
	sameSecrets = "#secrets = :secrets"
	sameUses    = "size(#uses) = :used"
)

var errReissued = fmt.Errorf("dynamostore: the pass was reissued or used by others again and again: %w", pass.ErrUnavailable)

// Reissue reads a pass and gives it a new secret in one conditional write.
func (s *Store) Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error) {
	p, err := s.known(ctx, id)
	for range reissueAttempts {
		if err != nil {
			return nil, err
		}
		if p.Reissued(r) || pass.AdmitReissue(p, r) != pass.OK {
			return p, nil
		}
		t := reissue(p, r)
		p.Reissue(r)
		t.renew(record.FromPass(p), r)
		it, wrote := s.update(ctx, record.PassPK(id), record.PassSK, t)
		old, refused := refusedBy(wrote)
		switch {
		case refused && old != nil:
			p, err = current(old)
		case wrote != nil:
			return nil, failure("UpdateItem", wrote)
		default:
			return current(it)
		}
	}
	return nil, errReissued
}

// reissue returns the conditions under which pass.AdmitReissue admits it, and p
// has still what the renewal is reckoned from.
func reissue(p *pass.Pass, r pass.Renewal) terms {
	t := terms{values: record.Item{":v": int64(pass.Version), ":now": int64(r.At),
		":secrets": record.FromPass(p)[record.Secrets], ":used": int64(len(p.Uses))}}
	t.require(ruleExists, ruleVersion, ruleNotRevoked, sameSecrets)
	if r.ExpiresAt == 0 {
		t.require(ruleNotExpired)
	}
	switch {
	case p.MaxUses == 0:
		t.require(ruleUnlimited)
	case r.Uses > 0:
		t.require(sameUses, isCounted)
	default:
		t.require(ruleUsesLeft)
	}
	return t
}

// renew adds the update: the secrets of it, and what else is to be other.
func (t *terms) renew(it record.Item, r pass.Renewal) {
	t.update = "SET #secrets = :renewed, #last_change = :change"
	t.values[":renewed"], t.values[":change"] = it[record.Secrets], it[record.LastChange]
	if r.TokenExpiresAt != 0 {
		t.update += ", #token_expires_at = :token_end"
		t.values[":token_end"] = int64(r.TokenExpiresAt)
	}
	if r.ExpiresAt != 0 {
		t.update += ", #expires_at = :end"
		t.values[":end"] = int64(r.ExpiresAt)
	}
	if r.PurgeAt != 0 {
		t.update += ", #purge_at = :purge"
		t.values[":purge"] = int64(r.PurgeAt)
	}
	if total := it[record.MaxUses]; r.Uses > 0 && total != nil {
		t.update += ", #max_uses = :total"
		t.values[":total"] = total
	}
}

// known reads a pass that must be there, and of this version.
func (s *Store) known(ctx context.Context, id string) (*pass.Pass, error) {
	entries, err := s.Read(ctx, []pass.Ref{{ID: id}})
	switch {
	case err != nil:
		return nil, err
	case entries[0].Pass == nil:
		return nil, fmt.Errorf("pass %s: %w", id, pass.ErrNotFound)
	case entries[0].Pass.V != pass.Version:
		return nil, errVersion
	}
	return entries[0].Pass, nil
}
