// Package dynamolocal is the test kit of the DynamoDB store: Amazon DynamoDB
// Local for the life of a test binary, fresh tables on it, and a record of what
// was sent there.
//
// DynamoDB Local is not part of Gatepass. Its licence is between Amazon and each
// user, so tests use it only where the user has accepted that by
// ACCEPT_DYNAMODB_LOCAL_LICENSE=yes and has it unpacked under the module's
// .tools folder. Where it cannot run, tests that need it are skipped with a
// sentence that says why; with GATEPASS_TIERS=required they fail instead.
//
// It listens on every interface of the machine, and has no switch for that. It
// holds nothing but what the tests put there, in memory.
package dynamolocal

import (
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/dynamostore"
)

// shared starts the engine at the first call, and never again in this binary: a
// JVM takes longer to start than most tests take to run.
var shared = sync.OnceValues(start)

// Start returns the endpoint of the engine that the tests of this binary share,
// and starts it if need be. It ends with the binary, however that ends.
func Start(tb testing.TB) string {
	tb.Helper()
	endpoint, err := shared()
	switch {
	case err != nil && os.Getenv("GATEPASS_TIERS") == "required":
		tb.Fatalf("tier dynamodb: %v", err)
	case err != nil:
		tb.Skipf("tier dynamodb: %v", err)
	}
	return endpoint
}

// Table is a table for one test.
type Table struct {
	*dynamostore.Store
	Client *dynamodb.Client
	Name   string
}

// NewTable makes an empty table, which is gone with the engine. The options are
// those of the client which the store uses, such as [Recorder.Option] or a
// transport that fails; the table itself is made without them.
func NewTable(tb testing.TB, endpoint string, options ...func(*dynamodb.Options)) Table {
	tb.Helper()
	name := "gatepass-test-" + strings.ToLower(rand.Text()[:10])
	plain := newClient(tb, endpoint)
	if err := dynamostore.CreateTable(tb.Context(), plain, name); err != nil {
		tb.Fatal(err)
	}
	client := newClient(tb, endpoint, options...)
	return Table{Store: dynamostore.New(client, name), Client: client, Name: name}
}

// newClient returns a client that waits as long as the test does, and a storm
// of whose requests takes turns on a few connections: a busy machine is no
// reason to fail.
func newClient(tb testing.TB, endpoint string, options ...func(*dynamodb.Options)) *dynamodb.Client {
	tb.Helper()
	transport := &http.Transport{MaxConnsPerHost: 32, MaxIdleConnsPerHost: 32}
	tb.Cleanup(transport.CloseIdleConnections)
	client, err := dynamostore.NewClient(dynamostore.Config{Endpoint: endpoint, AttemptTime: time.Hour, Transport: transport}, options...)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}
