package dynamostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// redeemAttempts bounds how often a redemption is written: once as the caller
// knew the pass, once after learning that it has changed, once after making room
// among dead sessions, and once more against others doing the same.
const redeemAttempts = 4

// Redeem opens a session in one transaction, and reads the pass after it, since
// a transaction returns nothing.
func (s *Store) Redeem(ctx context.Context, p *pass.Pass, a pass.Ask, v *pass.Session) (*pass.Pass, *pass.Session, pass.Reason, error) {
	if p == nil {
		p = &pass.Pass{ID: v.PassID}
	}
	if a.Key != v.Key() || p.ID != v.PassID {
		return nil, nil, pass.Unavailable, errKey
	}
	for range redeemAttempts {
		err := s.open(ctx, p, a, v)
		if err == nil {
			return s.opened(ctx, v)
		}
		found, err := s.cancelled(ctx, err, v)
		if err != nil {
			return nil, nil, pass.Unavailable, err
		}
		switch reason := pass.AdmitRedeem(found.Pass, found.Session, a, v.At); {
		case reason == pass.Unavailable:
			return nil, nil, reason, errVersion
		case reason != pass.OK:
			return found.Pass, nil, reason, nil
		case found.Session != nil:
			return found.Pass, found.Session, pass.OK, nil
		}
		if p = found.Pass; len(p.Sessions) < pass.MaxSessions {
			continue
		}
		if err := s.prune(ctx, p, v.At); err != nil {
			return nil, nil, pass.Unavailable, err
		}
	}
	return nil, nil, pass.Unavailable, errUnexplained
}

// open writes the redemption. The SDK's token makes a repeated attempt whose
// first answer was lost the same transaction.
func (s *Store) open(ctx context.Context, p *pass.Pass, a pass.Ask, v *pass.Session) error {
	return s.transact(ctx,
		types.TransactWriteItem{Update: s.transactUpdate(record.PassPK(p.ID), record.PassSK, admitRedeem(p, a, v))},
		types.TransactWriteItem{Put: transactPut(s.putNew(record.FromSession(v)))})
}

// opened returns the pass and the session after a redemption.
func (s *Store) opened(ctx context.Context, v *pass.Session) (*pass.Pass, *pass.Session, pass.Reason, error) {
	now, err := s.visit(ctx, v)
	if err == nil && (now.Pass == nil || now.Session == nil) {
		err = fmt.Errorf("pass %s: gone right after a redemption: %w", v.PassID, pass.ErrUnavailable)
	}
	if err != nil {
		return nil, nil, pass.Unavailable, err
	}
	return now.Pass, now.Session, pass.OK, nil
}

// cancelled returns the pass and the session as they were when a transaction
// was cancelled. An item comes with the cancellation only if its own condition
// failed. Where that leaves open whether this redemption is in the record
// already, both are read.
func (s *Store) cancelled(ctx context.Context, err error, v *pass.Session) (pass.Entry, error) {
	var c *types.TransactionCanceledException
	if !errors.As(err, &c) || len(c.CancellationReasons) != 2 {
		return pass.Entry{}, failure("TransactWriteItems", err)
	}
	byPass, bySession := refuses(c.CancellationReasons[0]), refuses(c.CancellationReasons[1])
	if !byPass && !bySession {
		return pass.Entry{}, failure("TransactWriteItems", err)
	}
	e, err := refusing(c.CancellationReasons, v)
	if err != nil || byPass && (bySession || !mentions(e.Pass, v.Key())) {
		return e, err
	}
	return s.visit(ctx, v)
}

// refusing decodes the items that came with a cancellation.
func refusing(reasons []types.CancellationReason, v *pass.Session) (pass.Entry, error) {
	items := map[where]record.Item{}
	for i, place := range []where{passAt(v.PassID), sessionAt(v.PassID, v.Secret)} {
		if reasons[i].Item != nil {
			items[place] = toItem(reasons[i].Item)
		}
	}
	e, err := entry(pass.Ref{ID: v.PassID, Session: &v.Secret}, items)
	if err != nil {
		err = fmt.Errorf("%w: %w", pass.ErrUnavailable, err)
	}
	return e, err
}

// mentions reports whether a pass has counted or opened k.
func mentions(p *pass.Pass, k pass.Key) bool {
	if p == nil {
		return false
	}
	_, open := p.Sessions[k]
	return open || p.Counted(k)
}

// visit reads a session and its pass.
func (s *Store) visit(ctx context.Context, v *pass.Session) (pass.Entry, error) {
	entries, err := s.Read(ctx, []pass.Ref{{ID: v.PassID, Session: &v.Secret}})
	if err != nil {
		return pass.Entry{}, err
	}
	return entries[0], nil
}

// prune takes dead sessions out of a map that is full of them: the condition
// measures the map as it is before the write.
func (s *Store) prune(ctx context.Context, p *pass.Pass, now pass.NumericDate) error {
	t := terms{names: map[string]string{}, values: record.Item{":v": int64(pass.Version)}}
	t.require(ruleExists, ruleVersion)
	if t.update = t.removal(p, "", now); t.update == "" {
		return nil
	}
	_, err := s.update(ctx, record.PassPK(p.ID), record.PassSK, t)
	return failure("UpdateItem", err)
}
