package manage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// nth is the id of the nth pass of a list.
func nth(n int) string { return fmt.Sprintf("%d%015d", n%10, n*7919%10_000_000) }

// several issues a pass for each edit, a second apart, the nth of them nth(n).
func (k *kit) several(edits ...func(*pass.Pass)) {
	k.t.Helper()
	k.Digests = gatetest.Digests()
	for n, edit := range edits {
		k.issue(func(p *pass.Pass) {
			p.ID, p.IssuedAt = nth(n), t0-pass.NumericDate(len(edits)-n)
			edit(p)
			p.Issuer, _ = k.Digests.Issuer(context.Background(), p.IssuedBy)
			if p.Holder, _ = k.Digests.Subject(context.Background(), p.Subject); p.Visitor != nil {
				p.Holder, _ = k.Digests.Email(context.Background(), p.Visitor.Email)
			}
		})
	}
}

func ids(p *manage.Page) []string {
	out := []string{}
	for _, l := range p.Passes {
		out = append(out, l.ID)
	}
	return out
}

func TestListsArePassesThatFit(t *testing.T) {
	k := newKit(t)
	k.several(
		func(p *pass.Pass) { p.Scope, p.IssuedBy = "seat:1", "box office" },
		visitor,
		func(p *pass.Pass) { p.Subject, p.ExpiresAt = "fred", t0 },
		func(p *pass.Pass) { p.Subject, p.RevokedAt = "fred", t0-1 },
		func(p *pass.Pass) { p.NotBefore, p.ExpiresAt = t0+1, t0+100 },
	)
	iso := func(s pass.NumericDate) string { return s.String() }
	for name, row := range map[string]struct {
		filter string
		want   []int
	}{
		"without a filter it is all, newest first": {`{}`, []int{4, 3, 2, 1, 0}},
		"by scope":                                      {`{"scope":"seat:1"}`, []int{0}},
		"by a scope that is another's beginning":        {`{"scope":"seat"}`, []int{}},
		"by subject":                                    {`{"subject":"fred"}`, []int{3, 2}},
		"by an address, in whatever case":               {`{"email":"Ginger@EXAMPLE.com"}`, []int{1}},
		"a subject is no address":                       {`{"email":"fred@example.com"}`, []int{}},
		"by who issued them":                            {`{"issued_by":"box office"}`, []int{0}},
		"that are live":                                 {`{"state":"live"}`, []int{1, 0}},
		"that are expired":                              {`{"state":"expired"}`, []int{2}},
		"that are revoked, of one subject":              {`{"state":"revoked","subject":"fred"}`, []int{3}},
		"that are not valid yet":                        {`{"state":"not_yet_valid"}`, []int{4}},
		"issued from a second on, and before another":   {`{"issued_from":"` + iso(t0-4) + `","issued_before":"` + iso(t0-2) + `"}`, []int{2, 1}},
		"issued before a fraction of their second":      {`{"issued_before":"` + strings.Replace(iso(t0-5), "Z", ".5Z", 1) + `"}`, []int{0}},
		"expiring from a second on, and before another": {`{"expires_from":"` + iso(t0) + `","expires_before":"` + iso(t0+101) + `"}`, []int{4, 2}},
		"none expires before the first that does":       {`{"expires_before":"` + iso(t0) + `"}`, []int{}},
		"none was issued before 1970":                   {`{"issued_before":"1969-01-01T00:00:00Z"}`, []int{}},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			for _, n := range row.want {
				want = append(want, nth(n))
			}
			out, err := k.Handle(t.Context(), []byte(`{"list":`+row.filter+`}`))
			var page manage.Page
			if err != nil || json.Unmarshal(out, &page) != nil || page.Cursor != "" || !slices.Equal(ids(&page), want) {
				t.Errorf("%v: %s; want %v", err, out, want)
			}
		})
	}
	if slices.ContainsFunc(k.log, func(e manage.Entry) bool {
		return e.Operation != "list" || e.Outcome != "ok" || e.By != ""
	}) {
		t.Errorf("the log is %+v", k.log)
	}
}

