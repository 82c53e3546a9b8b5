package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const unanswered = `{"errorMessage":"manage: revoke: store unavailable: context deadline exceeded","errorType":"wrapError"}`

// Whether a call did what it was sent for is not known where no answer comes.
func TestWhatIsNotKnownIsSaid(t *testing.T) {
	const issued = "Whether a pass was issued is not known. Repeat the command "
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"a pass revoked":            {[]string{"revoke", id}, unsureOfOne},
		"a pass extended":           {[]string{"extend", id, "-for", "1d"}, unsureOfOne},
		"many revoked":              {[]string{"revoke-all", "-scope", "s"}, unsureOfMany},
		"somebody forgotten":        {[]string{"forget", "-subject", "u"}, unsureOfMany},
		"a pass issued":             {[]string{"issue", "-scope", "s"}, issued + "with -key KEY: it is then issued once, and printed."},
		"one with a key of its own": {[]string{"issue", "-scope", "s", "-key", "mine"}, issued + "with -key mine: "},
		"one for a registration":    {[]string{"issue", "-scope", "s", "-registration", id}, unsureOfForm},
		"nothing but a question":    {[]string{"describe", id}, "exceeded (unavailable)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t).answered(unanswered).run(tt.args...)
			d.ends(refused, "", "failed: manage: revoke: store unavailable: context deadline exceeded (unavailable)\n")
			if !strings.HasSuffix(d.err, tt.says+"\n") && !strings.HasSuffix(d.err, tt.says) && !strings.Contains(d.err, "\n"+tt.says) {
				t.Errorf("it says %s, want %s", d.err, tt.says)
			}
		})
	}
	newDesk(t).answered(live, unanswered).run("reissue", id).ends(refused, "", unsureOfLink)
}

// What was not sent did nothing.
func TestWhatWasNotCalledIsKnown(t *testing.T) {
	d := newDesk(t)
	d.env["GATEPASS_ENDPOINT"] = "http://127.0.0.1:1"
	if d.run("revoke", id).ends(refused, "", "(not_called)\n"); strings.Contains(d.err, "not known") {
		t.Errorf("it says %s", d.err)
	}
	c := newCloud(t)
	c.failed = "AccessDeniedException"
	if d := c.under(t).run("revoke", id); d.code != refused || !strings.Contains(d.err, "(not_called)") || strings.Contains(d.err, "not known") {
		t.Errorf("it says %s", d.err)
	}
}

func TestAnInterruptedRecallTellsHowFarItCame(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			io.WriteString(w, `{"seen":1519,"revoked":1519,"cursor":"abc"}`)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that nobody waits
		interrupt()
		<-r.Context().Done()
	}))
	defer server.Close()
	d := newDesk(t)
	d.env["GATEPASS_ENDPOINT"] = server.URL
	d.runIn(ctx, "revoke-all", "-scope", "s")
	d.ends(refused, "Revoked 1519 passes; 0 more were revoked before.\nIt is not done. Repeat it, or go on with -cursor abc\n", "gatepass: interrupted\n"+unsureOfMany+"\n")
}

func TestAPassThatIsNotThereSaysWhoWasAsked(t *testing.T) {
	const none = `{"error":{"code":"not_found","message":"There is no pass 0aZ9bY8cX7dW6eV5."}}`
	d := newDesk(t).answered(none)
	d.run("describe", link).ends(refused, "", "(not_found)\nAsked was make run at "+d.env["GATEPASS_ENDPOINT"]+"; what was issued elsewhere is not known there.\n")
	c := newCloud(t)
	c.answer = none
	c.under(t).run("describe", id, "-stack", "prod").ends(refused, "", "Asked was the stack prod; ")
}

// A pass whose link nobody saw is there all the same.
func TestWhatCouldNotBePrintedIsNoSuccess(t *testing.T) {
	for name, tt := range map[string]struct {
		args    []string
		answers []string
		says    string
	}{
		"a pass":     {[]string{"issue", "-scope", "s"}, []string{`{"id":"` + id + `"}`}, "Repeat the command with -key KEY, and the same pass is printed.\n"},
		"a new link": {[]string{"reissue", id}, []string{live, `{"id":"` + id + `"}`}, "Repeat the command: it gives another link.\n"},
		"a list":     {[]string{"list", "-json"}, []string{`{"passes":[]}`}, ""},
		"the help":   {[]string{"-help"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t).answered(tt.answers...)
			d.full = true
			d.run(tt.args...).ends(refused, "", "gatepass: done, but could not be printed: no space left on device\n"+tt.says)
		})
	}
}

