package handler_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// nowhere keeps no pass, so that the benchmark is of issuing and not of a store.
type nowhere struct{}

func (nowhere) Create(context.Context, *pass.Pass) error { return nil }

func (nowhere) Read(context.Context, []pass.Ref) ([]pass.Entry, error) {
	return nil, pass.ErrUnavailable
}

func (nowhere) Registered(context.Context, string) (*pass.Registration, *pass.Pass, error) {
	return nil, nil, nil
}
func (nowhere) Order(context.Context, string) (*pass.Order, error)             { return nil, nil }
func (nowhere) PutOrder(_ context.Context, o *pass.Order) (*pass.Order, error) { return o, nil }
func (nowhere) FinishOrder(context.Context, *pass.Order) error                 { return nil }
func (nowhere) Reissue(context.Context, string, pass.Renewal) (*pass.Pass, error) {
	return nil, pass.ErrUnavailable
}

// BenchmarkIssue prints what issuing costs beside its floor in the same run:
// decoding the request, drawing and digesting a secret, encoding the answer; for
// a JWT also one signature.
func BenchmarkIssue(b *testing.B) {
	for _, c := range []struct {
		name, doc string
		passes    int
		many      bool // all in one call
	}{
		{"one short", `{"scope":"report:66","target":"/reports/66","data":{"report":66}}`, 1, false},
		{"one JWT", `{"scope":"report:66","target":"/reports/66","data":{"report":66},"format":"jwt"}`, 1, false},
		{"a thousand short", `{"scope":"report:66","target":"/reports/66","data":{"report":66}}`, 1000, false},
		{"a thousand short in one call", `{"scope":"report:66","target":"/reports/66","data":{"report":66}}`, 1000, true},
		{"a thousand JWTs in one call", `{"scope":"report:66","target":"/reports/66","data":{"report":66},"format":"jwt"}`, 1000, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, key := newIssue(b), gatetest.Key()
			b.ReportMetric(float64(c.passes), "passes/op")
			doc, calls := c.doc, c.passes
			if c.many {
				doc, calls = `{"idempotency_key":"k","passes":[`+strings.Repeat(c.doc+",", c.passes-1)+c.doc+`]}`, 1
			}
			one := func() {
				if out, err := f(b.Context(), json.RawMessage(doc)); err != nil || len(out) < 200 {
					b.Fatal(string(out), err)
				}
			}
			beside(b, func() {
				for range calls {
					one()
				}
			}, func() {
				for range c.passes {
					issueFloor(b, c.doc, key)
				}
			})
		})
	}
}

func newIssue(b *testing.B) handler.Func {
	sealer, err := keys.NewFileSealer(filepath.Join(b.TempDir(), "seal.key"))
	if err != nil {
		b.Fatal(err)
	}
	signer := keys.NewSigner(gatetest.Open(b), sealer, keys.Config{}, gatetest.Clock, rand.Reader)
	i, err := issue.New(issue.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com"}, Issuer: "gatepass", Audience: "api"}, nowhere{}, signer, gatetest.Digests(), gatetest.Clock, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	return handler.Issue(i, handler.NewLog("issue", io.Discard, time.Now))
}

func issueFloor(b *testing.B, doc string, key ed25519.PrivateKey) {
	var req struct {
		Scope, Target, Format string
		Data                  json.RawMessage
	}
	if err := json.Unmarshal([]byte(doc), &req); err != nil {
		b.Fatal(err)
	}
	var random [32]byte
	rand.Read(random[:])
	sum := sha256.Sum256(random[:])
	token := base64.RawURLEncoding.EncodeToString(sum[:])
	if req.Format == "jwt" {
		if len(ed25519.Sign(key, sum[:])) == 0 {
			b.Fatal("no signature")
		}
	}
	if _, err := json.Marshal(map[string]any{"id": token[:16], "token": token, "link": req.Target + token, "url": req.Target + token,
		"parameters": map[string]string{"token": token}, "expires_at": "2027-01-15T08:00:00Z", "mode": "none", "format": "short",
		"defaults": map[string]any{"mode": "none", "max_uses": 10, "expires_in": 604800, "format": "short"}}); err != nil {
		b.Fatal(err)
	}
}
