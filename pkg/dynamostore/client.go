package dynamostore

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// What one call takes at most: three attempts of 1.2 s and the waits between
// them stay under 4 s, inside the 5 s that an authorizer has. DynamoDB answers in
// milliseconds, so an attempt that takes longer is better made anew.
const (
	sendAttempts = 3
	attemptTime  = 1200 * time.Millisecond
	dialTime     = 600 * time.Millisecond
)

// Config says where AWS is and who asks. The zero value is refused.
type Config struct {
	Region          string
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for long-lived credentials
	Endpoint        string // empty: AWS; with one, such as DynamoDB Local's, the others may be empty

	// AttemptTime bounds each of the three attempts of a call, the answer's last
	// byte included; zero is 1.2 s. All waiting ends with the call's context too.
	AttemptTime time.Duration
	// Transport carries the requests; nil is the network, with short timeouts.
	Transport http.RoundTripper
}

// FromEnv reads a Config from the variables that Lambda sets: AWS_REGION,
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. A function's
// credentials are good for as long as its process lives, so they are never
// refreshed. The endpoint is AWS_ENDPOINT_URL_DYNAMODB, usually not set.
func FromEnv(getenv func(string) string) Config {
	return Config{
		Region:          getenv("AWS_REGION"),
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Endpoint:        getenv("AWS_ENDPOINT_URL_DYNAMODB"),
	}
}

// NewClient returns a DynamoDB client with the settings of AWS. The options, if
// any, come on top.
func NewClient(c Config, options ...func(*dynamodb.Options)) (*dynamodb.Client, error) {
	cfg, err := c.AWS()
	if err != nil {
		return nil, err
	}
	return dynamodb.NewFromConfig(cfg, options...), nil
}

// AWS returns the SDK's configuration, for other clients of the same process
// too. It is built by hand: the SDK's own loader makes the function larger and
// its start slower, looks for files and a metadata service, and fails on a
// custom HTTP client where AWS_CA_BUNDLE is set. That variable is not read here;
// Go's SSL_CERT_FILE is, by Go.
func (c Config) AWS() (aws.Config, error) {
	if c.Endpoint != "" {
		c = c.anybody()
	}
	var faults []error
	if c.Region == "" {
		faults = append(faults, errors.New("dynamostore: no region: set AWS_REGION"))
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		faults = append(faults, errors.New("dynamostore: no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
	}
	if len(faults) > 0 {
		return aws.Config{}, errors.Join(faults...)
	}
	known := aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken, Source: "dynamostore.Config"}
	cfg := aws.Config{
		Region:      c.Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return known, nil }),
		HTTPClient:  c.httpClient(),
		Retryer:     retryer,
	}
	if c.Endpoint != "" {
		cfg.BaseEndpoint = aws.String(c.Endpoint)
	}
	return cfg, nil
}

// anybody fills in what an engine on this machine asks for and does not check.
func (c Config) anybody() Config {
	if c.Region == "" {
		c.Region = "local"
	}
	if c.AccessKeyID == "" && c.SecretAccessKey == "" {
		c.AccessKeyID, c.SecretAccessKey = "local", "local"
	}
	return c
}

func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = sendAttempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return backoff(attempt), nil })
	})
}

func (c Config) httpClient() *http.Client {
	transport := c.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: dialTime, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: dialTime,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			MaxIdleConns:        64,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
		}
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       cmp.Or(c.AttemptTime, attemptTime),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
