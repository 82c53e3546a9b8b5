package desk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

var reference = desk.Form{Name: "reference", Scope: "reference:42", Target: "/visitors"}

func fred() pass.Visitor {
	return pass.Visitor{FirstName: "Fred", LastName: "Flintstone", Email: "Fred@Example.com"}
}

// registers posts fields from an address and wants a reason, and whether anything
// was written of it.
func (h *house) registers(t *testing.T, v pass.Visitor, ip string, want pass.Reason, noted bool) desk.Registered {
	t.Helper()
	h.store.Reset()
	done := h.Register(t.Context(), reference, v, ip)
	if done.Reason != want || (done.ID != "") != noted || h.store.Calls()["Register"] > 0 != noted || (done.Err != nil) != (want == pass.Unavailable) || (done.RetryAfter > 0) != (want == pass.RateLimited) {
		t.Errorf("%+v from %s: %+v and calls %v, want %s, noted %v", v, ip, done, h.store.Calls(), want, noted)
	}
	return done
}

func TestRegisteringWritesWhatWasSaidAndMakesNoPass(t *testing.T) {
	h := newHouse(t)
	v := fred()
	v.FirstName, v.Email = " Fred\t", "\u00a0Fred@Example.com " // as they are pasted
	done := h.registers(t, v, "192.0.2.7", pass.OK, true)
	if !token.ValidID(done.ID) {
		t.Errorf("the id is %q", done.ID)
	}
	r, p, err := h.bolt.Registered(t.Context(), done.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := &pass.Registration{V: pass.Version, ID: done.ID, Form: "reference", Scope: "reference:42", Target: "/visitors", Visitor: fred(), At: opening, PurgeAt: opening + 7*24*3600}
	if want.Holder, err = keys.NewDigester(h.mac, h.store).Email(t.Context(), "fred@example.com"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, r); err != nil || p != nil || diff != "" {
		t.Errorf("%v, pass %v (-want +got):\n%s", err, p, diff)
	}
	if again := h.registers(t, fred(), "192.0.2.7", pass.OK, true); again.ID == done.ID {
		t.Error("two registrations have one id")
	}
}

// TestAnAddressIsToldThreeTimesAnHour, however it is written and wherever it is
// posted from. Who posts it a fourth time is answered alike.
func TestAnAddressIsToldThreeTimesAnHour(t *testing.T) {
	h := newHouse(t)
	h.now += 1800
	for i, email := range []string{"fred@example.com", "FRED+one@EXAMPLE.COM", "Fred+1+2@Example.com", "fred@example.com ", "fRED@eXAMPLE.com", "fred+@example.com"} {
		v := fred()
		v.Email = email
		h.registers(t, v, fmt.Sprintf("192.0.%d.7", i), pass.OK, i < 3)
	}
	for _, email := range []string{"wilma@example.com", "f.red@example.com", "+fred@example.com", "fred@sub.example.com"} {
		other := fred()
		other.Email = email
		h.registers(t, other, "192.0.2.7", pass.OK, true)
	}
	h.now = opening + 3599
	h.registers(t, fred(), "192.0.2.7", pass.OK, false)
	h.now = opening + 3600
	h.registers(t, fred(), "192.0.2.7", pass.OK, true)
}

// TestAClientBlockPostsTwentyAnHour, whoever it says it is; its neighbours are
// not kept out by it.
func TestAClientBlockPostsTwentyAnHour(t *testing.T) {
	h := newHouse(t)
	post := func(i int, ip string, want pass.Reason) {
		t.Helper()
		v := fred()
		v.Email = fmt.Sprintf("fred%d@example.com", i)
		h.registers(t, v, ip, want, want == pass.OK)
	}
	for i := range 20 {
		post(i, fmt.Sprintf("192.0.2.%d", i), pass.OK)
	}
	post(20, "192.0.2.200", pass.RateLimited)
	post(20, "192.0.3.200", pass.OK)
	h.now = opening + 3600
	post(20, "192.0.2.200", pass.OK)
}

// TestRegistrationsAndLinksAreCountedApart: who asked for links may register.
func TestRegistrationsAndLinksAreCountedApart(t *testing.T) {
	h := newHouse(t)
	for i := range 20 {
		asks(t, h.Desk, another(i), "192.0.2.7", pass.OK)
	}
	asks(t, h.Desk, another(20), "192.0.2.7", pass.RateLimited)
	h.registers(t, fred(), "192.0.2.7", pass.OK, true)
}

func TestEachWrongFieldIsToldAndNothingIsCounted(t *testing.T) {
	h := newHouse(t)
	set := func(field func(*pass.Visitor) *string, s string) pass.Visitor {
		v := fred()
		*field(&v) = s
		return v
	}
	first := func(v *pass.Visitor) *string { return &v.FirstName }
	last := func(v *pass.Visitor) *string { return &v.LastName }
	email := func(v *pass.Visitor) *string { return &v.Email }
	for name, c := range map[string]struct {
		v    pass.Visitor
		want desk.Faults
	}{
		"nothing at all":                       {pass.Visitor{}, desk.Faults{FirstName: desk.Required, LastName: desk.Required, Email: desk.Required}},
		"blanks":                               {pass.Visitor{FirstName: " ", LastName: "\t\n", Email: "\u00a0"}, desk.Faults{FirstName: desk.Required, LastName: desk.Required, Email: desk.Required}},
		"a first name that is long enough":     {set(first, strings.Repeat("ü", 75)), desk.Faults{}},
		"a first name that is too long":        {set(first, strings.Repeat("ü", 75)+"x"), desk.Faults{FirstName: desk.TooLong}},
		"a last name that is too long":         {set(last, strings.Repeat("x", 151)), desk.Faults{LastName: desk.TooLong}},
		"a name with marks and apostrophes":    {set(last, `Mac Giolla-Phádraig O’Néill "Bo", Jr.`), desk.Faults{}},
		"a name in another script":             {set(last, "محمد 王秀英"), desk.Faults{}},
		"a header in a name":                   {set(first, "Fred\r\nBcc: all@example.com"), desk.Faults{FirstName: desk.NoName}},
		"a NUL in a name":                      {set(first, "Fr\x00ed"), desk.Faults{FirstName: desk.NoName}},
		"a name that turns the direction":      {set(last, "gnp\u202eexe"), desk.Faults{LastName: desk.NoName}},
		"a line separator in a name":           {set(last, "Flint\u2028stone"), desk.Faults{LastName: desk.NoName}},
		"bytes that are no text in a name":     {set(last, "Flint\xffstone"), desk.Faults{LastName: desk.NoName}},
		"markup in a name":                     {set(first, "<b>Fred"), desk.Faults{FirstName: desk.NoName}},
		"a link in a name":                     {set(first, "You won: https://evil.example"), desk.Faults{FirstName: desk.NoName}},
		"an address in a name":                 {set(last, "write to a@evil.example"), desk.Faults{LastName: desk.NoName}},
		"the longest address":                  {set(email, strings.Repeat("l", 64)+"@"+strings.Repeat("h.", 92)+"h.com"), desk.Faults{}},
		"an address that is too long":          {set(email, strings.Repeat("l", 64)+"@"+strings.Repeat("h.", 92)+"hh.com"), desk.Faults{Email: desk.TooLong}},
		"an address whose user is too long":    {set(email, strings.Repeat("l", 65)+"@example.com"), desk.Faults{Email: desk.NoAddress}},
		"no address":                           {set(email, "fred"), desk.Faults{Email: desk.NoAddress}},
		"an address with a name":               {set(email, "Fred <fred@example.com>"), desk.Faults{Email: desk.NoAddress}},
		"two addresses":                        {set(email, "fred@example.com, all@example.com"), desk.Faults{Email: desk.NoAddress}},
		"two addresses with a semicolon":       {set(email, "fred@example.com;all@example.com"), desk.Faults{Email: desk.NoAddress}},
		"an address with a comment":            {set(email, "fred@example.com (all)"), desk.Faults{Email: desk.NoAddress}},
		"a header in an address":               {set(email, "fred@example.com\r\nBcc: all@example.com"), desk.Faults{Email: desk.NoAddress}},
		"a header in a folded address":         {set(email, "fred\r\n @example.com"), desk.Faults{Email: desk.NoAddress}},
		"a quoted address":                     {set(email, `"fred flint"@example.com`), desk.Faults{Email: desk.NoAddress}},
		"bytes that are no text in an address": {set(email, "fr\xffed@example.com"), desk.Faults{Email: desk.NoAddress}},
		"an address in another script":         {set(email, "frédéric@example.com"), desk.Faults{Email: desk.NoAddress}},
		"a domain in another script":           {set(email, "fred@exämple.com"), desk.Faults{Email: desk.NoAddress}},
		"a domain in another script, as xn--":  {set(email, "fred@xn--exmple-cua.com"), desk.Faults{}},
	} {
		want := pass.Malformed
		if c.want == (desk.Faults{}) {
			want = pass.OK
		}
		done := h.registers(t, c.v, name+" is no ip, and all of them are one block", want, want == pass.OK)
		if done.Faults != c.want || want == pass.Malformed && len(h.store.Calls()) != 0 {
			t.Errorf("%s: %+v, calls %v, want %+v", name, done.Faults, h.store.Calls(), c.want)
		}
	}
	if n := (desk.Faults{FirstName: desk.Required, Email: desk.TooLong}).Count(); n != 2 {
		t.Errorf("%d faults, want 2", n)
	}
}

func TestARegistrationThatCannotBeCountedOrWrittenIsUnavailable(t *testing.T) {
	for _, fails := range []storetest.Call{{Method: "Take", N: 1}, {Method: "Take", N: 2}, {Method: "Register", N: 1}} {
		h := newHouse(t)
		h.Desk = h.over(t, storetest.Faulty(h.store, func(c storetest.Call) storetest.Fault {
			if c == fails {
				return storetest.Before
			}
			return storetest.None
		}))
		done := h.Register(t.Context(), reference, fred(), "192.0.2.7")
		if done.Reason != pass.Unavailable || done.ID != "" || !errors.Is(done.Err, pass.ErrUnavailable) || h.store.Calls()["Register"] != 0 {
			t.Errorf("%v fails: %+v, calls %v", fails, done, h.store.Calls())
		}
	}
	h := newHouse(t)
	h.mac.err = errors.New("no key")
	h.registers(t, fred(), "192.0.2.7", pass.Unavailable, false)
}

// taken is a store in which an id is taken some times.
type taken struct {
	desk.Store
	times int
	ids   map[string]bool
}

func (s *taken) Register(ctx context.Context, r *pass.Registration) error {
	s.ids[r.ID] = true
	if s.times--; s.times >= 0 {
		return pass.ErrExists
	}
	return s.Store.Register(ctx, r)
}

func TestAnIDThatIsTakenIsDrawnAgain(t *testing.T) {
	for times, want := range map[int]pass.Reason{1: pass.OK, 2: pass.OK, 3: pass.Unavailable} {
		h := newHouse(t)
		s := &taken{Store: h.bolt, times: times, ids: map[string]bool{}}
		done := h.over(t, s).Register(t.Context(), reference, fred(), "192.0.2.7")
		if done.Reason != want || len(s.ids) != min(times+1, 3) {
			t.Errorf("taken %d times: %+v after the ids %v, want %s", times, done, s.ids, want)
		}
	}
}

// bucketed is a store that remembers which buckets were taken from.
type bucketed struct {
	desk.Store
	buckets []string
}

func (s *bucketed) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error) {
	s.buckets = append(s.buckets, bucket)
	return s.Store.Take(ctx, bucket, limit, from, until)
}

// TestNoKeyOfTheLimiterTellsWhoRegistered: in the table an address stands in the
// registration alone, which leaves after a week.
func TestNoKeyOfTheLimiterTellsWhoRegistered(t *testing.T) {
	h := newHouse(t)
	s := &bucketed{Store: h.bolt}
	d := h.over(t, s)
	for _, email := range []string{"marked@example.com", "MARKED@example.com"} {
		v := fred()
		v.Email = email
		d.Register(t.Context(), reference, v, "192.0.2.7")
	}
	if len(s.buckets) != 4 || s.buckets[0] != s.buckets[2] || s.buckets[1] != s.buckets[3] || s.buckets[0] == s.buckets[1] {
		t.Fatalf("the buckets are %q, want one of the block and one of the address, twice", s.buckets)
	}
	for _, b := range s.buckets {
		if len(b) != 43 || strings.Contains(strings.ToLower(b), "marked") || strings.Contains(b, "192.0.2") {
			t.Errorf("a bucket is %q, want a digest", b)
		}
	}
}
