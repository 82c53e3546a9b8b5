package handler

import "github.com/gatepass/gatepass/pkg/gate"

// itself is where a form goes that is posted to its own page: the path it came
// by, with the stage or the key of an API mapping before it. Of one that a
// browser would read as another host's name it is nothing, which to a browser is
// the page's own address.
func itself(req *httpRequest) string {
	if !gate.LocalPath(req.RawPath) {
		return ""
	}
	return req.RawPath
}
