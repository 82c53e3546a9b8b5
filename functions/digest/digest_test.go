package digest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"

	"github.com/gatepass/gatepass/functions/digest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// maker is a KMS that answers with one MAC.
type maker struct {
	asked *kms.GenerateMacInput
	err   error
}

func (m *maker) GenerateMac(_ context.Context, in *kms.GenerateMacInput, _ ...func(*kms.Options)) (*kms.GenerateMacOutput, error) {
	m.asked = in
	return &kms.GenerateMacOutput{Mac: []byte("mac of " + string(in.Message))}, m.err
}

func TestTheStacksKeyMakesTheMac(t *testing.T) {
	kms := &maker{}
	got, err := digest.Mac{Client: kms, Key: "arn:digest"}.Mac(t.Context(), []byte("message"))
	if err != nil || !bytes.Equal(got, []byte("mac of message")) || *kms.asked.KeyId != "arn:digest" || kms.asked.MacAlgorithm != "HMAC_SHA_256" {
		t.Errorf("answered %q, %v, asked %v", got, err, kms.asked)
	}
}

// TestKMSThatFailsIsUnavailable, and its message, which may quote what was sent,
// is told to nobody.
func TestKMSThatFailsIsUnavailable(t *testing.T) {
	kms := &maker{err: &smithy.GenericAPIError{Code: "ThrottlingException", Message: "gatepass digest key v1"}}
	_, err := digest.Mac{Client: kms}.Mac(t.Context(), nil)
	if !errors.Is(err, pass.ErrUnavailable) || !strings.Contains(err.Error(), "ThrottlingException") || strings.Contains(err.Error(), "digest") {
		t.Errorf("the error is %v", err)
	}
}
