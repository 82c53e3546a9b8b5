package main

import (
	"strings"
	"testing"
)

func TestItExitsWithTwoWhereTheCommandLineIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"nothing to do":                        {nil, "say what to do: issue, describe, list"},
		"a command that there is not":          {[]string{"frobnicate"}, "frobnicate is no command; there are issue"},
		"a token for a command":                {[]string{gp}, "the pass goes behind a command, such as describe"},
		"a link of before for a command":       {[]string{"http://localhost:8080/p/" + old}, "the pass goes behind a command, such as describe"},
		"no uses at all":                       {[]string{"issue", "-scope", "s", "-uses", "0"}, `-uses is "0"`},
		"no uses and any number":               {[]string{"issue", "-scope", "s", "-unlimited", "-uses", "0"}, `-uses is "0"`},
		"an issue of no mode":                  {[]string{"issue", "-scope", "s", "-mode", ""}, "-mode: it is empty"},
		"a change to no uses":                  {[]string{"change", id, "-uses", "0"}, `-uses is "0"`},
		"a change to no scope":                 {[]string{"change", id, "-scope", ""}, `-scope is ""`},
		"no session for all of them":           {[]string{"end", id, "-session", ""}, `-session is ""`},
		"nobody for everybody":                 {[]string{"list", "-email", ""}, `-email is ""`},
		"nobody who does it, before":           {[]string{"-by", "", "list"}, `-by is ""`},
		"no time for now":                      {[]string{"revoke-all", "-every-pass", "-before", "0001-01-01"}, "2027-01-31T18:00:00Z"},
		"an endpoint that is no URL":           {[]string{"list", "-endpoint", "localhost:18431"}, "http:// is missing"},
		"a flag that there is not":             {[]string{"list", "-frob"}, "-frob"},
		"a flag before that there is not":      {[]string{"-frob", "list"}, "-frob"},
		"nothing to describe":                  {[]string{"describe"}, "usage: gatepass describe PASS"},
		"two to describe":                      {[]string{"describe", id, id}, "usage: gatepass describe PASS"},
		"an argument that is taken by none":    {[]string{"list", id}, "usage: gatepass list"},
		"an extension without an end":          {[]string{"extend", id}, "say -for or -until"},
		"an extension with two":                {[]string{"extend", id, "-for", "7d", "-until", "2027-01-31"}, "either -for or -until"},
		"a change with two ends":               {[]string{"change", id, "-for", "7d", "-until", "2027-01-31"}, "either -for or -until"},
		"an issue with two":                    {[]string{"issue", "-scope", "s", "-for", "7d", "-until", "2027-01-31"}, "either -for or -until"},
		"a reissue with two":                   {[]string{"reissue", id, "-for", "7d", "-until", "2027-01-31"}, "either -for or -until"},
		"a time that is none":                  {[]string{"extend", id, "-for", "soon"}, "7d, 36h, 90m or 30s"},
		"a list of none":                       {[]string{"list", "-n", "0"}, "1 to 1000"},
		"a list of too many":                   {[]string{"list", "-n", "1001"}, "1 to 1000"},
		"a stack and an endpoint":              {[]string{"list", "-stack", "a", "-endpoint", "http://localhost:1"}, "either a stack or an endpoint"},
		"everybody revoked by mistake":         {[]string{"revoke-all"}, "say whose"},
		"everybody and somebody revoked":       {[]string{"revoke-all", "-every-pass", "-scope", "s"}, "say whose"},
		"nobody forgotten":                     {[]string{"forget"}, "-email or -subject"},
		"two forgotten":                        {[]string{"forget", "-email", "a@example.com", "-subject", "u"}, "-email or -subject"},
		"data that is no object":               {[]string{"issue", "-scope", "s", "-data", "[1]"}, "a JSON object"},
		"a credential in a value that is none": {[]string{"issue", "-uses", gp}, "issue: -uses: it cannot be read as how often, 1 to 100; gatepass issue -help"},
		"a link of before in one":              {[]string{"describe", id, "-json=http://localhost:8080/p/" + old}, "-json: it cannot be read as print"},
		"one that says it is another's":        {[]string{"extend", id, "-for", `" for flag -by: ` + old}, "-for: it must be like 7d"},
		"a credential that begins with -":      {[]string{"describe", "-AAAAAAAAAAAAAAAAAAAAAAAA"}, "goes behind --, or on standard input"},
		"one instead of a command":             {[]string{"-AAAAAAAAAAAAAAAAAAAAAAAA"}, "goes behind --, or on standard input"},
		"one that is no name of a flag":        {[]string{"describe", "---AAAAAAAAAAAAAAAAAAAAAA"}, "goes behind --, or on standard input"},
		"a flag without its value":             {[]string{"describe", id, "-by"}, "-by takes a value"},
		"nobody on standard input":             {[]string{"forget", "-email", "-"}, "-email is -, and standard input has no line for it"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t).run(tt.args...)
			d.ends(misused, "", tt.says)
			if strings.Contains(d.err, gp[:4]) || strings.Contains(d.err, "-AAAA") || strings.Contains(d.err, old) || strings.Count(d.err, "\n") != 1 {
				t.Errorf("it says %s", d.err)
			}
		})
	}
}

