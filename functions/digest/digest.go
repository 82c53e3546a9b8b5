// Package digest is the stack's DigestKey, as the functions see it that name people
// and networks in keys of the table.
package digest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Mac makes MACs with a KMS key of HMAC_256, which never leaves KMS. It is a
// keys.MacMaker, and safe for concurrent use.
type Mac struct {
	Client KMS
	Key    string // its ARN
}

// KMS is what is asked of it: a *kms.Client.
type KMS interface {
	GenerateMac(context.Context, *kms.GenerateMacInput, ...func(*kms.Options)) (*kms.GenerateMacOutput, error)
}

// Mac returns the MAC of a message. Errors match pass.ErrUnavailable.
func (m Mac) Mac(ctx context.Context, message []byte) ([]byte, error) {
	out, err := m.Client.GenerateMac(ctx, &kms.GenerateMacInput{KeyId: aws.String(m.Key), MacAlgorithm: types.MacAlgorithmSpecHmacSha256, Message: message})
	if err != nil {
		return nil, fmt.Errorf("%w: KMS GenerateMac: %s", pass.ErrUnavailable, config.AWSCode(err))
	}
	return out.Mac, nil
}
