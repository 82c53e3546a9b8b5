package handler_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// looks returns what describe says of the looks at a pass's link page.
func (h *house) looks(t testing.TB, id string) map[string]any {
	t.Helper()
	out, err := h.manage(t.Context(), json.RawMessage(`{"describe":{"pass":"`+id+`"}}`))
	var d struct{ Opens map[string]any }
	if err != nil || json.Unmarshal(out, &d) != nil {
		t.Fatalf("describe answered %s, %v", out, err)
	}
	return d.Opens
}

// TestLooksAreToldByDescribe: what touched a link before its person came, and
// whoever clicked in vain after, is there for the operator to see, while the
// person gets in.
func TestLooksAreToldByDescribe(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"scope":"visit","visitor":{"email":"fred@example.com"},"target":"/visitors","max_uses":1,"expires_in":3600}`)
	began := h.now
	at := func(after time.Duration) string { return began.Add(after).UTC().Format(time.RFC3339) }
	if diff := cmp.Diff(map[string]any{"gets": 0.0, "heads": 0.0, "refused_posts": 0.0}, h.looks(t, p.ID)); diff != "" {
		t.Errorf("before anybody looks (-want +got):\n%s", diff)
	}
	for _, method := range []string{"HEAD", "GET", "GET", "GET"} { // a scanner's HEAD and pair, and the person
		h.browse(t, method, path(p.Link), nil, nil, "")
		h.now = h.now.Add(time.Second)
	}
	for i, want := range []int{http.StatusSeeOther, http.StatusForbidden} {
		if res := h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""); res.StatusCode != want {
			t.Errorf("click %d answered %d, want %d", i+1, res.StatusCode, want)
		}
	}
	for _, method := range []string{"GET", "HEAD", "POST"} { // and somebody who guesses
		h.browse(t, method, "/p/"+forge(t, p.Token, h.mint(t, visitorDoc).Token), nil, nil, "")
	}
	want := map[string]any{"gets": 3.0, "heads": 1.0, "refused_posts": 1.0, "first_at": at(0), "last_at": at(4 * time.Second)}
	if diff := cmp.Diff(want, h.looks(t, p.ID)); diff != "" {
		t.Errorf("at the end (-want +got):\n%s", diff)
	}
}

// TestALookThatIsNotCountedIsLogged: with the pass and the cause, without the
// credential, and as no metric that an alarm could look at.
func TestALookThatIsNotCountedIsLogged(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	var log bytes.Buffer
	link := gatetest.NewLink(t, storetest.Faulty(h.store, storetest.Always(storetest.Before, "Opened")))
	h.visit = handler.Visit(handler.VisitConfig{QueryName: "token", NonceCookie: "__Host-gatepass-nonce"}, link, nil, handler.NewLog("visit", &log, gatetest.Clock))
	if res := h.browse(t, http.MethodGet, path(p.Link), nil, nil, ""); res.StatusCode != http.StatusOK || !strings.Contains(res.Body, "<button") {
		t.Errorf("the page answered %d: %s", res.StatusCode, res.Body)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("logged %q, want the decision and the look", lines)
	}
	for _, part := range []string{`"level":"WARN"`, `"message":"look not counted"`, `"pass_id":"` + p.ID + `"`, "no connection"} {
		if !strings.Contains(lines[1], part) {
			t.Errorf("the line lacks %s: %s", part, lines[1])
		}
	}
	if strings.Contains(lines[1], "_aws") || strings.Contains(log.String(), p.Token) {
		t.Errorf("the line is a metric, or holds the credential: %s", lines[1])
	}
	h.store.Reset()
	if res := h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""); res.StatusCode != http.StatusSeeOther || h.store.Calls()["Redeem"] != 1 {
		t.Errorf("the click answered %d", res.StatusCode)
	}
}
