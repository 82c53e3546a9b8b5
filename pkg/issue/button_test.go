package issue_test

import (
	"strings"
	"testing"
)

// TestATargetFitsOnItsLinksPage: what a form of it would take there is bounded,
// where there is such a form.
func TestATargetFitsOnItsLinksPage(t *testing.T) {
	k := newKit(t)
	for target, good := range map[string]bool{
		"/?" + strings.Repeat("a=1&", 95):                 true,
		"/?" + strings.Repeat("a=1&", 96):                 false,
		"/?" + strings.Repeat("a&", 97):                   true,
		"/?" + strings.Repeat("a&", 98):                   false,
		"/?" + strings.Repeat("&", 2046):                  true, // no parameters at all
		"/?x=" + strings.Repeat("y", 2044):                true,
		"/?x=" + strings.Repeat("'", 791):                 true,
		"/?x=" + strings.Repeat("'", 792):                 false,
		"/?x=" + strings.Repeat("%22", 680):               true,
		"/" + strings.Repeat("+", 799):                    true,
		"/" + strings.Repeat("+", 800):                    false,
		"/#" + strings.Repeat("'", 2046):                  true, // a form keeps no fragment
		"/?" + strings.Repeat("%zz=%zz&", 250):            true, // nor what is not encoded
		"https://a.example/?" + strings.Repeat("a&", 600): false,
	} {
		for name, doc := range map[string]string{"none": nobody, "request": request} {
			doc += mustJSON(t, target) + "}"
			if good {
				k.good(doc)
			} else {
				k.refused(doc, "target")
			}
			if name == "none" && strings.HasPrefix(target, "/") {
				k.good(visitor + mustJSON(t, target) + "}")
				k.good(`{"scope":"s","format":"stateless","target":` + mustJSON(t, target) + "}")
			}
		}
	}
}