func TestAListedPassSaysHowItStands(t *testing.T) {
	k := newKit(t)
	k.several(func(p *pass.Pass) { visitor(p); p.RevokedAt, p.RevokedWhy = t0, "left" }, func(p *pass.Pass) { p.Uses["k"] = t0 })
	page, err := k.List(t.Context(), manage.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []manage.Listed{
		{ID: nth(1), State: "live", Mode: "request", Format: "short", Scope: "report:66", Subject: "ginger", IssuedAt: (t0 - 1).String(), IssuedBy: "reports", ExpiresAt: (t0 + 3600).String(), Uses: 1, MaxUses: 3},
		{ID: nth(0), State: "revoked", Mode: "visitor", Format: "short", Scope: "report:66", Email: "ginger@example.com", IssuedAt: (t0 - 2).String(), IssuedBy: "reports", ExpiresAt: (t0 + 3600).String(), RevokedAt: t0.String()},
	}
	if !slices.Equal(page.Passes, want) {
		t.Errorf("listed %+v\nwant   %+v", page.Passes, want)
	}
}

func TestWrongListsNameTheirFields(t *testing.T) {
	k := newKit(t)
	k.several(visitor, visitor, visitor)
	first, err := k.List(t.Context(), manage.Filter{Whose: manage.Whose{Scope: "report:66"}, Limit: 1})
	if err != nil || first.Cursor == "" {
		t.Fatalf("%v, %+v", err, first)
	}
	for name, row := range map[string]struct{ filter, field string }{
		"two that say whose":             {`{"scope":"a","email":"b@example.com"}`, "list.email"},
		"an empty filter, which is none": {`{"email":""}`, "list.email"},
		"an address with a name":         {`{"email":"Fred <fred@example.com>"}`, "list.email"},
		"a subject that none has":        {`{"subject":"é"}`, "list.subject"},
		"a scope that none has":          {`{"scope":"a b"}`, "list.scope"},
		"no state":                       {`{"state":"lively"}`, "list.state"},
		"a time that is none":            {`{"issued_from":"yesterday"}`, "list.issued_from"},
		"a span that ends first":         {`{"expires_from":"2027-01-02T00:00:00Z","expires_before":"2027-01-01T00:00:00Z"}`, "list.expires_before"},
		"a limit of none":                {`{"limit":-1}`, "list.limit"},
		"a limit that is too large":      {`{"limit":101}`, "list.limit"},
		"a cursor that is none":          {`{"cursor":"next"}`, "list.cursor"},
		"a cursor of another list":       {`{"cursor":"` + first.Cursor + `"}`, "list.cursor"},
		"a field that there is not":      {`{"scop":"a"}`, "list.scop"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := k.Handle(t.Context(), []byte(`{"list":`+row.filter+`}`))
			var a struct{ Error *manage.Problem }
			if err != nil || json.Unmarshal(out, &a) != nil || a.Error == nil || a.Error.Code != manage.Invalid || len(a.Error.Fields) != 1 || a.Error.Fields[row.field] == "" {
				t.Errorf("%v: %s; want %s", err, out, row.field)
			}
		})
	}
}

func TestAListThatCannotBeReadIsUnavailable(t *testing.T) {
	for _, method := range []string{"Find", "Read"} {
		k := newKit(t)
		k.several(visitor)
		k.Store = storetest.Faulty(k.bolt, storetest.Always(storetest.Before, method))
		if page, err := k.List(t.Context(), manage.Filter{}); !errors.Is(err, pass.ErrUnavailable) || page != nil {
			t.Errorf("without %s: %+v, %v", method, page, err)
		}
	}
}

// TestARareStateIsFoundPageByPage: a page may be empty and still have a cursor.
func TestARareStateIsFoundPageByPage(t *testing.T) {
	k := newKit(t)
	k.Digests = gatetest.Digests()
	k.planted(3000, func(n int, p *pass.Pass) {
		if n == 5 {
			p.RevokedAt = t0
		}
	})
	f, empty := manage.Filter{State: "revoked"}, 0
	for range 10 {
		page, err := k.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Passes) > 0 {
			if ids(page)[0] != nth(5) || empty == 0 {
				t.Errorf("found %v after %d empty pages", ids(page), empty)
			}
			return
		}
		f.Cursor = page.Cursor
		empty++
	}
	t.Error("the revoked pass was not found")
}

// planted puts n passes in few transactions, twenty issued a second.
func (k *kit) planted(n int, edit func(int, *pass.Pass)) {
	k.t.Helper()
	var items []record.Item
	for i := range n {
		p := &pass.Pass{V: pass.Version, ID: nth(i), Mode: pass.None, Format: pass.Short, Scope: "report:66", ExpiresAt: t0 + 3600, IssuedAt: t0 - 10_000 + pass.NumericDate(i/20), PurgeAt: t0 + 7200}
		edit(i, p)
		items = append(items, record.FromPass(p))
	}
	for part := range slices.Chunk(items, 5000) {
		if err := k.bolt.PutItems(part); err != nil {
			k.t.Fatal(err)
		}
	}
}

