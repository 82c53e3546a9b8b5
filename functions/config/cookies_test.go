package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/config"
)

func TestCookiesAreOfTheHostUnlessADomainWidensThem(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want config.Cookies
	}{
		"nothing set": {nil, config.Cookies{User: "__Host-gatepass", Visitor: "__Host-gatepass-visitor", Nonce: "__Host-gatepass-nonce"}},
		"a name":      {map[string]string{"COOKIE_NAME": "crm"}, config.Cookies{User: "__Host-crm", Visitor: "__Host-crm-visitor", Nonce: "__Host-crm-nonce"}},
		"a domain, which the nonce does not get": {map[string]string{"COOKIE_NAME": "crm", "COOKIE_DOMAIN": "example.com"},
			config.Cookies{User: "__Secure-crm", Visitor: "__Secure-crm-visitor", Nonce: "__Host-crm-nonce", Domain: "example.com"}},
	} {
		set := map[string]string{"PUBLIC_URL": "https://pass.example.com/base"}
		for k, v := range c.env {
			set[k] = v
		}
		r := config.NewReader(env(set))
		got := r.Cookies()
		if diff := cmp.Diff(c.want, got); diff != "" || r.Err() != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, r.Err(), diff)
		}
		if g := r.Gate(got); g.UserCookie != c.want.User || g.VisitorCookie != c.want.Visitor || g.CookieDomain != c.want.Domain {
			t.Errorf("%s: the gate looks for %s and %s", name, g.UserCookie, g.VisitorCookie)
		}
	}
}

// domains that a stack may or may not set its cookies for, and names of theirs;
// said is a word of the fault, or "".
func domains() map[string]struct{ domain, public, said string } {
	const public = "https://pass.eu.example.com"
	return map[string]struct{ domain, public, said string }{
		"the host itself":                   {"pass.eu.example.com", public, ""},
		"the domain above":                  {"eu.example.com", public, ""},
		"the one above that":                {"example.com", public, ""},
		"of a host in capitals with a port": {"example.com", "https://PASS.Example.com:8443/x", ""},
		"with digits and hyphens":           {"a-1.b2.co.uk", "https://x.a-1.b2.co.uk", ""},
		"punycode":                          {"xn--bcher-kva.example", "https://a.xn--bcher-kva.example", ""},
		"a host below":                      {"a.pass.eu.example.com", public, "above it"},
		"a sibling":                         {"api.eu.example.com", public, "above it"},
		"another domain":                    {"example.net", public, "above it"},
		"one that only ends alike":          {"ple.com", public, "above it"},
		"a single label":                    {"com", public, "two labels"},
		"this machine":                      {"localhost", "http://localhost:8080", "two labels"},
		"a dot before it":                   {".example.com", public, "no dot"},
		"a dot behind it":                   {"example.com.", "https://pass.example.com.", "no dot"},
		"two dots":                          {"example..com", public, "no dot"},
		"a port":                            {"example.com:443", public, "no port"},
		"a scheme":                          {"https://example.com", public, "no port"},
		"capitals":                          {"Example.com", public, "lower case"},
		"an address":                        {"192.0.2.1", "https://192.0.2.1", "no address"},
		"an attribute more":                 {"example.com; SameSite=None", public, "no dot"},
		"a line end":                        {"example.com\r\nx", public, "no dot"},
		"a label that begins with a hyphen": {"-a.example.com", "https://x.-a.example.com", "no dot"},
		"a suffix of a country":             {"co.uk", "https://pass.co.uk", "shared"},
		"every API of AWS":                  {"amazonaws.com", "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com", "shared"},
		"every API of a region":             {"execute-api.eu-central-1.amazonaws.com", "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com", "shared"},
		"every distribution":                {"cloudfront.net", "https://d111111abcdef8.cloudfront.net", "shared"},
	}
}

// TestADomainThatNoBrowserShouldSendCookiesToIsAFault at start, and not that
// nobody stays signed in, or that strangers get the cookies.
func TestADomainThatNoBrowserShouldSendCookiesToIsAFault(t *testing.T) {
	for name, c := range domains() {
		r := config.NewReader(env(map[string]string{"PUBLIC_URL": c.public, "COOKIE_DOMAIN": c.domain}))
		r.Cookies()
		switch err := r.Err(); {
		case c.said == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.said != "" && (err == nil || !strings.Contains(err.Error(), c.said) || !strings.Contains(err.Error(), "COOKIE_")):
			t.Errorf("%s: %v does not say %q", name, err, c.said)
		}
	}
}

func TestACookiesNameIsAToken(t *testing.T) {
	for name, good := range map[string]bool{"a": true, "crm.v2_x-1": true, "!#$%&'*+.^_`|~": true, strings.Repeat("a", 40): true,
		strings.Repeat("a", 41): false, "a b": false, "a=b": false, "a;b": false, "a,b": false, "a\tb": false, "ä": false, `a"b`: false, "a/b": false, "a\n": false} {
		if _, err := config.NewCookies(name, "", ""); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := config.NewCookies("a b", "com", ""); err == nil || !strings.Contains(err.Error(), "CookieName") || !strings.Contains(err.Error(), "CookieDomain") {
		t.Errorf("%v does not name both faults", err)
	}
}

// TestTheTemplateTakesTheCookiesThatTheFunctionsTake: a stack is refused where it
// is typed, as far as a pattern can tell, and no good one is.
func TestTheTemplateTakesTheCookiesThatTheFunctionsTake(t *testing.T) {
	b, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parameter := func(name, standard string) *regexp.Regexp {
		m := regexp.MustCompile(`\n  ` + name + `:\n    Type: String\n    Default: (.*)\n    AllowedPattern: (.*)\n`).FindStringSubmatch(string(b))
		if m == nil || strings.Trim(m[1], `"`) != standard {
			t.Fatalf("template.yaml has no parameter %s with the default %q", name, standard)
		}
		return regexp.MustCompile("^(" + strings.Trim(m[2], `"`) + ")$")
	}
	names, allowed := parameter("CookieName", config.CookieName), parameter("CookieDomain", "")
	for _, name := range []string{"gatepass", "!#$%&'*+.^_`|~0-9A-Za-z-", "a b", "a;b", "a=b", ""} {
		_, err := config.NewCookies(name, "", "")
		if names.MatchString(name) != (err == nil) {
			t.Errorf("the template takes the name %q: %v", name, names.MatchString(name))
		}
	}
	if !allowed.MatchString("") {
		t.Error("the template wants a domain")
	}
	for name, c := range domains() {
		written := !strings.Contains(c.said, "no ") && c.said != "two labels" && c.said != "lower case"
		if c.domain != "" && allowed.MatchString(c.domain) != written {
			t.Errorf("%s: the template takes %q: %v", name, c.domain, !written)
		}
	}
	for _, set := range []string{"          COOKIE_NAME: !Ref CookieName\n", "          COOKIE_DOMAIN: !Ref CookieDomain\n"} {
		if n := strings.Count(string(b), set); n != 2 {
			t.Errorf("%d functions get %q, want the authorizer and visit", n, set)
		}
	}
}
