package caller_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"log"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// openGuard returns a guard over the table of a stack. cfg is what
// config.LoadDefaultConfig(ctx) of the AWS SDK returned: it finds the credentials of a
// task, an instance or a laptop, and renews them. The public keys are read now and, until
// ctx ends, every minute; one that is not known yet is looked for when a token names it.
func openGuard(ctx context.Context, cfg aws.Config, table string, gatepass client.Client) (*caller.Guard, error) {
	store := dynamostore.New(dynamodb.NewFromConfig(cfg), table)
	ring := keys.NewRing(store, keys.Config{}, time.Now)
	refresh := func() error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return ring.Refresh(ctx)
	}
	if err := refresh(); err != nil {
		return nil, err
	}
	go func() {
		for minute := time.NewTicker(time.Minute); ctx.Err() == nil; {
			select {
			case <-ctx.Done():
				minute.Stop()
			case <-minute.C:
				if err := refresh(); err != nil {
					log.Print(err) // those that are known go on
				}
			}
		}
	}()
	return caller.New(caller.Config{
		Gate: gate.Config{
			QueryNames:    []string{"token", "vuid"}, // the stack's QueryNames
			UserCookie:    "__Host-gatepass",
			VisitorCookie: "__Host-gatepass-visitor",
			Origins:       []string{"https://api.example.com"}, // of pages whose forms are posted here
		},
		Store:    store,
		Sessions: store,
		JWTs:     gate.JWTs{Issuer: "gatepass", Audience: "gatepass", Ring: ring}, // the stack's Issuer and Audience
		Complete: func(ctx context.Context, id string) error {
			_, err := gatepass.Complete(ctx, id, client.Who{By: "orders"})
			return err
		},
	})
}

// completing is a client whose function manage tells what it was asked, and answers
// as of a pass that is completed.
func completing(told chan<- string) client.Client {
	return client.Client{Invoke: func(_ context.Context, function string, payload []byte) ([]byte, error) {
		told <- function + " " + string(payload)
		return []byte(`{"pass":"SampleOfAVisitor","state":"completed","decision":"revoked"}`), nil
	}}
}

// TestAGuardOverDynamoDB is the tier that runs README's wiring over DynamoDB Local.
func TestAGuardOverDynamoDB(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	table, now := dynamolocal.NewTable(t, endpoint), pass.At(time.Now())
	public := gatetest.Key().Public().(ed25519.PublicKey)
	kid := keys.KIDOf(public)
	if err := table.Store.PutKey(t.Context(), keys.Public{Sequence: 1, KID: kid, Key: public, SignsFrom: now}, keys.Sealed{Sequence: 1, KID: kid}, 0); err != nil {
		t.Fatal(err)
	}
	signed, err := token.Sign(token.Claims{Issuer: "gatepass", Audience: "gatepass", ID: "SampleStateless0", Scope: "visit", Mode: pass.None, Stateless: true,
		IssuedAt: now, NotBefore: now, ExpiresAt: now + 3600}, kid, gatetest.Key())
	if err != nil {
		t.Fatal(err)
	}
	link := token.Short{ID: "SampleOfAVisitor", Secret: [16]byte{1, 2, 3}}
	err = table.Store.Create(t.Context(), &pass.Pass{V: pass.Version, ID: link.ID, Mode: pass.VisitorMode, Format: pass.Short, Scope: "visit", Visitor: &pass.Visitor{Email: "fred@example.com"},
		Secrets: map[pass.Digest]pass.NumericDate{link.Digest(): 0}, IssuedAt: now, ExpiresAt: now + 3600, PurgeAt: now + 7200})
	if err != nil {
		t.Fatal(err)
	}

	cfg, err := dynamostore.Config{Endpoint: endpoint}.AWS()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 1)
	guard, err := openGuard(t.Context(), cfg, table.Name, completing(done))
	if err != nil {
		t.Fatal(err)
	}
	l, err := gate.NewLink(gatetest.Config(), table.Store, 0, time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	opened := l.Redeem(t.Context(), &gate.Visit{Token: link.String()})
	cookie := opened.Cookie + "=" + opened.Value
	last := guard.RequireScope("visit").Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := guard.End(w, r); err != nil {
			t.Error(err)
		}
		if c, _ := caller.From(r.Context()); c.PassID == link.ID {
			if err := guard.Complete(w, r); err != nil {
				t.Error(err)
			}
		}
	}))
	for _, step := range []struct {
		name string
		want int
		with []string
	}{
		{"a signed token", 200, []string{"Authorization", "Bearer " + signed}},
		{"a session, which ends here", 200, []string{"Cookie", cookie}},
		{"that session", 403, []string{"Cookie", cookie}},
		{"nothing", 401, nil},
	} {
		if w := ask(t, last, "GET", "/", "", step.with...); w.Code != step.want {
			t.Errorf("%s: answered %d, want %d", step.name, w.Code, step.want)
		}
	}
	close(done)
	if asked := <-done; asked != `manage {"complete":{"pass":"SampleOfAVisitor","by":"orders"}}` {
		t.Errorf("to complete the pass %q was asked", asked)
	}
}
