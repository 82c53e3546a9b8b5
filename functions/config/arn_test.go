package config_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/config"
)

func TestFunctionARN(t *testing.T) {
	for arn, ok := range map[string]bool{
		"arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer":         true,
		"arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer:live":    true,
		"arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer:$LATEST": true,
		"arn:aws-cn:lambda:cn-north-1:123456789012:function:a":                          true,
		"":                    false,
		"gatepass-authorizer": false,
		"arn:aws:lambda:eu-central-1:123456789012:function:":      false,
		"arn:aws:lambda:eu-central-1:123456789012:function:a:b:c": false,
		"arn:aws:iam::123456789012:role/a":                        false,
	} {
		r := config.NewReader(func(string) (string, bool) { return arn, true })
		got, err := r.FunctionARN("AUTHORIZER_ARN"), r.Err()
		if (err == nil) != ok || got != arn || err != nil && !strings.Contains(err.Error(), "AUTHORIZER_ARN") {
			t.Errorf("%q: %v, want accepted: %v", arn, err, ok)
		}
	}
}
