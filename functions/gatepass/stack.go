package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/gatepass/gatepass/pkg/client"
)

// stack calls the functions of a deployed stack, by the ARNs that are its outputs,
// or that the environment has for who may invoke and not look up.
type stack struct {
	name    string
	world   world
	config  aws.Config        // set by the first call
	outputs map[string]string // likewise
}

func newStack(name string, w world) *stack { return &stack{name: name, world: w} }

// callTime is the longest that a function of ours may run, and some.
const callTime = 2 * time.Minute

// outputOf names a function's output, and the variable in place of it.
func outputOf(function string) (output, variable string) {
	switch function {
	case "issue":
		return "IssueFunction", "GATEPASS_ISSUE_FUNCTION"
	case "manage":
		return "ManageFunction", "GATEPASS_MANAGE_FUNCTION"
	case "recall":
		return "RecallFunction", "GATEPASS_RECALL_FUNCTION"
	}
	return "AuthorizerArn", "GATEPASS_AUTHORIZER_FUNCTION"
}

// invoke is a client.Invoke.
func (s *stack) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if s.config.Region == "" {
		cfg, err := s.world.awsConfig(ctx)
		if err != nil {
			return nil, client.NotCalled(err)
		}
		s.config = cfg
	}
	arn, err := s.function(ctx, function)
	if err != nil {
		return nil, client.NotCalled(err)
	}
	sdk := lambda.NewFromConfig(s.config, func(o *lambda.Options) { o.BaseEndpoint = s.at("LAMBDA") })
	out, err := sdk.Invoke(ctx, &lambda.InvokeInput{FunctionName: &arn, Payload: payload})
	if err != nil {
		return nil, plainly(err)
	}
	return out.Payload, nil
}

// function returns the ARN of a function.
func (s *stack) function(ctx context.Context, function string) (string, error) {
	output, variable := outputOf(function)
	if arn := s.world.getenv(variable); arn != "" {
		return arn, nil
	}
	if s.outputs == nil {
		outputs, err := s.describe(ctx)
		if err != nil {
			return "", err
		}
		s.outputs = outputs
	}
	arn := s.outputs[output]
	if arn == "" {
		return "", fmt.Errorf("the stack %s has no output %s: is it Gatepass's, and of this version?", s.name, output)
	}
	return arn, nil
}

// at is another endpoint of a service, which the environment may name as it does
// for the AWS CLI; usually none.
func (s *stack) at(service string) *string {
	if url := s.world.getenv("AWS_ENDPOINT_URL_" + service); url != "" {
		return &url
	}
	return nil
}

// plainly is an error of Lambda without the SDK's words around it. What Lambda
// refused, for another reason than that there is too much to do, it did not call.
func plainly(err error) error {
	said := fmt.Errorf("lambda: %w", err)
	var api smithy.APIError
	if errors.As(err, &api) {
		said = fmt.Errorf("lambda: %s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	var res *smithyhttp.ResponseError
	if errors.As(err, &res) && res.HTTPStatusCode()/100 == 4 && res.HTTPStatusCode() != http.StatusTooManyRequests {
		return client.NotCalled(said)
	}
	return said
}

// awsConfig finds out where AWS is and who asks: from the environment, else from
// the AWS CLI, which knows profiles and single sign-on.
func (w world) awsConfig(ctx context.Context) (aws.Config, error) {
	region, err := w.region(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	known, err := w.credentials(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	return aws.Config{
		Region:      region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return known, nil }),
		HTTPClient:  &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

func (w world) region(ctx context.Context) (string, error) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if v := w.getenv(name); v != "" {
			return v, nil
		}
	}
	out, err := w.aws(ctx, "configure", "get", "region")
	region := trimmed(out)
	if err != nil || region == "" {
		return "", errors.New("no region: set AWS_REGION, or one for your profile with aws configure")
	}
	return region, nil
}

func (w world) credentials(ctx context.Context) (aws.Credentials, error) {
	c := aws.Credentials{AccessKeyID: w.getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: w.getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: w.getenv("AWS_SESSION_TOKEN")}
	if c.HasKeys() {
		return c, nil
	}
	out, err := w.aws(ctx, "configure", "export-credentials", "--format", "process")
	var said struct{ AccessKeyID, SecretAccessKey, SessionToken string } // matched whatever their case
	if err != nil || json.Unmarshal(out, &said) != nil || said.AccessKeyID == "" {
		return c, errors.New("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with the AWS CLI, such as by aws sso login")
	}
	return aws.Credentials{AccessKeyID: said.AccessKeyID, SecretAccessKey: said.SecretAccessKey, SessionToken: said.SessionToken}, nil
}
