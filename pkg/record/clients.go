package record

import (
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// ClientsSK is the sort key of the clients of a pass.
const ClientsSK = "K"

// The attributes of clients: two lists, in which what has the same place belongs
// together.
const (
	Clients   = "clients"
	BroughtBy = "brought_by"
)

// FromClients returns the item of the clients of a pass.
func FromClients(id string, c pass.Clients) Item {
	it := Item{PK: PassPK(id), SK: ClientsSK, V: int64(c.V), Clients: fromKeys(c.Each), BroughtBy: fromKeys(c.Brought)}
	it.numbers(map[string]int64{PurgeAt: int64(c.PurgeAt)})
	return it
}

// ToClients reads the item of the clients of a pass. One of another version comes
// back with its V alone.
func ToClients(it Item) (pass.Clients, error) {
	r := &reader{it: it}
	if _, ok := PassID(r.text(PK)); !ok || r.text(SK) != ClientsSK {
		return pass.Clients{}, fmt.Errorf("record: item %q is no clients", r.text(PK))
	}
	c := pass.Clients{V: int(r.number(V))}
	if c.V == pass.Version {
		c.Each, c.Brought, c.PurgeAt = r.keys(Clients), r.keys(BroughtBy), r.date(PurgeAt)
		if r.err == nil && len(c.Each) != len(c.Brought) {
			r.err = errors.New("record: clients of which not each has what brought it")
		}
	}
	return c, r.err
}

func fromKeys(keys []pass.Key) []any {
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = string(k)
	}
	return out
}

// keys reads a list of keys, which must be there.
func (r *reader) keys(name string) (out []pass.Key) {
	list := take[[]any](r, name)
	if list == nil && r.err == nil {
		r.err = fmt.Errorf("record: there is no attribute %q", name)
	}
	for _, v := range list {
		k, ok := v.(string)
		if !ok && r.err == nil {
			r.err = fmt.Errorf("record: attribute %q has a %T, not a text", name, v)
		}
		out = append(out, pass.Key(k))
	}
	return out
}
