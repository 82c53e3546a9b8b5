package caller_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/terms"
)

// flow is a house whose last step ends what let it in.
type flow struct {
	*house
	completed []string
	fails     error
}

func newFlow(t testing.TB) *flow {
	f := &flow{}
	f.house = newHouse(t, func(cfg *caller.Config, b storetest.Backend) {
		cfg.Sessions = b.Store
		cfg.Complete = func(ctx context.Context, id string) error {
			f.completed = append(f.completed, id)
			if f.fails != nil {
				return f.fails
			}
			return revoke(ctx, b, id)
		}
	})
	return f
}

// last is the handler of a last step: it answers with the error, if any.
func (f *flow) last(end func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch err := end(w, r); {
		case errors.Is(err, caller.ErrCrossSite):
			w.WriteHeader(http.StatusForbidden)
		case errors.Is(err, pass.ErrUnavailable):
			w.WriteHeader(http.StatusServiceUnavailable)
		case errors.Is(err, caller.ErrNoCaller):
			w.WriteHeader(http.StatusConflict)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

func (f *flow) rule() caller.Rule { return f.guard.RequireScope("visit") }

// still reports whether a cookie still lets in.
func (f *flow) still(t testing.TB, cookie string) bool {
	t.Helper()
	return ask(t, f.guard.Any().Then(&seen{}), "GET", "/", "", "Cookie", cookie).Code == 200
}

func visitorPass(uses int) pass.Pass {
	return pass.Pass{Mode: pass.VisitorMode, Scope: "visit", Visitor: &pass.Visitor{Email: "fred@example.com"}, MaxUses: uses}
}

// TestTheLastStepEndsItsSessionAlone: another session of the same pass goes on,
// and so does a login in the same browser.
func TestTheLastStepEndsItsSessionAlone(t *testing.T) {
	f := newFlow(t)
	link := f.mint(t, visitorPass(0))
	here, elsewhere := f.open(t, link), f.open(t, link)
	login := f.open(t, f.mint(t, pass.Pass{Mode: pass.SessionMode, Scope: "login", Subject: "ginger", MaxUses: 1, SessionExpiresIn: 3600}))
	w := ask(t, f.rule().Then(f.last(f.guard.End)), "POST", "/", "", "Cookie", login+"; "+here, "Sec-Fetch-Site", "same-origin")
	if w.Code != 200 {
		t.Fatalf("the last step answered %d", w.Code)
	}
	want := "__Host-gatepass-visitor=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
	if got := w.Header().Values("Set-Cookie"); len(got) != 1 || got[0] != want {
		t.Errorf("the cookies of the answer are %q, want %q", got, want)
	}
	if f.still(t, here) || !f.still(t, elsewhere) || !f.still(t, login) {
		t.Errorf("here %v, elsewhere %v, login %v; want the first alone to have ended", f.still(t, here), f.still(t, elsewhere), f.still(t, login))
	}
	if len(f.completed) > 0 {
		t.Errorf("the passes %v were withdrawn", f.completed)
	}
}

// TestTheLastStepOfALogin ends that, and leaves the visit.
func TestTheLastStepOfALogin(t *testing.T) {
	f := newFlow(t)
	visit := f.open(t, f.mint(t, visitorPass(0)))
	login := f.open(t, f.mint(t, pass.Pass{Mode: pass.SessionMode, Scope: "login", Subject: "ginger", MaxUses: 1, SessionExpiresIn: 3600}))
	w := ask(t, f.guard.RequireScope("login").Then(f.last(f.guard.End)), "GET", "/", "", "Cookie", visit+"; "+login)
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "__Host-gatepass=;") || f.still(t, login) || !f.still(t, visit) {
		t.Errorf("answered %d %v; login goes on: %v, visit: %v", w.Code, w.Header(), f.still(t, login), f.still(t, visit))
	}
}

// TestASessionEndsWhateverItsCookieIsCalled: the one that let the request in, by the
// record and not by a name that a second configuration would have to know.
func TestASessionEndsWhateverItsCookieIsCalled(t *testing.T) {
	f := newFlow(t)
	cfg := f.cfg
	cfg.Gate.VisitorCookie = "__Secure-guest"
	g := newGuard(t, cfg)
	_, value, _ := strings.Cut(f.open(t, f.mint(t, visitorPass(0))), "=")
	step := func() *httptest.ResponseRecorder {
		return ask(t, g.RequireScope("visit").Then(f.last(g.End)), "GET", "/", "", "Cookie", "__Secure-guest="+value)
	}
	if w := step(); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "__Secure-guest=;") {
		t.Errorf("the last step answered %d %v", w.Code, w.Header())
	}
	if w := step(); w.Code != 403 {
		t.Errorf("afterwards it is answered %d: the session lives", w.Code)
	}
}

