package caller_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/token"
)

// A Lambda function behind the authorizer, on a route with forward_refused. It is
// the same with the event types of REST and WebSocket APIs.
func ExampleFromAuthorizer() {
	handle := func(_ context.Context, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		c, err := caller.FromAuthorizer(req.RequestContext.Authorizer)
		switch {
		case err != nil: // nobody attached the authorizer: a 500
			return events.APIGatewayV2HTTPResponse{}, err
		case c.Access == gate.Refused:
			return events.APIGatewayV2HTTPResponse{StatusCode: 403, Body: "Sorry, your link is " + string(c.Reason)}, nil
		}
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "Hello " + c.Visitor.FirstName}, nil
	}

	for _, told := range []string{
		`{"access":"granted","reason":"ok","mode":"visitor","pass_id":"2nILfOrwKtuYITjj","session_id":"3Pz","scope":"visit","subject":"-","visitor":"{\"email\":\"ginger@example.com\",\"first_name\":\"Ginger\"}","data":"-"}`,
		`{"access":"refused","reason":"expired","mode":"-","pass_id":"2nILfOrwKtuYITjj","session_id":"-","scope":"-","subject":"-","visitor":"-","data":"-"}`,
		`null`,
	} {
		var req events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal([]byte(`{"version":"2.0","requestContext":{"authorizer":{"lambda":`+told+`}}}`), &req); err != nil {
			log.Fatal(err)
		}
		res, err := handle(context.Background(), req)
		fmt.Println(res.StatusCode, res.Body, errors.Is(err, caller.ErrNoCaller))
	}
	// Output:
	// 200 Hello Ginger false
	// 403 Sorry, your link is expired false
	// 0  true
}

// A service of its own: routes and what they ask for stand side by side.
func ExampleGuard() {
	store, tok, closed := reportStore()
	defer closed()

	guard, err := caller.New(caller.Config{
		Gate:  gate.Config{QueryNames: []string{"token"}, UserCookie: "__Host-gatepass", VisitorCookie: "__Host-gatepass-visitor", Origins: []string{"https://pass.example.com"}},
		Store: store,
		JWTs:  gatetest.NewJWTs(), // gate.JWTs, with the ring of the deployment
		Now:   gatetest.Clock,     // left out: time.Now
	})
	if err != nil {
		log.Fatal(err)
	}
	isStaff := func(r *http.Request) bool { return r.Header.Get("X-Staff") == "yes" } // your own login's
	reports := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := caller.From(r.Context())
		fmt.Fprintln(w, r.Method, "report", r.PathValue("id"), c.Access, c.Subject)
	})
	mux := http.NewServeMux()
	news := reports
	mux.Handle("/reports/{id}", guard.RequireScope("report:{id}").Accept(pass.Request).Then(reports))
	mux.Handle("GET /news/{id}", guard.Any().Optional().Bypass(isStaff).Then(news))

	// Three uses: by the address, as a form, as JSON. Then it is spent.
	form := url.Values{"token": {tok}}.Encode()
	show(mux, "GET", "/reports/66?token="+tok, "", "")
	show(mux, "POST", "/reports/66", "application/x-www-form-urlencoded", form)
	show(mux, "POST", "/reports/66", "application/json; charset=utf-8", `{"token":"`+tok+`"}`)
	show(mux, "GET", "/reports/66?token="+tok, "", "")
	show(mux, "GET", "/reports/66", "", "")
	show(mux, "GET", "/news/5", "", "")
	// Output:
	// 200 GET report 66 granted ginger
	// 200 POST report 66 granted ginger
	// 200 POST report 66 granted ginger
	// 403 Forbidden
	// 401 Unauthorized
	// 200 GET report 5 anonymous
}

// reportStore is a store with one pass in it, and that pass's token.
func reportStore() (store *boltstore.Store, tok string, closed func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	store, err = boltstore.Open(filepath.Join(dir, "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		log.Fatal(err)
	}
	t := token.Short{ID: "SampleReportPass", Secret: [16]byte{1, 2, 3}}
	err = store.Create(context.Background(), &pass.Pass{V: pass.Version, ID: t.ID, Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "ginger",
		MaxUses: 3, Secrets: map[pass.Digest]pass.NumericDate{t.Digest(): 0}, IssuedAt: decisions.Now, ExpiresAt: decisions.Now + 3600, PurgeAt: decisions.Now + 7200})
	if err != nil {
		log.Fatal(err)
	}
	return store, t.String(), func() {
		store.Close()
		os.RemoveAll(dir)
	}
}

func show(h http.Handler, method, target, contentType, body string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", strings.ReplaceAll(w.Body.String(), " \n", "\n"))
}
