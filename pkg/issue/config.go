package issue

import (
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/patience"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Config is a stack's choices. Times are whole seconds. Zero fields have the
// stated default; those without one are required.
type Config struct {
	terms.Settings

	Issuer   string // iss of signed tokens
	Audience string // aud of signed tokens

	// What is decided for a request that does not say.
	DefaultUses                    int   // none, request; default 10
	DefaultExpiresIn               int64 // none, request; default 7 days
	DefaultSessionUses             int   // session; default 1
	DefaultSessionLinkExpiresIn    int64 // session; default MaxLoginLinkExpiry
	DefaultSessionExpiresIn        int64 // session: of the session it becomes; default 14 days
	DefaultVisitorUses             int   // visitor; zero is unlimited
	DefaultVisitorExpiresIn        int64 // visitor; default 24 hours
	DefaultVisitorSessionExpiresIn int64 // visitor; zero is as long as the pass

	Pause patience.Pause // before a write that failed is tried again; nil: by the real clock
}

const day = 24 * 3600

// withDefaults fills in the zero fields. A default that was not chosen gives way
// to a MaxLifetime that was.
func (c Config) withDefaults() Config {
	c.Settings = c.WithDefaults()
	set(&c.DefaultUses, 10)
	set(&c.DefaultExpiresIn, min(7*day, c.MaxLifetime))
	set(&c.DefaultSessionUses, 1)
	set(&c.DefaultSessionLinkExpiresIn, c.MaxLoginLinkExpiry)
	set(&c.DefaultSessionExpiresIn, min(14*day, c.MaxLifetime))
	set(&c.DefaultVisitorExpiresIn, min(day, c.MaxLifetime))
	return c
}

func set[T comparable](field *T, standard T) {
	var zero T
	if *field == zero {
		*field = standard
	}
}

// claimName has no quotes and backslashes, which would double in a JWT, whose size is
// bounded.
var claimName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[!#-\[\]-~]{1,255}$`) })

// Validate returns every fault at once, or nil.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	wrong := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("issue: "+format, args...))
	}
	bound := func(name string, v, low, high int64) {
		if v < low || v > high {
			wrong("%s is %d; it must be %d to %d", name, v, low, high)
		}
	}
	for _, fault := range c.Faults() {
		wrong("%w", fault)
	}
	if !claimName().MatchString(c.Issuer) {
		wrong("Issuer must be 1 to 255 printable ASCII characters without space, quote or backslash")
	}
	if !claimName().MatchString(c.Audience) {
		wrong("Audience must be 1 to 255 printable ASCII characters without space, quote or backslash")
	}
	bound("DefaultUses", int64(c.DefaultUses), 1, pass.MaxUses)
	bound("DefaultExpiresIn", c.DefaultExpiresIn, 1, c.MaxLifetime)
	bound("DefaultSessionUses", int64(c.DefaultSessionUses), 1, pass.MaxUses)
	bound("DefaultSessionLinkExpiresIn", c.DefaultSessionLinkExpiresIn, 1, c.MaxLoginLinkExpiry)
	bound("DefaultSessionExpiresIn", c.DefaultSessionExpiresIn, 1, c.MaxLifetime)
	bound("DefaultVisitorUses", int64(c.DefaultVisitorUses), 0, pass.MaxUses)
	bound("DefaultVisitorExpiresIn", c.DefaultVisitorExpiresIn, 1, c.MaxLifetime)
	bound("DefaultVisitorSessionExpiresIn", c.DefaultVisitorSessionExpiresIn, 0, c.MaxLifetime)
	return errors.Join(faults...)
}
