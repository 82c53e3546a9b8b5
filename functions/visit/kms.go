package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/pass"
)

// mac is desk.Mac by a KMS key of HMAC_256, which never leaves KMS.
type mac struct {
	client macMaker
	key    string
}

// macMaker is what the front desk asks of KMS.
type macMaker interface {
	GenerateMac(context.Context, *kms.GenerateMacInput, ...func(*kms.Options)) (*kms.GenerateMacOutput, error)
}

// Mac implements desk.Mac.
func (m mac) Mac(ctx context.Context, message []byte) ([]byte, error) {
	out, err := m.client.GenerateMac(ctx, &kms.GenerateMacInput{KeyId: aws.String(m.key), MacAlgorithm: types.MacAlgorithmSpecHmacSha256, Message: message})
	if err != nil {
		return nil, fmt.Errorf("%w: KMS GenerateMac: %s", pass.ErrUnavailable, config.AWSCode(err))
	}
	return out.Mac, nil
}
