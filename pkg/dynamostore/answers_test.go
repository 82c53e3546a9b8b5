package dynamostore_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// methods calls every method of a store with something that is personal or
// secret in it.
func methods(ctx context.Context, s *dynamostore.Store) map[string]func() error {
	p := request("P1", 3)
	p.Visitor = &pass.Visitor{Email: leak}
	v := &pass.Session{V: pass.Version, PassID: "P1", Secret: digest(9), At: now, ExpiresAt: now + 60, IP: leak}
	u := using("a")
	u.UserAgent = leak
	unavailable := func(r pass.Reason, err error) error {
		if (r == pass.Unavailable) != (err != nil) {
			return fmt.Errorf("reason %q with error %w", r, err)
		}
		return err
	}
	return map[string]func() error{
		"Create": func() error { return s.Create(ctx, p) },
		"Order":  func() error { _, err := s.Order(ctx, leak); return err },
		"PutOrder": func() error {
			_, err := s.PutOrder(ctx, &pass.Order{V: pass.Version, Key: leak, Request: leak, At: now, PurgeAt: now + 1})
			return err
		},
		"FinishOrder": func() error { return s.FinishOrder(ctx, &pass.Order{Key: leak}) },
		"Read":        func() error { _, err := s.Read(ctx, []pass.Ref{{ID: "P1"}}); return err },
		"Use": func() error {
			_, r, err := s.Use(ctx, "P1", asking("a"), u)
			return unavailable(r, err)
		},
		"Redeem": func() error {
			_, _, r, err := s.Redeem(ctx, p, asking(v.Key()), v)
			return unavailable(r, err)
		},
		"Revoke":      func() error { _, err := s.Revoke(ctx, "P1", pass.Change{At: now, By: leak, Why: leak}); return err },
		"Restore":     func() error { _, err := s.Restore(ctx, "P1", pass.Change{}); return err },
		"EndSession":  func() error { _, err := s.EndSession(ctx, "P1", "a", pass.Change{}); return err },
		"EndSessions": func() error { _, err := s.EndSessions(ctx, "P1", pass.Change{}); return err },
		"Reissue":     func() error { _, err := s.Reissue(ctx, "P1", pass.Renewal{ExpiresAt: now + 60, Uses: 1}); return err },
		"History":     func() error { _, err := s.History(ctx, "P1"); return err },
		"PublicKeys":  func() error { _, err := s.PublicKeys(ctx); return err },
		"SealedKeys":  func() error { _, err := s.SealedKeys(ctx); return err },
		"PutKey":      func() error { return s.PutKey(ctx, keys.Public{Sequence: 2}, keys.Sealed{Sequence: 2}, now) },
		"Rules":       func() error { _, err := s.Rules(ctx, "api"); return err },
		"PutRules":    func() error { return s.PutRules(ctx, "api", "a/R", []byte(leak)) },
		"DeleteRules": func() error { return s.DeleteRules(ctx, "api", "a/R") },
		"PutMarker":   func() error { return s.PutMarker(ctx, "P1", now) },
		"PutUse":      func() error { return s.PutUse(ctx, "P1", u, now) },
		"PutChange":   func() error { return s.PutChange(ctx, "P1", pass.Change{Key: "k", By: leak, Why: leak}, now) },
		"Change": func() error {
			_, err := s.Change(ctx, "P1", pass.Amendment{Scope: leak, Change: pass.Change{Key: "k", By: leak}})
			return err
		},
		"Seen":  func() error { _, err := s.Seen(ctx, "P1", pass.Visit{Client: leak, Key: "a"}); return err },
		"Keep":  func() error { return s.Keep(ctx, "P1", now) },
		"Clear": func() error { return s.Clear(ctx, "P1") },
	}
}

