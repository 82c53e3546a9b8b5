package page

import (
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// names says whom a link is for, and whose login or visit is in its way, both
// masked and so that their reader can tell them apart: where the masks of two are
// alike, two letters at either end are shown. Where that does not help, other is
// empty, for "another account": neither is shown whole on a page that may be
// somebody else's.
func (l Link) names() (whose, other string) {
	p := l.Holder.Pass
	for _, hide := range []func(string) string{mask, half} {
		whose, other = whom(p.Visitor, p.Subject, hide), ""
		if l.Holder.SignedIn != "" || l.Holder.Visiting != nil {
			other = whom(l.Holder.Visiting, l.Holder.SignedIn, hide)
		}
		if whose != other || l.samePerson() {
			return whose, other
		}
	}
	return whom(p.Visitor, p.Subject, mask), ""
}

// samePerson reports whether the visit in the way is the visitor's own, by another
// pass: then the two are rightly alike.
func (l Link) samePerson() bool {
	v, p := l.Holder.Visiting, l.Holder.Pass
	return v != nil && p.Visitor != nil && v.Email == p.Visitor.Email
}

// whom names a visitor, or else a subject: first name and hidden address, or
// hidden subject.
func whom(v *pass.Visitor, subject string, hide func(string) string) string {
	if v == nil {
		return hide(subject)
	}
	name := v.FirstName
	if last := initial(v.LastName); last != "" {
		name = strings.TrimSpace(name + " " + last + ".")
	}
	if name == "" {
		return hide(v.Email)
	}
	return name + " (" + hide(v.Email) + ")"
}

// half shows two letters at either end, and of an address the host, where three
// at least stay hidden; else what mask shows.
func half(name string) string {
	local, host := name, ""
	if i := strings.LastIndex(name, "@"); i >= 0 {
		local, host = name[:i], name[i:]
	}
	letters := []rune(local)
	if len(letters) < 7 {
		return mask(name)
	}
	return string(letters[:2]) + "…" + string(letters[len(letters)-2:]) + host
}

// told puts a name into a text, or says the text without one.
func told(name, text, nameless string) sentence {
	if name == "" {
		return say(nameless)
	}
	return with(text, name)
}
