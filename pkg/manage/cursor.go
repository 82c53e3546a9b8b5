package manage

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// A cursor is where the page before ended, behind a mark of what was asked for:
// with another question it would skip passes and nobody would know.
type mark [8]byte

const cursorSize = len(mark{}) + 8 + idLen

// The words for a cursor that cannot be gone on with.
const (
	NoCursor     = "not a valid cursor; pass it back exactly as it was returned"
	OtherRequest = "belongs to a different request; ask for the same as before, or begin anew without it"
)

// markOf tells questions apart. Whom a list is of is in it as the index names them, by
// a keyed digest: a cursor does not tell, nor can that be found out by trying.
func (f Filter) markOf(l pass.Listing) (m mark) {
	f.Whose, f.Limit, f.Cursor = Whose{}, 0, ""
	b, _ := json.Marshal(f) // strings and times of a year that JSON can write, or nothing
	sum := sha256.Sum256([]byte(string(l.Index) + "\x00" + l.Value + "\x00" + string(b)))
	copy(m[:], sum[:])
	return m
}

// cursor writes the place after which the next page begins.
func (m mark) cursor(p pass.Place) string {
	b := binary.BigEndian.AppendUint64(m[:], uint64(p.IssuedAt))
	return base64.RawURLEncoding.EncodeToString(append(b, p.ID...))
}

// place reads a cursor of this question, or says why not.
func (m mark) place(cursor string) (p pass.Place, why string) {
	b, why := readCursor(cursor)
	switch {
	case why != "":
		return p, why
	case mark(b[:len(m)]) != m:
		return p, OtherRequest
	}
	at := binary.BigEndian.Uint64(b[len(m):]) &^ (1 << 63)
	return pass.Place{IssuedAt: pass.NumericDate(at), ID: string(b[len(m)+8:])}, ""
}

// readCursor reads a cursor of any question, or says why not.
func readCursor(cursor string) (b []byte, why string) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != cursorSize || !token.ValidID(string(b[len(mark{})+8:])) {
		return nil, NoCursor
	}
	return b, ""
}
