package page

import (
	"strconv"
	"strings"
)

// Default is the language of whoever asks for none that there is.
const Default = "en"

// maxAccept is how many bytes of Accept-Language are read.
const maxAccept = 1000

// Language returns the language that an Accept-Language header asks for most
// (RFC 9110, section 12.5.4): by weight, the earlier of equal ones; "de-AT" is
// "de". What is not well formed counts as not there.
func Language(header string) string {
	best, most := Default, 0.0
	if len(header) > maxAccept {
		header = header[:maxAccept]
	}
	named := map[string]bool{}
	consider := func(lang string, q float64) {
		if q > most {
			best, most = lang, q
		}
	}
	anything := 0.0
	for one := range strings.SplitSeq(header, ",") {
		tag, parameter, weighted := strings.Cut(one, ";")
		q := 1.0
		if weighted {
			var ok bool
			if q, ok = weight(parameter); !ok {
				continue
			}
		}
		tag = strings.ToLower(strings.TrimSpace(tag))
		primary, _, _ := strings.Cut(tag, "-")
		switch {
		case tag == "*":
			anything = max(anything, q)
		case spoken(primary):
			named[primary] = true
			consider(primary, q)
		}
	}
	for _, lang := range []string{Default, "de", "fr", "es"} {
		if !named[lang] { // which is what * means beside others
			consider(lang, anything)
		}
	}
	return best
}

func spoken(lang string) bool {
	return lang == Default || lang == "de" || lang == "fr" || lang == "es"
}

// weight reads q=0.5.
func weight(parameter string) (float64, bool) {
	name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
	if !strings.EqualFold(name, "q") || len(value) == 0 || len(value) > 5 || strings.Trim(value, "0123456789.") != "" {
		return 0, false
	}
	q, err := strconv.ParseFloat(value, 64)
	return q, err == nil && q <= 1
}
