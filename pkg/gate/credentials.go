package gate

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// presented is a token as it stands in a request, checked as far as a string
// can be: reason is Missing where there is none, OK where it may be looked up.
type presented struct {
	reason pass.Reason
	id     string
	secret pass.Digest
	signed bool
	pass   *pass.Pass // of a stateless token, which is its own record
}

// looksUp reports whether a record must be read for the token.
func (p *presented) looksUp() bool { return p.reason == pass.OK && p.pass == nil }

// present finds the one explicit token of a request and checks it.
func (g *Gate) present(ctx context.Context, req *Request, now pass.NumericDate) presented {
	raw, reason := g.find(req)
	if reason != pass.OK {
		return presented{reason: reason}
	}
	return g.parse(ctx, raw, now)
}

// find returns the one token in the request. The same token twice is one; two
// different ones are Malformed, since answering either would be a guess. A
// comma is how payload 2.0 shows a repeated name, and stands in no token.
func (g *Gate) find(req *Request) (string, pass.Reason) {
	var found string
	take := func(v string) bool {
		if found != "" && found != v {
			return false
		}
		found = v
		return true
	}
	for _, names := range [][]string{g.cfg.QueryNames, g.cfg.MovedIn} {
		for _, name := range names {
			for v := range g.values(req, name) {
				if token.KindOf(v) == token.Foreign || !take(v) {
					return "", pass.Malformed
				}
			}
		}
	}
	for _, v := range allBearers(req) {
		// A bearer that is not ours is the host's own (see findHost), or nobody's here.
		if token.KindOf(v) != token.Foreign && !take(v) {
			return "", pass.Malformed
		}
	}
	if found == "" {
		return "", pass.Missing
	}
	return found, pass.OK
}

// values returns the values of a query parameter, those that may have moved in as
// the tokens they are equivalent to.
func (g *Gate) values(req *Request, name string) iter.Seq[string] {
	moved := slices.Contains(g.cfg.MovedIn, name)
	return func(yield func(string) bool) {
		for _, joined := range req.Query[name] {
			for v := range strings.SplitSeq(joined, ",") {
				if moved {
					v = ours(v)
				}
				if !yield(v) {
					return
				}
			}
		}
	}
}

// ours returns the token that a credential which may have moved in is equivalent
// to, and of any other text that.
func ours(s string) string {
	if t, ok := token.Moved(s); ok {
		return t.String()
	}
	return s
}

func allBearers(req *Request) (all []string) {
	for _, h := range req.Authorization {
		all = append(all, bearers(h)...)
	}
	return all
}

// bearers returns the tokens of an Authorization value (RFC 6750, section 2.1;
// the scheme's case does not matter: RFC 9110, section 11.1). There should be
// one; headers that were repeated arrive joined with commas.
func bearers(h string) []string {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(h), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	var found []string
	for part := range strings.SplitSeq(rest, ",") {
		part = strings.TrimSpace(part)
		if again, v, ok := strings.Cut(part, " "); ok && strings.EqualFold(again, "Bearer") {
			part = strings.TrimSpace(v)
		}
		found = append(found, part)
	}
	return found
}

// parse checks a token string: form and checksum, or signature and times.
func (g *Gate) parse(ctx context.Context, raw string, now pass.NumericDate) presented {
	switch token.KindOf(raw) {
	case token.ShortKind:
		s, ok := token.ParseShort(raw)
		if !ok {
			return presented{reason: pass.Malformed}
		}
		return presented{reason: pass.OK, id: s.ID, secret: s.Digest()}
	case token.JWTKind:
		c, reason := g.jwts.Verify(ctx, raw, now)
		p := presented{reason: reason, id: c.ID, signed: true}
		if reason == pass.OK && c.Stateless {
			p.pass = c.Pass()
		}
		return p
	}
	return presented{reason: pass.Malformed}
}

// sessions returns what the request's session cookies lead to, the user's
// first, and why cookies that are there lead nowhere: SessionEnded for one that
// is no cookie of ours, CrossSite for one that may not count, else Missing.
func (g *Gate) sessions(req *Request) ([]pass.Ref, pass.Reason) {
	if len(req.Cookies) == 0 {
		return nil, pass.Missing
	}
	var refs []pass.Ref
	why := pass.Missing
	for _, name := range []string{g.cfg.UserCookie, g.cfg.VisitorCookie} {
		values := cookieValues(req.Cookies, name)
		if len(values) == 0 {
			continue
		}
		s, ok := token.ParseCookie(values[0])
		switch {
		case len(values) > 1 || !ok:
			why = pass.SessionEnded
		case !g.sameSite(req):
			return nil, pass.CrossSite
		default:
			d := s.Digest()
			refs = append(refs, pass.Ref{ID: s.ID, Session: &d})
		}
	}
	return refs, why
}

// cookieValues returns the different values that a cookie has in a request. The
// pairs beside it are anybody's and need not be well formed: one that is not
// must not take the session with it.
func cookieValues(lines []string, name string) (values []string) {
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			n, v, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
			if ok && n == name && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// sameSite reports whether a cookie counts on this request: always on safe
// methods (RFC 9110, section 9.2.1), which change nothing; on the others, and
// on a GET that opens a WebSocket ($connect, as API Gateway calls it), only from
// the same origin. Sec-Fetch-Site says so and no page can forge it; where a browser
// does not send it, a configured Origin does.
func (g *Gate) sameSite(req *Request) bool {
	if req.Route != "$connect" && !req.WebSocket && slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, req.Method) {
		return true
	}
	if req.FetchSite != "" {
		return req.FetchSite == "same-origin"
	}
	return req.Origin != "" && slices.Contains(g.cfg.Origins, req.Origin)
}