// TestASessionWhosePassIsGoneHasEnded: it was cleared away while the handler ran.
func TestASessionWhosePassIsGoneHasEnded(t *testing.T) {
	f := newFlow(t)
	cookie := f.open(t, f.mint(t, visitorPass(0)))
	cfg := f.cfg
	cfg.Sessions = gone{}
	g := newGuard(t, cfg)
	w := ask(t, g.RequireScope("visit").Then(f.last(g.End)), "GET", "/", "", "Cookie", cookie)
	if w.Code != 200 || w.Header().Get("Set-Cookie") == "" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
}

// gone is a store from which a pass was cleared away.
type gone struct{}

func (gone) EndSession(context.Context, string, pass.Key, pass.Change) (*pass.Pass, error) {
	return nil, pass.ErrNotFound
}

// TestAPassIsCompleted: its link, its sessions everywhere and its cookie end.
func TestAPassIsCompleted(t *testing.T) {
	f := newFlow(t)
	link := f.mint(t, visitorPass(0))
	here, elsewhere := f.open(t, link), f.open(t, link)
	w := ask(t, f.rule().Then(f.last(f.guard.Complete)), "POST", "/", "", "Cookie", here, "Sec-Fetch-Site", "same-origin")
	if w.Code != 200 || len(f.completed) != 1 || !strings.Contains(link, f.completed[0]) || len(w.Header().Values("Set-Cookie")) != 1 {
		t.Fatalf("answered %d %v, withdrew %v", w.Code, w.Header(), f.completed)
	}
	if f.still(t, here) || f.still(t, elsewhere) {
		t.Error("a session goes on")
	}
	if o := gatetest.NewLink(t, f.Store).Redeem(t.Context(), &gate.Visit{Token: link}); o.Reason != pass.Revoked {
		t.Errorf("the link is %s", o.Reason)
	}
}

// TestATokensPassIsCompleted: of a pass that has no session.
func TestATokensPassIsCompleted(t *testing.T) {
	f := newFlow(t)
	tok := f.mint(t, pass.Pass{Scope: "visit", MaxUses: 5})
	door := f.rule().Then(f.last(f.guard.Complete))
	if w := ask(t, door, "GET", "/?token="+tok, ""); w.Code != 200 || len(w.Header().Values("Set-Cookie")) != 0 {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
	if w := ask(t, door, "GET", "/?token="+tok, ""); w.Code != 403 || f.decided[1].Reason != pass.Revoked {
		t.Errorf("afterwards it is answered %d", w.Code)
	}
}

// TestAnotherSiteEndsNothing: it can lead a browser to a GET, with its cookies.
func TestAnotherSiteEndsNothing(t *testing.T) {
	for name, pick := range map[string]func(*caller.Guard) func(http.ResponseWriter, *http.Request) error{
		"End":      func(g *caller.Guard) func(http.ResponseWriter, *http.Request) error { return g.End },
		"Complete": func(g *caller.Guard) func(http.ResponseWriter, *http.Request) error { return g.Complete },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(t)
			cookie := f.open(t, f.mint(t, visitorPass(0)))
			for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
				w := ask(t, f.rule().Then(f.last(pick(f.guard))), "GET", "/", "", append(from, "Cookie", cookie)...)
				if w.Code != http.StatusForbidden || w.Header().Get("Set-Cookie") != "" || len(f.completed) > 0 || !f.still(t, cookie) {
					t.Errorf("%v: answered %d %v, withdrew %v", from, w.Code, w.Header(), f.completed)
				}
			}
		})
	}
}

