package terms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Whoever issues and whoever changes is held to these through what they answer;
// here is what neither would show: the edges, and that what is said is said well.

func TestBoundsAreGoodAndNothingBeyondThem(t *testing.T) {
	life := terms.Life{Longest: 100, LongestLogin: 10}
	for name, row := range map[string]struct {
		why  string
		good bool
	}{
		"no uses":               {terms.WrongUses(0), false},
		"one use":               {terms.WrongUses(1), true},
		"as many as there are":  {terms.WrongUses(pass.MaxUses), true},
		"one more":              {terms.WrongUses(pass.MaxUses + 1), false},
		"no limit":              {terms.WrongUnlimited(pass.VisitorMode), true},
		"a login's":             {terms.WrongUnlimited(pass.SessionMode), false},
		"a scope":               {terms.WrongScope("report:66"), true},
		"none":                  {terms.WrongScope(""), false},
		"any":                   {terms.WrongScope(pass.AnyScope), false},
		"now":                   {life.WrongIn(pass.None, 0), false},
		"a second":              {life.WrongIn(pass.None, 1), true},
		"the longest":           {life.WrongIn(pass.Request, 100), true},
		"longer":                {life.WrongIn(pass.Request, 101), false},
		"of any mode":           {life.WrongIn("", 100), true},
		"a login's longest":     {life.WrongIn(pass.SessionMode, 10), true},
		"longer, a login's":     {life.WrongIn(pass.SessionMode, 11), false},
		"at once":               {life.WrongAt(pass.None, 1000, 1000), false},
		"before":                {life.WrongAt(pass.None, 999, 1000), false},
		"in a second":           {life.WrongAt(pass.None, 1001, 1000), true},
		"at the longest":        {life.WrongAt(pass.None, 1100, 1000), true},
		"later":                 {life.WrongAt(pass.None, 1101, 1000), false},
		"a login's at longest":  {life.WrongAt(pass.SessionMode, 1010, 1000), true},
		"later, a login's":      {life.WrongAt(pass.SessionMode, 1011, 1000), false},
		"longer than any clock": {life.WrongIn(pass.None, 1<<62), false},
	} {
		if (row.why == "") != row.good {
			t.Errorf("%s: %q", name, row.why)
		}
	}
}

func TestDataIsKeptApartFromWhatWasRead(t *testing.T) {
	v := jsontext.Value(`{ "a" : "é" }`)
	kept, why := terms.Data(v, false)
	if string(kept) != `{"a":"\u00e9"}` || why != "" || string(v) != `{ "a" : "é" }` {
		t.Errorf("%s of %s, %q", kept, v, why)
	}
	for size, stateless := range map[int]bool{pass.MaxStateless: true, pass.MaxData: false} {
		for n, good := range map[int]bool{size: true, size + 1: false} {
			if kept, why := terms.Data(jsontext.Value(`{"a":"`+strings.Repeat("x", n-8)+`"}`), stateless); (why == "") != good || (len(kept) == n) != good {
				t.Errorf("%d bytes, stateless %t: %q", n, stateless, why)
			}
		}
	}
	if _, why := terms.Data(jsontext.Value(`{"a":{"b":1,"b":1}}`), false); why == "" {
		t.Error("a name twice is kept")
	}
}

func TestTargetsByModeAndFormat(t *testing.T) {
	site, err := terms.NewSite("https://pass.example.com/base/")
	if err != nil || site.Base != "https://pass.example.com/base" || site.Origin != "https://pass.example.com" {
		t.Fatalf("%+v, %v", site, err)
	}
	long := "/?" + strings.Repeat("a&", 200)
	for target, good := range map[string][4]bool{ // none, visitor, stateless, of any mode
		"/x":                          {true, true, true, true},
		"https://pass.example.com/x":  {true, true, true, true},
		"https://api.example.net/x":   {true, false, true, true},
		"http://pass.example.com/x":   {false, false, false, false},
		"//pass.example.com/x":        {false, false, false, false},
		"/x?rt=1":                     {false, false, false, false},
		"/x?token=1":                  {true, true, true, true},
		"https://me@pass.example.com": {false, false, false, false},
		"":                            {false, false, false, false},
		long:                          {false, true, true, false},
		"/" + strings.Repeat("x", pass.MaxTarget): {false, false, false, false},
	} {
		got := [4]bool{site.WrongTarget(target, pass.None, pass.Short, "rt") == "", site.WrongTarget(target, pass.VisitorMode, pass.Short, "rt") == "",
			site.WrongTarget(target, pass.None, pass.Stateless, "rt") == "", site.WrongTarget(target, "", pass.JWT, "rt") == ""}
		if got != good {
			t.Errorf("%.40s: good is %t, want %t", target, got, good)
		}
	}
}

func TestSitesThatAreNone(t *testing.T) {
	for public, good := range map[string]bool{
		"https://pass.example.com": true, "https://pass.example.com:8443/a/b//": true, "http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:80/": true,
		"": false, "pass.example.com": false, "http://pass.example.com": false, "ftp://localhost": false, "https://": false, "https://a.example?x": false, "https://a.example?": false,
		"https://a.example#x": false, "https://me@a.example": false, "https://a.example/ b": false, `https:\\a.example`: false, "https://é.example": false,
		"https://a.example/" + strings.Repeat("x", pass.MaxTarget): false, "https://a.example:0": false, "https://a.example:65536": false, "mailto:a@b.c": false,
	} {
		if _, err := terms.NewSite(public); (err == nil) != good {
			t.Errorf("%.60q: %v", public, err)
		}
	}
}

func TestValuesAreReadOrLeftAsTheyAre(t *testing.T) {
	var s, s0 = "was", "was"
	var n int64 = 7
	yes, at, object := false, time.Time{}, jsontext.Value(nil)
	readers := []struct {
		name string
		read terms.Reader
		good []string
	}{
		{"text", terms.Text(&s), []string{`"é"`, `"\ud83d\ude00"`, `""`}},
		{"whole", terms.Whole(&n), []string{`0`, `-5`, `9223372036854775807`, `99999999999999999999`}},
		{"yes or no", terms.YesNo(&yes), []string{`true`, `false`}},
		{"date", terms.Date(&at), []string{`"2027-01-31T12:00:00Z"`, `"2027-01-31T12:00:00.5+09:30"`}},
		{"object", terms.Object(&object), []string{`{}`, `{"a":[1]}`}},
	}
	for _, r := range readers {
		for _, v := range []string{`"x"`, `5`, `1.5`, `1e3`, `true`, `null`, `[]`, `"2027-01-31"`} {
			s, n = "was", 7
			why := r.read(jsontext.Value(v))
			switch {
			case r.name == "text" && v[0] == '"', r.name == "whole" && v == `5`, r.name == "yes or no" && v == `true`:
				if why != "" {
					t.Errorf("%s: %s: %s", r.name, v, why)
				}
			case why == "" || s != s0 || n != 7 || object != nil:
				t.Errorf("%s: %s: %q", r.name, v, why)
			}
		}
		for _, v := range r.good {
			if why := r.read(jsontext.Value(v)); why != "" {
				t.Errorf("%s: %s: %s", r.name, v, why)
			}
		}
	}
	if terms.Whole(&n)(jsontext.Value(`99999999999999999999`)); n != 1<<63-1 {
		t.Errorf("beyond 64 bits is %d, want the outermost", n)
	}
}
