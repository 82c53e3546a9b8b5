package caller_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestPathValuesAreServeMuxs: decoded once, by whoever routes.
func TestPathValuesAreServeMuxs(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "report:66/de"})
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{id}/{lang}", h.guard.RequireScope("report:{id}/{lang}").Then(&seen{}))
	for path, want := range map[string]string{
		"/reports/66/de": "ok", "/reports/%36%36/de": "ok", "/reports/67/de": "wrong_scope", "/reports/66/en": "wrong_scope",
		"/reports/%2536%2536/de": "wrong_scope", "/reports/66%2Fde/de": "wrong_scope", "/reports/66%00/de": "wrong_scope",
	} {
		ask(t, mux, "GET", path+"?token="+tok, "")
		d := h.decided[len(h.decided)-1]
		if string(d.Reason) != want {
			t.Errorf("%s is %s, want %s", path, d.Reason, want)
		}
		if d.Rule.Route != "GET /reports/{id}/{lang}" {
			t.Errorf("%s came by %q", path, d.Rule.Route)
		}
	}
}

// TestUsesAreRecordedByTheirRoute: never by the path, which may say more than
// a record should.
func TestUsesAreRecordedByTheirRoute(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 9})
	door := h.guard.RequireScope("report:66").Then(&seen{})
	mux := http.NewServeMux()
	mux.Handle("/reports/", door)
	for want, handler := range map[string]http.Handler{"/reports/": mux, "report:66": door} {
		ask(t, handler, "GET", in("token", tok), "")
		if d := h.decided[len(h.decided)-1]; d.Pass == nil || d.Pass.LastUse.Route != want {
			t.Errorf("recorded as %+v, want the route %q", d.Pass, want)
		}
	}
}

// route is a router of another make: it keeps its path values in a context of
// its own, and takes middleware as func(http.Handler) http.Handler.
type route struct {
	prefix, name string
	with         func(http.Handler) http.Handler
	to           http.Handler
}

type routeKey struct{}

func (f route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	values := map[string]string{f.name: strings.TrimPrefix(r.URL.Path, f.prefix)}
	f.with(f.to).ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), routeKey{}, values)))
}

func TestAnotherRoutersPathValues(t *testing.T) {
	h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) {
		cfg.Param = func(r *http.Request, name string) string {
			values, _ := r.Context().Value(routeKey{}).(map[string]string)
			return values[name]
		}
	})
	tok := h.mint(t, pass.Pass{Scope: "report:66"})
	router := route{"/reports/", "id", h.guard.RequireScope("report:{id}").Then, &seen{}}
	for path, want := range map[string]int{"/reports/66": 200, "/reports/67": 403, "/reports/6/6": 403} {
		if w := ask(t, router, "GET", path+"?token="+tok, ""); w.Code != want {
			t.Errorf("%s answered %d, want %d", path, w.Code, want)
		}
	}
}

// TestARouterThatGivesNoValueLetsNobodyIn: a name that the route lacks is not
// any name.
func TestARouterThatGivesNoValueLetsNobodyIn(t *testing.T) {
	h := newHouse(t, nil)
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{number}", h.guard.RequireScope("report:{id}").Then(&seen{}))
	if w := ask(t, mux, "GET", in("token", h.mint(t, pass.Pass{Scope: "report:66"})), ""); w.Code != 403 || h.decided[0].Reason != pass.WrongScope {
		t.Errorf("answered %d", w.Code)
	}
}

// TestRulesThatCannotHold stop a service when it starts.
func TestRulesThatCannotHold(t *testing.T) {
	g := newHouse(t, nil).guard
	behind := map[string]http.Handler{"no handler": nil, "a function that is none": http.HandlerFunc(nil)}
	for name, row := range map[string]struct {
		rule caller.Rule
		says string
	}{
		"no handler":                         {g.Any(), "no handler"},
		"a function that is none":            {g.Any(), "no handler"},
		"the host's users, without a Host":   {g.Any().Accept(pass.None, pass.Host), "Gate.Host is not set"},
		"no scope":                           {g.RequireScope(""), "scope: missing"},
		"a space in the scope":               {g.RequireScope("report 66"), `" 66"`},
		"a parameter that is not closed":     {g.RequireScope("report:{id"), "without its }"},
		"two parameters that could run on":   {g.RequireScope("{a}{b}"), "two parameters"},
		"a parameter with slashes":           {g.RequireScope("file:{path...}"), "slashes"},
		"API Gateway's way to write that":    {g.RequireScope("file:{path+}"), "slashes"},
		"a parameter with a strange name":    {g.RequireScope("file:{a b}"), `"a b"`},
		"a mode that is none":                {g.Any().Accept("visitors"), `"visitors"`},
		"no mode":                            {g.Any().Accept(), "no mode"},
		"a mode twice":                       {g.Any().Accept(pass.None, pass.None), "twice"},
		"an age of nothing":                  {g.Any().MaxAge(0), "max_age"},
		"a negative age":                     {g.Any().MaxAge(-5), "max_age"},
		"an age over the longest that it is": {g.Any().MaxAge(pass.MaxLifetime + 1), "max_age"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, ok := recover().(string); !ok || !strings.Contains(said, row.says) || !strings.Contains(said, "the rule for scope") {
					t.Errorf("says %q, want %q", said, row.says)
				}
			}()
			next, none := behind[name]
			if !none {
				next = &seen{}
			}
			row.rule.Then(next)
		})
	}
}

