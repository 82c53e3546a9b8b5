package recall

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// cursor is where a call ended: what it did, and what it was asked.
type cursor struct {
	mark   [8]byte // of the question
	key    [8]byte // of the recall's changes
	before pass.NumericDate
	at     pass.Place // the last that was done
}

// Bytes of a cursor without the id in it, and the longest id.
const (
	cursorHead = 8 + 8 + 8 + 8
	maxID      = 64
)

// markOf tells questions apart. It is made of keyed digests, so a cursor does not
// tell whom it is about, nor can that be found out by trying.
func markOf(operation string, l pass.Listing) (m [8]byte) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", operation, l.Index, l.Value, l.From))
	copy(m[:], sum[:])
	return m
}

// String writes a cursor for the answer.
func (c cursor) String() string {
	b := append(append([]byte{}, c.mark[:]...), c.key[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.before))
	b = binary.BigEndian.AppendUint64(b, uint64(c.at.IssuedAt))
	return base64.RawURLEncoding.EncodeToString(append(b, c.at.ID...))
}

// readCursor reads a cursor of this question, or says why not.
func readCursor(text string, mark [8]byte) (c cursor, why string) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) <= cursorHead || len(b) > cursorHead+maxID {
		return c, manage.NoCursor
	}
	copy(c.mark[:], b)
	copy(c.key[:], b[8:])
	c.before = pass.NumericDate(binary.BigEndian.Uint64(b[16:]))
	c.at = pass.Place{IssuedAt: pass.NumericDate(binary.BigEndian.Uint64(b[24:])), ID: string(b[cursorHead:])}
	switch {
	case c.mark != mark:
		return cursor{}, manage.OtherRequest
	case c.before < 0 || c.at.IssuedAt < 0:
		return cursor{}, manage.NoCursor
	}
	return c, ""
}
