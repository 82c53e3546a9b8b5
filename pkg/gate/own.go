package gate

import "slices"

// Own reports whether a form was posted from one of our own pages, on this very
// origin: a cookie's rule for unsafe methods, for a form that needs no cookie to
// do something. Of a browser that says neither where from, paired decides:
// whether the form's field and the cookie that came with its page agree, which
// another site's form cannot make them do.
func (l *Link) Own(req *Request, paired bool) bool {
	switch {
	case req.FetchSite != "":
		return req.FetchSite == "same-origin"
	case req.Origin != "":
		return slices.Contains(l.cfg.Origins, req.Origin)
	}
	return paired
}
