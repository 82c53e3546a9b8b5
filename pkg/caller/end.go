package caller

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// ErrCrossSite says that another site made the browser ask for an end, which is
// then none. Ask for it by a form that is posted.
var ErrCrossSite = errors.New("caller: another site made the browser ask")

// End ends the session that let this request in, and takes its cookie back: the
// flow that a pass was made for is at its last step. Other sessions go on, those
// of the same pass and a login beside a visit; so does the pass itself, whose
// link may open a session again while it has uses. Where no session let the
// request in there is none to end.
//
// Call it in a handler that a [Guard] let the request in to, before anything is
// written. Errors match [ErrNoCaller], [ErrCrossSite] or pass.ErrUnavailable,
// after which the session goes on.
func (g *Guard) End(w http.ResponseWriter, r *http.Request) error {
	c, ok := From(r.Context())
	switch {
	case !ok:
		return ErrNoCaller
	case c.Access != gate.Granted || c.SessionID == "":
		return nil
	case g.cfg.Sessions == nil:
		return errors.New("caller: Config.Sessions is needed to end a session")
	case g.cfg.Gate.CrossSite(browser(r)):
		return ErrCrossSite
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.cfg.Timeout)
	defer cancel()
	_, err := g.cfg.Sessions.EndSession(ctx, c.PassID, pass.Key(c.SessionID), pass.Change{})
	if err != nil && !errors.Is(err, pass.ErrNotFound) { // with its pass the session is gone too
		return err
	}
	g.takeBack(w, c)
	return nil
}

// Complete withdraws the whole pass that let this request in: it has done what it
// was made for. With it end its link, its tokens and its sessions everywhere, and
// the cookie here is taken back. How that is done, by whom and why is
// Config.Complete's; its error is returned as it is.
//
// The error matches [ErrNoCaller] where no pass let the request in: anonymous,
// refused and bypassed requests, and the host's own users, have none; that of
// a stateless token cannot be withdrawn, as Config.Complete will say.
func (g *Guard) Complete(w http.ResponseWriter, r *http.Request) error {
	c, _ := From(r.Context())
	switch {
	case c.Access != gate.Granted || c.PassID == "":
		return fmt.Errorf("%w: no pass let this request in", ErrNoCaller)
	case g.cfg.Complete == nil:
		return errors.New("caller: Config.Complete is needed to complete a pass")
	case c.SessionID != "" && g.cfg.Gate.CrossSite(browser(r)):
		return ErrCrossSite
	}
	if err := g.cfg.Complete(r.Context(), c.PassID); err != nil {
		return err
	}
	g.takeBack(w, c)
	return nil
}

// cookie is the name of the one that sessions of a mode have.
func (g *Guard) cookie(m pass.Mode) string {
	if m == pass.SessionMode {
		return g.cfg.Gate.UserCookie
	}
	return g.cfg.Gate.VisitorCookie
}

// takeBack clears the cookie that let the caller in, with the path and domain of
// when it was set: a browser takes any other for a different cookie.
func (g *Guard) takeBack(w http.ResponseWriter, c Caller) {
	if c.SessionID == "" {
		return
	}
	line := g.cookie(c.Mode) + "=; Path=/; Secure; HttpOnly; SameSite=Lax"
	if domain := g.cfg.Gate.CookieDomain; domain != "" {
		line += "; Domain=" + domain
	}
	w.Header().Add("Set-Cookie", line+"; Max-Age=0")
}