func TestEveryFailureIsUnavailableAndTellsItsCodeButNotWhatWasAsked(t *testing.T) {
	for says, row := range map[string]struct {
		answer answer
		tells  string
		sent   int
	}{
		"throttled by the table":     {fails(400, "ProvisionedThroughputExceededException"), "ProvisionedThroughputExceededException", 3},
		"throttled":                  {fails(400, "ThrottlingException"), "ThrottlingException", 3},
		"an internal error":          {fails(500, "InternalServerError"), "InternalServerError", 3},
		"a bad gateway":              {answer{502, "<html>" + leak}, "", 3},
		"no such table":              {fails(400, "ResourceNotFoundException"), "ResourceNotFoundException", 1},
		"no right to ask":            {fails(400, "AccessDeniedException"), "AccessDeniedException", 1},
		"credentials that ran out":   {fails(400, "ExpiredTokenException"), "ExpiredTokenException", 1},
		"a request it does not like": {fails(400, "ValidationException"), "ValidationException", 1},
		"no JSON":                    {ok("{\"Item\": " + leak), "", 1},
	} {
		t.Run(says, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, name string) {
				sent := &script{answers: []answer{row.answer}}
				err := methods(t.Context(), over(t, sent))[name]()
				if strings.HasPrefix(name, "Put") || strings.HasPrefix(name, "Delete") || name == "Create" {
					if says == "no JSON" && err == nil {
						return // an answer that is not needed
					}
				}
				wantKind(t, name, err, pass.ErrUnavailable)
				if err == nil || errors.Is(err, pass.ErrExists) || errors.Is(err, pass.ErrNotFound) {
					t.Fatalf("%s: %v", name, err)
				}
				if !strings.Contains(err.Error(), row.tells) || strings.Contains(err.Error(), leak) {
					t.Errorf("%s: %q should tell %q and not %q", name, err, row.tells, leak)
				}
				if len(sent.sent) != row.sent && says != "no JSON" {
					t.Errorf("%s: %d attempts, want %d", name, len(sent.sent), row.sent)
				}
			})
		})
	}
}

func TestKeysLeftOutOfAnAnswerAreAskedForAgain(t *testing.T) {
	rest := `{"Responses":{"gatepass":[]},"UnprocessedKeys":{"gatepass":{"Keys":[{"pk":{"S":"P#P1"},"sk":{"S":"P"}}]}}}`
	full := `{"Responses":{"gatepass":[{"pk":{"S":"P#P1"},"sk":{"S":"P"},"v":{"N":"1"},"scope":{"S":"report:66"}}]}}`
	t.Run("until they come", func(t *testing.T) {
		s := &script{answers: []answer{ok(rest), ok(rest), ok(full)}}
		entries, err := over(t, s).Read(t.Context(), []pass.Ref{{ID: "P1"}})
		if err != nil || len(entries) != 1 || entries[0].Pass == nil || entries[0].Pass.Scope != "report:66" {
			t.Errorf("%v (%v)", entries, err)
		}
		if d := cmp.Diff(s.sent[0]["RequestItems"], s.sent[2]["RequestItems"]); d != "" {
			t.Errorf("asked otherwise: %s", d)
		}
	})
	t.Run("but not for ever", func(t *testing.T) {
		s := &script{answers: []answer{ok(rest)}}
		entries, err := over(t, s).Read(t.Context(), []pass.Ref{{ID: "P1"}})
		wantKind(t, "read", err, pass.ErrUnavailable)
		if entries != nil || len(s.sent) != 4 {
			t.Errorf("%v after %d requests", entries, len(s.sent))
		}
	})
	t.Run("and not after the context ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{answers: []answer{ok(rest)}}
		_, err := over(t, tripper(func(r *http.Request) (*http.Response, error) {
			defer cancel()
			return s.RoundTrip(r)
		})).Read(ctx, []pass.Ref{{ID: "P1"}})
		wantKind(t, "read", err, pass.ErrUnavailable)
		if len(s.sent) != 1 {
			t.Errorf("%d requests", len(s.sent))
		}
	})
}

