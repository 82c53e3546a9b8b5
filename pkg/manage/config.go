package manage

import (
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/terms"
)

// Config is a stack's choices. Its Settings are the same as issue has, so that no
// change makes a pass that could not have been issued.
type Config struct {
	terms.Settings

	// Stack is whose log groups hold what became of a pass's presentations; empty:
	// the process that answers writes them itself.
	Stack string
}

// Validate returns every fault at once, or nil.
func (c Config) Validate() error {
	var faults []error
	for _, fault := range c.Faults() {
		faults = append(faults, fmt.Errorf("manage: %w", fault))
	}
	return errors.Join(faults...)
}
