package main

import (
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The README's page about moving in, walked through with the four ancestors as they
// are on PyPI: they make links, the page's own code moves them in and leads on to
// the link page, and the links work by Gatepass as far as they had worked.

// old is the project that the ancestors run in: theirs is the database, and the
// answers to their links before anything moved.
type old struct {
	*process
	*project
	links map[string]string
}

// newOld makes the project's links, and runs Gatepass beside it with the rules that
// the README has for its decorators.
func newOld(t *testing.T) *old {
	t.Helper()
	o := &old{project: newProject(t)}
	o.write("rules.json", movedInRules(t))
	o.process = launch(t, t.TempDir(), "-moved-in", "rt,vuid,sesame", "-rules", filepath.Join(o.dir, "rules.json"))
	code := strings.Replace(block(t, "run: moving in"), documented, o.base, 1) + "\n" + block(t, "run: sesame")
	o.write("moving_in.py", strings.Replace(code, "https://pass.example.com", o.base, 1))
	if !strings.Contains(code, o.base) || !strings.Contains(code, `"https://pass.example.com/p/"`) {
		t.Fatalf("the page's code names neither %s nor a link page:\n%s", documented, code)
	}
	o.manage("migrate", "-v0")
	if err := json.Unmarshal([]byte(o.manage("shell", "-v0", "-c", "import before")), &o.links); err != nil {
		t.Fatal(err)
	}
	return o
}

// loop runs the page's command.
func (o *old) loop() string {
	o.t.Helper()
	command := strings.TrimSpace(block(o.t, "run: loop"))
	if !strings.HasPrefix(command, "python manage.py shell ") {
		o.t.Fatalf("the page's command is %s", command)
	}
	return execute(o.t, o.dir, bare(o.dir, filepath.Dir(o.python)), "sh", "-c", strings.Replace(command, "shell ", "shell -v0 ", 1))
}

// redirected follows an old link to where the page's redirect leads, by CloudFront
// or, for sesame, by the old app itself.
func (o *old) redirected(link string) string {
	o.t.Helper()
	if strings.Contains(link, "sesame=") {
		return strings.TrimSpace(o.manage("shell", "-v0", "-c", "from django.test import Client; print(Client().get('"+link+"').headers['Location'])"))
	}
	u, err := url.Parse(link)
	if err != nil {
		o.t.Fatal(err)
	}
	query := map[string]map[string]string{}
	for name, values := range u.Query() {
		query[name] = map[string]string{"value": values[0]}
	}
	event, _ := json.Marshal(map[string]any{"request": map[string]any{"uri": u.Path, "querystring": query}})
	code := block(o.t, "run: redirect") + "\nconst answer = handler(" + string(event) + ");\nconsole.log(answer.headers.location.value ?? answer.headers.location, answer.statusCode);"
	said := strings.Fields(execute(o.t, o.dir, bare(o.dir), "node", "-e", code))
	if len(said) != 2 || said[1] != "302" {
		o.t.Fatalf("the redirect of %s answered %v", link, said)
	}
	return strings.Replace(said[0], "https://pass.example.com", o.base, 1)
}

// described is what an operator is told of a pasted old link.
func (o *old) described(link string) (state string, until time.Time, uses int) {
	o.t.Helper()
	doc, _ := json.Marshal(map[string]any{"describe": map[string]string{"pass": "https://old.example" + link}})
	_, _, body := o.do("POST", o.base+"/2015-03-31/functions/manage/invocations", string(doc))
	var d struct {
		State     string
		ExpiresAt time.Time `json:"expires_at"`
		Uses      struct{ Each []any }
		Sessions  struct{ Each []any } // what an unlimited pass became
	}
	if err := json.Unmarshal([]byte(body), &d); err != nil || d.State == "" {
		o.t.Fatalf("describe of %s answered %s", link, body)
	}
	return d.State, d.ExpiresAt, max(len(d.Uses.Each), len(d.Sessions.Each))
}

// TestLinksOfTheAncestorsMoveInAndKeepWorking.
func TestLinksOfTheAncestorsMoveInAndKeepWorking(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("tier node: node is not installed")
	}
	o := newOld(t)
	o.move(time.Since(o.now())) // theirs has gone on
	if got, want := o.loop(), block(t, "output: loop"); got != want {
		t.Fatalf("the loop printed %s, the README has %s", got, want)
	}
	if got, want := o.loop(), strings.Replace(block(t, "output: loop"), "moved", "already_issued", 1); got != want {
		t.Fatalf("run again it printed %s, want %s", got, want)
	}
	o.onRoutes()
	o.onTheLinkPage()
	o.onARouteOfItsOwn()
	o.leftToTheOldApp()
	o.afterAScanner()
	o.ended()
	o.logsNone()
}

