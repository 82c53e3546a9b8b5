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
const (
	markSize   = 8
	cursorSize = markSize + 8 + idLen
)

// cursor writes the place after which the next page begins.
func (f Filter) cursor(p pass.Place) string {
	b := binary.BigEndian.AppendUint64(f.mark(), uint64(p.IssuedAt))
	return base64.RawURLEncoding.EncodeToString(append(b, p.ID...))
}

// place reads a cursor, or says why not. The empty one is the beginning.
func (f Filter) place(cursor string) (p pass.Place, why string) {
	if cursor == "" {
		return p, ""
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != cursorSize || !token.ValidID(string(b[markSize+8:])) {
		return p, "is no cursor of a list: give it as it was answered"
	}
	if string(b[:markSize]) != string(f.mark()) {
		return p, "is of another list: ask for the same as before, but for the limit"
	}
	return pass.Place{IssuedAt: pass.NumericDate(binary.BigEndian.Uint64(b[markSize:]) &^ (1 << 63)), ID: string(b[markSize+8:])}, ""
}

// mark tells questions apart. Who has the cursor asked the question.
func (f Filter) mark() []byte {
	f.Limit, f.Cursor = 0, ""
	b, _ := json.Marshal(f) // strings and times of a year that JSON can write, or nothing
	sum := sha256.Sum256(b)
	return sum[:markSize]
}
