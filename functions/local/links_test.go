package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// field and form are what a page's button sends, as a browser reads them.
var (
	field = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	form  = regexp.MustCompile(`<form method="(get|post)" action="([^"]*)">(.*?)</form>`)
)

// click sends the one form of a page.
func (p *process) click(page, body, cookie string) (int, http.Header, string) {
	p.t.Helper()
	m := form.FindAllStringSubmatch(body, -1)
	if len(m) != 1 {
		p.t.Fatalf("%s has %d forms: %s", page, len(m), body)
	}
	base, err := url.Parse(page)
	if err != nil {
		p.t.Fatal(err)
	}
	to, err := base.Parse(html.UnescapeString(m[0][2]))
	if err != nil {
		p.t.Fatal(err)
	}
	fields := url.Values{}
	for _, f := range field.FindAllStringSubmatch(m[0][3], -1) {
		fields.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	headers := []string{"Sec-Fetch-Site", "same-origin", "Cookie", cookie}
	if m[0][1] == "get" { // takes the place of the target's own query
		to.RawQuery = fields.Encode()
		return p.do("GET", to.String(), "", headers...)
	}
	return p.do("POST", to.String(), fields.Encode(), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

// TestTheGuidesLinks: of each mode there is one to click, opening it uses nothing,
// and its button does what the guide says of the mode.
func TestTheGuidesLinks(t *testing.T) {
	p := launch(t, t.TempDir())
	for mode, want := range map[string]string{"none": `"mode":"none"`, "request": `"subject":"user-42"`, "session": `"subject":"user-42"`, "visitor": `"email":"ginger@example.com"`} {
		link := p.printed(`(?m)^  ` + mode + ` +(http://\S+/p/\S+)$`)
		var status int
		var header http.Header
		var page string
		for range 3 {
			if status, header, page = p.do("GET", link, ""); status != http.StatusOK {
				t.Fatalf("%s: the page answered %d", mode, status)
			}
		}
		nonce, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
		status, header, body := p.click(link, page, nonce)
		if to := header.Get("Location"); to != "" {
			cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
			status, _, body = p.do("GET", p.base+to, "", "Cookie", cookie)
		}
		if status != http.StatusOK || !strings.Contains(body, want) || !strings.Contains(body, `"access":"granted"`) {
			t.Errorf("%s: the button led to %d %s", mode, status, body)
		}
		id := regexp.MustCompile(`/p/gp_(.{16})`).FindStringSubmatch(link)[1]
		_, _, described := p.do("POST", p.base+"/2015-03-31/functions/manage/invocations", `{"describe":{"pass":"`+id+`"}}`)
		if used := strings.Count(described, `"at":`); mode != "visitor" && used != 1 || !strings.Contains(described, `"gets": 3`) {
			t.Errorf("%s: three looks and a click are described as %s", mode, described)
		}
	}
}
