package main

import (
	"testing"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/configtest"
)

func TestTemplateSetsWhatIsRead(t *testing.T) {
	configtest.Compare(t, "RecallFunction", func(r *config.Reader) error {
		_, err := wire(r)
		return err
	})
}