// TestWhereThereIsNothingToEnd: a session that is not there has ended; a pass
// that is not there was not completed.
func TestWhereThereIsNothingToEnd(t *testing.T) {
	f := newFlow(t)
	other := f.mint(t, pass.Pass{Scope: "another"})
	anybody := f.rule().Optional().ForwardRefused().Bypass(func(r *http.Request) bool { return r.Header.Get("Staff") != "" })
	for name, row := range map[string]struct {
		target       string
		headers      []string
		end, complet int
	}{
		"anonymous": {"/", nil, 200, 409},
		"refused":   {"/?token=" + other, nil, 200, 409},
		"bypassed":  {"/?token=" + other, []string{"Staff", "yes"}, 200, 409},
		"a token":   {"/?token=" + f.mint(t, pass.Pass{Scope: "visit"}), nil, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			f.completed = nil
			end := ask(t, anybody.Then(f.last(f.guard.End)), "GET", row.target, "", row.headers...)
			complete := ask(t, anybody.Then(f.last(f.guard.Complete)), "GET", row.target, "", row.headers...)
			if end.Code != row.end || complete.Code != row.complet || (len(f.completed) == 1) != (row.complet == 200) {
				t.Errorf("End answered %d, Complete %d and withdrew %v", end.Code, complete.Code, f.completed)
			}
			if end.Header().Get("Set-Cookie")+complete.Header().Get("Set-Cookie") != "" {
				t.Error("a cookie was taken back")
			}
		})
	}
	r := httptest.NewRequest("POST", "/", nil)
	if err := f.guard.End(httptest.NewRecorder(), r); !errors.Is(err, caller.ErrNoCaller) {
		t.Errorf("where no guard stood, End says %v", err)
	}
	if err := f.guard.Complete(httptest.NewRecorder(), r); !errors.Is(err, caller.ErrNoCaller) {
		t.Errorf("where no guard stood, Complete says %v", err)
	}
}

// TestAnEndThatFailedIsNone: the session goes on, with its cookie, so that the
// step can be done again.
func TestAnEndThatFailedIsNone(t *testing.T) {
	f := newFlow(t)
	cookie := f.open(t, f.mint(t, visitorPass(0)))
	cfg := f.cfg
	cfg.Sessions = storetest.Faulty(f.Store, storetest.Always(storetest.Before, "EndSession"))
	broken := newGuard(t, cfg)
	w := ask(t, broken.RequireScope("visit").Then(f.last(broken.End)), "GET", "/", "", "Cookie", cookie)
	if w.Code != 503 || w.Header().Get("Set-Cookie") != "" || !f.still(t, cookie) {
		t.Errorf("End answered %d %v", w.Code, w.Header())
	}
	f.fails = errors.New("manage is away")
	w = ask(t, f.rule().Then(f.last(f.guard.Complete)), "GET", "/", "", "Cookie", cookie)
	if w.Code != 500 || w.Header().Get("Set-Cookie") != "" || !f.still(t, cookie) {
		t.Errorf("Complete answered %d %v", w.Code, w.Header())
	}
}

// TestEndsThatWereNotConfigured say what is missing.
func TestEndsThatWereNotConfigured(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.open(t, h.mint(t, visitorPass(0)))
	for want, end := range map[string]func(http.ResponseWriter, *http.Request) error{"Config.Sessions": h.guard.End, "Config.Complete": h.guard.Complete} {
		ask(t, h.guard.RequireScope("visit").Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := end(w, r); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("says %v, want it to name %s", err, want)
			}
		})), "GET", "/", "", "Cookie", cookie)
	}
}

// TestTheCookieIsTakenBackFromItsDomain: a browser takes any other for another.
func TestTheCookieIsTakenBackFromItsDomain(t *testing.T) {
	f := newFlow(t)
	cookie := f.open(t, f.mint(t, visitorPass(0)))
	cfg := f.cfg
	cfg.Gate.CookieDomain = "example.com"
	g := newGuard(t, cfg)
	w := ask(t, g.RequireScope("visit").Then(f.last(g.End)), "GET", "/", "", "Cookie", cookie)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "; Domain=example.com; Max-Age=0") {
		t.Errorf("the cookie is %q", got)
	}
}

// revoke is what manage does for an operator.
func revoke(ctx context.Context, b storetest.Backend, id string) error {
	m, err := manage.New(manage.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com"}}, b.Store, nil)
	if err != nil {
		return err
	}
	m.Now = gatetest.Clock
	_, err = m.Revoke(ctx, manage.Change{Pass: id, By: "orders", Why: "completed"})
	return err
}
