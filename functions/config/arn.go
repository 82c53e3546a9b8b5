package config

import (
	"fmt"
	"regexp"
	"sync"
)

var functionARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9_$-]+)?$`)
})

// FunctionARN returns the ARN of a Lambda function, of which a version or an alias
// may be named.
func (r *Reader) FunctionARN(name string) string {
	v := r.Required(name)
	if v != "" && !functionARN().MatchString(v) {
		r.fault(name, fmt.Sprintf("is %q; it must be the ARN of a Lambda function", v))
	}
	return v
}
