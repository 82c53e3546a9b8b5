package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/pass"
)

// sealer seals with a KMS key. The kid is the encryption context, so a sealed
// half opens for its own key alone; the table's name is not in it, so that a
// table restored under another name still opens.
type sealer struct {
	client cipher
	key    string
}

// cipher is what the sealer asks of KMS.
type cipher interface {
	Encrypt(context.Context, *kms.EncryptInput, ...func(*kms.Options)) (*kms.EncryptOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Seal implements keys.Sealer.
func (s sealer) Seal(ctx context.Context, kid string, plain []byte) ([]byte, error) {
	out, err := s.client.Encrypt(ctx, &kms.EncryptInput{KeyId: aws.String(s.key), Plaintext: plain, EncryptionContext: sealContext(kid)})
	if err != nil {
		return nil, fmt.Errorf("%w: KMS Encrypt: %s", pass.ErrUnavailable, config.AWSCode(err))
	}
	return out.CiphertextBlob, nil
}

// Open implements keys.Sealer.
func (s sealer) Open(ctx context.Context, kid string, sealed []byte) ([]byte, error) {
	out, err := s.client.Decrypt(ctx, &kms.DecryptInput{KeyId: aws.String(s.key), CiphertextBlob: sealed, EncryptionContext: sealContext(kid)})
	if err != nil {
		return nil, fmt.Errorf("%w: KMS Decrypt: %s", pass.ErrUnavailable, config.AWSCode(err))
	}
	return out.Plaintext, nil
}

func sealContext(kid string) map[string]string { return map[string]string{"gatepass:kid": kid} }
