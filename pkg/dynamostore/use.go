package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var (
	errKey         = fmt.Errorf("dynamostore: the key is not that of the use or session: %w", pass.ErrUnavailable)
	errVersion     = fmt.Errorf("dynamostore: the record is of another version: %w: %w", pass.ErrUnavailable, pass.ErrUnreadable)
	errUnexplained = fmt.Errorf("dynamostore: the write was refused, and no rule says why: %w", pass.ErrUnavailable)
)

// Use counts one use in one conditional write.
func (s *Store) Use(ctx context.Context, id string, a pass.Ask, u pass.Use) (*pass.Pass, pass.Reason, error) {
	if u.Key == "" || u.Key != a.Key {
		return nil, pass.Unavailable, errKey
	}
	it, err := s.update(ctx, record.PassPK(id), record.PassSK, admitUse(a, u))
	old, refused := refusedBy(err)
	switch {
	case refused && old == nil:
		return nil, pass.Unknown, nil
	case refused:
		return judge(old, a, u.At)
	case err != nil:
		return nil, pass.Unavailable, failure("UpdateItem", err)
	}
	p, err := current(it)
	if err != nil {
		return nil, pass.Unavailable, err
	}
	return p, pass.OK, nil
}

// judge says why the write of a use was refused, by the item that refused it.
// It is OK for a pass that does not count, and for a use that is in the item: it
// is this one, and its answer was lost.
func judge(old record.Item, a pass.Ask, now pass.NumericDate) (*pass.Pass, pass.Reason, error) {
	p, err := current(old)
	if err != nil {
		return nil, pass.Unavailable, err
	}
	reason := pass.Admit(p, a, now)
	if reason == pass.OK && p.MaxUses > 0 && !p.Counted(a.Key) {
		return nil, pass.Unavailable, errUnexplained
	}
	return p, reason, nil
}

// current reads the item of a pass of this version.
func current(it record.Item) (*pass.Pass, error) {
	p, err := record.ToPass(it)
	if err != nil {
		return nil, fmt.Errorf("dynamostore: %w: %w: %w", pass.ErrUnavailable, pass.ErrUnreadable, err)
	}
	if p.V != pass.Version {
		return nil, errVersion
	}
	return p, nil
}
