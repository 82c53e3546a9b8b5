package caller

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// fieldsOf returns the values that fields of these names have in a request's
// body, and the request with the body as it came. Empty ones are as absent. It reads
// at most limit bytes of it, waits for them until end, and only of methods whose body
// has a meaning (RFC 9110, section 9.3). A form that was parsed before is asked for
// what it held.
func fieldsOf(w http.ResponseWriter, r *http.Request, end time.Time, limit int, names []string) (url.Values, *http.Request) {
	if limit < 0 || r.Body == nil || !slices.Contains([]string{"POST", "PUT", "PATCH"}, r.Method) {
		return nil, r
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return nil, r
	}
	var find func(start []byte, whole bool) url.Values
	switch kind {
	case "application/x-www-form-urlencoded":
		find = formFields
	case "application/json":
		find = func(start []byte, whole bool) url.Values { return jsonMembers(start, whole, names) }
	case "multipart/form-data":
		find = func(start []byte, _ bool) url.Values { return partFields(start, params["boundary"], names) }
	default:
		return nil, r
	}
	start, whole, r := begin(w, r, end, limit)
	found := find(start, whole)
	values := url.Values{}
	for _, name := range names {
		all := slices.Concat(found[name], r.PostForm[name])
		values[name] = slices.DeleteFunc(all, func(v string) bool { return v == "" })
	}
	return values, r
}

// begin reads the first bytes of a body until end, and returns the request with all of it
// still to be read. whole says that there are no more. A body that breaks off is
// handed on with its error: the handler is the one to answer that.
func begin(w http.ResponseWriter, r *http.Request, end time.Time, limit int) (start []byte, whole bool, same *http.Request) {
	release := waitUntil(end, w, r)
	start, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failed{err} // the deadline stays: net/http waits for the rest of such a body before it answers
	} else {
		release()
	}
	same = r.WithContext(r.Context())
	same.Body = body{io.MultiReader(bytes.NewReader(start), rest), r.Body}
	return start, err == nil && len(start) <= limit, same
}

// waitUntil ends the wait for a slow body at end, until the function that it returns
// is called: the rest of the body is the handler's to wait for. A server's own
// ReadTimeout, which could not be put back, is left as it is.
func waitUntil(end time.Time, w http.ResponseWriter, r *http.Request) (release func()) {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	conn := http.NewResponseController(w)
	if ok && server.ReadTimeout > 0 || conn.SetReadDeadline(end) != nil {
		return func() {}
	}
	return func() { _ = conn.SetReadDeadline(time.Time{}) }
}

// body is one that was begun to be read, from its beginning.
type body struct {
	io.Reader
	io.Closer
}

// failed is the rest of a body that broke off.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// formFields reads application/x-www-form-urlencoded, as net/http does: pairs
// that are none do not take the others with them.
func formFields(start []byte, whole bool) url.Values {
	if !whole {
		return nil
	}
	values, _ := url.ParseQuery(string(start))
	return values
}

// partFields reads multipart/form-data as far as it goes: a form's fields stand
// before its files, or among them. A part that is cut short is not there, and a
// file is no field.
func partFields(start []byte, boundary string, names []string) url.Values {
	found := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(start), boundary)
	for {
		part, err := parts.NextPart()
		if err != nil {
			return found
		}
		name := part.FormName()
		if part.FileName() != "" || !slices.Contains(names, name) {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return found
		}
		found.Add(name, string(value))
	}
}

// jsonMembers reads the members of a JSON object, not of what is within it. What
// is no object, or not valid to its end, has none. null is nothing presented, as
// "" is; any other value that is no string is one that no token is.
func jsonMembers(start []byte, whole bool, names []string) url.Values {
	if !whole {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(start), jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	found := url.Values{}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return nil
		}
		name := t.String()
		v, err := d.ReadValue()
		if err != nil {
			return nil
		}
		if slices.Contains(names, name) && v.Kind() != 'n' {
			found.Add(name, textOf(v))
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil
	}
	return found
}

func textOf(v jsontext.Value) string {
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return v.Kind().String() // of no token
	}
	return string(b)
}
