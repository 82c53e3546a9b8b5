package recall

import (
	"context"
	"time"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Selection says which passes to revoke: those of one kind, or All there are.
type Selection struct {
	manage.Whose
	All     bool
	Since   time.Time // those issued in its second or later; zero: from the first on
	Before  time.Time // those issued before it; zero: until now, this second too
	By, Why string
	Cursor  string // of the answer before, with the same of the rest
}

// Person says whom to forget, by one of the two.
type Person struct {
	Email   string // of visitors and forms, in whatever case
	Subject string
	By, Why string
	Cursor  string
}

func (s *Selection) fields() []manage.Field {
	return append(s.Fields(),
		manage.Field{Name: "all", Read: terms.YesNo(&s.All)}, manage.Field{Name: "since", Read: terms.Date(&s.Since)}, manage.Field{Name: "before", Read: terms.Date(&s.Before)},
		manage.Field{Name: "by", Read: terms.Text(&s.By)}, manage.Field{Name: "why", Read: terms.Text(&s.Why)}, manage.Field{Name: "cursor", Read: manage.Filled(&s.Cursor)})
}

func (p *Person) fields() []manage.Field {
	return []manage.Field{
		{Name: "email", Read: manage.Filled(&p.Email)}, {Name: "subject", Read: manage.Filled(&p.Subject)},
		{Name: "by", Read: terms.Text(&p.By)}, {Name: "why", Read: terms.Text(&p.Why)}, {Name: "cursor", Read: manage.Filled(&p.Cursor)},
	}
}

// check tells what is wrong with which passes a selection means.
func (s Selection) check(d *manage.Document, now pass.NumericDate) {
	switch set := s.Set(); {
	case len(set) > 0 && s.All:
		d.Wrong("all", "is every pass there is, and not those of one "+set[0]+": leave one of the two out")
	case len(set) == 0 && !s.All:
		d.Wrong("all", "required, as true, where neither scope, subject, email nor issued_by is given: it would revoke every pass there is")
	}
	switch {
	case s.Since.IsZero():
	case !s.Before.IsZero() && !s.Since.Before(s.Before):
		d.Wrong("since", "is not earlier than before: nothing was issued between the two")
	case pass.At(s.Since) > now:
		d.Wrong("since", "is in the future: nothing was issued since then")
	}
	s.Check(d.Wrong)
}

// whose returns whose passes and forms are forgotten.
func (p Person) whose() manage.Whose { return manage.Whose{Email: p.Email, Subject: p.Subject} }

// check tells what is wrong with whom a person means.
func (p Person) check(d *manage.Document) {
	if len(p.whose().Set()) == 0 {
		d.Wrong("email", "required, or subject: whom to forget")
	}
	p.whose().Check(d.Wrong)
}

// listing returns the list of these passes, from its beginning.
func (r *Recaller) listing(ctx context.Context, w manage.Whose) (pass.Listing, error) {
	l, err := w.Listing(ctx, r.Digests)
	l.Limit = pass.MaxPlaces
	return l, err
}
