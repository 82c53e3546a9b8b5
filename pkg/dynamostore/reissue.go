package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// reissueAttempts bounds how often a reissue is written: once as the pass was
// read, and once more for each other reissue that came in between.
const reissueAttempts = 4

// sameSecrets: nobody has reissued the pass since it was read. Which secret is
// now the old one depends on it.
const sameSecrets = "#secrets = :secrets"

var errReissued = fmt.Errorf("dynamostore: the pass was reissued by others again and again: %w", pass.ErrUnavailable)

// Reissue reads a pass and gives it a new secret in one conditional write.
func (s *Store) Reissue(ctx context.Context, id string, secret pass.Digest, keepOld, expiresAt, purgeAt, now pass.NumericDate) (*pass.Pass, error) {
	p, err := s.known(ctx, id)
	for range reissueAttempts {
		if err != nil {
			return nil, err
		}
		if _, done := p.Secrets[secret]; done || pass.AdmitReissue(p, expiresAt, now) != pass.OK {
			return p, nil
		}
		t := reissue(p, expiresAt, now)
		p.Reissue(secret, keepOld, expiresAt, purgeAt, now)
		t.renew(record.FromPass(p), expiresAt, purgeAt)
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
// has the secrets still that it was read with.
func reissue(p *pass.Pass, expiresAt, now pass.NumericDate) terms {
	t := terms{values: record.Item{":v": int64(pass.Version), ":now": int64(now), ":secrets": record.FromPass(p)[record.Secrets]}}
	t.require(ruleExists, ruleVersion, ruleNotRevoked, sameSecrets)
	if expiresAt == 0 {
		t.require(ruleNotExpired)
	}
	return t
}

// renew adds the update: the secrets of it, and the dates that are to be others.
func (t *terms) renew(it record.Item, expiresAt, purgeAt pass.NumericDate) {
	t.update = "SET #secrets = :renewed"
	t.values[":renewed"] = it[record.Secrets]
	if expiresAt != 0 {
		t.update += ", #expires_at = :end"
		t.values[":end"] = int64(expiresAt)
	}
	if purgeAt != 0 {
		t.update += ", #purge_at = :purge"
		t.values[":purge"] = int64(purgeAt)
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
