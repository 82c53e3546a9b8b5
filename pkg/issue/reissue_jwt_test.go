package issue_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

func TestReissuedJWT(t *testing.T) {
	k := newKit(t)
	k.made(func(p *pass.Pass) { p.Mode, p.Subject, p.Format, p.NotBefore = pass.Request, "42", pass.JWT, start+10 })
	for more, end := range map[string]pass.NumericDate{``: start + 2*days, `"expires_in":60`: start + 60} {
		a, p := k.good(reissue(more))
		got := k.verify(a.Token)
		want := token.Claims{Issuer: k.cfg.Issuer, Audience: k.cfg.Audience, Subject: "42", Scope: "report:66", ID: passID, KID: got.KID,
			Mode: pass.Request, IssuedAt: start, NotBefore: start + 10, ExpiresAt: end}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
		if _, ok := p.Secrets[k.short(a).Digest()]; !ok || a.Form != pass.JWT || a.ExpiresAt != end.String() || p.ExpiresAt != end || p.TokenExpiresAt != end {
			t.Errorf("answer %s", mustJSON(t, a))
		}
		if more == `` { // the next one is of a pass that ends earlier
			continue
		}
		if _, err := k.store.Store.Reissue(t.Context(), passID, pass.Renewal{Secret: pass.DigestOf([]byte("x")), ExpiresAt: start + 2*days, At: start}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAJWTIsSignedAnewAndItsLinkGoesOn, however often: nothing that opens the pass
// is another, and no link is answered, since nobody knows it.
func TestAJWTIsSignedAnewAndItsLinkGoesOn(t *testing.T) {
	k := newKit(t)
	want := k.made(func(p *pass.Pass) { p.Mode, p.Subject, p.Format = pass.Request, "42", pass.JWT })
	tokens := map[string]bool{}
	for range 3 {
		a, got := k.good(reissue(`"keep_link":true,"max_uses":5,"issued_by":"support"`))
		tokens[a.Token] = true
		if c := k.verify(a.Token); c.ID != passID || c.ExpiresAt != want.ExpiresAt || a.Link != "" || !a.Reissued || !strings.Contains(a.URL, a.Token) {
			t.Errorf("answer %s", mustJSON(t, a))
		}
		if _, ok := a.Defaults["keep_old_for"]; ok {
			t.Errorf("defaults %v", a.Defaults)
		}
		if got.LastChange == nil || got.LastChange.Operation != pass.Reissuing || got.LastChange.By != "support" {
			t.Fatalf("last change %+v", got.LastChange)
		}
		want.LastChange, want.MaxUses, want.TokenExpiresAt = got.LastChange, 6, want.ExpiresAt
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the record (-want +got):\n%s", diff)
		}
	}
	if len(tokens) != 1 { // of one second, of one key, of one end
		t.Errorf("%d tokens", len(tokens))
	}
}