// TestAHundredThousandAreListedOnceEach, while others are issued, expire and are
// cleared away between the pages.
func TestAHundredThousandAreListedOnceEach(t *testing.T) {
	const all = 100_000
	k := newKit(t)
	k.Digests = gatetest.Digests()
	// Every tenth goes while the list is read.
	k.planted(all, func(n int, p *pass.Pass) {
		if n%10 == 3 {
			p.ExpiresAt, p.PurgeAt = t0, t0+1
		}
	})
	seen, pages := map[string]int{}, 0
	f := manage.Filter{Whose: manage.Whose{Scope: "report:66"}, Limit: 100}
	for more := true; more; f.Cursor, more = k.listedPage(f, seen) {
		if pages++; pages%100 == 0 {
			k.now = t0 + 1
			k.several(func(p *pass.Pass) { p.ID = nth(all + pages) })
			if _, err := k.bolt.Sweep(t.Context(), k.now, 200); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range all {
		if times := seen[nth(n)]; times != 1 && n%10 != 3 || times > 1 {
			t.Fatalf("pass %d was listed %d times in %d pages", n, times, pages)
		}
	}
	if pages < all*9/10/100 {
		t.Errorf("%d pages of a hundred", pages)
	}
}

// listedPage lists one page into seen and returns the cursor of the next.
func (k *kit) listedPage(f manage.Filter, seen map[string]int) (string, bool) {
	k.t.Helper()
	page, err := k.List(context.Background(), f)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, l := range page.Passes {
		seen[l.ID]++
	}
	return page.Cursor, page.Cursor != ""
}

// stale is a store whose indexes are a moment behind: they have what planted says.
type stale struct {
	manage.Store
	places []pass.Place
}

func (s stale) Find(context.Context, pass.Listing) ([]pass.Place, error) { return s.places, nil }

// TestAListedPassIsStillThatOne: an index may have what was changed or removed.
func TestAListedPassIsStillThatOne(t *testing.T) {
	k := newKit(t)
	k.several(func(p *pass.Pass) { p.Scope = "now:another" }, func(*pass.Pass) {})
	k.Store = stale{k.bolt, []pass.Place{{IssuedAt: t0, ID: nth(7)}, {IssuedAt: t0 - 1, ID: nth(1)}, {IssuedAt: t0 - 2, ID: nth(0)}}}
	page, err := k.List(t.Context(), manage.Filter{Whose: manage.Whose{Scope: "report:66"}})
	if err != nil || !slices.Equal(ids(page), []string{nth(1)}) {
		t.Errorf("%v: %+v", err, page)
	}
}

// TestWhoCameByAFormIsListedOnce, for when its pass was issued.
func TestWhoCameByAFormIsListedOnce(t *testing.T) {
	k := newKit(t)
	k.several(visitor)
	holder := k.read(nth(0)).Holder
	for id, at := range map[string]pass.NumericDate{nth(0): t0 - 100, nth(1): t0} { // the second waits for its pass
		r := &pass.Registration{V: pass.Version, ID: id, Form: "f", Holder: holder, At: at, PurgeAt: t0 + 100}
		if err := k.bolt.Register(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	page, err := k.List(t.Context(), manage.Filter{Whose: manage.Whose{Email: "ginger@example.com"}})
	if err != nil || !slices.Equal(ids(page), []string{nth(0)}) {
		t.Errorf("%v: %+v", err, page)
	}
}

func (k *kit) read(id string) *pass.Pass {
	k.t.Helper()
	entries, err := k.bolt.Read(context.Background(), []pass.Ref{{ID: id}})
	if err != nil || entries[0].Pass == nil {
		k.t.Fatal(id, err)
	}
	return entries[0].Pass
}

// keyed is a Digests with a key of its own.
type keyed string

func (k keyed) Subject(_ context.Context, s string) (string, error) { return string(k) + s, nil }
func (k keyed) Email(_ context.Context, s string) (string, error)   { return string(k) + s, nil }
func (k keyed) Issuer(_ context.Context, s string) (string, error)  { return string(k) + s, nil }

// TestACursorOfAListDoesNotTellWhomItIsOf, nor can anybody find out by trying: what
// marks it depends on the deployment's key.
func TestACursorOfAListDoesNotTellWhomItIsOf(t *testing.T) {
	marks := map[string]bool{}
	for _, key := range []keyed{"one", "another"} {
		k := newKit(t)
		k.Digests = key
		for i := range 2 {
			k.issue(func(p *pass.Pass) { p.ID, p.Holder = nth(i), string(key)+"ginger" })
		}
		page, err := k.List(t.Context(), manage.Filter{Whose: manage.Whose{Subject: "ginger"}, Limit: 1})
		if err != nil || len(page.Cursor) < 10 {
			t.Fatalf("%+v, %v", page, err)
		}
		marks[page.Cursor[:10]] = true
	}
	if len(marks) != 2 {
		t.Error("whatever the deployment's key is, the list is marked alike")
	}
}
