package config

import "fmt"

// BriefLog reports whether LOG_LEVEL asks for a count alone of what was let in:
// WARN, where INFO writes a line for each decision.
func (r *Reader) BriefLog() bool {
	level := r.Text("LOG_LEVEL", "INFO")
	if level != "INFO" && level != "WARN" {
		r.fault("LOG_LEVEL", fmt.Sprintf("is %q; it must be INFO or WARN", level))
	}
	return level == "WARN"
}
