package record

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// reader takes attributes out of an item and remembers the first that was not
// of the type it must have. Absent attributes are zero.
type reader struct {
	it  Item
	err error
}

func take[T any](r *reader, name string) T {
	var zero T
	v, ok := r.it[name]
	if !ok {
		return zero
	}
	t, ok := v.(T)
	if !ok && r.err == nil {
		r.err = fmt.Errorf("record: attribute %q is a %T, not a %T", name, v, zero)
	}
	return t
}

func (r *reader) text(name string) string  { return take[string](r, name) }
func (r *reader) number(name string) int64 { return take[int64](r, name) }
func (r *reader) date(name string) pass.NumericDate {
	return pass.NumericDate(take[int64](r, name))
}

// sub reads a map attribute with f, and leaves it nil when absent.
func sub[T any](r *reader, name string, f func(*reader) T) *T {
	it := take[Item](r, name)
	if it == nil {
		return nil
	}
	inner := &reader{it: it}
	t := f(inner)
	if r.err == nil {
		r.err = inner.err
	}
	return &t
}

// dates reads a map of names to seconds. It is never nil.
func (r *reader) dates(name string) map[pass.Key]pass.NumericDate {
	it := take[Item](r, name)
	inner := &reader{it: it}
	out := make(map[pass.Key]pass.NumericDate, len(it))
	for k := range it {
		out[pass.Key(k)] = inner.date(k)
	}
	if r.err == nil {
		r.err = inner.err
	}
	return out
}