func TestWhoDoesItMustBeKnown(t *testing.T) {
	for _, args := range [][]string{{"revoke", id}, {"extend", id, "-for", "1d"}, {"revoke-all", "-scope", "s"}, {"forget", "-subject", "u"}} {
		d := newDesk(t)
		d.login = ""
		d.run(args...).ends(misused, "", "say -by NAME")
	}
	d := newDesk(t).answered(live, live, live)
	d.run("revoke", id, "-why", "lost")
	d.env["GATEPASS_BY"] = "pipeline"
	d.run("revoke", id)
	d.run("-by", "kim", "revoke", id)
	want := `manage {"revoke":{"by":"robin","pass":"` + id + `","why":"lost"}}`
	if got := strings.Join(d.asked, "\n"); !strings.Contains(got, `"by":"robin","why":"lost"`) || !strings.Contains(got, `"by":"pipeline"`) || !strings.Contains(got, `"by":"kim"`) {
		t.Errorf("asked %s, want such as %s", got, want)
	}
}

func TestItExitsWithOneWhereItWasRefused(t *testing.T) {
	for name, tt := range map[string]struct{ answer, says string }{
		"a wrong request":         {`{"error":{"code":"invalid_request","message":"Nothing was done; wrong: list.state.","fields":{"list.state":"is no state"}}}`, "gatepass: Nothing was done; wrong: list.state (invalid_request)\n  list.state  is no state\n"},
		"a function that failed":  {`{"errorMessage":"store unavailable","errorType":"x"}`, "gatepass: manage failed: store unavailable (unavailable)\n"},
		"a key of other settings": {`{"error":{"code":"settings_changed","message":"m"},"ids":["` + id + `"]}`, "gatepass: m (settings_changed)\n  issued before: " + id + "\n"},
		"what is said twice":      {`{"error":{"code":"revoked","message":"nothing: it was revoked","fields":{"reissue":"it was revoked"}}}`, "gatepass: nothing: it was revoked (revoked)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t).answered(tt.answer).run("list")
			d.ends(refused, "", tt.says)
			if d.err != tt.says {
				t.Errorf("it says %q, want %q", d.err, tt.says)
			}
		})
	}
}

func TestNobodyAtTheEndpointIsSaid(t *testing.T) {
	d := newDesk(t)
	d.env["GATEPASS_ENDPOINT"] = "http://127.0.0.1:1"
	d.run("describe", link).ends(refused, "", "nobody answers at http://127.0.0.1:1: is make run running there? For a stack say -stack NAME")
}

func TestHelpIsNoError(t *testing.T) {
	newDesk(t).run("-help").ends(done, "describe PASS     how a pass stands", "")
	for _, c := range commands() {
		newDesk(t).run(c.name, "-help").ends(done, "gatepass "+c.name, "")
	}
}

// Flags stand where people put them.
func TestFlagsStandAnywhere(t *testing.T) {
	for _, args := range [][]string{{"-json", "describe", id}, {"describe", "-json", id}, {"describe", id, "-json"}} {
		newDesk(t).answered(live).run(args...).ends(done, `  "pass": "`+id+`",`, "")
	}
}

func TestAPassMayComeOnStandardInput(t *testing.T) {
	d := newDesk(t).answered(live)
	d.stdin = "Hello,\nhere it is: " + link + "\n"
	d.run("describe", "-").ends(done, "Its link lets in now.", "")
	if !strings.Contains(d.asked[0], link) {
		t.Errorf("asked %s", d.asked[0])
	}
}

// What was given is never printed, whatever is answered; what was issued is.
func TestCredentialsThatAreGivenAreNotPrinted(t *testing.T) {
	leaky := with(`"/visitors"`, `"/visitors?token=`+gp+`"`, `"fred"`, `"`+jwt+`"`)
	for _, args := range [][]string{{"describe", link}, {"describe", link, "-json"}, {"revoke", gp}, {"restore", jwt}, {"end", link}} {
		d := newDesk(t).answered(leaky).run(args...)
		if d.code != done || strings.Contains(d.out+d.err, gp) || strings.Contains(d.out+d.err, jwt) || !strings.Contains(d.out, "gp_"+id+"…") {
			t.Errorf("%v: it ended with %d and printed\n%s%s", args, d.code, d.out, d.err)
		}
	}
	d := newDesk(t).answered(`{"error":{"code":"x","message":"cannot find `+gp+`"}}`).run("issue", "-scope", "s")
	d.ends(refused, "", "a text with a credential in it")
}
