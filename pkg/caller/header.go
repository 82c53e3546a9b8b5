package caller

import (
	"fmt"
	"net/http"
	"strings"
)

const headerPrefix = "gatepass-"

// FromHeader returns who calls a service that is told by headers, Gatepass-Access
// to Gatepass-Data, to which API Gateway maps the authorizer's context, or as
// "make run" sends them with -upstream.
//
// They are worth what the way here is worth. Believe them only where every route
// that leads to the service has the authorizer, the integration maps each of the
// nine with overwrite: (append: leaves what the client sent), and nothing but API
// Gateway reaches the service. See functions/attach/testdata/fargate.yaml.
//
// One that is missing, or is there twice in any spelling, is an error, which
// matches [ErrNoCaller].
func FromHeader(h http.Header) (Caller, error) {
	said := make(map[string]string, len(members()))
	for name, values := range h {
		// What reads CGI variables cannot tell _ from -, so neither is told apart here.
		plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
		key, ours := strings.CutPrefix(plain, headerPrefix)
		key = strings.ReplaceAll(key, "-", "_")
		if !ours || len(values) == 0 {
			continue
		}
		if _, twice := said[key]; twice || len(values) > 1 {
			return Caller{}, fmt.Errorf("%w: a header about it is there twice, and one may be the client's", ErrNoCaller)
		}
		said[key] = values[0]
	}
	if len(said) == 0 {
		return Caller{}, ErrNoCaller
	}
	return parse(said)
}
