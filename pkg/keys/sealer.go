package keys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Sealer encrypts the secret halves of keys: KMS in the cloud, a file locally.
// The kid is bound in, so what was sealed for one key opens for no other.
// Implementations are safe for concurrent use and never return, nor say in an
// error, what they were given to seal.
type Sealer interface {
	Seal(ctx context.Context, kid string, plain []byte) ([]byte, error)
	Open(ctx context.Context, kid string, sealed []byte) ([]byte, error)
}

// fileSealer is AES-256-GCM with a random nonce before the text and the kid as
// associated data.
type fileSealer struct{ aead cipher.AEAD }

// NewFileSealer returns a sealer for one machine: its key is the 32 bytes of the
// file at path, which is made (0600, and its folder 0700) if it is not there.
// Two processes that start at once get the same key. It protects a copy of the
// store alone, not the disk that both lie on.
func NewFileSealer(path string) (Sealer, error) {
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			key, err = readKey(path)
		}
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return fileSealer{aead}, err
}

const fileKeySize = 32

func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) != fileKeySize {
		err = fmt.Errorf("keys: %s has %d bytes, so it is no key file (%d bytes)", path, len(key), fileKeySize)
	}
	return key, err
}

// makeKey writes a new key beside path and links it there, so that path is
// never half written and never replaced.
func makeKey(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	key := make([]byte, fileKeySize)
	_, _ = rand.Read(key) // never fails: it would end the program
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Seal encrypts plain for the key of that kid.
func (s fileSealer) Seal(_ context.Context, kid string, plain []byte) ([]byte, error) {
	return s.aead.Seal(nil, nil, plain, []byte(kid)), nil
}

// Open decrypts what Seal returned for the same kid.
func (s fileSealer) Open(_ context.Context, kid string, sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(kid))
	if err != nil {
		return nil, errors.New("keys: not sealed for this key with this key file")
	}
	return plain, nil
}
