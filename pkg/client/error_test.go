package client_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/pass"
)

func kinds() []error {
	return []error{client.ErrUnavailable, client.ErrInvalid, client.ErrNotFound, client.ErrRevoked, client.ErrSpent, client.ErrAlreadyIssued, client.ErrStateless, client.ErrConflict, client.ErrIssuedBefore, client.ErrTooLarge, client.ErrNotCalled}
}

// An error is of one kind or of none, and never of two.
func TestErrorsAreOfOneKind(t *testing.T) {
	for name, tt := range map[string]struct {
		answer any
		want   error // nil: an *Error of no kind
		says   string
	}{
		"a wrong request is invalid, and says where":     {`{"error":{"code":"invalid_request","message":"nothing was issued","fields":{"scope":"it is required","mode":"no such"}}}`, client.ErrInvalid, "gatepass: invalid_request: nothing was issued; mode: no such; scope: it is required"},
		"no such pass is not found":                      {`{"error":{"code":"not_found","message":"m"}}`, client.ErrNotFound, "not_found: m"},
		"a withdrawn pass is revoked":                    {`{"error":{"code":"revoked","message":"m"}}`, client.ErrRevoked, "revoked"},
		"one without a use left is spent":                {`{"error":{"code":"spent","message":"m"}}`, client.ErrSpent, "spent"},
		"a registration that has a pass":                 {`{"error":{"code":"already_issued","message":"m"}}`, client.ErrAlreadyIssued, "already"},
		"a key of another request is a conflict":         {`{"error":{"code":"idempotency_key_reused","message":"m"}}`, client.ErrConflict, "reused"},
		"one of other settings has issued before":        {`{"error":{"code":"settings_changed","message":"m"}}`, client.ErrIssuedBefore, "settings"},
		"so has one whose signing key is gone":           {`{"error":{"code":"key_gone","message":"m"}}`, client.ErrIssuedBefore, "gone"},
		"an answer that nobody could carry":              {`{"error":{"code":"too_large","message":"m"}}`, client.ErrTooLarge, "large"},
		"a token without a record is stateless":          {`{"error":{"code":"stateless","message":"m"}}`, client.ErrStateless, "stateless"},
		"what could not be done in time is unavailable":  {`{"error":{"code":"unavailable","message":"m"}}`, client.ErrUnavailable, "unavailable"},
		"a code that is new is an Error of no kind":      {`{"error":{"code":"brand_new","message":"m"}}`, nil, "brand_new: m"},
		"a function that failed is unavailable":          {`{"errorMessage":"store unavailable","errorType":"wrapError"}`, client.ErrUnavailable, "issue failed: store unavailable"},
		"one that failed without a word says its type":   {`{"errorMessage":"","errorType":"Runtime.ExitError"}`, client.ErrUnavailable, "issue failed: Runtime.ExitError"},
		"a function that was killed is unavailable":      {`{"errorMessage":"RequestId: x Error: Task timed out after 10.00 seconds","errorType":"Sandbox.Timedout"}`, client.ErrUnavailable, "timed out"},
		"a function that was not reached is unavailable": {errors.New("connection refused"), client.ErrUnavailable, "issue: connection refused"},
		"one that nobody may call was not called":        {client.NotCalled(errors.New("AccessDeniedException")), client.ErrNotCalled, "gatepass: not_called: issue: AccessDeniedException"},
		"an answer that is no JSON is unavailable":       {`<html>`, client.ErrUnavailable, "an unrecognised response"},
		"an answer of another shape is unavailable":      {`{"id":7}`, client.ErrUnavailable, "an unrecognised response"},
		"an answer that is a list is unavailable":        {`[]`, client.ErrUnavailable, "an unrecognised response"},
		"an answer without a pass is unavailable":        {`{}`, client.ErrUnavailable, "an unrecognised response"},
		"so is null":                                      {`null`, client.ErrUnavailable, "an unrecognised response"},
		"an error that is null is unavailable":            {`{"error":null}`, client.ErrUnavailable, "an unrecognised response"},
		"an error without a code is unavailable":          {`{"error":{}}`, client.ErrUnavailable, "issue returned an unrecognised response"},
		"nothing at all is unavailable":                   {``, client.ErrUnavailable, "an unrecognised response"},
		"a failure with a token in it does not repeat it": {`{"errorMessage":"cannot read ` + gp + `","errorType":"` + jwt + `"}`, client.ErrUnavailable, "credential"},
		"nor does an Invoke that failed with one":         {errors.New("POST " + link + ": refused"), client.ErrUnavailable, "credential"},
		"nor do code, message and fields":                 {`{"error":{"code":"` + gp + `","message":"` + link + `","fields":{"` + jwt + `":"x","y":"` + gp + `"}}}`, nil, "credential"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := scripted(t, tt.answer)
			a, err := c.Issue(t.Context(), client.Request{Scope: "s"})
			var e *client.Error
			if !errors.As(err, &e) || a != nil {
				t.Fatalf("got %v and %v, want an *Error", a, err)
			}
			for _, k := range kinds() {
				if got := errors.Is(err, k); got != (k == tt.want) {
					t.Errorf("is %v: %v", k, got)
				}
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("it says %q, want %q in it", err, tt.says)
			}
			hides(t, err)
		})
	}
}

