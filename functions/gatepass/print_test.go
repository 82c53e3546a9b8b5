package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// printed checks the whole of what was printed.
func printed(t *testing.T, d *desk, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), d.out); diff != "" || d.code != done {
		t.Errorf("it ended with %d %s (-want +printed):\n%s", d.code, d.err, diff)
	}
}

func TestADescriptionIsReadFromTheTop(t *testing.T) {
	described := with(`"state":"live","decision":"ok"`, `"state":"spent","decision":"spent","hints":["All of its 1 uses are used: issue a new pass.","1 of its sessions live on."]`,
		`"left":1,"of":1,"each":[]`, `"left":0,"of":1,"each":[{"at":"2026-11-22T11:30:00Z","id":"YB97Ury3_l8","ip":"192.0.2.1"}]`,
		`"sessions":{"live":0,"each":[]}`, `"opens":{"gets":2,"heads":1,"refused_posts":1,"first_at":"2026-11-22T11:20:00Z","last_at":"2026-11-22T11:59:00Z"},"clients":2,`+
			`"sessions":{"live":1,"not_shown":1,"each":[{"id":"YB97Ury3_l8","state":"live","opened_at":"2026-11-22T11:30:00Z","expires_at":"2026-11-22T14:00:00Z","ip":"192.0.2.1","user_agent":"`+strings.Repeat("x", 70)+`"},`+
			`{"id":"AAAAAAAAAAA","state":"ended","opened_at":"2026-11-22T11:10:00Z","expires_at":"2026-11-22T14:00:00Z","ip":"192.0.2.22","user_agent":"curl"}]},`+
			`"changes":[{"at":"2026-11-22T11:15:00Z","operation":"end","by":"kim","why":"mistake"}],"refusals":{"look":"the lines"}`)
	printed(t, newDesk(t).answered(described).run("describe", link), `
It lets nobody in now: it is used up (spent). All of its 1 uses are used: issue a new pass.
1 of its sessions live on.

pass       0aZ9bY8cX7dW6eV5
state      spent
mode       visitor, short
scope      visit
for        Ginger Rogers <ginger@example.com>
target     /visitors
issued     2026-11-22 11:00:00 UTC, 1 h ago, by fred
expires    2026-11-22 14:00:00 UTC, in 2 h
uses       1 of 1
sessions   1 live
link page  looked at 2 times, asked for by HEAD 1 time, 1 click refused; last 2026-11-22 11:59:00 UTC, 1 min ago
clients    2: networks and browsers that used or redeemed it; one person may be several

  2026-11-22 11:10:00 UTC  session AAAAAAAAAAA, ended                        192.0.2.22  curl
  2026-11-22 11:15:00 UTC  end, by kim: mistake
  2026-11-22 11:30:00 UTC  session YB97Ury3_l8, live until 2026-11-22 14:00  192.0.2.1   xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
  and 1 more before

Each refusal, and why, is in the log of make run: the lines with 0aZ9bY8cX7dW6eV5
`)
}

// The README shows the last lines as they are.
func TestADescriptionOfAStackSaysHowToSearchItsLog(t *testing.T) {
	c := newCloud(t)
	c.answer = with(`"sessions":{"live":0,"each":[]}`, `"sessions":{"live":0,"each":[]},"refusals":{"query":"fields x","log_groups":["/gatepass/prod/authorizer","/gatepass/prod/visit","/gatepass/prod/issue"]}`)
	d := c.under(t).run("describe", id, "-stack", "prod")
	for _, want := range []string{`  aws logs tail /gatepass/prod/authorizer --since 1d --filter-pattern '{$.pass_id="0aZ9bY8cX7dW6eV5"}'` + "\n", `  aws logs tail /gatepass/prod/visit `, `"prod/everything about one pass"`} {
		if !strings.Contains(d.out, want) {
			t.Errorf("it prints\n%s, want %s", d.out, want)
		}
	}
	if strings.Contains(d.out, "/prod/issue") {
		t.Errorf("it prints\n%s", d.out)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "<!-- output: gatepass stack -->\n```\n")
	shown, _, _ = strings.Cut(shown, "```\n")
	if ours := strings.ReplaceAll(d.out, "prod", "gatepass"); shown == "" || !strings.HasSuffix(ours, "\n\n"+shown) {
		t.Errorf("it prints\n%s, and README.md shows\n%s", ours, shown)
	}
}