func TestThePriceIsNotAskedForUnlessARecorderDoes(t *testing.T) {
	for name := range methods(t.Context(), nil) {
		s := &script{answers: []answer{ok(`{}`)}}
		_ = methods(t.Context(), over(t, s))[name]()
		for _, sent := range s.sent {
			if _, asked := sent["ReturnConsumedCapacity"]; asked {
				t.Errorf("%s asks for the price", name)
			}
		}
		if len(s.sent) == 0 {
			t.Errorf("%s asks nothing", name)
		}
	}
}

func TestMoreKeysThanOneReadTakesAreRefusedUnasked(t *testing.T) {
	s := &script{answers: []answer{ok(`{}`)}}
	refs := make([]pass.Ref, 101)
	for i := range refs {
		refs[i].ID = string(keyOf(i))
	}
	_, err := over(t, s).Read(t.Context(), refs)
	wantKind(t, "read", err, pass.ErrUnavailable)
	if len(s.sent) != 0 {
		t.Errorf("%d requests", len(s.sent))
	}
}

const (
	written  = `{"Attributes":{"pk":{"S":"P#P1"},"sk":{"S":"P"},"v":{"N":"1"},"max_uses":{"N":"3"},"uses":{"M":{"a":{"N":"1"}}}}}`
	conflict = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]}`
)

func TestAWriteThatMeetsATransactionIsTriedAgain(t *testing.T) {
	single := fails(400, "TransactionConflictException")
	t.Run("a use, until it is written", func(t *testing.T) {
		s := &script{answers: []answer{single, single, ok(written)}}
		p, reason, err := over(t, s).Use(t.Context(), "P1", asking("a"), using("a"))
		if reason != pass.OK || p == nil || len(s.sent) != 3 {
			t.Errorf("%s (%v) after %d requests", reason, err, len(s.sent))
		}
	})
	t.Run("a use, but not for ever", func(t *testing.T) {
		s := &script{answers: []answer{single}}
		_, reason, err := over(t, s).Use(t.Context(), "P1", asking("a"), using("a"))
		wantKind(t, "use", err, pass.ErrUnavailable)
		if reason != pass.Unavailable || len(s.sent) != 6 {
			t.Errorf("%s after %d requests", reason, len(s.sent))
		}
	})
	t.Run("a key, each try a transaction of its own, each attempt at it the same", func(t *testing.T) {
		s := &script{answers: []answer{{400, conflict}, fails(500, "InternalServerError"), ok(`{}`)}}
		must(t, over(t, s).PutKey(t.Context(), keys.Public{Sequence: 1}, keys.Sealed{Sequence: 1}, now))
		if len(s.sent) != 3 {
			t.Fatalf("%d requests", len(s.sent))
		}
		tokens := []any{s.sent[0]["ClientRequestToken"], s.sent[1]["ClientRequestToken"], s.sent[2]["ClientRequestToken"]}
		if tokens[0] == nil || tokens[0] == tokens[1] || tokens[1] != tokens[2] {
			t.Errorf("tokens %v", tokens)
		}
	})
	t.Run("a redemption, but not for ever", func(t *testing.T) {
		s := &script{answers: []answer{{400, conflict}}}
		v := &pass.Session{V: pass.Version, PassID: "P1", Secret: digest(9), At: now, ExpiresAt: now + 60}
		_, _, reason, err := over(t, s).Redeem(t.Context(), request("P1", 3), asking(v.Key()), v)
		wantKind(t, "redeem", err, pass.ErrUnavailable)
		if reason != pass.Unavailable || len(s.sent) != 6 || !strings.Contains(err.Error(), "TransactionConflict None") {
			t.Errorf("%s (%v) after %d requests", reason, err, len(s.sent))
		}
	})
}

// refusal is a failed condition, with the item that failed it.
func refusal(t *testing.T, it record.Item) answer {
	t.Helper()
	b, err := it.MarshalJSON()
	must(t, err)
	return answer{400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":` + string(b) + `}`}
}