// hides checks that nothing printed of v holds a credential.
func hides(t *testing.T, v any) {
	t.Helper()
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "v", v)
	texts := []string{logged.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, v), fmt.Sprintf(verb, []any{v}))
	}
	for _, text := range texts {
		if strings.Contains(text, gp[19:41]) || strings.Contains(text, jwt[:20]) || strings.Contains(text, fmt.Sprintf("%x", gp[19:41])) {
			t.Errorf("it shows a credential: %s", text)
		}
	}
}

// What stands between may say as much to everything: nothing was issued, revoked or
// forgotten by it.
func TestWhatIsNoAnswerIsNoSuccess(t *testing.T) {
	who := client.Who{By: "robin"}
	for name, call := range map[string]func(context.Context, *client.Client) (any, error){
		"issue": func(ctx context.Context, c *client.Client) (any, error) { return c.Issue(ctx, client.Request{}) },
		"reissue": func(ctx context.Context, c *client.Client) (any, error) {
			return c.Reissue(ctx, client.Renewal{Pass: id})
		},
		"many":     func(ctx context.Context, c *client.Client) (any, error) { return c.IssueMany(ctx, "key", nil) },
		"check":    func(ctx context.Context, c *client.Client) (any, error) { return c.Check(ctx, gp, client.Ask{}) },
		"describe": func(ctx context.Context, c *client.Client) (any, error) { return c.Describe(ctx, id) },
		"list":     func(ctx context.Context, c *client.Client) (any, error) { return c.List(ctx, client.Query{}) },
		"change": func(ctx context.Context, c *client.Client) (any, error) {
			return c.Change(ctx, id, client.Change{}, who)
		},
		"revoke":   func(ctx context.Context, c *client.Client) (any, error) { return c.Revoke(ctx, id, who) },
		"complete": func(ctx context.Context, c *client.Client) (any, error) { return c.Complete(ctx, id, who) },
		"restore":  func(ctx context.Context, c *client.Client) (any, error) { return c.Restore(ctx, id, who) },
		"end":      func(ctx context.Context, c *client.Client) (any, error) { return c.End(ctx, id, "", who) },
		"revoke all": func(ctx context.Context, c *client.Client) (any, error) {
			return c.RevokeAll(ctx, client.Selection{All: true}, who)
		},
		"forget": func(ctx context.Context, c *client.Client) (any, error) {
			return c.Forget(ctx, client.Person{Subject: "u"}, who)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, answer := range []string{`{}`, `null`, `{"error":null}`, `{"error":{}}`, `{"message":"ok"}`} {
				c, s := scripted(t, answer)
				if got, err := call(t.Context(), c); !errors.Is(err, client.ErrUnavailable) || len(s.asked) != 1 {
					t.Errorf("%s: got %v and %v after %d calls", answer, got, err, len(s.asked))
				}
			}
		})
	}
	for _, answer := range []string{`{"passes":[{}],"issued":1}`, `{"passes":[{"error":{}}],"refused":1}`} {
		c, _ := scripted(t, answer)
		if b, err := c.IssueMany(t.Context(), "key", make([]client.Request, 1)); !errors.Is(err, client.ErrUnavailable) || b != nil {
			t.Errorf("%s: got %v and %v", answer, b, err)
		}
	}
}

// The id is that of the pass which the credential moved in as.
func TestAPassThatIsThereAlreadyIsNamed(t *testing.T) {
	c, _ := scripted(t, `{"id":"`+id+`","error":{"code":"already_issued","message":"m"}}`)
	_, err := c.Issue(t.Context(), client.Request{Scope: "s", Credential: "old"})
	var e *client.Error
	if !errors.As(err, &e) || e.PassID != id || !errors.Is(err, client.ErrAlreadyIssued) {
		t.Errorf("got %v", err)
	}
}

