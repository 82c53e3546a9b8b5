package issue_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
)

func (w *watched) Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	if w.fails != nil {
		return nil, w.fails
	}
	return w.Store.Read(ctx, refs)
}

func (w *watched) Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error) {
	w.reissues++
	if w.amid != nil {
		w.amid()
	}
	if w.fails != nil {
		return nil, w.fails
	}
	return w.Store.Reissue(ctx, id, r)
}

const passID = "SampleEventsPass"

// days in seconds; the passes of these tests end in 2 of them.
const days = 24 * 3600

// made puts a pass that was issued a day ago, as its test wants it.
func (k *kit) made(edit func(*pass.Pass)) *pass.Pass {
	k.Helper()
	p := &pass.Pass{V: pass.Version, ID: passID, Mode: pass.None, Format: pass.Short, Scope: "report:66", Target: "/reports/66", MaxUses: 3,
		Secrets: map[pass.Digest]pass.NumericDate{pass.DigestOf([]byte("old")): 0}, IssuedBy: "reports", IssuedAt: start - days, ExpiresAt: start + 2*days, PurgeAt: start + 32*days,
		Uses: map[pass.Key]pass.NumericDate{"AQAAAAAAAAA": start - 5}, Sessions: map[pass.Key]pass.NumericDate{"AgAAAAAAAAA": start + 5}}
	edit(p)
	if err := k.store.Store.Create(k.Context(), p); err != nil {
		k.Fatal(err)
	}
	return p
}

func asItIs(*pass.Pass) {}

func (k *kit) record() *pass.Pass {
	k.Helper()
	entries, err := k.store.Store.Read(k.Context(), []pass.Ref{{ID: passID}})
	if err != nil {
		k.Fatal(err)
	}
	return entries[0].Pass
}

// reissue is a request to reissue the pass, with more fields.
func reissue(more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"reissue":"` + passID + `"` + more + `}`
}

func loginPass(p *pass.Pass) {
	p.Mode, p.Subject, p.Scope, p.SessionExpiresIn = pass.SessionMode, "42", "login", 14*days
	p.ExpiresAt = start + 60
	p.PurgeAt = p.EndOfLife() + 30*days
}

func TestReissueChangesTheSecretAndItsEndAlone(t *testing.T) {
	old := pass.DigestOf([]byte("old"))
	for name, row := range map[string]struct {
		edit     func(*pass.Pass)
		more     string
		keep     pass.NumericDate
		end      pass.NumericDate // zero: as it is
		defaults string
	}{
		"nothing more":        {asItIs, ``, 0, 0, `{"expires_at":"2026-09-23T14:13:20Z","keep_old_for":0}`},
		"the old is kept":     {asItIs, `"keep_old_for":604800`, start + 7*days, 0, `{"expires_at":"2026-09-23T14:13:20Z"}`},
		"the old is not kept": {asItIs, `"keep_old_for":0,"expires_in":60`, 0, start + 60, `{}`},
		"a new end":           {asItIs, `"expires_in":34560000,"issued_by":"support"`, 0, start + 400*days, `{"keep_old_for":0}`},
		"a new end, by date":  {asItIs, `"expires_at":"2026-09-21T14:13:21.5Z"`, 0, start + 1, `{"keep_old_for":0}`},
		"an expired pass":     {func(p *pass.Pass) { p.ExpiresAt = start }, `"expires_in":1`, 0, start + 1, `{"keep_old_for":0}`},
		"a login":             {loginPass, `"expires_in":600`, 0, start + 600, `{"keep_old_for":0}`},
		"a login as it is":    {loginPass, ``, 0, 0, `{"expires_at":"2026-09-21T14:14:20Z","keep_old_for":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			want := k.made(row.edit)
			a, got := k.good(reissue(row.more))
			short := k.short(a)
			want.Secrets = map[pass.Digest]pass.NumericDate{short.Digest(): 0}
			want.LastChange = &pass.Change{Key: short.Digest().Key(), At: start, Operation: pass.Reissuing}
			if strings.Contains(row.more, "support") {
				want.LastChange.By = "support"
			}
			if row.keep != 0 {
				want.Secrets[old] = row.keep
			}
			if row.end != 0 {
				want.ExpiresAt = row.end
				want.PurgeAt = want.EndOfLife() + 30*days
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the record (-want +got):\n%s", diff)
			}
			if got := mustJSON(t, a.Defaults); got != row.defaults {
				t.Errorf("defaults %s, want %s", got, row.defaults)
			}
			if a.ExpiresAt != want.ExpiresAt.String() || a.ID != passID || short.ID != passID || a.Token != short.String() || !a.Reissued {
				t.Errorf("answer %s", mustJSON(t, a))
			}
		})
	}
}

