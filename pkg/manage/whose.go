package manage

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Whose says whose passes are meant, by the one field that is set; none: all there
// are. Lists and what works through them go by the same.
type Whose struct {
	Scope, Subject, IssuedBy string
	Email                    string // of visitors, in whatever case
}

// Fields are its fields in a document.
func (w *Whose) Fields() []Field {
	return []Field{{"scope", Filled(&w.Scope)}, {"subject", Filled(&w.Subject)}, {"email", Filled(&w.Email)}, {"issued_by", Filled(&w.IssuedBy)}}
}

// Set returns the names of the fields that are set.
func (w Whose) Set() (names []string) {
	for _, f := range []struct{ name, value string }{{"scope", w.Scope}, {"subject", w.Subject}, {"email", w.Email}, {"issued_by", w.IssuedBy}} {
		if f.value != "" {
			names = append(names, f.name)
		}
	}
	return names
}

// Check tells what is wrong with each field. What no pass can have is refused, lest
// it be told that there is nothing of somebody whose address was pasted along with
// their name.
func (w Whose) Check(wrong func(field, why string)) {
	if set := w.Set(); len(set) > 1 {
		wrong(set[1], "is one too many beside "+set[0]+": give one of them only")
	}
	for _, f := range []struct {
		name, value string
		judge       func(string) string
	}{{"scope", w.Scope, terms.WrongScope}, {"subject", w.Subject, terms.WrongSubject}, {"email", w.Email, terms.WrongEmail}} {
		if f.value == "" {
			continue
		}
		if why := f.judge(f.value); why != "" {
			wrong(f.name, why)
		}
	}
}

// Listing returns the list of these passes, from its beginning. Its error is of the
// digests.
func (w Whose) Listing(ctx context.Context, d Digests) (l pass.Listing, err error) {
	switch {
	case w.Scope != "":
		return pass.Listing{Index: pass.ByScope, Value: w.Scope}, nil
	case w.Subject != "":
		l.Index = pass.ByHolder
		l.Value, err = d.Subject(ctx, w.Subject)
	case w.Email != "":
		l.Index = pass.ByHolder
		l.Value, err = d.Email(ctx, w.Email)
	case w.IssuedBy != "":
		l.Index = pass.ByIssuer
		l.Value, err = d.Issuer(ctx, w.IssuedBy)
	default:
		l.Index = pass.ByTime
	}
	return l, err
}
