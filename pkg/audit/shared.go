package audit

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// sighting is a visit whose client is to be noted, and what is told where it
// brought one that is not the first of its pass.
type sighting struct {
	visit  pass.Visit
	shared Event
}

// saw has the client of a visit noted; e says which visit it was, and of which pass.
func (t *todo) saw(c Change, v pass.Visit, e Event) {
	if v.Client == "" {
		return
	}
	e.Type = Shared
	t.seen = &sighting{visit: v, shared: e.named(c)}
}

// note notes the client of a visit, if there is one, and returns what is told of it.
// A visit that is handed over again brings what it brought: the event is the same,
// its number too.
func (s *sighting) note(ctx context.Context, store Store) ([]Event, error) {
	if s == nil {
		return nil, nil
	}
	which, err := store.Seen(ctx, s.shared.PassID, s.visit)
	if err != nil || which < 2 {
		return nil, err
	}
	e := s.shared
	e.Clients = which
	return []Event{e}, nil
}
