package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Why a change is skipped; any other error of read means that it is malformed.
var (
	errForeign = errors.New("not an item of a pass")
	errVersion = errors.New("an item of another version")
)

// todo is what follows from one change: store calls, in this order, a client to be
// noted, and then events.
type todo struct {
	calls  []func(context.Context, Store) error
	seen   *sighting
	events []Event
}

func (t *todo) do(call func(context.Context, Store) error) { t.calls = append(t.calls, call) }

// read is the whole meaning of the stream, a pure function of a change. What it
// could not read asks for nothing.
func read(c Change) (todo, error) {
	if c.Err != nil {
		return todo{}, c.Err
	}
	t, err := readItem(c)
	if err == nil {
		err = t.tellable()
	}
	if err != nil {
		return todo{}, err
	}
	return t, nil
}

func readItem(c Change) (todo, error) {
	it := c.item()
	if it == nil {
		return todo{}, errors.New("a change without images")
	}
	pk, _ := it[record.PK].(string)
	sk, _ := it[record.SK].(string)
	id, ok := record.PassID(pk)
	switch {
	case !ok:
		return todo{}, errForeign
	case !versioned(c.Old) || !versioned(c.New):
		return todo{}, errVersion
	case sk == record.PassSK:
		return readPass(c, id)
	case sk == record.MarkerSK:
		return readMarker(c, id)
	case record.IsSession(sk):
		return readSession(c, id)
	case sk == record.LinkRequestSK:
		return readLinkRequest(c, id)
	case sk == record.RegistrationSK:
		return readRegistration(c, id)
	case record.IsUse(sk), record.IsChange(sk), sk == record.OpensSK, sk == record.ClientsSK:
		return todo{}, nil
	}
	return todo{}, errForeign
}

