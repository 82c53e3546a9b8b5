package keys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/gatepass/gatepass/pkg/pass"
)

// MacMaker returns an HMAC-SHA-256 of a message with a key of the deployment:
// KMS in the cloud, a [FileMac] locally. Implementations are safe for concurrent
// use.
type MacMaker interface {
	Mac(ctx context.Context, message []byte) ([]byte, error)
}

// Digester names people and networks in keys of the table, so that who reads the
// table cannot tell who is meant, nor find out by trying: without the
// deployment's key nobody can make the digest of a guess.
//
// Its own key is derived once per process, since a call of KMS for everybody who
// is named would be slower and cost more than all else. It is safe for concurrent
// use.
type Digester struct {
	mac MacMaker
	key atomic.Pointer[[]byte]
}

// NewDigester returns a Digester that has asked for nothing yet.
func NewDigester(mac MacMaker) *Digester { return &Digester{mac: mac} }

// digestMessage is what the key is the MAC of. Another text would name
// everything anew.
const digestMessage = "gatepass digest key v1"

// Digest returns the name of a value of some kind: 43 characters of base64url.
// Kinds hold no zero byte. Errors match pass.ErrUnavailable.
func (d *Digester) Digest(ctx context.Context, kind, value string) (string, error) {
	key, err := d.derived(ctx)
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(kind + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// nameSize is how much of a digest names a person: 128 bits, in 22 characters. It
// lies in every pass, of which each KB is a write unit of every use.
const nameSize = 22

// Subject names the holder of passes with this subject.
func (d *Digester) Subject(ctx context.Context, subject string) (string, error) {
	return d.name(ctx, "subject", subject)
}

// Email names the holder of passes for this address, in whatever case it is
// written: mailboxes that differ in case alone are one person's.
func (d *Digester) Email(ctx context.Context, email string) (string, error) {
	return d.name(ctx, "email", strings.ToLower(email))
}

// Issuer names who issued passes, as their issued_by says.
func (d *Digester) Issuer(ctx context.Context, issuedBy string) (string, error) {
	return d.name(ctx, "issued_by", issuedBy)
}

func (d *Digester) name(ctx context.Context, kind, value string) (string, error) {
	digest, err := d.Digest(ctx, kind, value)
	if err != nil {
		return "", err
	}
	return digest[:nameSize], nil
}

// derived returns the key. One that could not be had is asked for again by the
// next call; two that ask at once get the same.
func (d *Digester) derived(ctx context.Context) ([]byte, error) {
	if key := d.key.Load(); key != nil {
		return *key, nil
	}
	key, err := d.mac.Mac(ctx, []byte(digestMessage))
	if err == nil && len(key) != sha256.Size {
		err = fmt.Errorf("a MAC of %d bytes", len(key))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the key of digests: %w", pass.ErrUnavailable, err)
	}
	d.key.Store(&key)
	return key, nil
}
