package desk

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// hour is the window of every limit, in seconds. Windows begin with the hour: who
// comes at the end of one and at the beginning of the next gets twice the limit,
// and a window is one item with one number.
const hour = 60 * 60

// perBlock is how many requests of one kind come from one client block in an
// hour: an office behind one address gets its links, a program does not get
// through a list.
const perBlock = 20

// take counts one of a kind for a value, at most limit in a window of so many
// seconds, and reports whether there was room. What the value is cannot be told
// from what is written.
func (d *Desk) take(ctx context.Context, kind, value string, limit int, window int64) (bool, error) {
	w, err := d.window(ctx, kind, value, limit, window, pass.At(d.now()))
	if err != nil {
		return false, err
	}
	return d.store.Take(ctx, w.Bucket, w.Limit, w.From, w.Until)
}

// window returns the window of a kind for a value that now is in.
func (d *Desk) window(ctx context.Context, kind, value string, limit int, window int64, now pass.NumericDate) (pass.Window, error) {
	bucket, err := d.names.Digest(ctx, kind, value)
	from := now - now%pass.NumericDate(window)
	return pass.Window{Bucket: bucket, Limit: limit, From: from, Until: from + pass.NumericDate(window)}, err
}

// untilNext returns how many seconds there are until what a full window refuses
// has room again: at least one.
func (d *Desk) untilNext(window int64) int64 { return window - int64(pass.At(d.now()))%window }