func TestTheFirstSentenceAnswersWhy(t *testing.T) {
	for name, tt := range map[string]struct{ answer, want string }{
		"a link that lets in":       {live, "Its link lets in now."},
		"a pass that lets in":       {with(`"mode":"visitor"`, `"mode":"none"`), "It lets in now."},
		"a hint":                    {with(`"decision":"ok"`, `"decision":"ok","given":"opens","hints":["Its signed token ends."]`), "Its link lets in now. Its signed token ends."},
		"a token that is cut":       {with(`"decision":"ok"`, `"decision":"ok","given":"cut","hints":["The token given here is cut."]`), "The token given here is cut."},
		"a pass that is withdrawn":  {with(`"decision":"ok"`, `"decision":"revoked","revoked":{"at":"2026-11-22T11:59:58Z","by":"kim","why":"lost"}`), "It lets nobody in now: it is withdrawn (revoked)."},
		"a pass that is completed":  {with(`"state":"live","decision":"ok"`, `"state":"completed","decision":"revoked","revoked":{"at":"2026-11-22T11:59:58Z","by":"kim"}`), "It lets nobody in now: it is completed (revoked)."},
		"one that is over":          {with(`"decision":"ok"`, `"decision":"expired"`), "It lets nobody in now: its time is over (expired)."},
		"one that has not begun":    {with(`"decision":"ok"`, `"decision":"not_yet_valid"`), "It lets nobody in now: it has not begun (not_yet_valid)."},
		"one that is full":          {with(`"state":"live","decision":"ok"`, `"state":"full","decision":"rate_limited"`), "It lets nobody in now: it has as many live sessions as it can have (rate_limited)."},
		"one of a newer version":    {with(`"decision":"ok"`, `"decision":"unavailable"`), "It lets nobody in now: its record cannot be read by this version (unavailable)."},
		"one for a reason to come":  {with(`"decision":"ok"`, `"decision":"moon_phase"`), "It lets nobody in now: moon_phase."},
		"a form that was filled in": {`{"pass":"` + id + `","state":"registered","decision":"unknown","hints":["Issue it."],"form":"reference","registered_at":"2026-11-22T11:00:00Z","issue_until":"2026-11-29T11:00:00Z"}`, "There is no pass yet. Issue it."},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t).answered(tt.answer).run("describe", id)
			if first, _, _ := strings.Cut(d.out, "\n"); first != tt.want {
				t.Errorf("it says %q, want %q", first, tt.want)
			}
		})
	}
}

func TestAChangeSaysWhatWasDone(t *testing.T) {
	for says, args := range map[string][]string{"Revoked.": {"revoke", id}, "Completed.": {"complete", id}, "Restored.": {"restore", id}, "Ended.": {"end", id, "-session", "YB97Ury3_l8"},
		"Extended.": {"extend", id, "-until", "2026-12-01"}, "Changed.": {"change", id, "-uses", "3"}} {
		newDesk(t).answered(live).run(args...).ends(done, says+" Its link lets in now.\n\npass       "+id, "")
	}
	newDesk(t).answered(with(`"state":"live"`, `"unchanged":true,"hints":["It was not revoked: nothing was changed."],"state":"live"`)).run("restore", id).ends(done, "It was not revoked: nothing was changed. Its link lets in now.\n\npass ", "")
}

func TestAListIsATable(t *testing.T) {
	d := newDesk(t).answered(`{"passes":[{"id":"`+id+`","state":"live","mode":"request","format":"short","scope":"report:66","subject":"user-42","issued_at":"2026-11-22T11:00:00Z","expires_at":"2026-11-29T11:00:00Z","uses":1,"max_uses":10}],"cursor":"abc"}`,
		`{"passes":[{"id":"QUKzZ3DrwK3FxzqI","state":"expired","mode":"visitor","format":"short","scope":"visit","email":"ginger@example.com","issued_at":"2026-11-20T11:00:00Z","expires_at":"2026-11-21T11:00:00Z","uses":0},`+
			`{"id":"KaEajnXBnCAxFYxf","state":"live","mode":"none","format":"short","scope":"visit","issued_at":"2026-11-20T11:00:00Z","expires_at":"2026-11-21T11:00:00Z","uses":0}],"cursor":"def"}`)
	printed(t, d.run("list", "-scope", "s", "-n", "3", "-ending", "7d", "-since", "2026-11-01"), `
PASS              STATE    MODE     SCOPE      FOR                 USES       ISSUED, UTC       EXPIRES
0aZ9bY8cX7dW6eV5  live     request  report:66  user-42             1 of 10    2026-11-22 11:00  2026-11-29 11:00
QUKzZ3DrwK3FxzqI  expired  visitor  visit      ginger@example.com  unlimited  2026-11-20 11:00  2026-11-21 11:00
KaEajnXBnCAxFYxf  live     none     visit      anybody             unlimited  2026-11-20 11:00  2026-11-21 11:00
There may be more: go on with -cursor def
`)
	want := []string{
		`manage {"list":{"scope":"s","issued_from":"2026-11-01T00:00:00Z","expires_from":"2026-11-22T12:00:00Z","expires_before":"2026-11-29T12:00:00Z","limit":3}}`,
		`manage {"list":{"scope":"s","issued_from":"2026-11-01T00:00:00Z","expires_from":"2026-11-22T12:00:00Z","expires_before":"2026-11-29T12:00:00Z","limit":2,"cursor":"abc"}}`,
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("(-want +asked):\n%s", diff)
	}
}

