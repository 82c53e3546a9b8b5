package manage_test

import (
	"context"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// Whoever has an id can write a token around it: what was given says so itself, not
// only the hint for people.
func TestGivenIsWhatATokenIsWorth(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	short, jwt := k.short.String(), sign(t, false)
	for name, tt := range map[string]struct{ ref, want string }{
		"an id":                     {passID, ""},
		"an id in a sentence":       {"Your reference is " + passID + ".", ""},
		"a token":                   {short, "opens"},
		"a link":                    {"https://links.example.com/p/" + short + "/report-66", "opens"},
		"a cut token":               {short[:46], "cut"},
		"one that somebody made up": {token.Short{ID: passID, Secret: [16]byte{9}}.String(), "unknown"},
		"a JWT":                     {jwt, "unchecked"},
		"a JWT that is cut":         {jwt[:len(jwt)-1], "cut"},
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := k.Describe(context.Background(), tt.ref); err != nil || d.Given != tt.want {
				t.Errorf("got %+v and %v, want %q", d, err, tt.want)
			}
		})
	}
	k = newKit(t)
	k.issue(func(p *pass.Pass) { p.Secrets[k.short.Digest()] = t0 + 10 })
	for at, want := range map[pass.NumericDate]string{t0 + 9: "opens", t0 + 10: "replaced"} {
		k.now = at
		if d, err := k.Describe(context.Background(), k.short.String()); err != nil || d.Given != want {
			t.Errorf("at %s: got %+v and %v, want %q", at, d, err, want)
		}
	}
}