// logsNone: the end of each credential is looked for, as it is and as it may stand in
// a URL.
func (o *old) logsNone() {
	t, seen := o.t, 0
	t.Helper()
	for name, link := range o.links {
		m := regexp.MustCompile(`(?:[?&](?:rt|vuid|sesame)=|^/magic-link/)([^/&#]{22,})/?$`).FindStringSubmatch(link)
		if m == nil {
			continue // no link: when one ends
		}
		seen++
		plain, err := url.QueryUnescape(m[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{m[1][len(m[1])-16:], plain[len(plain)-16:]} {
			if strings.Contains(o.log.String(), end) {
				t.Errorf("the log has the old link %s:\n%s", name, o.log)
			}
		}
	}
	if seen != len(o.links)-1 {
		t.Errorf("%d of %d links were looked for", seen, len(o.links)-1)
	}
}

// onRoutes: request tokens are good for what they had left, where the routes ask
// Gatepass.
func (o *old) onRoutes() {
	t := o.t
	t.Helper()
	route := func(link string) string {
		_, _, body := o.do("GET", o.base+link, "")
		return regexp.MustCompile(`"reason":"(\w+)"`).FindString(body)
	}
	for name, want := range map[string][]string{"none": {"ok", "ok", "spent"}, "request": {"ok", "ok", "spent"}} { // of three uses one was before
		for i, reason := range want {
			if got := route(o.links[name]); got != `"reason":"`+reason+`"` {
				t.Errorf("%s, the use %d by Gatepass: %s, want %s", name, i+1, got, reason)
			}
		}
		if state, _, uses := o.described(o.links[name]); state != "spent" || uses != 2 {
			t.Errorf("%s is described as %s with %d uses", name, state, uses)
		}
	}
	for name, want := range map[string]string{"spent": "unknown", "revoked": "unknown"} { // had nothing left to move
		if got := route(o.links[name]); got != `"reason":"`+want+`"` {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// onTheLinkPage: the others are redeemed there, by a click and not by a look.
func (o *old) onTheLinkPage() {
	t := o.t
	t.Helper()
	for name, c := range map[string]struct {
		target string
		uses   int // it had
	}{
		"session": {"/account", 1}, "session of a report": {"/reports/66", 1},
		"visitor": {"/visitors", 0}, "magic": {"/account", 1}, "sesame": {"/account?tab=2", 1},
	} {
		page := o.redirected(o.links[name])
		for _, method := range []string{"HEAD", "GET", "GET"} {
			if status, _, body := o.do(method, page, ""); status != 200 || method == "GET" && !strings.Contains(body, "<form") {
				t.Fatalf("%s of %s's page %s answered %d: %s", method, name, page, status, body)
			}
		}
		if _, _, uses := o.described(o.links[name]); uses != 0 {
			t.Errorf("%s: looking used %d", name, uses)
		}
		status, header, _ := o.do("POST", page, "")
		cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
		if status != 303 || header.Get("Location") != c.target || cookie == "" {
			t.Errorf("%s's button answered %d to %q", name, status, header.Get("Location"))
		}
		if status, _, body := o.do("GET", o.base+c.target, "", "Cookie", cookie); status != 200 || !strings.Contains(body, `"access":"granted"`) {
			t.Errorf("%s's session is answered %d %s", name, status, body)
		}
		if _, _, uses := o.described(o.links[name]); uses != 1 {
			t.Errorf("%s: the click used %d", name, uses)
		}
		if status, _, _ := o.do("POST", page, ""); (status == 303) != (c.uses == 0) {
			t.Errorf("%s's second click, by somebody else, answered %d", name, status)
		}
	}
	o.staysSpent("sesame")
}

// onARouteOfItsOwn: a sesame link of a scope goes on for its page, any number of times.
func (o *old) onARouteOfItsOwn() {
	t := o.t
	t.Helper()
	for range 2 {
		page := o.redirected(o.links["sesame of a booking"])
		_, _, body := o.do("GET", page, "")
		form := regexp.MustCompile(`<form method="get" action="/bookings/17"><input type="hidden" name="token" value="(gp_\w+)">`).FindStringSubmatch(body)
		if form == nil {
			t.Fatalf("the page %s does not lead to the booking:\n%s", page, body)
		}
		for path, want := range map[string]bool{"/bookings/17?token=" + form[1]: true, o.links["sesame of a booking"]: true, "/bookings/18?token=" + form[1]: false, "/account?token=" + form[1]: false} {
			if status, _, body := o.do("GET", o.base+path, ""); (status == 200 && strings.Contains(body, `"mode":"request"`)) != want {
				t.Errorf("the booking's credential at %s is answered %d %s, want let in: %t", path, status, body, want)
			}
		}
		o.move(time.Second)
	}
	if state, _, uses := o.described(o.links["sesame of a booking"]); state != "live" || uses != 0 {
		t.Errorf("the booking is described as %s with %d uses", state, uses)
	}
}

// leftToTheOldApp: what sesame does not believe, or not where it leads, is not answered
// by the middleware.
func (o *old) leftToTheOldApp() {
	t := o.t
	t.Helper()
	booking := o.links["sesame of a booking"]
	elsewhere := strings.Replace(booking, "/bookings/17", "/account", 1)
	asked := strings.Join([]string{booking + "x", elsewhere, strings.Replace(booking, "/17", "/18", 1)}, "','")
	answers := o.manage("shell", "-v0", "-c", "from django.test import Client; print(*[Client().get(link).status_code for link in ['"+asked+"']])")
	if strings.TrimSpace(answers) != "403 200 403" {
		t.Errorf("the old app answered %s", answers)
	}
}

// staysSpent: opened again, a sesame link that let somebody in leads to its page,
// which lets nobody in.
func (o *old) staysSpent(name string) {
	t := o.t
	t.Helper()
	_, was, _ := o.described(o.links[name])
	o.move(time.Second)
	page := o.redirected(o.links[name])
	if status, _, body := o.do("GET", page, ""); status != 403 || strings.Contains(body, "expired") {
		t.Errorf("%s: the page %s of a link that was used answered %d: %s", name, page, status, body)
	}
	if status, header, _ := o.do("POST", page, ""); status != 403 || header.Get("Set-Cookie") != "" {
		t.Errorf("%s: the button of a link that was used answered %d", name, status)
	}
	if state, until, uses := o.described(o.links[name]); state != "spent" || uses != 1 || !until.After(was) {
		t.Errorf("%s is %s, with %d uses, until %s and before until %s", name, state, uses, until, was)
	}
}

// afterAScanner: a look of ten minutes before takes nothing from the person, whose
// page is not ended by another look either; and what they used is used.
func (o *old) afterAScanner() {
	t := o.t
	t.Helper()
	link := o.links["scanned"]
	page := o.redirected(link)
	if status, _, _ := o.do("GET", page, ""); status != 200 {
		t.Fatalf("the scanner's page answered %d", status)
	}
	o.move(11 * time.Minute)
	if status, _, _ := o.do("GET", page, ""); status != 403 {
		t.Errorf("after eleven minutes the scanner's page answered %d", status)
	}
	page = o.redirected(link)
	if status, _, body := o.do("GET", page, ""); status != 200 || !strings.Contains(body, "<form") {
		t.Errorf("after a scanner the person's page answered %d: %s", status, body)
	}
	o.redirected(link)
	if status, header, _ := o.do("POST", page, ""); status != 303 || header.Get("Set-Cookie") == "" {
		t.Errorf("after a scanner the person's button answered %d", status)
	}
	o.move(11 * time.Minute)
	o.staysSpent("scanned")
}

// ended: a visit's link is over when it was to be over before.
func (o *old) ended() {
	t := o.t
	t.Helper()
	page := o.redirected(o.links["visitor"])
	was, err := time.Parse(time.RFC3339, o.links["visitor's end"])
	if err != nil {
		t.Fatal(err)
	}
	if _, until, _ := o.described(o.links["visitor"]); until.After(was) || until.Before(was.Add(-time.Minute)) {
		t.Errorf("the visit ends at %s, and would have ended at %s", until, was)
	} else {
		o.move(until.Sub(o.now()) - time.Second)
	}
	if status, _, _ := o.do("GET", page, ""); status != 200 {
		t.Errorf("before its old expiry the visitor's page answered %d", status)
	}
	o.move(time.Second)
	status, _, body := o.do("GET", page, "")
	if status != 403 || !strings.Contains(body, "expired") {
		t.Errorf("after its old expiry the visitor's page answered %d: %s", status, body)
	}
	if status, header, _ := o.do("POST", page, ""); status != 403 || header.Get("Set-Cookie") != "" {
		t.Errorf("after its old expiry the visitor's button answered %d %v", status, header)
	}
}
