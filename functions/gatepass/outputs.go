package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// described is what is read of CloudFormation's answer, in the form of its Query
// API. It is one request, and so no reason for another module of the SDK.
type described struct {
	Outputs []struct {
		Key   string `xml:"OutputKey"`
		Value string `xml:"OutputValue"`
	} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`
}

// maxDescribed is more than a stack with all outputs that it may have is, in bytes.
const maxDescribed = 1 << 20

// describe returns the outputs of the stack.
func (s *stack) describe(ctx context.Context) (map[string]string, error) {
	form := url.Values{"Action": {"DescribeStacks"}, "Version": {"2010-05-15"}, "StackName": {s.name}}.Encode()
	where := "https://cloudformation." + s.config.Region + "." + domain(s.config.Region)
	where = cmp.Or(aws.ToString(s.at("CLOUDFORMATION")), where)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(where, "/")+"/", strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := s.sign(ctx, r, form); err != nil {
		return nil, err
	}
	res, err := s.config.HTTPClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("CloudFormation: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxDescribed))
	if err != nil {
		return nil, fmt.Errorf("CloudFormation: %w", err)
	}
	var d described
	err = xml.NewDecoder(bytes.NewReader(body)).Decode(&d)
	switch {
	case res.StatusCode != http.StatusOK && d.Code != "":
		return nil, fmt.Errorf("CloudFormation: %s: %s", d.Code, d.Message)
	case res.StatusCode != http.StatusOK || err != nil:
		return nil, fmt.Errorf("CloudFormation: answered %s, and no outputs", res.Status)
	}
	outputs := map[string]string{}
	for _, o := range d.Outputs {
		outputs[o.Key] = o.Value
	}
	return outputs, nil
}

// domain is that of AWS in a region.
func domain(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// sign signs a request as AWS asks for it (Signature Version 4).
func (s *stack) sign(ctx context.Context, r *http.Request, body string) error {
	known, err := s.config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(body))
	return v4.NewSigner().SignHTTP(ctx, known, r, hex.EncodeToString(sum[:]), "cloudformation", s.config.Region, s.world.now())
}

func trimmed(b []byte) string { return strings.TrimSpace(string(b)) }
