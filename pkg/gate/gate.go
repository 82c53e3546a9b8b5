// Package gate decides: it is the one place where a request, its credentials,
// the route's rule and the records meet.
//
// [Gate.Authorize] answers for routes behind API Gateway, [Gate.Check] for
// backends that hold a credential and ask, [Link.Open], [Link.Redeem] and
// [Link.End] for the link page. The rules about one record are in package pass;
// what is here is their order, and what a token and a session mean beside each
// other.
//
// # Order
//
// Nothing that can refuse comes after the write, so a refused request never
// costs a use:
//
//  1. the route's rule, from memory
//  2. the credentials in the request, checked as strings
//  3. one consistent read of everything they lead to
//  4. the judgement
//  5. for a counted allow, one conditional write
//
// # A token and a session
//
//	explicit token       session                        outcome
//	good                 none, same subject, visitor's  the token decides
//	good, other subject  good                           wrong_subject, nothing counted
//	refused              satisfies the rule             the session decides
//	refused              none such                      the token's reason
//	none                 satisfies the rule             the session decides
//	none                 none such                      anonymous on optional routes, else why
//
// A cookie rides along on every request, asked or not. So on an optional route
// a session that is dead, that is for something else, or that came from another
// site is as if absent: otherwise it would lock its owner out of a public page.
// An explicit token was presented on purpose, and is answered.
//
// # The host's own users
//
// Where [Config].Host is set, a bearer that is the host's own and on whose route
// the rule accepts mode host is a credential too, after a pass and before a
// session. It satisfies any scope, counts nothing and needs no read:
//
//	explicit token       host's token               outcome
//	good                 none, refused, same user   the token decides
//	good, other subject  good                       wrong_subject, nothing counted
//	good, with subject   cannot be known            unavailable, nothing counted
//	refused              good                       the host's token decides
//	refused              refused                    a session that satisfies the rule, else the token's reason
//	none                 good                       the host's token decides
//	none                 refused                    a session that satisfies the rule, else the host's token's reason
//	none or refused      cannot be known            unavailable
//
// Beside a signed-in session of another subject a good one is wrong_subject: two
// people are never one. Where the rule does not accept host, the host's token
// is as absent but for that: a pass of another subject beside it is
// wrong_subject, and alone, where a credential is needed, it is wrong_mode. A
// bearer that is neither ours nor the host's always counts as absent.
//
// # Credentials that moved in
//
// Where [Config].MovedIn is set, a credential that another system made is read as
// the short token that it is equivalent to ([token.Moved]), before anything else
// looks at it: in the query under those names, in a link, and in a check where it is
// not the host's own. Whether one moved in is known by the read alone, so what only
// looks like one is Unknown. A bearer never is one. A link with a hyphen or an
// underscore left behind it, as by italics, leads nowhere: a credential of before may
// end in either, so the two readings would be two passes, and two reads of each link.
//
// # Failing
//
// Whatever cannot be known (store down, slow, throttled, or a record of a newer
// version) is Unavailable: an error, never an allow, never forwarded.
package gate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
	"github.com/gatepass/gatepass/pkg/token"
)

// Store is what deciding needs of a store: one read, one conditional write.
// It is also all that the authorizer's role may do with passes.
type Store interface {
	Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error)
	Use(ctx context.Context, id string, a pass.Ask, u pass.Use) (*pass.Pass, pass.Reason, error)
}

// Verifier checks the signature and times of a JWT. For an unknown key it may
// look for the key once; it is otherwise without I/O.
type Verifier interface {
	Verify(ctx context.Context, raw string, now pass.NumericDate) (token.Claims, pass.Reason)
}

// Rules finds what a route of an API asks for. found is false where nobody
// declared anything; an error means that this could not be known.
type Rules interface {
	Match(ctx context.Context, req *Request) (r *rule.Rule, params map[string]string, found bool, err error)
}

// Config is what a deployment chooses. Every field is required but MovedIn and the
// last three.
type Config struct {
	QueryNames    []string  // query parameters that may carry a token, such as token and vuid
	MovedIn       []string  // those that may carry a credential that moved in, such as rt and vuid; empty: none does anywhere
	UserCookie    string    // the cookie of signed-in sessions
	VisitorCookie string    // the cookie of visitor sessions
	Origins       []string  // origins trusted where a browser sends no Sec-Fetch-Site
	CookieDomain  string    // of both cookies, in lower case; empty: this host alone
	Host          HostUsers // verifies the host's own tokens; nil: they count as absent
}