// TestARuleMayBeVaried: what is made of a rule does not change it.
func TestARuleMayBeVaried(t *testing.T) {
	h := newHouse(t, nil)
	base := h.guard.RequireScope("report:66")
	base.Optional().ForwardRefused().Accept(pass.VisitorMode).Bypass(func(*http.Request) bool { return true })
	if w := ask(t, base.Then(&seen{}), "GET", "/", ""); w.Code != 401 {
		t.Errorf("the rule of before answers %d", w.Code)
	}
	modes := []pass.Mode{pass.None}
	accepting := base.Accept(modes...)
	modes[0] = pass.Request
	if w := ask(t, accepting.Then(&seen{}), "GET", in("token", h.mint(t, pass.Pass{Scope: "report:66"})), ""); w.Code != 200 {
		t.Errorf("a slice changed later changed what is accepted: %d", w.Code)
	}
}

// TestAWebSocketIsOpenedFromItsOwnPages: any site's page may open one, and the
// browser sends the cookies of this one along.
func TestAWebSocketIsOpenedFromItsOwnPages(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.open(t, h.mint(t, pass.Pass{Mode: pass.VisitorMode, Scope: "visit"}))
	door := h.guard.RequireScope("visit").Then(&seen{})
	for name, row := range map[string]struct {
		headers []string
		want    pass.Reason
	}{
		"by another site":                   {[]string{"Upgrade", "websocket", "Origin", "https://evil.example"}, pass.CrossSite},
		"by another site, in other letters": {[]string{"Upgrade", "WebSocket", "Origin", "https://evil.example"}, pass.CrossSite},
		"by another site, among others":     {[]string{"Upgrade", "h2c", "Upgrade", "foo, websocket", "Origin", "https://evil.example"}, pass.CrossSite},
		"from the own origin":               {[]string{"Upgrade", "websocket", "Origin", "https://pass.example.com"}, pass.OK},
		"from the own origin, given twice":  {[]string{"Upgrade", "websocket", "Origin", "https://pass.example.com", "Origin", "https://evil.example"}, pass.CrossSite},
		"from the own site":                 {[]string{"Upgrade", "websocket", "Sec-Fetch-Site", "same-origin"}, pass.OK},
		"and said to be from both":          {[]string{"Upgrade", "websocket", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "cross-site"}, pass.CrossSite},
		"what curl --http2 says is none":    {[]string{"Upgrade", "h2c"}, pass.OK},
		"what only begins like it is none":  {[]string{"Upgrade", "websocket-ish", "Origin", "https://evil.example"}, pass.OK},
	} {
		t.Run(name, func(t *testing.T) {
			ask(t, door, "GET", "/", "", append(row.headers, "Cookie", cookie)...)
			if d := h.decided[len(h.decided)-1]; d.Reason != row.want {
				t.Errorf("is %s, want %s", d.Reason, row.want)
			}
		})
	}
}

// TestAWebSocketIsRecordedByItsRoute: and whatever asks for one otherwise than by a
// GET, which opens none, is a request like any other.
func TestAWebSocketIsRecordedByItsRoute(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 9})
	mux := http.NewServeMux()
	mux.Handle("/reports/{id}", h.guard.RequireScope("report:{id}").Then(&seen{}))
	for _, method := range []string{"GET", "POST", "DELETE"} {
		ask(t, mux, method, in("token", tok), "", "Upgrade", "websocket")
		if d := h.decided[len(h.decided)-1]; d.Pass == nil || d.Pass.LastUse.Route != "/reports/{id}" {
			t.Errorf("%s is recorded as %+v", method, d.Pass)
		}
	}
	cookie := h.open(t, h.mint(t, pass.Pass{Mode: pass.VisitorMode, Scope: "report:66"}))
	ask(t, mux, "HEAD", "/reports/66", "", "Upgrade", "websocket", "Origin", "https://evil.example", "Cookie", cookie)
	if d := h.decided[len(h.decided)-1]; d.Reason != pass.OK {
		t.Errorf("HEAD is %s", d.Reason)
	}
}

// TestAMiddlewareBeforeAllRoutesKnowsItsScopeAlone: where the router comes later
// there are no path values yet, and no rule can ask for them.
func TestAMiddlewareBeforeAllRoutesKnowsItsScopeAlone(t *testing.T) {
	h := newHouse(t, nil)
	mux := http.NewServeMux()
	let := &seen{}
	mux.Handle("GET /reports/{id}", let)
	w := httptest.NewRecorder()
	h.guard.RequireScope("report:66").Then(mux).ServeHTTP(w, httptest.NewRequest("GET", in("token", h.mint(t, pass.Pass{Scope: "report:66"})), nil))
	if c := let.only(t); c.Access != gate.Granted {
		t.Errorf("the handler is told %+v", c)
	}
}
