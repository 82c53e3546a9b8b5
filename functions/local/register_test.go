package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// TestAFormLeadsToALinkThatProvesTheAddress: a visitor fills in the sample form,
// the stream tells the host, the host issues, and only the link that is mailed
// lets the visitor in. Of the visitor nothing is in the log or in an event, and
// nothing that the browser saw opens anything.
func TestAFormLeadsToALinkThatProvesTheAddress(t *testing.T) {
	p := launch(t, t.TempDir(), "-json")
	const who = "first_name=Markedfirst&last_name=Markedlast&email=marked%40example.com"
	form := p.base + "/register/reference"
	status, head, page := p.do("GET", form, "")
	cookie, _, _ := strings.Cut(head.Get("Set-Cookie"), ";")
	nonce := regexp.MustCompile(`name="nonce" value="(\w+)"`).FindStringSubmatch(page)
	if status != 200 || nonce == nil {
		t.Fatalf("the form answered %d: %s", status, page)
	}
	kind := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if status, _, _ = p.do("POST", form, who+"&nonce="+nonce[1], append(kind, "Origin", "http://evil.example", "Cookie", cookie)...); status != 403 {
		t.Errorf("another site's form was answered %d", status)
	}
	p.tick()
	if strings.Contains(p.log.String(), "visitor.registered") {
		t.Fatal("another site's form was told")
	}
	status, head, answer := p.do("POST", form, who+"&nonce="+nonce[1], append(kind, "Cookie", cookie)...)
	if status != 200 || head.Get("Location") != "" || len(head.Values("Set-Cookie")) != 0 {
		t.Fatalf("the form answered %d with %v", status, head)
	}
	p.tick()
	event := regexp.MustCompile(`{[^{}]*"visitor\.registered"[^{}]*}`).FindString(p.log.String())
	var told map[string]any
	if err := json.Unmarshal([]byte(event), &told); err != nil || told["form"] != "reference" || len(told) != 6 {
		t.Fatalf("the event is %s, %v; want version, id, type, pass_id, at and form", event, err)
	}
	id, _ := told["pass_id"].(string)
	if strings.Contains(page+answer+head.Get("Set-Cookie"), id) {
		t.Error("the browser learned the id of the pass")
	}
	// The ancestor's hole: what the visitor has by now must not let them in.
	for _, guess := range []string{"/visitors?vuid=" + id, "/visitors?token=" + id, "/visitors?token=" + nonce[1]} {
		if status, _, _ := p.do("GET", p.base+guess, "", "Cookie", cookie); status != 403 {
			t.Errorf("%s answered %d", guess, status)
		}
	}
	invoke := p.base + "/2015-03-31/functions/issue/invocations"
	_, _, out := p.do("POST", invoke, `{"registration":"`+id+`","expires_in":3600}`)
	var a struct {
		ID, Link string
		Visitor  map[string]string
	}
	if err := json.Unmarshal([]byte(out), &a); err != nil || a.ID != id || a.Visitor["email"] != "marked@example.com" || a.Visitor["last_name"] != "Markedlast" {
		t.Fatalf("issue answered %s, %v", out, err)
	}
	if _, _, again := p.do("POST", invoke, `{"registration":"`+id+`"}`); !strings.Contains(again, `"already_issued"`) {
		t.Errorf("the event told twice was answered %s", again)
	}
	status, head, _ = p.do("POST", a.Link, "")
	if status != 303 || head.Get("Location") != "/visitors" {
		t.Fatalf("the link answered %d to %q", status, head.Get("Location"))
	}
	cookie, _, _ = strings.Cut(head.Get("Set-Cookie"), ";")
	if status, _, body := p.do("GET", p.base+"/visitors", "", "Cookie", cookie); status != 200 || !strings.Contains(body, "marked@example.com") {
		t.Errorf("the visitor's page answered %d: %s", status, body)
	}
	p.tick()
	if log := strings.ToLower(p.log.String()); strings.Contains(log, "marked") || !strings.Contains(log, "pass.issued") {
		t.Errorf("the log tells of the visitor, or not of the pass:\n%s", p.log.String())
	}
}