// Validate reports every fault of the configuration together.
func (c Config) Validate() error {
	var faults []error
	if len(c.QueryNames) == 0 {
		faults = append(faults, errors.New("QueryNames: name at least one query parameter, such as token"))
	}
	if slices.Contains(c.QueryNames, "") || slices.Contains(c.MovedIn, "") {
		faults = append(faults, errors.New("QueryNames and MovedIn: one is empty, which names no query parameter"))
	}
	if c.UserCookie == "" || c.VisitorCookie == "" || c.UserCookie == c.VisitorCookie {
		faults = append(faults, fmt.Errorf("UserCookie %q and VisitorCookie %q: both are needed and they must differ", c.UserCookie, c.VisitorCookie))
	}
	for _, name := range []string{c.UserCookie, c.VisitorCookie} {
		// A browser drops such a cookie, or reads another: nobody would ever be signed in.
		if name != "" && (&http.Cookie{Name: name}).Valid() != nil {
			faults = append(faults, fmt.Errorf("UserCookie, VisitorCookie: %q: no cookie can have this name", name))
		}
	}
	return errors.Join(faults...)
}

// CrossSite reports whether another site made the browser ask: a session that is
// opened or ended is so only by whoever is at the browser. A client that sends
// neither Sec-Fetch-Site nor Origin is no browser, and nobody else's cookies ride
// on it.
func (c Config) CrossSite(req *Request) bool {
	if req.FetchSite != "" {
		return req.FetchSite != "same-origin" && req.FetchSite != "none"
	}
	return req.Origin != "" && !slices.Contains(c.Origins, req.Origin)
}

// Gate decides. It is safe for concurrent use.
type Gate struct {
	cfg   Config
	store Store
	jwts  Verifier
	rules Rules
	now   func() time.Time
	rand  io.Reader
}

// New returns a gate. rand must be a cryptographic source; now is read once per
// decision.
func New(cfg Config, store Store, jwts Verifier, rules Rules, now func() time.Time, rand io.Reader) (*Gate, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Gate{cfg: cfg, store: store, jwts: jwts, rules: rules, now: now, rand: rand}, nil
}

// Request is a request to a route, whatever the dialect it was told in.
type Request struct {
	ID            string // API Gateway's request id, for the log alone: a client may choose it
	API           string // which API, to find its rules
	Route         string // the route key, such as "GET /reports/{id}"; empty where only Path is known
	AnyRoute      string // the same with ANY, where the dialect tells the method called and not the one declared
	Method        string
	Path          string            // the concrete path, where the dialect names no route
	Params        map[string]string // path values, as API Gateway decoded them
	Query         map[string][]string
	Authorization []string
	Cookies       []string // Cookie header lines, or single name=value pairs
	FetchSite     string   // Sec-Fetch-Site
	Origin        string
	WebSocket     bool   // it opens one, which any site's page may: cookies count as on unsafe methods
	IP            string // of the connection, never from a header
	UserAgent     string
}

// Outcome is what happens to the request.
type Outcome string

// The outcomes.
const (
	Allow Outcome = "allow"
	Deny  Outcome = "deny"
	Error Outcome = "error" // nothing could be decided; try again
)

// Access tells a backend how a request got to it. It is a word, because the
// text "false" is true in many languages.
type Access string

// The kinds of access.
const (
	Granted   Access = "granted"
	Anonymous Access = "anonymous" // an optional route, and no credential
	Refused   Access = "refused"   // forwarded so that the backend can say it in its own way
)

// Decision is the answer, with everything that a log line needs. It holds no
// credential.
type Decision struct {
	Outcome     Outcome
	Access      Access // empty unless allowed
	Reason      pass.Reason
	TokenReason pass.Reason // why the token beside a session was refused, when the session decided
	Rule        *rule.Rule  // nil: no_rule
	Scope       string      // the scope the route needed, path values filled in
	PassID      string      // of the credential that decided, also when refused
	Pass        *pass.Pass  // what was granted; nil unless access is granted
	SessionID   pass.Key    // of the session that decided
	Counted     bool        // one use was recorded for this decision
	Holder      *Holder     // what the link page may tell; nil for whoever does not hold the link's secret
	Err         error       // the cause of Unavailable
	Host        bool        // Reason, or where a session decided TokenReason, is about the host's own token
	Uncounted   error       // why a look at the link page was not counted; it was answered all the same
}