// item returns the item as it is now, or was last.
func (c Change) item() record.Item {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

func versioned(it record.Item) bool {
	v, ok := it[record.V].(int64)
	return it == nil || ok && v == pass.Version
}

func readMarker(c Change, id string) (t todo, err error) {
	if c.New != nil {
		return t, nil
	}
	ends, ok := c.Old[record.PurgeAt].(int64)
	if !ok {
		return t, fmt.Errorf("a marker without %s", record.PurgeAt)
	}
	if c.TTL || c.At >= pass.NumericDate(ends) {
		t.tell(c, Event{Type: Expired, PassID: id, ExpiresAt: instant(pass.NumericDate(ends))})
	}
	return t, nil
}

func readSession(c Change, id string) (t todo, err error) {
	if c.Old != nil {
		return t, nil
	}
	s, err := record.ToSession(c.New)
	if err != nil {
		return t, err
	}
	t.tell(c, Event{Type: SessionOpened, PassID: id, At: s.At.Time(), Session: s.Key(), ExpiresAt: instant(s.ExpiresAt)})
	t.saw(c, pass.Visit{Client: pass.Client(id, s.IP, s.UserAgent), Key: s.Key(), PurgeAt: s.PurgeAt}, Event{PassID: id, At: s.At.Time(), Session: s.Key()})
	return t, nil
}

// readLinkRequest tells each request that was noted. That it was cleared away with
// its pass is none.
func readLinkRequest(c Change, id string) (t todo, err error) {
	if c.New == nil {
		return t, nil
	}
	after, err := record.ToLinkRequest(c.New)
	if err != nil {
		return t, err
	}
	var before pass.LinkRequest
	if c.Old != nil {
		if before, err = record.ToLinkRequest(c.Old); err != nil {
			return t, err
		}
	}
	if after.Count > before.Count {
		t.tell(c, Event{Type: LinkRequested, PassID: id, At: after.At.Time()})
	}
	return t, nil
}

func readPass(c Change, id string) (t todo, err error) {
	if c.New == nil {
		t.do(func(ctx context.Context, s Store) error { return s.Clear(ctx, id) })
		gone := Deleted
		if c.TTL {
			gone = Purged
		}
		t.tell(c, Event{Type: gone, PassID: id})
		return t, nil
	}
	after, err := record.ToPass(c.New)
	if err != nil {
		return t, err
	}
	before := &pass.Pass{}
	if c.Old == nil {
		t.tell(c, Event{Type: Issued, PassID: id, ExpiresAt: instant(after.ExpiresAt)})
	} else if before, err = record.ToPass(c.Old); err != nil {
		return todo{}, err
	}
	t.compare(c, before, after)
	return t, nil
}

// compare adds what follows from the difference between two states of a pass.
// Before it appears a pass is empty.
func (t *todo) compare(c Change, before, after *pass.Pass) {
	if after.ExpiresAt != before.ExpiresAt {
		t.do(func(ctx context.Context, s Store) error { return s.PutMarker(ctx, after.ID, after.ExpiresAt) })
	}
	if before.PurgeAt != 0 && after.PurgeAt > before.PurgeAt {
		t.do(func(ctx context.Context, s Store) error { return s.Keep(ctx, after.ID, after.PurgeAt) })
	}
	if c.Old != nil && (renewed(before, after) || signedAnew(before, after)) {
		t.tell(c, Event{Type: Reissued, PassID: after.ID, ExpiresAt: instant(after.ExpiresAt)})
	}
	t.changed(c, before, after)
	t.used(c, before, after)
	switch {
	case before.RevokedAt == 0 && after.RevokedAt != 0:
		t.tell(c, Event{Type: withdrawal(after), PassID: after.ID, At: after.RevokedAt.Time()})
	case before.RevokedAt != 0 && after.RevokedAt == 0:
		t.tell(c, Event{Type: Restored, PassID: after.ID})
	}
	for _, k := range missing(before.Sessions, after.Sessions) {
		if c.At < before.Sessions[k] {
			t.tell(c, Event{Type: SessionEnded, PassID: after.ID, Session: k})
		}
	}
}

// withdrawal returns what it is told as that p was revoked.
func withdrawal(p *pass.Pass) Type {
	if p.Completed {
		return Completed
	}
	return Revoked
}

// changed keeps what was done to a pass, with who did it and why, which no event
// tells. What else follows from it is told by what became of the pass.
func (t *todo) changed(c Change, before, after *pass.Pass) {
	if after.LastChange == nil || before.LastChange != nil && before.LastChange.Key == after.LastChange.Key {
		return
	}
	last := *after.LastChange
	last.Sequence = c.Sequence
	if c.Old != nil {
		last.Was = before.Before(after)
	}
	t.do(func(ctx context.Context, s Store) error { return s.PutChange(ctx, after.ID, last, after.PurgeAt) })
	if last.Operation == pass.Changing {
		t.tell(c, Event{Type: Changed, PassID: after.ID, At: last.At.Time()})
	}
}

// signedAnew reports whether a token was signed for a pass and the secrets left as
// they are, which is a reissue all the same.
func signedAnew(before, after *pass.Pass) bool {
	last, was := after.LastChange, before.LastChange
	return last != nil && last.Operation == pass.Reissuing && (was == nil || was.Key != last.Key)
}

// renewed reports whether a secret opens after that did not open before. That
// one was dropped, or got an end, is no renewal.
func renewed(before, after *pass.Pass) bool {
	for d := range after.Secrets {
		if _, ok := before.Secrets[d]; !ok {
			return true
		}
	}
	return false
}

// used keeps the details of each new use, as far as the pass has them: last_use
// is of the newest alone, and the write that made a use set it.
func (t *todo) used(c Change, before, after *pass.Pass) {
	keys := missing(after.Uses, before.Uses)
	left, counted := after.UsesLeft()
	for i, k := range keys {
		u := pass.Use{Key: k, At: after.Uses[k]}
		if after.LastUse != nil && after.LastUse.Key == k {
			u = *after.LastUse
		}
		t.do(func(ctx context.Context, s Store) error { return s.PutUse(ctx, after.ID, u, after.PurgeAt) })
		if !after.Mode.Redeems() { // else the session that it opened brings the client
			t.saw(c, pass.Visit{Client: pass.Client(after.ID, u.IP, u.UserAgent), Key: k, PurgeAt: after.PurgeAt}, Event{PassID: after.ID, At: u.At.Time(), Use: k})
		}
		e := Event{Type: Used, PassID: after.ID, At: u.At.Time(), Use: k}
		if counted {
			n := left + len(keys) - 1 - i
			e.UsesLeft = &n
		}
		t.tell(c, e)
	}
}

// missing returns the keys of a that are not in b, by time.
func missing(a, b map[pass.Key]pass.NumericDate) []pass.Key {
	var keys []pass.Key
	for k := range a {
		if _, ok := b[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(x, y pass.Key) int { return cmp.Or(cmp.Compare(a[x], a[y]), cmp.Compare(x, y)) })
	return keys
}