func TestReissueIsAnsweredLikeIssue(t *testing.T) {
	k := newKit(t)
	k.made(asItIs)
	a, p := k.good(reissue(`"issued_by":"support"`))
	got := strings.ReplaceAll(mustJSON(t, a), a.Token, "TOKEN")
	want := `{"id":"SampleEventsPass","token":"TOKEN","link":"https://pass.example.com/p/TOKEN/reports-66","url":"https://pass.example.com/reports/66?token=TOKEN",` +
		`"parameters":{"token":"TOKEN"},"expires_at":"2026-09-23T14:13:20Z","mode":"none","format":"short",` +
		`"defaults":{"expires_at":"2026-09-23T14:13:20Z","keep_old_for":0}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if a.By != "support" || p.IssuedBy != "reports" {
		t.Errorf("by %q, of the record %q", a.By, p.IssuedBy)
	}
	admitted(k, p, k.short(a))
	again, _ := k.good(reissue(``))
	if again.Token == a.Token {
		t.Error("the same token twice")
	}
}

func TestReissueSampleRequest(t *testing.T) {
	k := newKit(t)
	k.made(asItIs)
	a, p := k.good(readEvent(t, "issue-reissue.json"))
	if len(p.Secrets) != 2 || p.ExpiresAt != start+days || a.By != "support" {
		t.Errorf("record %+v", p)
	}
}

// wrong wants a reissue to be refused in these fields, with nothing written.
func (k *kit) wrong(doc string, fields ...string) map[string]string {
	k.Helper()
	before := k.store.reissues
	why := k.refused(doc, fields...)
	if k.store.reissues != before {
		k.Errorf("%s: wrote to the pass", doc)
	}
	return why
}

func TestWrongReissues(t *testing.T) {
	for name, row := range map[string]struct {
		edit   func(*pass.Pass)
		doc    string
		fields []string
	}{
		"an expired pass keeps its end":            {func(p *pass.Pass) { p.ExpiresAt = start }, reissue(``), []string{"expires_in"}},
		"an end that is now":                       {asItIs, reissue(`"expires_in":0`), []string{"expires_in"}},
		"an end beyond all bounds":                 {asItIs, reissue(`"expires_in":34560001`), []string{"expires_in"}},
		"an end in the past":                       {asItIs, reissue(`"expires_at":"2026-09-21T14:13:20Z"`), []string{"expires_at"}},
		"two ends":                                 {asItIs, reissue(`"expires_in":5,"expires_at":"2026-09-22T14:13:20Z"`), []string{"expires_at", "expires_in"}},
		"an end at the start of the pass":          {func(p *pass.Pass) { p.NotBefore = start + 60 }, reissue(`"expires_in":60`), []string{"expires_in"}},
		"a date before the start of the pass":      {func(p *pass.Pass) { p.NotBefore = start + days }, reissue(`"expires_at":"2026-09-21T15:13:20Z"`), []string{"expires_at"}},
		"a login link lives for more than allowed": {loginPass, reissue(`"expires_in":601`), []string{"expires_in"}},
		"a login link lived for more than allowed": {func(p *pass.Pass) { loginPass(p); p.ExpiresAt = start + 601 }, reissue(``), []string{"expires_in"}},
		"the old is kept for too long":             {asItIs, reissue(`"keep_old_for":604801`), []string{"keep_old_for"}},
		"the old is kept for less than nothing":    {asItIs, reissue(`"keep_old_for":-1`), []string{"keep_old_for"}},
		"a short token is signed anew":             {asItIs, reissue(`"keep_link":true`), []string{"keep_link"}},
		"the link is kept for ever and for a time": {asItIs, reissue(`"keep_link":true,"keep_old_for":0`), []string{"keep_link"}},
		"a token instead of the id":                {asItIs, `{"reissue":"gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"}`, []string{"reissue"}},
		"no id":                                    {asItIs, `{"reissue":""}`, []string{"reissue"}},
		"null for an id":                           {asItIs, `{"reissue":null}`, []string{"reissue"}},
		"an id twice":                              {asItIs, reissue(`"reissue":"` + passID + `"`), []string{"reissue"}},
		"other letters":                            {asItIs, `{"Reissue":"` + passID + `"}`, []string{"Reissue", "reissue"}},
		"a field of issue":                         {asItIs, reissue(`"scope":"all","unlimited":true`), []string{"scope", "unlimited"}},
		"an empty name":                            {asItIs, reissue(`"issued_by":""`), []string{"issued_by"}},
		"a name that turns around":                 {asItIs, reissue(`"issued_by":"\u202e"`), []string{"issued_by"}},
		"everything at once": {loginPass, reissue(`"expires_in":601,"keep_old_for":"1","issued_by":1,"more":0`),
			[]string{"expires_in", "issued_by", "keep_old_for", "more"}},
		"everything at once, of no pass": {asItIs, `{"reissue":"NoSuchPass000000","expires_in":0,"keep_old_for":-1}`, []string{"expires_in", "keep_old_for"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			want := k.made(row.edit)
			k.wrong(row.doc, row.fields...)
			if diff := cmp.Diff(want, k.record()); diff != "" {
				t.Errorf("the record changed (-was +is):\n%s", diff)
			}
		})
	}
}

func TestReissueOfLoginsNeedsPermission(t *testing.T) {
	k := newKit(t)
	k.made(loginPass)
	k.cfg.AllowSessionTokens = false
	k.wrong(reissue(``), "reissue")
}

func TestReissueIsBoundByTheStack(t *testing.T) {
	k := newKit(t)
	k.made(asItIs)
	k.cfg.MaxLifetime = days
	k.wrong(reissue(``), "expires_in")
	k.good(reissue(`"expires_in":86400`))
}

func TestReissueOfBrokenJSONNamesNoField(t *testing.T) {
	k := newKit(t)
	k.made(asItIs)
	for _, doc := range []string{reissue(``) + "x", `{"reissue":`, `{"reissue":"` + passID + `",}`} {
		if a := k.issue(doc); a.Error == nil || a.Error.Code != issue.InvalidRequest || len(a.Error.Fields) != 0 {
			t.Errorf("%s: %s", doc, mustJSON(t, a))
		}
	}
}

// problem wants a code, with the field that named the pass.
func (k *kit) problem(doc, code string) {
	k.Helper()
	a := k.issue(doc)
	if a.Error == nil || a.Error.Code != code || a.Token != "" || len(a.Error.Fields["reissue"]) < 10 || len(a.Error.Fields) != 1 {
		k.Errorf("%s: %s, want %s", doc, mustJSON(k, a), code)
	}
}

func TestReissueOfWhatIsNotThere(t *testing.T) {
	k := newKit(t)
	k.problem(reissue(``), "not_found")
	if why, hint := k.issue(reissue(``)).Error.Message, `{"registration": "`+passID+`"}`; !strings.Contains(why, hint) {
		t.Errorf("%s: does not say %s", why, hint)
	}
	stateless, _ := k.good(anyStateless)
	k.problem(`{"reissue":"`+stateless.ID+`"}`, "not_found")
	if k.store.reissues != 0 {
		t.Error("wrote to what is not there")
	}
	k.made(asItIs)
	k.store.amid = func() {
		if n, err := k.store.Sweep(t.Context(), start+32*days, 10); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	k.problem(reissue(``), "not_found")
	if k.record() != nil {
		t.Error("a pass was made")
	}
}

func TestReissueOfARevokedPass(t *testing.T) {
	for name, edit := range map[string]func(*pass.Pass){"alive": asItIs, "expired": func(p *pass.Pass) { p.ExpiresAt = start }} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.made(func(p *pass.Pass) { edit(p); p.RevokedAt = start - 1 })
			k.problem(reissue(``), "revoked")
			k.problem(reissue(`"expires_in":5`), "revoked")
			if k.store.reissues != 0 {
				t.Error("wrote to a revoked pass")
			}
		})
	}
}

func TestReissueOfAPassThatIsRevokedMeanwhile(t *testing.T) {
	k := newKit(t)
	old := k.made(asItIs)
	k.store.amid = func() {
		if _, err := k.store.Revoke(t.Context(), passID, pass.Change{At: start, By: "ops"}); err != nil {
			t.Fatal(err)
		}
	}
	k.problem(reissue(`"expires_in":5`), "revoked")
	if got := k.record(); !maps.Equal(old.Secrets, got.Secrets) || old.ExpiresAt != got.ExpiresAt {
		t.Errorf("record %+v", got)
	}
}

func TestReissueThatFailsIsUnavailable(t *testing.T) {
	jwt := func(p *pass.Pass) { p.Format = pass.JWT }
	for name, row := range map[string]struct {
		edit   func(*pass.Pass)
		broken func(*kit)
	}{
		"the read":    {asItIs, func(k *kit) { k.store.fails = errInjected }},
		"the write":   {asItIs, func(k *kit) { k.store.amid = func() { k.store.fails = errInjected } }},
		"the key":     {jwt, func(k *kit) { k.signer = &brokenSigner{} }},
		"the version": {func(p *pass.Pass) { p.V++ }, func(*kit) {}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			old := k.made(row.edit)
			row.broken(k)
			k.unavailable(reissue(``))
			if got := k.record(); got.V == pass.Version && !maps.Equal(old.Secrets, got.Secrets) {
				t.Error("the record changed")
			}
		})
	}
	k := newKit(t)
	k.made(asItIs)
	i, err := issue.New(k.cfg, k.store, k.signer, k.digests, now, iotest.ErrReader(errInjected))
	if err != nil {
		t.Fatal(err)
	}
	_, err = i.Issue(t.Context(), []byte(reissue(``)))
	k.wantErr(err, pass.ErrUnavailable)
}

// The README's table of a reissue: its fields are all there are, and its bounds
// are those that hold.
func TestTableOfReissue(t *testing.T) {
	rows, known := tableOf(t, "reissue", reissueHeader), []string(nil)
	all := newKit(t)
	all.made(func(p *pass.Pass) { p.PurgeAt, p.Uses = start+1000*days, nil })
	for _, r := range rows {
		known = append(known, r.field)
	}
	slices.Sort(known)
	why := all.wrong(reissue(`"?":1`), "?")["?"]
	if _, list, _ := strings.Cut(why, "the fields are "); list != strings.Join(known, ", ") {
		t.Errorf("fields of issue: %s; of the table: %v", list, known)
	}
	tried := 0
	for _, r := range rows {
		low, high, ok := r.limits("")
		if !ok || r.field == "reissue" {
			continue
		}
		tried++
		t.Run(r.field, func(t *testing.T) {
			k := all.on(t)
			doc := func(n int) string { return reissue(fmt.Sprintf(`%q:%s`, r.field, mustJSON(t, r.sized(n)))) }
			k.good(doc(low))
			k.good(doc(high))
			k.wrong(doc(high+1), r.field)
			k.wrong(doc(low-1), r.field)
		})
	}
	if tried != 5 {
		t.Errorf("%d fields with bounds, want 5", tried)
	}
}
