package gate

import "github.com/gatepass/gatepass/pkg/rule"

// LocalPath reports whether a browser that is sent to s stays on this host, as
// rule.LocalPath says.
func LocalPath(s string) bool { return rule.LocalPath(s) }