func TestManyAreRevokedWhenSomebodySaysYes(t *testing.T) {
	const asks = "about to revoke every pass issued by fred, issued from 2026-11-01 00:00:00 UTC on, issued before 2026-11-22 11:00:00 UTC\nGo on? [y/N] "
	args := []string{"revoke-all", "-issued-by", "fred", "-since", "2026-11-01", "-before", "2026-11-22T12:00:00+01:00"}
	for answer, goes := range map[string]bool{"y\n": true, " YES\n": true, "yes": true, "\n": false, "": false, "n\n": false, "yesterday\n": false} {
		d := newDesk(t)
		if d.tty, d.stdin = true, answer; goes {
			d.answered(`{"seen":1,"revoked":1}`).run(args...).ends(done, "Revoked 1 pass; ", asks)
		} else {
			d.answered().run(args...).ends(refused, "", asks+"gatepass: nothing was done\n")
		}
	}
	for _, more := range [][]string{{"-yes"}, nil} {
		d := newDesk(t).answered(`{"seen":0,"revoked":0}`)
		d.tty = more != nil
		if d.run(append(args, more...)...).ends(done, "Revoked 0 passes", "about to"); strings.Contains(d.err, "Go on?") || !strings.Contains(d.asked[0], `"since":"2026-11-01T00:00:00Z","before":"2026-11-22T12:00:00+01:00"`) {
			t.Errorf("it asks %s, and the function %s", d.err, d.asked)
		}
	}
	d := newDesk(t)
	d.tty, d.stdin = true, "n\n"
	d.run("forget", "-email", "a@example.com").ends(refused, "", "make run at http://localhost:8080, about to remove all that is kept of one person, which nobody can take back\nGo on? [y/N] gatepass: nothing was done\n")
}

// Nobody's address has to stand on a command line, which shells keep.
func TestAPersonMayComeOnStandardInput(t *testing.T) {
	for name, args := range map[string][]string{`{"list":{"email":"a@example.com"`: {"list", "-email", "-"}, `{"forget":{"subject":"a@example.com"`: {"forget", "-subject", "-"}, `{"revoke":{"email":"a@example.com"`: {"revoke-all", "-email", "-"}} {
		d := newDesk(t).answered(`{"passes":[],"seen":0,"forgotten":0}`)
		d.tty, d.stdin = true, "a@example.com\ny\n"
		if d.run(args...); d.code != done || !strings.Contains(d.asked[0], name) {
			t.Errorf("%v ended with %d %s, asked %s", args, d.code, d.err, d.asked)
		}
	}
}

// Ids are no secret: who has one can write a link around it.
func TestALinkThatDoesNotOpenGetsNoOther(t *testing.T) {
	for _, given := range []string{"cut", "unknown", "unchecked"} {
		d := newDesk(t).answered(with(`"state":"live"`, `"given":"`+given+`","hints":["The token given here is no good."],"state":"live"`)).run("reissue", link)
		d.ends(refused, "", "nothing was done: what was pasted does not show that it was issued for pass "+id)
		if !strings.HasSuffix(d.err, "\nFor a new link, to be sent to Ginger Rogers <ginger@example.com> and nobody else: gatepass reissue "+id+"\n") || strings.Contains(d.err, "no good") != (given != "unchecked") {
			t.Errorf("%s: it says %s", given, d.err)
		}
	}
	for _, row := range []struct {
		given, pasted string
		code          int
	}{{"opens", link, done}, {"replaced", link, done}, {"", id, done}, {"", " " + id + "\n", done}, {"", "Your reference is " + id + ".", refused}, {"", "https://x.example/p/?pass=" + id, refused}} {
		d := newDesk(t).answered(with(`"state":"live"`, `"given":"`+row.given+`","state":"live"`), `{"id":"`+id+`","link":"`+link+`"}`).run("reissue", row.pasted)
		if row.code == done {
			d.ends(done, "\nfor        Ginger Rogers <ginger@example.com>\n", "")
		} else {
			d.ends(refused, "", "nothing was done: what was pasted does not show that it was issued for pass "+id)
		}
	}
}

// What was changed can be looked at.
func TestADescriptionTellsWhatItsBackendsReceive(t *testing.T) {
	d := newDesk(t).answered(with(`"scope":"visit"`, `"scope":"visit","data":{ "report": 66 },"invitation":{"from":"Fred","purpose":"the launch","message":"Come\n early"},"session_expires_in":7200`)).run("describe", id)
	d.ends(done, "\ninvited by Fred; the launch; Come early\ntarget     /visitors\ndata       {\"report\":66}\n", "")
	if !strings.Contains(d.out, "\nsessions   0 live, for 2 h each\n") {
		t.Errorf("it prints\n%s", d.out)
	}
}

// A token that is no good is told of before the pass, which may let in others.
func TestATokenThatIsNoGoodIsToldOfFirst(t *testing.T) {
	for _, given := range []string{"cut", "unknown", "replaced"} {
		d := newDesk(t).answered(with(`"state":"live"`, `"given":"`+given+`","hints":["The token given here is no good.","More."],"state":"live"`)).run("end", link)
		d.ends(done, "Ended. The token given here is no good.\nWhat was issued for the pass lets in now. More.\n\npass ", "")
		d = newDesk(t).answered(with(`"state":"live"`, `"given":"`+given+`","unchanged":true,"hints":["It has no session.","The token given here is no good."],"state":"live"`)).run("end", link)
		d.ends(done, "It has no session. The token given here is no good.\nWhat was issued for the pass lets in now.\n\npass ", "")
	}
}

// The functions of make run -binaries -dynamodb believe that they are a stack's.
func TestTheLogOfMakeRunIsNoStacks(t *testing.T) {
	d := newDesk(t).answered(with(`"sessions":{"live":0,"each":[]}`, `"sessions":{"live":0,"each":[]},"refusals":{"query":"fields x","log_groups":["/gatepass/gatepass/authorizer"]}`)).run("describe", id)
	d.ends(done, "Each refusal, and why, is in the log of make run: the lines with "+id+"\n", "")
}
