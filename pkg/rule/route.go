package rule

import "strings"

// kind is of a segment; a higher one is more specific.
type kind int

const (
	greedy  kind = iota // {text+}: one or more segments, the last of a path
	param               // {text}: one segment
	literal             // text itself
)

type segment struct {
	kind kind
	text string
}

// pattern is the path of a route. "/" has no segments.
type pattern []segment

// anyMethod in a route is every method without a route of its own.
const anyMethod = "ANY"

const (
	methods  = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY"
	maxParam = 64
)

func validMethod(s string) bool {
	switch s {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", anyMethod:
		return true
	}
	return false
}

// parseRoute reads a route key. Where it is none, fault says why and what to do.
// The two routes without a path have no method and no pattern.
func parseRoute(key string) (method string, path pattern, fault string) {
	switch {
	case key == "":
		return "", nil, `missing; write it as API Gateway does, such as "GET /reports/{id}"`
	case len(key) > MaxRoute:
		return "", nil, "too long; a route has at most 512 bytes"
	case key == "$default" || key == "$connect":
		return "", nil, ""
	case key[0] == '$':
		return "", nil, "cannot have an authorizer; of the routes without a path only $default and $connect can"
	}
	method, text, ok := strings.Cut(key, " ")
	if !ok || !validMethod(method) {
		return "", nil, "does not begin with a method and one space; the methods are " + methods + ", in capitals"
	}
	path, fault = parsePath(text)
	return method, path, fault
}

func parsePath(text string) (pattern, string) {
	if text == "/" {
		return nil, ""
	}
	if !strings.HasPrefix(text, "/") {
		return nil, "has a path that does not begin with /, after a single space"
	}
	var path pattern
	for part := range strings.SplitSeq(text[1:], "/") {
		s, fault := parseSegment(part)
		switch {
		case fault != "":
			return nil, fault
		case len(path) > 0 && path[len(path)-1].kind == greedy:
			return nil, "goes on after a greedy parameter, which takes all the rest; make it the last segment"
		case s.kind != literal && path.has(s.text):
			return nil, "has " + quote("{"+s.text+"}") + " twice; each parameter has a name of its own"
		}
		path = append(path, s)
	}
	return path, ""
}

func (p pattern) has(param string) bool {
	for _, s := range p {
		if s.kind != literal && s.text == param {
			return true
		}
	}
	return false
}

func parseSegment(part string) (segment, string) {
	if part == "" {
		return segment{}, "has an empty segment, or a slash at its end, which API Gateway does not take"
	}
	name, opened := strings.CutPrefix(part, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !opened || !closed {
		if bad := strings.IndexFunc(part, notInPath); bad >= 0 {
			return segment{}, "has " + quote(part[bad:]) + " in a segment; a segment is letters, digits and -._~!$&'()*+,;=:@ or one whole {parameter}"
		}
		return segment{literal, part}, ""
	}
	name, all := strings.CutSuffix(name, "+")
	if name == "" || len(name) > maxParam || strings.IndexFunc(name, notInName) >= 0 {
		return segment{}, "has a parameter named " + quote(name) + "; a name is 1 to 64 of A-Z a-z 0-9 . _ -"
	}
	if all {
		return segment{greedy, name}, ""
	}
	return segment{param, name}, ""
}

// notInPath is what RFC 3986, section 3.3, keeps out of a segment, and the percent
// sign: a route is written decoded.
func notInPath(c rune) bool {
	return c > 127 || !alphanumeric(byte(c)) && !strings.ContainsRune("-._~!$&'()*+,;=:@", c)
}

func notInName(c rune) bool {
	return c > 127 || !alphanumeric(byte(c)) && !strings.ContainsRune("._-", c)
}
