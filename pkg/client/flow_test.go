package client_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/client"
)

const id = "0aZ9bY8cX7dW6eV5"

func TestABatchIsAnsweredOneByOne(t *testing.T) {
	answer := `{"passes":[{"id":"` + id + `","token":"` + gp + `"},{"error":{"code":"invalid_request","message":"m","fields":{"scope":"` + gp + `"}}},{"error":{"code":"unavailable","message":"repeat"}}],"issued":1,"refused":1,"left":1}`
	c, s := scripted(t, answer)
	b, err := c.IssueMany(t.Context(), "key", []client.Request{{Scope: "a"}, {}, {Scope: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	s.wants(`issue {"passes":[{"scope":"a"},{},{"scope":"c"}],"idempotency_key":"key"}`)
	if b.Issued != 1 || b.Refused != 1 || b.Left != 1 || b.Passes[0].Token != gp || b.Passes[0].Error != nil {
		t.Errorf("got %v", b)
	}
	if !errors.Is(b.Passes[1].Error, client.ErrInvalid) || !errors.Is(b.Passes[2].Error, client.ErrUnavailable) {
		t.Errorf("got %v and %v", b.Passes[1], b.Passes[2])
	}
	hides(t, b)
}

func TestABatchOfNothingIsAListAllTheSame(t *testing.T) {
	c, s := scripted(t, `{"error":{"code":"invalid_request","message":"m"}}`)
	if _, err := c.IssueMany(t.Context(), "key", nil); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	s.wants(`issue {"passes":[],"idempotency_key":"key"}`)
}

// Answers that are not one per request could be taken for another's.
func TestABatchOfAnotherLengthIsUnavailable(t *testing.T) {
	c, _ := scripted(t, `{"passes":[{"id":"`+id+`"}],"issued":1}`)
	if b, err := c.IssueMany(t.Context(), "key", make([]client.Request, 2)); !errors.Is(err, client.ErrUnavailable) || b != nil {
		t.Errorf("got %v and %v", b, err)
	}
}

func TestATokenThatEndsBeforeItsPassIsAnsweredAnew(t *testing.T) {
	const reissued = `{"id":"` + id + `","token":"` + jwt + `"}`
	for name, tt := range map[string]struct {
		described string
		answers   []any
		anew      bool
	}{
		"a JWT that ends before its pass":    {`"format":"jwt","expires_at":"2027-02-01T00:00:00Z","token_expires_at":"2027-01-31T00:00:00Z"`, []any{reissued}, true},
		"a JWT that ends when its pass does": {`"format":"jwt","expires_at":"2027-02-01T00:00:00Z","token_expires_at":"2027-02-01T00:00:00Z"`, nil, false},
		"a JWT that was cut short":           {`"format":"jwt","expires_at":"2027-02-01T00:00:00Z"`, nil, false},
		"a short token":                      {`"format":"short","expires_at":"2027-02-01T00:00:00Z"`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := scripted(t, append([]any{`{"pass":"` + id + `","state":"live",` + tt.described + `}`}, tt.answers...)...)
			got, err := c.Extend(t.Context(), link, 86400, client.Who{By: "robin", Why: "asked"})
			if err != nil {
				t.Fatal(err)
			}
			calls := []string{`manage {"change":{"pass":"` + link + `","expires_in":86400,"by":"robin","why":"asked"}}`}
			if tt.anew {
				calls = append(calls, `issue {"reissue":"`+id+`","keep_link":true,"issued_by":"robin"}`)
			}
			s.wants(calls...)
			if got.State != "live" || (got.Anew != nil) != tt.anew || tt.anew && got.Anew.Token != jwt {
				t.Errorf("got %s, anew %v", got.State, got.Anew)
			}
			hides(t, got)
		})
	}
}

// The change is made: who asked for it must learn that, and what is missing.
func TestAChangeWithoutItsNewTokenIsBoth(t *testing.T) {
	for name, tt := range map[string]struct {
		answer any
		want   error
	}{
		"no right to issue": {errors.New("AccessDeniedException"), client.ErrUnavailable},
		"it is spent":       {`{"error":{"code":"spent","message":"say max_uses","fields":{"max_uses":"required"}}}`, client.ErrSpent},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := scripted(t, `{"pass":"`+id+`","format":"jwt","expires_at":"2027-02-01T00:00:00Z","token_expires_at":"2027-01-31T00:00:00Z"}`, tt.answer)
			got, err := c.Change(t.Context(), id, client.Change{ExpiresIn: 86400}, client.Who{By: "robin"})
			if got == nil || got.Pass != id || got.Anew != nil || !errors.Is(err, tt.want) || !strings.Contains(err.Error(), "was changed, but its token ends at 2027-01-31T00:00:00Z") {
				t.Errorf("got %v and %v", got, err)
			}
		})
	}
	c, s := scripted(t, `{"error":{"code":"not_found","message":"m"}}`)
	if got, err := c.Change(t.Context(), id, client.Change{}, client.Who{}); got != nil || !errors.Is(err, client.ErrNotFound) || len(s.asked) != 1 {
		t.Errorf("got %v and %v after %d calls", got, err, len(s.asked))
	}
}

