package token

import (
	"encoding/binary"
	"math/bits"
)

const (
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base     = uint64(len(alphabet))
)

// put128 writes n, big-endian, as base62 over the whole of dst, whose 22
// characters hold any 128 bits.
func put128(dst []byte, n [16]byte) {
	hi, lo := binary.BigEndian.Uint64(n[:8]), binary.BigEndian.Uint64(n[8:])
	for i := len(dst) - 1; i >= 0; i-- {
		var rem uint64
		hi, rem = bits.Div64(0, hi, base)
		lo, rem = bits.Div64(rem, lo, base)
		dst[i] = alphabet[rem]
	}
}

// get128 reads what put128 wrote, and reports false for another character and
// for a number that 128 bits do not hold. Leading zeros fill a fixed width, so a
// number has one spelling.
func get128(s string) (n [16]byte, ok bool) {
	var hi, lo uint64
	for i := range len(s) {
		d, ok := digit(s[i])
		if !ok {
			return n, false
		}
		over, h := bits.Mul64(hi, base)
		carry, l := bits.Mul64(lo, base)
		var c uint64
		lo, c = bits.Add64(l, d, 0)
		hi, c = bits.Add64(h, carry, c)
		if over != 0 || c != 0 {
			return n, false
		}
	}
	binary.BigEndian.PutUint64(n[:8], hi)
	binary.BigEndian.PutUint64(n[8:], lo)
	return n, true
}

// put32 writes n as base62 over the whole of dst, whose 6 characters hold any 32 bits.
func put32(dst []byte, n uint32) {
	rest := uint64(n)
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = alphabet[rest%base]
		rest /= base
	}
}

// digit returns the value of a base62 character.
func digit(c byte) (uint64, bool) {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c - '0'), true
	case c >= 'A' && c <= 'Z':
		return uint64(c-'A') + 10, true
	case c >= 'a' && c <= 'z':
		return uint64(c-'a') + 36, true
	}
	return 0, false
}
