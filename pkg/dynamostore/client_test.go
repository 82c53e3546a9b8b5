package dynamostore_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/pass"
)

// inBubbles calls f for each method on a clock of its own, which waits for
// nothing.
func inBubbles(t *testing.T, f func(t *testing.T, name string)) {
	t.Helper()
	for name := range methods(t.Context(), nil) {
		synctest.Test(t, func(t *testing.T) { f(t, name) })
	}
}

// authorizer is what an authorizer with a limit of 5 s leaves for the store.
const authorizer = 4500 * time.Millisecond

// silent never answers, and counts who asks.
func silent(asked *atomic.Int64) tripper {
	return func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
}

func TestAStoreThatNeverAnswersIsUnavailableInTime(t *testing.T) {
	inBubbles(t, func(t *testing.T, name string) {
		var attempts atomic.Int64
		ctx, cancel := context.WithTimeout(t.Context(), authorizer)
		defer cancel()
		start := time.Now()
		err := methods(ctx, over(t, silent(&attempts)))[name]()
		wantKind(t, name, err, pass.ErrUnavailable)
		if took := time.Since(start); took >= authorizer || attempts.Load() != 3 {
			t.Errorf("%s: %d attempts in %v", name, attempts.Load(), took)
		}
	})
}

func TestEveryCallEndsWithItsContext(t *testing.T) {
	inBubbles(t, func(t *testing.T, name string) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := methods(ctx, over(t, silent(&atomic.Int64{})))[name]()
		wantKind(t, name, err, pass.ErrUnavailable)
		wantKind(t, name, err, context.DeadlineExceeded)
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("%s: took %v", name, took)
		}
	})
}

func TestThrottlingIsUnavailableInTime(t *testing.T) {
	for _, a := range []answer{fails(400, "ThrottlingException"), fails(500, "InternalServerError"), fails(400, "TransactionConflictException"), {400, conflict}} {
		inBubbles(t, func(t *testing.T, name string) {
			ctx, cancel := context.WithTimeout(t.Context(), authorizer)
			defer cancel()
			start := time.Now()
			err := methods(ctx, over(t, &script{answers: []answer{a}}))[name]()
			wantKind(t, name, err, pass.ErrUnavailable)
			if took := time.Since(start); took >= authorizer {
				t.Errorf("%s: took %v", name, took)
			}
		})
	}
}

func TestNothingIsSentAfterTheContextEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name := range methods(ctx, nil) {
		s := &script{answers: []answer{ok(`{}`)}}
		err := methods(ctx, over(t, s))[name]()
		wantKind(t, name, err, pass.ErrUnavailable)
		if len(s.sent) != 0 {
			t.Errorf("%s: %d requests", name, len(s.sent))
		}
	}
}

func TestConfigComesFromTheVariablesOfLambda(t *testing.T) {
	env := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session"}
	var auth, token, host string
	cfg := dynamostore.FromEnv(func(name string) string { return env[name] })
	cfg.Transport = tripper(func(r *http.Request) (*http.Response, error) {
		auth, token, host = r.Header.Get("Authorization"), r.Header.Get("X-Amz-Security-Token"), r.URL.Host
		return (&script{answers: []answer{ok(`{}`)}}).RoundTrip(r)
	})
	client, err := dynamostore.NewClient(cfg)
	must(t, err)
	must(t, dynamostore.New(client, "gatepass").PutMarker(t.Context(), "P1", now))
	if !strings.Contains(auth, "Credential=AKIA/") || !strings.Contains(auth, "/eu-central-1/dynamodb/") || token != "session" || host != "dynamodb.eu-central-1.amazonaws.com" {
		t.Errorf("%q, %q, %q", auth, token, host)
	}
}

func TestAnIncompleteConfigIsRefusedWithAllItLacks(t *testing.T) {
	for says, row := range map[string]struct {
		cfg  dynamostore.Config
		want []string
	}{
		"complete":                         {dynamostore.Config{Region: "r", AccessKeyID: "a", SecretAccessKey: "s"}, nil},
		"an engine on this machine":        {dynamostore.Config{Endpoint: "http://127.0.0.1:8000"}, nil},
		"nothing":                          {dynamostore.Config{}, []string{"AWS_REGION", "AWS_ACCESS_KEY_ID"}},
		"no region":                        {dynamostore.Config{AccessKeyID: "a", SecretAccessKey: "s"}, []string{"AWS_REGION"}},
		"half of the credentials":          {dynamostore.Config{Region: "r", AccessKeyID: "a"}, []string{"AWS_SECRET_ACCESS_KEY"}},
		"half of them, for this machine":   {dynamostore.Config{Endpoint: "http://127.0.0.1:8000", AccessKeyID: "a"}, []string{"AWS_SECRET_ACCESS_KEY"}},
		"the other half of them, in AWS":   {dynamostore.Config{Region: "r", SecretAccessKey: "s"}, []string{"AWS_ACCESS_KEY_ID"}},
		"a session token and nothing else": {dynamostore.Config{SessionToken: "t"}, []string{"AWS_REGION", "AWS_ACCESS_KEY_ID"}},
	} {
		_, err := dynamostore.NewClient(row.cfg)
		if (err != nil) != (row.want != nil) {
			t.Errorf("%s: %v", says, err)
		}
		for _, w := range row.want {
			if err != nil && !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not name %s", says, err, w)
			}
		}
	}
}

// TestTheEnvironmentCannotBreakTheClient: the SDK's own loader fails on a custom
// HTTP client where AWS_CA_BUNDLE is set, and AWS_NEW_RETRIES_2026 changes how
// often it tries.
func TestTheEnvironmentCannotBreakTheClient(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "/nonexistent")
	t.Setenv("AWS_NEW_RETRIES_2026", "true")
	t.Setenv("AWS_MAX_ATTEMPTS", "9")
	s := &script{answers: []answer{fails(500, "InternalServerError")}}
	err := over(t, s).PutMarker(t.Context(), "P1", now)
	if !errors.Is(err, pass.ErrUnavailable) || len(s.sent) != 3 {
		t.Errorf("%v after %d attempts", err, len(s.sent))
	}
}
