package issue_test

import (
	"net/url"
	"strings"
	"testing"
)

const (
	nobody  = `{"scope":"s","target":`
	visitor = `{"scope":"s","visitor":{"email":"a@b.c"},"target":`
	login   = `{"mode":"session","subject":"42","target":`
)

func TestTargets(t *testing.T) {
	all := newKit(t)
	const here, anywhere, never = "on the public host", "anywhere", "never"
	for target, allowed := range map[string]string{
		"/":                                    here,
		"/x?y":                                 here,
		"/x?y=%zz#a/b?c":                       here,
		"/a:b@c":                               here,
		"/?next=//evil.example":                here,
		"https://pass.example.com":             here,
		"https://pass.example.com/x?y#z":       here,
		"HTTPS://PASS.example.COM/x":           here,
		"https://pass.example.com:443/x":       here,
		"https://pass.example.com:8443/x":      anywhere,
		"https://api.example.net/x?y#z":        anywhere,
		"https://pass.example.com.evil.net":    anywhere,
		"https://192.0.2.1/x":                  anywhere,
		"https://[2001:db8::1]:8443/x":         anywhere,
		"https://under_score.example.com/":     anywhere,
		"":                                     never,
		"x":                                    never,
		"?x":                                   never,
		"#x":                                   never,
		"//evil.example":                       never,
		"//pass.example.com/x":                 never,
		"///evil.example":                      never,
		`/\evil.example`:                       never,
		`\\evil.example`:                       never,
		`https:\\evil.example`:                 never,
		`https://pass.example.com\@evil.net`:   never,
		"/a b":                                 never,
		" /a":                                  never,
		"/a\tb":                                never,
		"/a\r\nSet-Cookie: x=y":                never,
		"/a\x00":                               never,
		"/a\x7f":                               never,
		"/straße":                              never,
		"/%":                                   never,
		"/%zz":                                 never,
		"http://api.example.net/x":             never,
		"http://pass.example.com/x":            never,
		"ftp://api.example.net/x":              never,
		"javascript:alert(1)":                  never,
		"data:text/html,x":                     never,
		"mailto:a@b.c":                         never,
		"https:":                               never,
		"https:/x":                             never,
		"https:x":                              never,
		"https://":                             never,
		"https:///x":                           never,
		"https://user@pass.example.com/x":      never,
		"https://user:word@pass.example.com/x": never,
		"https://@pass.example.com/x":          never,
		"https://pass.example.com:/x":          never,
		"https://pass.example.com:0/x":         never,
		"https://pass.example.com:65536/x":     never,
		"https://pass.example.com:x/x":         never,
		"https://pass.example.com./x":          never,
		"https://pass%2eexample.com/x":         never,
		"https://pass.example.com;x/":          never,
		"https://a..b/":                        never,
		"https://*.example.com/":               never,
		"/x?token=1":                           never,
		"/x?a=1&token":                         never,
		"/x?a=1;token=1":                       never,
		"/x?%74oken=1":                         never,
		"/x?TOKEN=1":                           here,
		"/x?xtoken=1&token2=2&a=token":         here,
		"/x#?token=1":                          here,
		"/token=1":                             here,
	} {
		t.Run(target, func(t *testing.T) {
			k := all.on(t)
			try := func(doc string, good bool) {
				t.Helper()
				doc += mustJSON(t, target) + "}"
				if !good {
					k.refused(doc, "target")
				} else if _, p := k.good(doc); p.Target != target {
					t.Errorf("%s: kept as %q", doc, p.Target)
				}
			}
			try(nobody, allowed != never)
			try(visitor, allowed == here)
			try(login, allowed == here)
		})
	}
}

func TestHTTPTargetOnlyOnALocalSiteItself(t *testing.T) {
	k := newKit(t)
	k.cfg.PublicURL = "http://localhost:8080"
	k.good(nobody + `"http://localhost:8080/x"}`)
	k.good(visitor + `"http://LOCALHOST:8080/x"}`)
	k.good(nobody + `"https://localhost:8080/x"}`)
	k.refused(visitor+`"https://localhost:8080/x"}`, "target")
	k.refused(nobody+`"http://localhost/x"}`, "target")
	k.refused(nobody+`"http://localhost:9090/x"}`, "target")
	k.refused(nobody+`"http://127.0.0.1:8080/x"}`, "target")
}

