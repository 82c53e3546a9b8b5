package keys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
)

// FileMac makes HMAC-SHA-256 with the key in a file: what a key of KMS does in
// the cloud, for one machine. It is safe for concurrent use.
type FileMac struct{ key []byte }

// NewFileMac returns the MAC whose key is the 32 bytes of the file at path. The file
// is made as NewFileSealer makes its own, but not beside a table that has names
// already: a new key would find nobody of them. That, and a file that is not this
// table's, is ErrDigestKey.
func NewFileMac(ctx context.Context, path string, marks MarkStore) (*FileMac, error) {
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = firstKey(ctx, path, marks)
	}
	if err != nil {
		return nil, err
	}
	m := &FileMac{key}
	if _, err := NewDigester(m, marks).derived(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// firstKey makes the key of a table that has no names.
func firstKey(ctx context.Context, path string, marks MarkStore) ([]byte, error) {
	mark, err := marks.DigestMark(ctx)
	if err != nil {
		return nil, err
	}
	if mark != "" {
		return nil, fmt.Errorf("%s is not there: %w", path, ErrDigestKey)
	}
	if err := makeKey(path); err != nil {
		return nil, err
	}
	return readKey(path)
}

// Mac returns the MAC of a message: 32 bytes.
func (m *FileMac) Mac(_ context.Context, message []byte) ([]byte, error) {
	h := hmac.New(sha256.New, m.key)
	h.Write(message)
	return h.Sum(nil), nil
}