func cancellation(t *testing.T, items ...record.Item) answer {
	t.Helper()
	var reasons []string
	for _, it := range items {
		if it == nil {
			reasons = append(reasons, `{"Code":"None"}`)
			continue
		}
		b, err := it.MarshalJSON()
		must(t, err)
		reasons = append(reasons, `{"Code":"ConditionalCheckFailed","Item":`+string(b)+`}`)
	}
	return answer{400, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no","CancellationReasons":[` + strings.Join(reasons, ",") + `]}`}
}

// TestARefusalThatNoRuleExplainsIsUnavailable: were a condition stricter than
// package pass, nobody may be told that a pass is fine and get in uncounted.
func TestARefusalThatNoRuleExplainsIsUnavailable(t *testing.T) {
	it := record.FromPass(request("P1", 3))
	s := &script{answers: []answer{refusal(t, it)}}
	p, reason, err := over(t, s).Use(t.Context(), "P1", asking("a"), using("a"))
	wantKind(t, "use", err, pass.ErrUnavailable)
	if p != nil || reason != pass.Unavailable {
		t.Errorf("use: %s with %v", reason, p)
	}
	v := &pass.Session{V: pass.Version, PassID: "P1", Secret: digest(9), At: now, ExpiresAt: now + 60}
	s = &script{answers: []answer{cancellation(t, it, nil)}}
	p, opened, reason, err := over(t, s).Redeem(t.Context(), request("P1", 3), asking(v.Key()), v)
	wantKind(t, "redeem", err, pass.ErrUnavailable)
	if p != nil || opened != nil || reason != pass.Unavailable || len(s.sent) != 4 {
		t.Errorf("redeem: %s with %v and %v after %d requests", reason, p, opened, len(s.sent))
	}
}

// TestACancellationThatTellsHalfIsCompletedByARead: DynamoDB gives the item of
// an action only if that action's condition failed.
func TestACancellationThatTellsHalfIsCompletedByARead(t *testing.T) {
	v := &pass.Session{V: pass.Version, PassID: "P1", Secret: digest(9), At: now, ExpiresAt: now + 60}
	p := request("P1", 1)
	p.Uses = map[pass.Key]pass.NumericDate{v.Key(): now}
	p.Sessions = map[pass.Key]pass.NumericDate{v.Key(): v.ExpiresAt}
	both := func() answer {
		a, err := record.FromPass(p).MarshalJSON()
		must(t, err)
		b, err := record.FromSession(v).MarshalJSON()
		must(t, err)
		return ok(`{"Responses":{"gatepass":[` + string(a) + `,` + string(b) + `]}}`)
	}
	for says, row := range map[string]struct {
		cancelled answer
		requests  int
	}{
		"both are told":            {cancellation(t, record.FromPass(p), record.FromSession(v)), 1},
		"only the pass is told":    {cancellation(t, record.FromPass(p), nil), 2},
		"only the session is told": {cancellation(t, nil, record.FromSession(v)), 2},
	} {
		s := &script{answers: []answer{row.cancelled, both()}}
		after, opened, reason, err := over(t, s).Redeem(t.Context(), p, asking(v.Key()), v)
		if reason != pass.OK || err != nil || after == nil || !cmp.Equal(opened, v) || len(s.sent) != row.requests {
			t.Errorf("%s: %s (%v) with %v and %v after %d requests", says, reason, err, after, opened, len(s.sent))
		}
	}
}

func TestAnErrorOfTheTableIsNotANotFound(t *testing.T) {
	s := &script{answers: []answer{fails(400, "ResourceNotFoundException")}}
	_, err := over(t, s).Revoke(t.Context(), "P1", pass.Change{At: now})
	if errors.Is(err, pass.ErrNotFound) {
		t.Error(err)
	}
	wantKind(t, "revoke", err, pass.ErrUnavailable)
}
