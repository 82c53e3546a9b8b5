package manage

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Config is a stack's choices, the same as issue has: no change makes a pass that
// could not have been issued. Times are whole seconds. Zero fields have the stated
// default; without a PublicURL no target can be changed.
type Config struct {
	PublicURL string // base of every link
	QueryName string // of the credential in a url; default "token"

	QueryNames []string // all that routes take tokens from, as issue has them

	AllowSessionTokens bool  // whether passes that sign in a user may be changed at all
	MaxLoginLinkExpiry int64 // longest life of a session pass's link; default 600
	MaxLifetime        int64 // longest life of any pass; default and most pass.MaxLifetime
	Retention          int64 // how long a record stays after its end of life; default 30 days

	// Stack is whose log groups hold what became of a pass's presentations; empty:
	// the process that answers writes them itself.
	Stack string
}

const day = 24 * 3600

func (c Config) withDefaults() Config {
	c.QueryName = cmp.Or(c.QueryName, "token")
	c.MaxLifetime = cmp.Or(c.MaxLifetime, pass.MaxLifetime)
	c.MaxLoginLinkExpiry = cmp.Or(c.MaxLoginLinkExpiry, min(600, c.MaxLifetime))
	c.Retention = cmp.Or(c.Retention, 30*day)
	return c
}

// Validate returns every fault at once, or nil.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	if _, err := terms.NewSite(c.PublicURL); err != nil {
		faults = append(faults, fmt.Errorf("manage: PublicURL: %w", err))
	}
	for _, b := range []struct {
		name    string
		v, high int64
	}{{"MaxLifetime", c.MaxLifetime, pass.MaxLifetime}, {"MaxLoginLinkExpiry", c.MaxLoginLinkExpiry, c.MaxLifetime}, {"Retention", c.Retention, 10 * 365 * day}} {
		if b.v < 1 || b.v > b.high {
			faults = append(faults, fmt.Errorf("manage: %s is %d; it must be 1 to %d", b.name, b.v, b.high))
		}
	}
	return errors.Join(faults...)
}

// life is how long this stack lets passes live.
func (c Config) life() terms.Life {
	return terms.Life{Longest: c.MaxLifetime, LongestLogin: c.MaxLoginLinkExpiry}
}
