package handler

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// Forms finds the forms that were declared for an API: a *gate.Book.
type Forms interface {
	Form(ctx context.Context, api, name string) (rule.Form, bool, error)
}

// formPath is what the addresses of forms begin with.
const formPath = "/register/"

// maxForm bounds the body of a form, in bytes as it was sent: some times what its
// fields hold at their longest.
const maxForm = 16 << 10

// form shows a form, and writes nothing.
func (v *visit) form(ctx context.Context, req *httpRequest) httpResponse {
	f, res := v.declared(ctx, "form", req)
	if res != nil {
		return *res
	}
	v.log.form("form", req, f.Name, desk.Registered{Reason: pass.OK})
	return v.showForm(req, http.StatusOK, page.Form{Name: f.Name})
}

// register takes in a form. The answer says what is wrong with what was typed, and
// nothing about the address: it is the same page whether that is known or new, had
// a mail a moment ago or gets one now.
func (v *visit) register(ctx context.Context, req *httpRequest) httpResponse {
	f, res := v.declared(ctx, "register", req)
	if res != nil {
		return *res
	}
	r := gateRequest(req)
	fields, whole := sent(req)
	if !v.link.Own(&r, v.paired(req, fields)) {
		v.log.form("register", req, f.Name, desk.Registered{Reason: pass.CrossSite})
		return v.formAnswer(req, http.StatusForbidden, page.FormElsewhere, f.Name)
	}
	who := pass.Visitor{FirstName: one(fields, page.FirstNameField), LastName: one(fields, page.LastNameField), Email: one(fields, page.EmailField)}
	done := desk.Registered{Reason: pass.Malformed, Faults: desk.Faults{FirstName: desk.TooLong, LastName: desk.TooLong, Email: desk.TooLong}}
	if whole {
		done = v.cfg.Desk.Register(ctx, f, who, req.RequestContext.HTTP.SourceIP)
	}
	v.log.form("register", req, f.Name, done)
	switch done.Reason {
	case pass.OK:
		return v.formAnswer(req, http.StatusOK, page.FormSent, f.Name)
	case pass.Malformed:
		return v.showForm(req, http.StatusUnprocessableEntity, page.Form{Name: f.Name, Values: who, Faults: done.Faults})
	case pass.RateLimited:
		return later(v.formAnswer(req, http.StatusTooManyRequests, page.FormTooMany, f.Name), done.RetryAfter)
	}
	return v.formAnswer(req, http.StatusServiceUnavailable, page.FormLater, f.Name)
}

// taken returns the name in a target's query that credentials come in, or "".
func (v *visit) taken(target string) string {
	return pass.QueryOf(target, slices.Concat([]string{v.cfg.QueryName}, v.cfg.QueryNames, v.cfg.MovedIn)...)
}

// declared returns the form that the address names, or what to answer where there
// is none.
func (v *visit) declared(ctx context.Context, operation string, req *httpRequest) (desk.Form, *httpResponse) {
	name := req.PathParameters["form"]
	if name == "" { // $default
		name = strings.TrimPrefix(req.RawPath, formPath)
	}
	done, known := desk.Registered{Reason: pass.NoRule}, ""
	if v.cfg.Desk != nil && v.cfg.Forms != nil && rule.ValidFormName(name) {
		switch f, ok, err := v.cfg.Forms.Form(ctx, req.RequestContext.APIID, name); {
		case err != nil:
			done = desk.Registered{Reason: pass.Unavailable, Err: err}
		case ok && v.taken(f.Target) != "":
			known, done.Err = name, fmt.Errorf("the target of the form has %q in its query, where the credential goes: no pass could be issued for who registers", v.taken(f.Target))
		case ok:
			return desk.Form{Name: name, Scope: f.Scope, Target: f.Target}, nil
		}
	}
	v.log.form(operation, req, known, done)
	res := v.notice(req, http.StatusNotFound, page.NothingHere)
	if done.Reason == pass.Unavailable {
		res = v.notice(req, http.StatusServiceUnavailable, page.TryAgain)
	}
	return desk.Form{}, &res
}

// showForm shows a form with a nonce of its own, which its cookie has too.
func (v *visit) showForm(req *httpRequest, status int, f page.Form) httpResponse {
	f.Nonce = rand.Text()
	res := v.html(req, status, func(b io.Writer, lang string) error { return v.pages.Form(b, lang, f) })
	res.Cookies = []string{v.formCookie() + "=" + f.Nonce + "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600"}
	return res
}

func (v *visit) formAnswer(req *httpRequest, status int, a page.FormAnswer, name string) httpResponse {
	return v.html(req, status, func(b io.Writer, lang string) error { return v.pages.FormAnswer(b, lang, a, name) })
}

// formCookie is not the link page's nonce: a form in another tab must not take
// away what makes a second click there the same redemption.
func (v *visit) formCookie() string { return v.cfg.NonceCookie + "-form" }

// paired reports whether the form's nonce is the one in the browser's cookie.
func (v *visit) paired(req *httpRequest, fields url.Values) bool {
	nonce := one(fields, page.NonceField)
	for _, line := range req.Cookies {
		if name, value, _ := strings.Cut(line, "="); name == v.formCookie() && value == nonce {
			return nonce != ""
		}
	}
	return false
}

// sent returns the fields of a form, and false where there is more of it than any
// form of ours can hold. A field that we do not have is nobody's, and passed over.
func sent(req *httpRequest) (fields url.Values, whole bool) {
	if len(req.Body) > maxForm {
		return nil, false
	}
	return posted(req), true
}

// one returns the value of a field that is there once: of two, either would be a
// guess.
func one(fields url.Values, name string) string {
	if len(fields[name]) != 1 {
		return ""
	}
	return fields[name][0]
}

// form writes the line of a look at a form, or of one that was posted. It holds
// nothing that was typed, and of the address a form's name alone.
func (l *Log) form(operation string, req *httpRequest, name string, done desk.Registered) {
	ln := line{Level: "INFO", Message: "form", Operation: operation, Dialect: "page", Outcome: string(gate.Deny), Reason: string(done.Reason), PassID: done.ID,
		Fields: done.Faults.Count(), RequestID: shown(req.RequestContext.RequestID)}
	switch done.Reason {
	case pass.OK:
		ln.Outcome = string(gate.Allow)
		if operation == "register" && done.ID == "" {
			ln.Outcome, ln.Reason, ln.Hint = string(gate.Deny), string(pass.RateLimited), "this address has had its registrations of the hour: nothing was written, and who posted it was not told"
		}
	case pass.Malformed:
		ln.Outcome, ln.Reason, ln.Hint = "invalid", "invalid_request", "the page says at each field what is wrong with it"
	case pass.RateLimited:
		ln.Hint = "too many registrations came from this client block within the hour"
	case pass.CrossSite:
		ln.Hint = "the form was posted from a page of another origin: link to the form, do not copy it"
	case pass.NoRule:
		ln.Hint = `no such form is declared for this API: add {"forms":{"NAME":{"scope":"…","target":"/…"}}} to the rules beside it`
	case pass.Unavailable:
		ln.Outcome, ln.Hint = string(gate.Error), "the store or the key service did not answer: see error"
	}
	if done.Err != nil {
		ln.Level, ln.Error = "ERROR", done.Err.Error()
	}
	if done.Err != nil && done.Reason == pass.NoRule {
		ln.Hint = "nobody can register: take the parameter out of the form's target in its declaration"
	}
	if name != "" {
		ln.Route = formPath + name
	}
	l.measured(ln)
}