// Everything but the credential stays byte for byte as it was.
func TestURLKeepsItsTarget(t *testing.T) {
	const token = "\x00"
	k := newKit(t)
	k.cfg.PublicURL = "https://pass.example.com:8443/stage"
	for target, want := range map[string]string{
		"https://a.example":                   "https://a.example?token=\x00",
		"https://a.example/":                  "https://a.example/?token=\x00",
		"https://a.example/x":                 "https://a.example/x?token=\x00",
		"https://a.example/x?":                "https://a.example/x?token=\x00",
		"https://a.example/x?a=1":             "https://a.example/x?a=1&token=\x00",
		"https://a.example/x?a=1&":            "https://a.example/x?a=1&token=\x00",
		"https://a.example/x?a?b":             "https://a.example/x?a?b&token=\x00",
		"https://a.example/x#f":               "https://a.example/x?token=\x00#f",
		"https://a.example/x?#f":              "https://a.example/x?token=\x00#f",
		"https://a.example/x?a#f?g#h":         "https://a.example/x?a&token=\x00#f?g#h",
		"https://a.example/x#f?g=1":           "https://a.example/x?token=\x00#f?g=1",
		"HTTPS://A.Example:443/%7eX/../y//z":  "HTTPS://A.Example:443/%7eX/../y//z?token=\x00",
		"https://a.example/x?b=2&a=%20+&&c=%": "https://a.example/x?b=2&a=%20+&&c=%&token=\x00",
		"/":                                   "https://pass.example.com:8443/?token=\x00",
		"/x?a=1#f":                            "https://pass.example.com:8443/x?a=1&token=\x00#f",
	} {
		a, _ := k.good(nobody + mustJSON(t, target) + "}")
		if got := strings.ReplaceAll(a.URL, a.Token, token); got != want {
			t.Errorf("%s becomes %q, want %q", target, got, want)
		}
		u, err := url.Parse(a.URL)
		if err != nil || strings.Contains(target, "=%") {
			continue
		}
		if got := u.Query()["token"]; len(got) != 1 || got[0] != a.Token {
			t.Errorf("%s: a reader finds %q", a.URL, got)
		}
	}
}

func TestNoURLForWhatMustBeRedeemed(t *testing.T) {
	k := newKit(t)
	for _, doc := range []string{visitor, login} {
		if a, _ := k.good(doc + `"/x"}`); a.URL != "" {
			t.Errorf("url %s", a.URL)
		}
	}
}

func TestLinks(t *testing.T) {
	k := newKit(t)
	for target, label := range map[string]string{
		"":                                      "",
		"/":                                     "",
		"https://a.example":                     "",
		"/report":                               "/report",
		"/reports/66":                           "/reports-66",
		"/reports/66/":                          "/reports-66",
		"/a/b/Annual%20Report%20(final).PDF?x#": "/annual-report-final-pdf",
		"/a/%2e%2e":                             "/a",
		"/66":                                   "/66",
		"/%C3%9C":                               "",
		"/" + strings.Repeat("long-", 20):       "/long-long-long-long-long-long-long-long",
		"/" + strings.Repeat("x", 41):           "/" + strings.Repeat("x", 40),
	} {
		for base, want := range map[string]string{
			"https://pass.example.com": "https://pass.example.com", "https://pass.example.com/stage//": "https://pass.example.com/stage"} {
			k.cfg.PublicURL = base
			doc := nobody + mustJSON(t, target) + "}"
			if target == "" {
				doc = `{"scope":"s"}`
			}
			a, _ := k.good(doc)
			if want := want + "/p/" + a.Token + label; a.Link != want {
				t.Errorf("%s: link %s, want %s", target, a.Link, want)
			}
		}
	}
}
