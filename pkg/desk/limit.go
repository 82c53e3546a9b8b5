package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"sync/atomic"

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

// Block returns the block of clients that an address belongs to, by which
// requests are limited: an IPv4 /24, an IPv6 /48, which is what one customer is
// given. Whatever is no address is one block too.
func Block(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return "none"
	}
	addr, bits := addr.Unmap().WithZone(""), 48
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}

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
	bucket, err := d.key.bucket(ctx, kind, value)
	from := now - now%pass.NumericDate(window)
	return pass.Window{Bucket: bucket, Limit: limit, From: from, Until: from + pass.NumericDate(window)}, err
}

// untilNext returns how many seconds there are until what a full window refuses
// has room again: at least one.
func (d *Desk) untilNext(window int64) int64 { return window - int64(pass.At(d.now()))%window }

// bucketKey is the key of the limiter's buckets: derived once per process, since
// a call of KMS for every visitor would be slower and cost more than the rest.
type bucketKey struct {
	mac Mac
	key atomic.Pointer[[]byte]
}

// keyMessage is what the key is the MAC of. Another text would empty every
// bucket.
const keyMessage = "gatepass digest key v1"

// bucket names the limiter of a kind for a value.
func (k *bucketKey) bucket(ctx context.Context, kind, value string) (string, error) {
	key, err := k.derived(ctx)
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(kind + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// derived returns the key. One that could not be had is asked for again by the
// next request; two that ask at once get the same.
func (k *bucketKey) derived(ctx context.Context) ([]byte, error) {
	if key := k.key.Load(); key != nil {
		return *key, nil
	}
	key, err := k.mac.Mac(ctx, []byte(keyMessage))
	if err == nil && len(key) != sha256.Size {
		err = fmt.Errorf("a MAC of %d bytes", len(key))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the limiter's key: %w", pass.ErrUnavailable, err)
	}
	k.key.Store(&key)
	return key, nil
}