// A filter may leave every page empty: then somebody says whether to go on.
func TestAListEndsAfterSomePages(t *testing.T) {
	var answers []string
	for range maxPages {
		answers = append(answers, `{"passes":[],"cursor":"c`+strings.Repeat("x", len(answers))+`"}`)
	}
	newDesk(t).answered(answers...).run("list", "-state", "full").ends(done, "No pass.\nThere may be more: go on with -cursor cxxx", "")
}

// What came before an error is not lost, nor where it broke off.
func TestAListThatBreaksOffPrintsWhatThereIs(t *testing.T) {
	const failed = `{"errorMessage":"store unavailable","errorType":"x"}`
	page := `{"passes":[{"id":"` + id + `","state":"live","mode":"none","format":"short","scope":"s","issued_at":"2026-11-22T11:00:00Z","expires_at":"2026-11-29T11:00:00Z","uses":1}],"cursor":"abc"}`
	d := newDesk(t).answered(page, failed).run("list")
	d.ends(refused, "\n"+id+"  live ", "manage failed: store unavailable")
	if !strings.HasSuffix(d.out, "\nThere may be more: go on with -cursor abc\n") {
		t.Errorf("it prints\n%s", d.out)
	}
	newDesk(t).answered(failed).run("list", "-cursor", "abc").ends(refused, "", "store unavailable")
}

func TestAnIssuedPassIsPrintedToBeSent(t *testing.T) {
	d := newDesk(t).answered(`{"id":"` + id + `","token":"` + gp + `","link":"` + link + `","expires_at":"2026-11-23T12:00:00Z","mode":"visitor","format":"short","visitor":{"email":"ginger@example.com","first_name":"Ginger"},"defaults":{"unlimited":true}}`)
	printed(t, d.run("issue", "-scope", "visit", "-email", "ginger@example.com", "-first-name", "Ginger", "-from", "Fred", "-for", "1d", "-session", "2h", "-data", `{"n":1}`), `
link       `+link+`
pass       0aZ9bY8cX7dW6eV5  visitor, short
send it to Ginger <ginger@example.com>
expires    2026-11-23 12:00:00 UTC, in 1 d
uses       unlimited, since nothing else was said
`)
	if want := `issue {"scope":"visit","visitor":{"email":"ginger@example.com","first_name":"Ginger"},"invitation":{"from":"Fred"},"data":{"n":1},"expires_in":86400,"session_expires_in":7200,"issued_by":"robin","idempotency_key":"KEY"}`; d.asked[0] != want {
		t.Errorf("asked %s, want %s", d.asked[0], want)
	}
	d = newDesk(t).answered(`{"id":"` + id + `","token":"` + jwt + `","expires_at":"2026-11-23T12:00:00Z","mode":"none","format":"stateless","defaults":{"max_uses":10}}`)
	printed(t, d.run("issue", "-scope", "s", "-format", "stateless"), `
token      `+jwt+`
pass       0aZ9bY8cX7dW6eV5  none, stateless
expires    2026-11-23 12:00:00 UTC, in 1 d
uses       10, since nothing else was said
`)
	if want := `issue {"scope":"s","format":"stateless","idempotency_key":"KEY"}`; d.asked[0] != want {
		t.Errorf("asked %s, want %s", d.asked[0], want)
	}
}

