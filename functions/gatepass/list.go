package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strconv"

	"github.com/gatepass/gatepass/pkg/client"
)

// What one list prints at most, and how many calls it makes for that: a filter may
// leave pages empty.
const (
	maxListed = 1000
	maxPages  = 50
)

func listFlags(fs *flag.FlagSet) action {
	var q client.Query
	var within lifetime
	var since, before moment
	fs.StringVar(&q.Scope, "scope", "", "only this `scope`")
	fs.StringVar(&q.Subject, "subject", "", "only this `user`; - reads it from standard input")
	fs.StringVar(&q.Email, "email", "", "only the visitor with this `address`; - reads it from standard input")
	fs.StringVar(&q.IssuedBy, "issued-by", "", "only those issued by this `name`")
	fs.StringVar(&q.State, "state", "", "only those of a `state`: live, spent, expired, revoked, ...")
	fs.Var(&since, "since", "only those issued from this `time` on")
	fs.Var(&before, "before", "only those issued before this `time`")
	fs.Var(&within, "ending", "only those that end within so `long`, such as 24h")
	n := fs.Int("n", 20, "how `many`, 1 to 1000")
	fs.StringVar(&q.Cursor, "cursor", "", "`where` to go on, as it was printed")
	return func(ctx context.Context, s *session, _ string) error {
		if *n < 1 || *n > maxListed {
			return misuse(fmt.Sprintf("-n is %d; it must be 1 to %d", *n, maxListed))
		}
		q.IssuedFrom, q.IssuedBefore = since.Time, before.Time
		if within != 0 {
			q.ExpiresFrom, q.ExpiresBefore = s.now, s.now.Add(within.duration())
		}
		begin := q.Cursor
		passes, cursor, err := s.collect(ctx, q, *n)
		if err != nil && cursor == begin {
			return err
		}
		s.list(passes)
		if cursor != "" {
			s.say("There may be more: go on with -cursor %s", cursor)
		}
		return err
	}
}

// collect makes calls until there are n passes, or no more: as client.Pages does, but
// that the last page is no longer than what is missing. With an error it returns
// what came before it, and the cursor of the page that did not come.
func (s *session) collect(ctx context.Context, q client.Query, n int) (all []client.Listed, cursor string, err error) {
	for range maxPages {
		q.Limit = min(n-len(all), 100)
		p, err := s.gatepass.List(ctx, q)
		if err != nil {
			return all, q.Cursor, err
		}
		all, q.Cursor = append(all, p.Passes...), p.Cursor
		if p.Cursor == "" || len(all) >= n {
			break
		}
	}
	return all, q.Cursor, nil
}

// list prints passes, a line each.
func (s *session) list(passes []client.Listed) {
	if len(passes) == 0 {
		s.say("No pass.")
		return
	}
	in := ", " + zone(passes[0].IssuedAt)
	rows := [][]string{{"PASS", "STATE", "MODE", "SCOPE", "FOR", "USES", "ISSUED" + in, "EXPIRES"}}
	for _, p := range passes {
		uses := strconv.Itoa(p.Uses) + " of " + strconv.Itoa(p.MaxUses)
		if p.MaxUses == 0 {
			uses = "unlimited"
		}
		rows = append(rows, []string{p.ID, p.State, string(p.Mode), short(p.Scope, 30), short(cmp.Or(p.Subject, p.Email, "anybody"), 30), uses, minute(p.IssuedAt), minute(p.ExpiresAt)})
	}
	s.table(0, rows)
}
