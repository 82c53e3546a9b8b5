package token_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// A name in another case stands alone here: beside the right one it would be
// refused as a duplicate too, and show nothing about the case.
func TestANameInAnotherCaseIsUnknown(t *testing.T) {
	for name, raw := range map[string]string{
		"of the header": forge(`{"alg":"EdDSA","KID":"`+kid+`","typ":"gatepass+jwt"}`, body()),
		"of a claim":    forge(head, body(`"exp"`, `"Exp"`)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, reason := verifier(t).Verify(raw, now); reason != pass.Malformed {
				t.Errorf("%s, want malformed", reason)
			}
		})
	}
}
