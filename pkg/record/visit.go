package record

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// FromSession returns the item of a session.
func FromSession(s *pass.Session) Item {
	it := Item{PK: PassPK(s.PassID), SK: SessionSK(s.Secret), V: int64(s.V)}
	it.texts(map[string]string{IP: s.IP, UserAgent: s.UserAgent, Origin: s.Origin})
	it.numbers(map[string]int64{At: int64(s.At), ExpiresAt: int64(s.ExpiresAt), PurgeAt: int64(s.PurgeAt)})
	return it
}

// ToSession reads the item of a session. As with ToPass, an item of another
// version comes back with its keys and V alone.
func ToSession(it Item) (*pass.Session, error) {
	r := &reader{it: it}
	id, ok := PassID(r.text(PK))
	sk := r.text(SK)
	if !ok || !IsSession(sk) {
		return nil, fmt.Errorf("record: item %q is no session", r.text(PK))
	}
	d, err := pass.ParseDigest(sk[len(sessionPrefix):])
	if err != nil {
		return nil, fmt.Errorf("record: session of %q: %w", id, err)
	}
	s := &pass.Session{V: int(r.number(V)), PassID: id, Secret: d}
	if s.V != pass.Version {
		return s, r.err
	}
	s.At, s.ExpiresAt, s.PurgeAt = r.date(At), r.date(ExpiresAt), r.date(PurgeAt)
	s.IP, s.UserAgent, s.Origin = r.text(IP), r.text(UserAgent), r.text(Origin)
	return s, r.err
}

// FromUse returns the attributes of a use: those of last_use in a pass, and,
// with keys and v beside them, those of an audit item.
func FromUse(u pass.Use) Item {
	it := Item{}
	it.texts(map[string]string{Key: string(u.Key), Route: u.Route, IP: u.IP, UserAgent: u.UserAgent})
	it.numbers(map[string]int64{At: int64(u.At)})
	return it
}

// UseItem returns the audit item of one use of a pass.
func UseItem(id string, u pass.Use, purgeAt pass.NumericDate) Item {
	it := FromUse(u)
	it[PK], it[SK], it[V] = PassPK(id), UseSK(u.At, u.Key), int64(pass.Version)
	it.numbers(map[string]int64{PurgeAt: int64(purgeAt)})
	return it
}

// ToUse reads the attributes of a use.
func ToUse(it Item) (pass.Use, error) {
	r := &reader{it: it}
	u := toUse(r)
	return u, r.err
}

func toUse(r *reader) pass.Use {
	return pass.Use{Key: pass.Key(r.text(Key)), At: r.date(At), Route: r.text(Route), IP: r.text(IP), UserAgent: r.text(UserAgent)}
}

// Marker returns the end marker of a pass: an item whose removal by TTL tells
// that the pass has expired.
func Marker(id string, expiresAt pass.NumericDate) Item {
	return Item{PK: PassPK(id), SK: MarkerSK, V: int64(pass.Version), PurgeAt: int64(expiresAt)}
}

// keptLonger is how much longer than its pass an item is kept that is kept at all, in
// seconds: a week. A pass that is extended every minute has it touched once a week.
// It is cleared away with its pass, and goes by itself only if that went wrong.
const keptLonger = 7 * 24 * 3600

// Kept is the purge_at of an item that is to stay as long as its pass, up to t.
func Kept(t pass.NumericDate) pass.NumericDate { return t + keptLonger }

// GoesBefore reports whether an item is one that lies beside a pass and goes with
// it, and would be removed by TTL before t. The pass and its end marker go at times
// of their own, and an item of another version is left alone.
func GoesBefore(it Item, t pass.NumericDate) bool {
	sk, _ := it[SK].(string)
	at, goes := it[PurgeAt].(int64)
	return sk != PassSK && sk != MarkerSK && it[V] == int64(pass.Version) && goes && at < int64(t)
}