// pages collects what Pages yields.
func pages(t *testing.T, c *client.Client, q client.Query, most int) (seen []string, err error) {
	t.Helper()
	for p, e := range c.Pages(t.Context(), q, most) {
		if e != nil {
			return seen, e
		}
		seen = append(seen, fmt.Sprint(len(p.Passes), " ", p.Cursor))
	}
	return seen, nil
}

func TestPagesGoOnFromTheCursor(t *testing.T) {
	page := func(n int, cursor string) string {
		return `{"passes":[` + strings.TrimSuffix(strings.Repeat(`{"id":"`+id+`"},`, n), ",") + `],"cursor":"` + cursor + `"}`
	}
	for name, tt := range map[string]struct {
		answers []any
		most    int
		want    []string
		err     error
	}{
		"to the end, over a page that is empty":   {[]any{page(2, "a"), page(0, "b"), page(1, "")}, 9, []string{"2 a", "0 b", "1 "}, nil},
		"as many as were asked for, and no more":  {[]any{page(2, "a"), page(2, "b")}, 2, []string{"2 a", "2 b"}, nil},
		"no page":                                 {nil, 0, nil, nil},
		"to the first error":                      {[]any{page(2, "a"), errors.New("x")}, 9, []string{"2 a"}, client.ErrUnavailable},
		"a cursor that leads to itself is an end": {[]any{page(2, "a"), page(2, "a")}, 9, []string{"2 a"}, client.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := scripted(t, tt.answers...)
			got, err := pages(t, c, client.Query{Scope: "s"}, tt.most)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) || len(s.asked) != len(tt.answers) {
				t.Errorf("%v after %d calls (-want +got):\n%s", err, len(s.asked), diff)
			}
			for i, asked := range s.asked {
				if i > 0 && !strings.Contains(asked, `"scope":"s","cursor":"`) {
					t.Errorf("call %d was %s", i+1, asked)
				}
			}
		})
	}
}

// So is a page that somebody asks for without Pages.
func TestAPageThatLeadsToItselfIsAnError(t *testing.T) {
	c, _ := scripted(t, `{"passes":[],"cursor":"a"}`)
	if p, err := c.List(t.Context(), client.Query{Cursor: "a"}); p != nil || !errors.Is(err, client.ErrUnavailable) {
		t.Errorf("got %v and %v", p, err)
	}
}

func TestWhoStopsGetsNoMorePages(t *testing.T) {
	c, s := scripted(t, `{"passes":[],"cursor":"a"}`)
	for range c.Pages(t.Context(), client.Query{}, 9) {
		break
	}
	s.wants(`manage {"list":{}}`)
}

func TestManyAreRecalledStepByStep(t *testing.T) {
	for name, tt := range map[string]struct {
		answers []any
		want    client.Recalled
		err     error
	}{
		"in one step":                               {[]any{`{"seen":3,"revoked":2}`}, client.Recalled{Seen: 3, Revoked: 2}, nil},
		"in three, which add up":                    {[]any{`{"seen":3,"revoked":2,"cursor":"a"}`, `{"seen":1,"revoked":0,"cursor":"b"}`, `{"seen":1,"revoked":1,"unreadable":["` + id + `"],"hints":["h"]}`}, client.Recalled{Seen: 5, Revoked: 3, Unreadable: []string{id}, Hints: []string{"h"}}, nil},
		"after an error it says where to go on":     {[]any{`{"seen":3,"revoked":2,"cursor":"a"}`, errors.New("x")}, client.Recalled{Seen: 3, Revoked: 2, Cursor: "a"}, client.ErrUnavailable},
		"after an error at once it is where it was": {[]any{errors.New("x")}, client.Recalled{Cursor: "begin"}, client.ErrUnavailable},
		"a cursor that leads to itself is an error": {[]any{`{"seen":3,"cursor":"begin"}`}, client.Recalled{Cursor: "begin"}, client.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := scripted(t, tt.answers...)
			got, err := c.RevokeAll(t.Context(), client.Selection{IssuedBy: "x", Cursor: "begin"}, client.Who{By: "robin"})
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) || len(s.asked) != len(tt.answers) {
				t.Errorf("%v after %d calls (-want +got):\n%s", err, len(s.asked), diff)
			}
		})
	}
	c, s := scripted(t, `{"forgotten":2,"cursor":"a"}`, `{"forgotten":1}`)
	if got, err := c.Forget(t.Context(), client.Person{Subject: "u"}, client.Who{By: "robin"}); err != nil || got.Forgotten != 3 || got.Cursor != "" {
		t.Errorf("got %+v and %v", got, err)
	}
	s.wants(`recall {"forget":{"subject":"u","by":"robin"}}`, `recall {"forget":{"subject":"u","cursor":"a","by":"robin"}}`)
}

// What never ends is ended: ten thousand calls, each of which may take seconds.
func TestARecallThatNeverEndsIsEnded(t *testing.T) {
	var answers []any
	for n := range 10_000 {
		answers = append(answers, fmt.Sprintf(`{"seen":1,"cursor":"%d"}`, n))
	}
	c, _ := scripted(t, answers...)
	got, err := c.RevokeAll(t.Context(), client.Selection{}, client.Who{By: "robin"})
	if got.Seen != 10_000 || got.Cursor != "9999" || !errors.Is(err, client.ErrUnavailable) {
		t.Errorf("got %+v and %v", got, err)
	}
}