func TestAReissueFindsItsPassInWhatWasPasted(t *testing.T) {
	d := newDesk(t).answered(with(`"state":"live"`, `"given":"opens","state":"live"`), `{"id":"`+id+`","token":"`+gp+`","link":"`+link+`","expires_at":"2026-11-23T12:00:00Z","mode":"visitor","format":"short"}`)
	d.run("reissue", link, "-uses", "2", "-for", "1d", "-keep-old", "1h").ends(done, "link       "+link, "")
	if want := `issue {"reissue":"` + id + `","expires_in":86400,"max_uses":2,"keep_old_for":3600,"issued_by":"robin"}`; d.asked[1] != want {
		t.Errorf("asked %s, want %s", d.asked[1], want)
	}
}

// The token in hand is no more good: the new one is printed, and what to do.
func TestAnExtendedJWTIsPrintedAnew(t *testing.T) {
	jwtPass := with(`"mode":"visitor","format":"short"`, `"mode":"none","format":"jwt","hints":["its token ends"],"token_expires_at":"2026-11-22T13:00:00Z"`)
	d := newDesk(t).answered(jwtPass, `{"id":"`+id+`","token":"`+jwt+`","link":"`+link+`","expires_at":"2026-11-22T14:00:00Z","mode":"none","format":"jwt"}`)
	d.run("extend", id, "-for", "2h").ends(done, "send the one below in its place. It lets in now.\n", "")
	if !strings.Contains(d.out, "token      "+jwt+"\n") || strings.Contains(d.out, "its token ends") {
		t.Errorf("it prints\n%s", d.out)
	}
	d = newDesk(t).answered(jwtPass, `{"error":{"code":"spent","message":"it is spent"}}`)
	d.run("extend", id, "-for", "2h").ends(refused, "Extended. It lets in now. its token ends\n", "was changed, but its token ends at 2026-11-22T13:00:00Z")
}

func TestWhatWasDoneToManyIsCounted(t *testing.T) {
	newDesk(t).answered(`{"seen":3,"revoked":2,"cursor":"a"}`, `{"seen":1,"revoked":1,"unreadable":["`+id+`"],"hints":["Once more in a minute is sure."]}`).run("revoke-all", "-scope", "s").ends(done, "Revoked 3 passes; 1 more was revoked before.\nunreadable "+id+"\nOnce more in a minute is sure.\n", "about to revoke every pass of the scope s, issued until now\n")
	newDesk(t).answered(`{"seen":3,"revoked":1,"cursor":"a"}`, `{"errorMessage":"x","errorType":"x"}`).run("revoke-all", "-every-pass", "-before", "2026-11-01").
		ends(refused, "Revoked 1 pass; 2 more were revoked before.\nIt is not done. Repeat it, or go on with -cursor a\n", "recall failed")
	newDesk(t).answered(`{"forgotten":1}`).run("forget", "-email", "a@example.com").ends(done, "Forgot 1 pass or form, and all that belonged to them.\n", "about to remove")
	newDesk(t).answered(`{"forgotten":0}`).run("forget", "-email", "a@example.com").ends(done, "Nothing was found of them: no pass and no form.\n", "about to remove")
	newDesk(t).answered(`{"errorMessage":"x","errorType":"x"}`).run("forget", "-email", "a@example.com").ends(refused, "", "recall failed")
}

func TestTimesAreWrittenAsPeopleDo(t *testing.T) {
	for s, want := range map[string]int64{"7d": 7 * 86400, "36h": 36 * 3600, "90m": 5400, "30s": 30, "1h30m": 5400} {
		var l lifetime
		if err := l.Set(s); err != nil || int64(l) != want {
			t.Errorf("%s: %d, %v", s, l, err)
		}
	}
	for _, s := range []string{"", "7", "d", "-1d", "0d", "0s", "1.5s", "1ms", "9999999999d", "999999999999999999999d", "7 d"} {
		if err := new(lifetime).Set(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
	for s, want := range map[string]string{"2027-01-31": "2027-01-31T00:00:00Z", "2027-01-31 18:00": "2027-01-31T18:00:00Z", "2027-01-31 18:00:05": "2027-01-31T18:00:05Z", "2027-01-31T18:00:00+01:00": "2027-01-31T17:00:00Z"} {
		var m moment
		if err := m.Set(s); err != nil || m.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v", s, m, err)
		}
	}
	if err := new(moment).Set("tomorrow"); err == nil {
		t.Error("tomorrow was taken")
	}
	for d, want := range map[time.Duration]string{0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 1 s", 10 * time.Minute: "10 min", 7199 * time.Second: "2 h",
		3599 * time.Second: "1 h", 90 * time.Minute: "1 h 30 min", 25 * time.Hour: "1 d 1 h", 7*24*time.Hour - time.Second: "7 d"} {
		if got := span(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
