package pass_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestAnOrderStandsUntilItMayBeCleared(t *testing.T) {
	o := &pass.Order{V: pass.Version, At: 1000, PurgeAt: 1000 + pass.OrderLife}
	for now, want := range map[pass.NumericDate]bool{
		0: true, 1000: true, 1000 + pass.OrderLife - 1: true, 1000 + pass.OrderLife: false, 1000 + pass.OrderLife + 1: false,
	} {
		if got := o.Stands(now); got != want {
			t.Errorf("at %d: %t, want %t", now, got, want)
		}
	}
	if (*pass.Order)(nil).Stands(0) {
		t.Error("no order stands")
	}
}
