package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/keys"
)

// published keeps events, or fails.
type published struct {
	events []audit.Event
	err    error
}

func (p *published) Publish(_ context.Context, events []audit.Event) error {
	p.events = append(p.events, events...)
	return p.err
}

// unmarked is a table without names.
type unmarked struct{}

func (unmarked) DigestMark(context.Context) (string, error) { return "", nil }

// standing is a stand, and the configuration of SDK clients that ask it.
func standing(t *testing.T) (*stand, *published, aws.Config) {
	t.Helper()
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "sealer.key"))
	if err != nil {
		t.Fatal(err)
	}
	mac, err := keys.NewFileMac(t.Context(), filepath.Join(t.TempDir(), "digest.key"), unmarked{})
	if err != nil {
		t.Fatal(err)
	}
	told := &published{}
	s := &stand{sealer: sealer, mac: mac, events: told}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg, err := dynamostore.Config{Endpoint: server.URL}.AWS()
	if err != nil {
		t.Fatal(err)
	}
	return s, told, cfg
}

// TestWhatStandsInForKMSSealsForOneKidAlone, as KMS does by its encryption
// context, and so that a key opens with binaries and without them.
func TestWhatStandsInForKMSSealsForOneKidAlone(t *testing.T) {
	s, _, cfg := standing(t)
	client, kid := kms.NewFromConfig(cfg), map[string]string{"gatepass:kid": "k1"}
	out, err := client.Encrypt(t.Context(), &kms.EncryptInput{KeyId: aws.String("key"), Plaintext: []byte("half"), EncryptionContext: kid})
	if err != nil || bytes.Contains(out.CiphertextBlob, []byte("half")) {
		t.Fatalf("sealed %q, %v", out.CiphertextBlob, err)
	}
	if plain, err := s.sealer.Open(t.Context(), "k1", out.CiphertextBlob); err != nil || string(plain) != "half" {
		t.Errorf("in one process it opens as %q, %v", plain, err)
	}
	opened, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: aws.String("key"), CiphertextBlob: out.CiphertextBlob, EncryptionContext: kid})
	if err != nil || string(opened.Plaintext) != "half" {
		t.Errorf("it opens as %v, %v", opened, err)
	}
	for name, c := range map[string]map[string]string{"another kid": {"gatepass:kid": "k2"}, "no context": nil, "more context": {"gatepass:kid": "k1", "table": "t"}} {
		if opened, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: aws.String("key"), CiphertextBlob: out.CiphertextBlob, EncryptionContext: c}); err == nil {
			t.Errorf("with %s it opens as %q", name, opened.Plaintext)
		}
	}
	want, _ := s.mac.Mac(t.Context(), []byte("text"))
	got, err := client.GenerateMac(t.Context(), &kms.GenerateMacInput{KeyId: aws.String("key"), Message: []byte("text"), MacAlgorithm: kmstypes.MacAlgorithmSpecHmacSha256})
	if err != nil || !bytes.Equal(got.Mac, want) {
		t.Errorf("the MAC is %v, %v, want %x", got, err, want)
	}
	if _, err := client.GenerateMac(t.Context(), &kms.GenerateMacInput{KeyId: aws.String("key"), Message: []byte("text"), MacAlgorithm: kmstypes.MacAlgorithmSpecHmacSha512}); err == nil {
		t.Error("another algorithm is as good")
	}
}

// TestWhatStandsInForTheBusTellsEvents, and fails when they are not told.
func TestWhatStandsInForTheBusTellsEvents(t *testing.T) {
	_, told, cfg := standing(t)
	client := eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { o.RetryMaxAttempts = 1 })
	detail, err := json.Marshal(audit.Event{ID: "1/pass.used", Type: audit.Used, PassID: "p"})
	if err != nil {
		t.Fatal(err)
	}
	in := &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{Detail: aws.String(string(detail))}}}
	out, err := client.PutEvents(t.Context(), in)
	if err != nil || out.FailedEntryCount != 0 || len(out.Entries) != 1 || len(told.events) != 1 || told.events[0].PassID != "p" {
		t.Errorf("%+v told %+v, %v", out, told.events, err)
	}
	told.err = errors.New("full")
	if _, err := client.PutEvents(t.Context(), in); err == nil {
		t.Error("events that are not told are published")
	}
}

// TestWhatStandsInHasNoAuthorizersAndNothingElse.
func TestWhatStandsInHasNoAuthorizersAndNothingElse(t *testing.T) {
	_, _, cfg := standing(t)
	v1, err := apigateway.NewFromConfig(cfg).GetAuthorizers(t.Context(), &apigateway.GetAuthorizersInput{RestApiId: aws.String("a")})
	if err != nil || len(v1.Items) != 0 {
		t.Errorf("of a REST API: %v, %v", v1, err)
	}
	v2, err := apigatewayv2.NewFromConfig(cfg).GetAuthorizers(t.Context(), &apigatewayv2.GetAuthorizersInput{ApiId: aws.String("a")})
	if err != nil || len(v2.Items) != 0 {
		t.Errorf("of an HTTP API: %v, %v", v2, err)
	}
	for _, r := range []*http.Request{httptest.NewRequest("GET", "/v2/apis/a", nil), httptest.NewRequest("POST", "/", strings.NewReader("{}"))} {
		r.Header.Set("X-Amz-Target", "TrentService.ReEncrypt")
		w := httptest.NewRecorder()
		(&stand{}).ServeHTTP(w, r)
		if w.Code != 400 {
			t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
		}
	}
}
