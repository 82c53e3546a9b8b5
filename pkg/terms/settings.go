package terms

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Settings are a stack's choices of what a pass may be, the same for who issues and
// who changes. Times are whole seconds. Zero fields have the stated default; the
// PublicURL is required.
type Settings struct {
	PublicURL  string   // base of every link: https, or http on the loopback host; may have a path
	QueryName  string   // of the credential in a url; default "token"
	QueryNames []string // all that routes take tokens from; empty: QueryName alone
	MovedIn    []string // the query parameters in which credentials that move in come; empty: none may

	AllowSessionTokens bool  // whether mode session may be issued and changed at all
	MaxLoginLinkExpiry int64 // longest life of a session pass's link; default 600
	MaxLifetime        int64 // longest life of any pass; default and most pass.MaxLifetime
	Retention          int64 // how long a record stays after its end of life; default 30 days, at most MaxRetention
}

const day = 24 * 3600

// MaxRetention bounds a Retention, in seconds: ten years.
const MaxRetention = 10 * 365 * day

var queryName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.-]{1,32}$`) })

// WithDefaults fills in the zero fields. A default that was not chosen gives way to
// a MaxLifetime that was.
func (s Settings) WithDefaults() Settings {
	s.QueryName = cmp.Or(s.QueryName, "token")
	s.MaxLifetime = cmp.Or(s.MaxLifetime, pass.MaxLifetime)
	s.MaxLoginLinkExpiry = cmp.Or(s.MaxLoginLinkExpiry, min(600, s.MaxLifetime))
	s.Retention = cmp.Or(s.Retention, 30*day)
	return s
}

// Faults returns everything that is wrong with them, each with the field's name.
func (s Settings) Faults() (faults []error) {
	s = s.WithDefaults()
	if _, err := NewSite(s.PublicURL); err != nil {
		faults = append(faults, fmt.Errorf("PublicURL: %w", err))
	}
	if !queryName().MatchString(s.QueryName) {
		faults = append(faults, errors.New("QueryName must be 1 to 32 of A-Z a-z 0-9 _ . -"))
	}
	for _, b := range []struct {
		name    string
		v, high int64
	}{{"MaxLifetime", s.MaxLifetime, pass.MaxLifetime}, {"MaxLoginLinkExpiry", s.MaxLoginLinkExpiry, s.MaxLifetime}, {"Retention", s.Retention, MaxRetention}} {
		if b.v < 1 || b.v > b.high {
			faults = append(faults, fmt.Errorf("%s is %d; it must be 1 to %d", b.name, b.v, b.high))
		}
	}
	return faults
}

// Life is how long this stack lets passes live.
func (s Settings) Life() Life {
	return Life{Longest: s.MaxLifetime, LongestLogin: s.MaxLoginLinkExpiry}
}

// Names are all the query parameters that credentials come in. No target may have
// one of them in its query.
func (s Settings) Names() []string {
	return slices.Concat([]string{s.QueryName}, s.QueryNames, s.MovedIn)
}
