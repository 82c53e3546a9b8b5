package handler_test

import (
	"context"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

// linkAtHand answers the link page's reads at once.
type linkAtHand struct {
	gate.LinkStore
	atHand
}

func (l linkAtHand) Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	return l.atHand.Read(ctx, refs)
}

func (linkAtHand) Opened(context.Context, string, pass.Look) error { return nil }

// BenchmarkPage prints the time of each page, from event to answer, as a multiple
// of its floor in the same run: decoding the same event, executing an html/template
// page with nothing on it, encoding the answer.
func BenchmarkPage(b *testing.B) {
	empty := template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>{{.}}</title><main></main></html>`))
	brand, err := page.NewBrand(page.BrandConfig{Name: "Example", Logo: "https://static.example.com/logo.svg", Links: "Privacy https://example.com/privacy"})
	if err != nil {
		b.Fatal(err)
	}
	short, p := sample()
	p.Mode, p.Visitor, p.Target = pass.VisitorMode, &pass.Visitor{Email: "fred@example.com", FirstName: "Fred"}, "/visitors"
	p.Invitation = &pass.Invitation{From: "Ginger", Purpose: "A look around", Message: "Come in!"}
	expired := *p
	expired.ExpiresAt = 1
	for _, c := range []struct {
		name string
		pass *pass.Pass
		path string
	}{
		{"link", p, "/p/" + short.String() + "/visitors"},
		{"expired", &expired, "/p/" + short.String()},
		{"neutral", nil, "/p/" + short.String()},
		{"nothing here", nil, "/nothing"},
	} {
		b.Run(c.name, func(b *testing.B) {
			store := linkAtHand{atHand: atHand{pass: c.pass}}
			log := handler.NewLog("visit", io.Discard, gatetest.Clock)
			f := handler.Visit(handler.VisitConfig{QueryName: "token", NonceCookie: "__Host-gatepass-nonce", Brand: brand}, gatetest.NewLink(b, store), (*keys.Ring)(nil), log)
			req := events.APIGatewayV2HTTPRequest{RawPath: c.path, PathParameters: map[string]string{"token": strings.TrimPrefix(c.path, "/p/")}, Headers: map[string]string{"accept-language": "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5"}}
			req.RequestContext.HTTP.Method = http.MethodGet
			in, err := json.Marshal(req)
			if err != nil {
				b.Fatal(err)
			}
			beside(b, func() { f(b.Context(), in) }, func() {
				var req events.APIGatewayV2HTTPRequest
				var body strings.Builder
				if json.Unmarshal(in, &req) != nil || empty.Execute(&body, "Empty") != nil {
					b.Fatal("the floor failed")
				}
				if _, err := json.Marshal(events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: body.String(), Headers: map[string]string{"content-type": "text/html"}}); err != nil {
					b.Fatal(err)
				}
			})
			out, err := f(b.Context(), in)
			var res events.APIGatewayV2HTTPResponse
			if err != nil || json.Unmarshal(out, &res) != nil || !strings.Contains(res.Body, "<html lang=\"fr\">") {
				b.Fatalf("answered %s, %v", out, err)
			}
			b.ReportMetric(float64(len(res.Body)), "page-bytes")
		})
	}
}
