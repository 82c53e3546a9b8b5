package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/pass"
)

var at = time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)

// Each method asks by the documents of its function, and leaves out what was not
// said.
func TestEachMethodAsksByItsDocument(t *testing.T) {
	who := client.Who{By: "robin", Why: "lost"}
	const id = "0aZ9bY8cX7dW6eV5"
	for name, tt := range map[string]struct {
		call func(ctx context.Context, c *client.Client) error
		want string
	}{
		"the shortest request": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Issue(ctx, client.Request{Scope: "report:66"})
			return err
		}, `issue {"scope":"report:66"}`},
		"a request with all there is": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Issue(ctx, client.Request{Mode: pass.VisitorMode, Scope: "s", Subject: "u", Visitor: &pass.Visitor{Email: "a@example.com"}, Invitation: &pass.Invitation{From: "F"},
				Data: map[string]int{"n": 1}, Target: "/t", MaxUses: 2, Unlimited: true, ExpiresIn: 3, ExpiresAt: at, NotBefore: at, SessionExpiresIn: 4, Format: pass.JWT, IssuedBy: "b",
				Registration: id, Credential: "old", IdempotencyKey: "k"})
			return err
		}, `issue {"mode":"visitor","scope":"s","subject":"u","visitor":{"email":"a@example.com"},"invitation":{"from":"F"},"data":{"n":1},"target":"/t","max_uses":2,"unlimited":true,` +
			`"expires_in":3,"expires_at":"2027-01-31T12:00:00Z","not_before":"2027-01-31T12:00:00Z","session_expires_in":4,"format":"jwt","issued_by":"b","registration":"` + id + `","credential":"old","idempotency_key":"k"}`},
		"a reissue": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Reissue(ctx, client.Renewal{Pass: id, ExpiresIn: 1, MaxUses: 2, KeepOldFor: 3, IssuedBy: "b"})
			return err
		}, `issue {"reissue":"` + id + `","expires_in":1,"max_uses":2,"keep_old_for":3,"issued_by":"b"}`},
		"a check counts unless it only looks": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Check(ctx, "tok", client.Ask{Scope: "s"})
			return err
		}, `authorizer {"check":{"credential":"tok","scope":"s","count":true}}`},
		"a look": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Check(ctx, "tok", client.Ask{Scope: "*", Accept: []pass.Mode{pass.Host}, Look: true})
			return err
		}, `authorizer {"check":{"credential":"tok","scope":"*","accept":["host"],"count":false}}`},
		"a description": {func(ctx context.Context, c *client.Client) error { _, err := c.Describe(ctx, "anything"); return err },
			`manage {"describe":{"pass":"anything"}}`},
		"a list": {func(ctx context.Context, c *client.Client) error {
			_, err := c.List(ctx, client.Query{Email: "a@example.com", State: "live", IssuedFrom: at, IssuedBefore: at, ExpiresFrom: at, ExpiresBefore: at, Limit: 5, Cursor: "c"})
			return err
		}, `manage {"list":{"email":"a@example.com","state":"live","issued_from":"2027-01-31T12:00:00Z","issued_before":"2027-01-31T12:00:00Z","expires_from":"2027-01-31T12:00:00Z","expires_before":"2027-01-31T12:00:00Z","limit":5,"cursor":"c"}}`},
		"a change": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Change(ctx, id, client.Change{ExpiresAt: at, MaxUses: 5, Scope: "s", Data: map[string]int{}, Target: "/t"}, who)
			return err
		}, `manage {"change":{"pass":"` + id + `","expires_at":"2027-01-31T12:00:00Z","max_uses":5,"scope":"s","data":{},"target":"/t","by":"robin","why":"lost"}}`},
		"an extension": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Extend(ctx, id, 60, client.Who{By: "robin"})
			return err
		}, `manage {"change":{"pass":"` + id + `","expires_in":60,"by":"robin"}}`},
		"a revocation": {func(ctx context.Context, c *client.Client) error { _, err := c.Revoke(ctx, id, who); return err },
			`manage {"revoke":{"pass":"` + id + `","by":"robin","why":"lost"}}`},
		"a completion": {func(ctx context.Context, c *client.Client) error { _, err := c.Complete(ctx, id, who); return err },
			`manage {"complete":{"pass":"` + id + `","by":"robin","why":"lost"}}`},
		"a restoration": {func(ctx context.Context, c *client.Client) error { _, err := c.Restore(ctx, id, who); return err },
			`manage {"restore":{"pass":"` + id + `","by":"robin","why":"lost"}}`},
		"the end of a session": {func(ctx context.Context, c *client.Client) error {
			_, err := c.End(ctx, id, "S_USLzRFVMU", who)
			return err
		},
			`manage {"end":{"pass":"` + id + `","session":"S_USLzRFVMU","by":"robin","why":"lost"}}`},
		"the end of all sessions": {func(ctx context.Context, c *client.Client) error { _, err := c.End(ctx, id, "", who); return err },
			`manage {"end":{"pass":"` + id + `","by":"robin","why":"lost"}}`},
		"a revocation of many": {func(ctx context.Context, c *client.Client) error {
			_, err := c.RevokeAll(ctx, client.Selection{Scope: "s", Before: at, Cursor: "c"}, who)
			return err
		}, `recall {"revoke":{"scope":"s","before":"2027-01-31T12:00:00Z","cursor":"c","by":"robin","why":"lost"}}`},
		"a revocation of all": {func(ctx context.Context, c *client.Client) error {
			_, err := c.RevokeAll(ctx, client.Selection{All: true}, client.Who{By: "robin"})
			return err
		}, `recall {"revoke":{"all":true,"by":"robin"}}`},
		"a person who is forgotten": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Forget(ctx, client.Person{Email: "a@example.com"}, who)
			return err
		}, `recall {"forget":{"email":"a@example.com","by":"robin","why":"lost"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := scripted(t, `{"outcome":"allow","id":"`+id+`","pass":"`+id+`","passes":[],"seen":0,"forgotten":0}`)
			if err := tt.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			s.wants(tt.want)
		})
	}
}

func TestFunctionsAreCalledByTheNamesThatWereSet(t *testing.T) {
	c, s := scripted(t, `{"id":"`+id+`"}`, `{"pass":"`+id+`"}`, `{"outcome":"deny"}`, `{"forgotten":0}`)
	c.Functions = client.Functions{Issue: "i", Manage: "m", Authorizer: "a", Recall: "r"}
	ctx := t.Context()
	for _, call := range []func() error{
		func() error { _, err := c.Issue(ctx, client.Request{}); return err },
		func() error { _, err := c.Describe(ctx, "p"); return err },
		func() error { _, err := c.Check(ctx, "t", client.Ask{}); return err },
		func() error { _, err := c.Forget(ctx, client.Person{Subject: "s"}, client.Who{}); return err },
	} {
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	s.wants(`i {}`, `m {"describe":{"pass":"p"}}`, `a {"check":{"credential":"t","scope":"","count":true}}`, `r {"forget":{"subject":"s","by":""}}`)
}

func TestAnIssuedPassIsRead(t *testing.T) {
	c, _ := scripted(t, `{"id":"0aZ9bY8cX7dW6eV5","token":"`+gp+`","link":"`+link+`","url":"u","parameters":{"token":"p"},"expires_at":"2027-01-31T12:00:00Z","mode":"none","format":"short","defaults":{"max_uses":10},"new":1}`)
	a, err := c.Issue(t.Context(), client.Request{Scope: "s"})
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != "0aZ9bY8cX7dW6eV5" || a.Token != gp || a.Link != link || a.URL != "u" || a.Parameters["token"] != "p" || !a.ExpiresAt.Equal(at) || a.Mode != pass.None || a.Form != pass.Short || a.Defaults["max_uses"] != 10.0 {
		t.Errorf("got %s of %s %s", a, a.Mode, a.Form)
	}
}

// What is decided is told in text alone, with "-" for nothing.
func TestADecisionIsRead(t *testing.T) {
	left := 3
	for name, tt := range map[string]struct {
		answer string
		want   client.Decision
	}{
		"let in, with all there is": {`{"outcome":"allow","counted":true,"uses_left":3,"access":"granted","reason":"ok","mode":"request","pass_id":"0aZ9bY8cX7dW6eV5","session_id":"-","scope":"s","subject":"50%25 off","visitor":"{\"email\":\"a@example.com\"}","data":"{\"n\":1}"}`,
			client.Decision{Allowed: true, Reason: pass.OK, Counted: true, UsesLeft: &left, Mode: pass.Request, PassID: "0aZ9bY8cX7dW6eV5", Scope: "s", Subject: "50% off", Visitor: &pass.Visitor{Email: "a@example.com"}, Data: []byte(`{"n":1}`)}},
		"refused, and nothing is known": {`{"outcome":"deny","counted":false,"access":"-","reason":"unknown","mode":"-","pass_id":"-","session_id":"-","scope":"-","subject":"-","visitor":"-","data":"-"}`,
			client.Decision{Reason: pass.Unknown}},
		"a subject that is a dash": {`{"outcome":"allow","reason":"ok","mode":"host","subject":"%2D"}`,
			client.Decision{Allowed: true, Reason: pass.OK, Mode: pass.Host, Subject: "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := scripted(t, tt.answer)
			d, err := c.Check(t.Context(), "t", client.Ask{Scope: "s"})
			if err != nil {
				t.Fatal(err)
			}
			b := marshal(t, tt.want)
			same(t, d, b)
		})
	}
}
