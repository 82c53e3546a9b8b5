package decisions

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
)

// movedIn reports whether the token is presented as the credential that its pass
// moved in by, in place of the short token that this is equivalent to.
func (t *Token) movedIn() bool { return strings.HasPrefix(t.Form, "moved") }

// moved returns the credential of a row: one with every kind of character, or of
// its form moved-short one that has too few.
func moved(form string, line int) string {
	s := fmt.Sprintf("Row:%d-of_an.ancestor:%x", line, sha256.Sum256(fmt.Appendf(nil, "decisions moved %d", line)))
	if form == "moved-short" {
		return s[:21]
	}
	return s
}

// readMoved returns the id and the secret that a credential stands for, as the
// comment of package token specifies it, with nothing of that package.
func readMoved(credential string) (id string, secret [16]byte) {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	named := sha256.Sum256([]byte("gatepass moved-in id\x00" + credential))
	n, digit := new(big.Int).SetBytes(named[:16]), new(big.Int)
	for range 16 {
		n.DivMod(n, big.NewInt(int64(len(digits))), digit)
		id = digits[digit.Int64():][:1] + id
	}
	hidden := sha256.Sum256([]byte("gatepass moved-in secret\x00" + credential))
	return id, [16]byte(hidden[:16])
}