// Whoever is told that an answer would be another by now is told what to revoke.
func TestWhatWasIssuedBeforeIsNamed(t *testing.T) {
	c, _ := scripted(t, `{"ids":["`+id+`","`+gp+`"],"error":{"code":"settings_changed","message":"m"}}`)
	_, err := c.IssueMany(t.Context(), "key", make([]client.Request, 2))
	var e *client.Error
	if !errors.As(err, &e) || len(e.PassIDs) != 2 || e.PassIDs[0] != id || strings.Contains(fmt.Sprint(e.PassIDs), gp) || !errors.Is(err, client.ErrIssuedBefore) {
		t.Errorf("got %v, %v", err, e)
	}
}

func TestWhatInvokeReturnedCanBeMatched(t *testing.T) {
	c, _ := scripted(t, fmt.Errorf("sending: %w", context.Canceled))
	_, err := c.Describe(t.Context(), "p")
	if !errors.Is(err, context.Canceled) || !errors.Is(err, client.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	c, _ = scripted(t, client.NotCalled(os.ErrNotExist))
	if _, err := c.Describe(t.Context(), "p"); !errors.Is(err, os.ErrNotExist) || errors.Is(err, client.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsWrongHereIsNotSent(t *testing.T) {
	for name, tt := range map[string]struct {
		client *client.Client
		data   any
		says   string
	}{
		"no Invoke":               {&client.Client{}, nil, "no Invoke"},
		"data that is no JSON":    {nil, func() {}, "cannot be written"},
		"more than Lambda takes":  {nil, map[string]string{"x": strings.Repeat("x", 6<<20)}, "Lambda takes 6291456"},
		"a credential as a value": {nil, map[string]any{"x": badJSON(gp)}, "credential"},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := scripted(t)
			if tt.data == nil {
				c = tt.client
			}
			_, err := c.Issue(t.Context(), client.Request{Scope: "s", Data: tt.data})
			if !errors.Is(err, client.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want it to say %q", err, tt.says)
			}
			hides(t, err)
			s.wants()
		})
	}
}

// badJSON fails to be written with itself as the reason.
type badJSON string

func (b badJSON) MarshalJSON() ([]byte, error) { return nil, errors.New("cannot write " + string(b)) }

func TestCredentialsDoNotPrint(t *testing.T) {
	c, _ := scripted(t, `{"id":"0aZ9bY8cX7dW6eV5","token":"`+gp+`","link":"`+link+`","parameters":{"token":"`+gp+`"},"url":"`+link+`"}`)
	a, err := c.Issue(t.Context(), client.Request{Scope: "s"})
	if err != nil {
		t.Fatal(err)
	}
	hides(t, a)
	hides(t, *a)
	hides(t, client.Batch{Passes: []client.Issued{*a}})
	hides(t, client.Changed{Anew: a})
	if got := fmt.Sprintf("%v %+v %#v %q", client.Request{Credential: gp}, client.Secret(gp), client.Request{Credential: gp}, client.Secret("")); strings.Contains(got, gp[19:41]) || !strings.Contains(got, "(a credential)") {
		t.Errorf("a request prints as %s", got)
	}
	if got := fmt.Sprint(*a); got != "pass 0aZ9bY8cX7dW6eV5" {
		t.Errorf("it prints as %q", got)
	}
}

// A check that decided nothing is an error, since a Decision would look like one.
func TestACheckWithoutADecisionIsAnError(t *testing.T) {
	for _, answer := range []string{`{"outcome":"error","reason":"unavailable"}`, `{}`, `{"outcome":"maybe","reason":"ok"}`} {
		c, _ := scripted(t, answer)
		if d, err := c.Check(t.Context(), gp, client.Ask{Scope: "s"}); !errors.Is(err, client.ErrUnavailable) || d != nil {
			t.Errorf("%s: got %v and %v", answer, d, err)
		}
	}
	c, _ := scripted(t, `{"outcome":"deny","reason":"spent"}`)
	if d, err := c.Check(t.Context(), gp, client.Ask{Scope: "s"}); err != nil || d.Allowed || d.Reason != pass.Spent {
		t.Errorf("got %v and %v", d, err)
	}
}
