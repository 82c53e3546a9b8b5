package keys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
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

// MarkStore is where a Digester finds which key the names in a table were made
// with. Errors match pass.ErrUnavailable.
type MarkStore interface {
	// DigestMark returns the mark of that key, read consistently; empty where no
	// name was made yet.
	DigestMark(ctx context.Context) (string, error)
}

// MarkPutStore is what whoever puts names into the table needs besides.
type MarkPutStore interface {
	MarkStore
	// PutDigestMark puts the mark where there is none, and returns the one that
	// stands then. Of several at once one is put, and returned to all.
	PutDigestMark(ctx context.Context, mark string) (string, error)
}

// ErrDigestKey is that a table has names that were made with another key than the
// one at hand. It comes with pass.ErrUnavailable: by other names nobody is found,
// and "nothing found" would be a lie.
var ErrDigestKey = errors.New("the names in this table were made with another digest key: " +
	"give this process the key that belongs to the table (README, \"The digest key\")")

// Digester names people and networks in keys of the table, so that who reads the
// table cannot tell who is meant, nor find out by trying: without the
// deployment's key nobody can make the digest of a guess.
//
// The table has a mark of that key, so that names made with another are never put
// or looked for: that is ErrDigestKey.
//
// Its own key is derived once per process, since a call of KMS for everybody who
// is named would be slower and cost more than all else; and the mark is read until
// it is there. It is safe for concurrent use.
type Digester struct {
	mac     MacMaker
	marks   MarkStore
	puts    MarkPutStore // nil for who only looks
	key     atomic.Pointer[[]byte]
	settled atomic.Bool // the table has this key's mark
}

// NewDigester returns a Digester for who looks for names in a table. It has asked
// for nothing yet.
func NewDigester(mac MacMaker, marks MarkStore) *Digester {
	return &Digester{mac: mac, marks: marks}
}

// NewMarkingDigester returns a Digester for who issues. The first name that it is
// asked for puts the mark into a table that has none.
func NewMarkingDigester(mac MacMaker, marks MarkPutStore) *Digester {
	return &Digester{mac: mac, marks: marks, puts: marks}
}

// digestMessage is what the key is the MAC of. Another text would name
// everything anew.
const digestMessage = "gatepass digest key v1"

// markKind is the kind of the one name that is the key's mark.
const markKind = "digest key"

// Digest returns the name of a value of some kind: 43 characters of base64url.
// Kinds hold no zero byte. Errors match pass.ErrUnavailable, and [ErrDigestKey]
// where that is why.
func (d *Digester) Digest(ctx context.Context, kind, value string) (string, error) {
	key, err := d.derived(ctx)
	if err != nil {
		return "", err
	}
	return digestOf(key, kind, value), nil
}

func digestOf(key []byte, kind, value string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(kind + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
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

// derived returns the key, once it is known to be the table's.
func (d *Digester) derived(ctx context.Context) ([]byte, error) {
	key, err := d.asked(ctx)
	if err != nil || d.settled.Load() {
		return key, err
	}
	mine := digestOf(key, markKind, "")
	stands, err := d.standing(ctx, mine)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: the mark of the digest key: %w", pass.ErrUnavailable, err)
	case stands == mine:
		d.settled.Store(true)
	case stands != "":
		return nil, fmt.Errorf("%w: %w", pass.ErrUnavailable, ErrDigestKey)
	}
	return key, nil
}

// standing returns the mark that the table has, which may be put first.
func (d *Digester) standing(ctx context.Context, mine string) (string, error) {
	stands, err := d.marks.DigestMark(ctx)
	if err == nil && stands == "" && d.puts != nil {
		return d.puts.PutDigestMark(ctx, mine)
	}
	return stands, err
}

// asked returns the key. One that could not be had is asked for again by the next
// call; two that ask at once get the same.
func (d *Digester) asked(ctx context.Context) ([]byte, error) {
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
