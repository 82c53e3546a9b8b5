package handler_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestWhereACookieCounts is the whole table, in each dialect that shows cookies:
// on safe methods always; on the others, and on $connect, from the same origin
// alone, as the browser says it, and where that says nothing, from an origin that
// is configured. Where it does not count nothing is read.
func TestWhereACookieCounts(t *testing.T) {
	row := named(t, "a session counts on a POST of our own page")
	b := gatetest.Open(t)
	gatetest.Plant(t, b, row)
	rec, counted := storetest.Record(b.Store), map[bool]int{}
	var log bytes.Buffer
	for _, d := range []apigw.Dialect{apigw.RESTRequest, apigw.HTTP1, apigw.HTTP2, apigw.WebSocket} {
		f := handler.Authorizer(gatetest.New(t, rec, row), false, handler.NewLog("authorizer", &log, gatetest.Clock))
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} {
			if d == apigw.WebSocket && method != "GET" {
				continue // a handshake has no other
			}
			for _, site := range []string{"", "same-origin", "same-site", "cross-site", "none", "Same-Origin", "same-origin, cross-site", "unheard-of"} {
				for _, origin := range []string{"", decisions.Origin, "https://evil.example", "null", decisions.Origin + "/", decisions.Origin + ":8443", strings.Replace(decisions.Origin, "https", "http", 1), strings.ToUpper(decisions.Origin), decisions.Origin + ", https://evil.example"} {
					req := gatetest.Request(t, row)
					req.Method, req.FetchSite, req.Origin, req.Route = method, site, origin, method+" /reports/{id}"
					if d == apigw.WebSocket {
						req.Route = "$connect"
					}
					safe := d != apigw.WebSocket && slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method)
					want := safe || site == "same-origin" || site == "" && origin == decisions.Origin
					counted[want]++
					log.Reset()
					rec.Reset()
					out, err := f(t.Context(), event(t, d, req, "66"))
					var ln struct{ Reason string }
					if err != nil || json.Unmarshal(log.Bytes(), &ln) != nil {
						t.Fatalf("%s %s: %v, logged %s", d, method, err, log.String())
					}
					allowed, _ := read(t, string(d), out)
					if reason := map[bool]string{true: "ok", false: "cross_site"}[want]; allowed != want || ln.Reason != reason || rec.Calls()["Read"] != map[bool]int{true: 1}[want] {
						t.Errorf("%s, %s, Sec-Fetch-Site %q, Origin %q: %s with the calls %v, want %s", d, method, site, origin, ln.Reason, rec.Calls(), reason)
					}
				}
			}
		}
	}
	if counted[true] < 500 || counted[false] < 500 {
		t.Errorf("%v", counted)
	}
}
