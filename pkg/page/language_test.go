package page_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/page"
)

func TestTheLanguageIsTheOneAskedForMost(t *testing.T) {
	for header, want := range map[string]string{
		"":                                   "en",
		"de":                                 "de",
		"DE-at":                              "de",
		"fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5": "fr",
		"en;q=0.8, es;q=0.9":                 "es",
		"de;q=0.8,fr;q=0.8":                  "de",
		"ja, zh;q=0.9":                       "en",
		"ja, de;q=0.1":                       "de",
		"ja, *":                              "en",
		"*":                                  "en",
		"*, en;q=0":                          "de",
		"es;q=0":                             "en",
		"de;q=0, de-AT":                      "de",
		"en;q=0.1, *;q=0.5":                  "de",
		"de ; q=0.5 , fr; q=0.7":             "fr",
		"de;q=2, fr;q=0.1":                   "fr",
		"de;q=NaN, fr;q=0.1":                 "fr",
		"de;q=1e9, fr;q=0.1":                 "fr",
		"de;q=, fr;q=0.1":                    "fr",
		"de;level=1, fr;q=0.1":               "fr",
		"deu":                                "en",
		";;;,,,;q=,*;q":                      "en",
		strings.Repeat("x,", 1000) + "de":    "en",
	} {
		if got := page.Language(header); got != want {
			t.Errorf("%.60q asks for %s, want %s", header, got, want)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5")
	f.Fuzz(func(t *testing.T, header string) {
		switch got := page.Language(header); got {
		case "en", "de", "fr", "es":
		default:
			t.Errorf("%q is answered in %q", header, got)
		}
	})
}
