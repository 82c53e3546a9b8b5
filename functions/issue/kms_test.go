package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/gatepass/gatepass/pkg/pass"
)

// box is a KMS whose ciphertext is the plaintext reversed, and which, as KMS
// does, opens it only with the context it was sealed with.
type box struct {
	context map[string]string
	err     error
}

func (b *box) Encrypt(_ context.Context, in *kms.EncryptInput, _ ...func(*kms.Options)) (*kms.EncryptOutput, error) {
	b.context = in.EncryptionContext
	return &kms.EncryptOutput{CiphertextBlob: reversed(in.Plaintext)}, b.err
}

func (b *box) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	if !maps.Equal(b.context, in.EncryptionContext) {
		return nil, errors.New("InvalidCiphertextException")
	}
	return &kms.DecryptOutput{Plaintext: reversed(in.CiphertextBlob)}, b.err
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}

func TestSealedHalfOpensForItsOwnKeyAlone(t *testing.T) {
	s := sealer{client: &box{}, key: "alias/seal"}
	sealed, err := s.Seal(t.Context(), "kid-1", []byte("private"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := s.Open(t.Context(), "kid-1", sealed); err != nil || !bytes.Equal(plain, []byte("private")) {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := s.Open(t.Context(), "kid-2", sealed); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("opened for another key: %v", err)
	}
}

func TestKMSThatFailsIsUnavailable(t *testing.T) {
	s := sealer{client: &box{err: errors.New("ThrottlingException")}, key: "alias/seal"}
	if _, err := s.Seal(t.Context(), "kid", nil); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("seal: %v", err)
	}
	if _, err := s.Open(t.Context(), "kid", nil); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("open: %v", err)
	}
}
