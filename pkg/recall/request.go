package recall

import (
	"context"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Selection says which passes to revoke: those with the one of the first four that
// is set, or All there are.
type Selection struct {
	Scope, Subject, IssuedBy string
	Email                    string // in whatever case
	All                      bool
	Before                   time.Time // those issued before it; zero: until now, this second too
	By, Why                  string
	Cursor                   string // of the answer before, with the same of the rest
}

// Person says whom to forget, by one of the two.
type Person struct {
	Email   string // of visitors and forms, in whatever case
	Subject string
	By, Why string
	Cursor  string
}

func (s *Selection) fields() []manage.Field {
	return []manage.Field{
		{Name: "scope", Read: manage.Filled(&s.Scope)}, {Name: "subject", Read: manage.Filled(&s.Subject)},
		{Name: "email", Read: manage.Filled(&s.Email)}, {Name: "issued_by", Read: manage.Filled(&s.IssuedBy)},
		{Name: "all", Read: terms.YesNo(&s.All)}, {Name: "before", Read: terms.Date(&s.Before)},
		{Name: "by", Read: terms.Text(&s.By)}, {Name: "why", Read: terms.Text(&s.Why)}, {Name: "cursor", Read: manage.Filled(&s.Cursor)},
	}
}

func (p *Person) fields() []manage.Field {
	return []manage.Field{
		{Name: "email", Read: manage.Filled(&p.Email)}, {Name: "subject", Read: manage.Filled(&p.Subject)},
		{Name: "by", Read: terms.Text(&p.By)}, {Name: "why", Read: terms.Text(&p.Why)}, {Name: "cursor", Read: manage.Filled(&p.Cursor)},
	}
}

// choice is one of the fields that say which passes are meant.
type choice struct{ field, value string }

// chosen returns those that are set.
func chosen(all ...choice) (set []choice) {
	for _, c := range all {
		if c.value != "" {
			set = append(set, c)
		}
	}
	return set
}

// choices checks which passes a selection means.
func (s Selection) choices(d *manage.Document) []choice {
	set := chosen(choice{"scope", s.Scope}, choice{"subject", s.Subject}, choice{"email", s.Email}, choice{"issued_by", s.IssuedBy})
	switch {
	case len(set) > 1:
		d.Wrong(set[1].field, "is one too many beside "+set[0].field+": revoke by one of them, and then by the other")
	case len(set) == 1 && s.All:
		d.Wrong("all", "is every pass there is, and not those of one "+set[0].field+": leave one of the two out")
	case len(set) == 0 && !s.All:
		d.Wrong("all", "required, as true, where neither scope, subject, email nor issued_by is given: it would revoke every pass there is")
	}
	if s.Scope != "" {
		if why := terms.WrongScope(s.Scope); why != "" {
			d.Wrong("scope", why)
		}
	}
	wrongEmail(d, s.Email)
	wrongSubject(d, s.Subject)
	return set
}

// choices checks whom a person means.
func (p Person) choices(d *manage.Document) []choice {
	set := chosen(choice{"email", p.Email}, choice{"subject", p.Subject})
	switch {
	case len(set) == 0:
		d.Wrong("email", "required, or subject: whom to forget")
	case len(set) > 1:
		d.Wrong("subject", "is one too many beside email: forget by one of them, and then by the other")
	}
	wrongEmail(d, p.Email)
	wrongSubject(d, p.Subject)
	return set
}

// wrongEmail refuses what no pass can be for, lest it be told that nothing was kept
// of somebody whose address was pasted along with their name.
func wrongEmail(d *manage.Document, email string) {
	if email != "" && (len(email) > pass.MaxEmail || !pass.PlainAddress(email)) {
		d.Wrong("email", "is no address that a pass can be for: give it alone, without a name, brackets or blanks")
	}
}

// wrongSubject does the same: subjects are printable ASCII without blanks around them.
func wrongSubject(d *manage.Document, subject string) {
	other := strings.ContainsFunc(subject, func(r rune) bool { return r < ' ' || r > '~' })
	if other || len(subject) > pass.MaxSubject || strings.Trim(subject, " ") != subject {
		d.Wrong("subject", "is none that a pass can have: it is too long, has other characters than printable ASCII, or blanks around it")
	}
}

// listing returns the list of what was chosen, from its beginning.
func (r *Recaller) listing(ctx context.Context, set []choice) (l pass.Listing, err error) {
	l = pass.Listing{Index: pass.ByTime, Limit: pass.MaxPlaces}
	if len(set) == 0 {
		return l, nil
	}
	switch c := set[0]; c.field {
	case "scope":
		l.Index, l.Value = pass.ByScope, c.value
	case "subject":
		l.Index = pass.ByHolder
		l.Value, err = r.Digests.Subject(ctx, c.value)
	case "email":
		l.Index = pass.ByHolder
		l.Value, err = r.Digests.Email(ctx, c.value)
	default:
		l.Index = pass.ByIssuer
		l.Value, err = r.Digests.Issuer(ctx, c.value)
	}
	return l, err
}

// second returns the second before which "before t" holds: one that has begun is.
func second(t time.Time) pass.NumericDate {
	s := pass.At(t)
	if t.Nanosecond() > 0 {
		s++
	}
	return max(s, 1) // no pass is older
}
