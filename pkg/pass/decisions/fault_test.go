package decisions_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// TestFaultsAreReportedByLine puts one wrong row after a good one. Every fault
// must name the line and the word.
func TestFaultsAreReportedByLine(t *testing.T) {
	if _, err := decisions.Parse(head + good); err != nil {
		t.Fatalf("a good table is refused: %v", err)
	}
	for _, row := range []struct{ name, row, want string }{
		{"a cell is missing", "r | mode=none | - | via=query | scope=a | deny | - | spent | no | r1", `10 cells, not 11`},
		{"a cell is too many", "r | mode=none | - | via=query | scope=a | deny | - | spent | no | r1 | - | -", `12 cells, not 11`},
		{"a name stands twice", good, `the name "a token is good" is that of line 5`},
		{"an unknown word of a pass", "r | mod=none | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: unknown word "mod"`},
		{"an unknown mode", "r | mode=nobody | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: mode: "nobody"`},
		{"a word twice", "r | mode=none mode=none | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: "mode" twice`},
		{"a word without its value", "r | mode=none exp= | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: "exp" has no value`},
		{"a time without a sign", "r | exp=5 | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: exp: "5" is no offset`},
		{"a time that is none", "r | exp=+x | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: exp: "+x" is no offset`},
		{"a word without an equals sign", "r | exp | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: exp: "" is no offset`},
		{"uses that are none", "r | uses=10 | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: uses: "10"`},
		{"more uses than can be counted", "r | uses=0/101 | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: uses: "0/101"`},
		{"a secret that is none", "r | secret=new | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: secret: "new"`},
		{"a flag with a value", "r | gone=yes | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: gone: takes no value`},
		{"a pass that nobody presents", "r | mode=none | - | - | scope=a | deny | - | missing | no | - | -", `pass: a pass, but the request presents no token`},
		{"a form of no token", "r | - | - | token=cut | scope=a | deny | - | missing | no | - | -", `pass: a token= but no via=`},
		{"a signed fault of a short token", "r | mode=none | - | via=query token=bad-signature | scope=a | deny | - | spent | no | r1 | -", `pass: token=bad-signature is of signed formats`},
		{"a short fault of a signed token", "r | format=jwt | - | via=query token=cut | scope=a | deny | - | spent | no | r1 | -", `pass: token=cut is of the short format`},
		{"claims of a short token", "r | token-exp=+5 | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: a short token says nothing of itself`},
		{"an unknown cookie", "r | - | admin() | - | scope=a | deny | - | session_ended | no | r1 | -", `session: "admin()" is no user(…)`},
		{"a cookie without parentheses", "r | - | user | - | scope=a | deny | - | session_ended | no | r1 | -", `session: "user" is no user(…)`},
		{"a cookie twice", "r | - | user() user() | - | scope=a | deny | - | session_ended | no | r1 | -", `session: "user" twice`},
		{"an unknown word of a session", "r | - | user(dead) | - | scope=a | deny | - | session_ended | no | r1 | -", `session: user: unknown word "dead"`},
		{"a session of no pass", "r | - | user(this) | - | scope=a | deny | - | session_ended | no | r1 | -", `session: user: there is no pass that it could be of`},
		{"an unknown word of a request", "r | mode=none | - | via=query verb=GET | scope=a | deny | - | spent | no | r1 | -", `request: unknown word "verb"`},
		{"an unknown place", "r | mode=none | - | via=path | scope=a | deny | - | spent | no | r1 | -", `request: via: "path"`},
		{"an unknown method", "r | mode=none | - | via=query method=get | scope=a | deny | - | spent | no | r1 | -", `request: method: "get"`},
		{"a count that is no check's", "r | mode=none | - | via=query count=no | scope=a | deny | - | spent | no | r1 | -", `request: count is a check's`},
		{"a rule without a scope", "r | mode=none | - | via=query | optional | deny | - | spent | no | r1 | -", `rule: no scope`},
		{"a rule that accepts no mode there is", "r | mode=none | - | via=query | scope=a accept=nobody | deny | - | spent | no | r1 | -", `rule: accept: "nobody" is no mode`},
		{"a pass of the host's mode", "r | mode=host | - | via=query | scope=a | deny | - | spent | no | r1 | -", `pass: mode: "host"`},
		{"a host's token that is none", "r | - | - | host=nice | scope=a | deny | - | missing | no | - | -", `request: host: "nice"`},
		{"more about no host's token", "r | - | - | host-sub=fred | scope=a | deny | - | missing | no | - | -", `request: more about the host's token`},
		{"a redeeming with a value", "r | mode=none | - | via=page | redeem=x | deny | - | spent | no | r1 | -", `rule: redeem: takes no value`},
		{"a max_age that is none", "r | mode=none | - | via=query | scope=a max_age=-5 | deny | - | spent | no | r1 | -", `rule: max_age: "-5" is no number`},
		{"an unknown outcome", "r | mode=none | - | via=query | scope=a | allow | token | ok | no | r1 | -", `outcome: "allow" is none of`},
		{"an unknown grantor", "r | mode=none | - | via=query | scope=a | allow granted | nobody | ok | no | r1 | -", `outcome: by: "nobody"`},
		{"an unknown reason", "r | mode=none | - | via=query | scope=a | deny | - | used | no | r1 | -", `outcome: "used" is no reason`},
		{"counted is no word of ours", "r | mode=none | - | via=query | scope=a | deny | - | spent | maybe | r1 | -", `outcome: counted: "maybe"`},
		{"calls that are none", "r | mode=none | - | via=query | scope=a | deny | - | spent | no | w1 | -", `outcome: calls: "w1"`},
		{"units that are none", "r | mode=none | - | via=query | scope=a | deny | - | spent | no | r1 | 0", `outcome: units: "0"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			rows, err := decisions.Parse(head + good + row.row)
			if err == nil || rows != nil {
				t.Fatalf("%d rows and no fault", len(rows))
			}
			if got := err.Error(); !strings.HasPrefix(got, "line 6: ") || !strings.Contains(got, row.want) {
				t.Errorf("%q, want line 6 and %q", got, row.want)
			}
		})
	}
}

// Rows that contradict themselves, or a promise, are no rows.
func TestContradictionsAreFaults(t *testing.T) {
	for _, row := range []struct{ name, row, want string }{
		{"a grant by nothing", "r | mode=none | - | via=query | scope=a | allow granted | - | ok | no | r1 | -", "granted by something"},
		{"a denial by a token", "r | mode=none | - | via=query | scope=a | deny | token | spent | no | r1 | -", "granted by something"},
		{"a denial that is ok", "r | mode=none | - | via=query | scope=a | deny | - | ok | no | r1 | -", "ok is the reason"},
		{"a grant that is spent", "r | mode=none | - | via=query | scope=a | allow granted | token | spent | no | r1 | -", "ok is the reason"},
		{"a denial that is unavailable", "r | mode=none | - | via=query | scope=a | deny | - | unavailable | no | r1 | -", "unavailable is the error"},
		{"an error that is spent", "r | mode=none | - | via=query | scope=a | error | - | spent | no | r1 | -", "unavailable is the error"},
		{"the refused let through", "r | mode=none | - | via=query | scope=a optional | allow refused | - | spent | no | r1 | -", "only a rule with forward"},
		{"nobody let through", "r | - | - | - | scope=a forward | allow anonymous | - | ok | no | - | -", "only an optional rule"},
		{"a denial that counts", "r | mode=none | - | via=query | scope=a | deny | - | spent | yes | r1 w1 | 1", "granted and written"},
		{"a count that is not written", "r | mode=none | - | via=query | scope=a | allow granted | token | ok | yes | r1 | -", "granted and written"},
		{"a denial that writes", "r | mode=none | - | via=query | scope=a | deny | - | spent | no | r1 w1 | -", "a refusal writes nothing"},
		{"a write for nothing", "r | mode=none | - | via=query | scope=a | allow granted | token | ok | yes | r1 w1 | -", "cost units"},
		{"units for nothing", "r | mode=none uses=unlimited | - | via=query | scope=a | allow granted | token | ok | no | r1 | 1", "cost units"},
		{"a grant by no token", "r | - | user() | - | scope=a | allow granted | token | ok | no | r1 | -", "a token that is not there"},
		{"a grant by no cookie", "r | - | user() | - | scope=a | allow granted | visitor | ok | no | r1 | -", "a cookie that is not there"},
		{"a reason without a rule", "r | mode=none | - | via=query | - | deny | - | spent | no | r1 | -", "no_rule is the reason"},
		{"no_rule with one", "r | mode=none | - | via=query | scope=a | deny | - | no_rule | no | - | -", "no_rule is the reason"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := decisions.Parse(head + row.row)
			if err == nil || !strings.Contains(err.Error(), "line 5: row: ") || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

func TestSectionsAreWhole(t *testing.T) {
	for _, row := range []struct{ name, table, want string }{
		{"a row before the first heading", good, "line 1: a row or sentence before the first heading"},
		{"other columns", "## S\nA sentence.\nname | pass | outcome\n", "line 3: the columns are name | pass | session"},
		{"a section that says nothing", "## S\n" + strings.Join(strings.SplitAfter(head, "\n")[3:], ""), `line 2: section "S" says nothing`},
		{"a section without its columns", head + good + "## S\nA sentence.\n" + good, "line 8: the columns are"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := decisions.Parse(row.table)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

func TestAllFaultsAreReportedTogether(t *testing.T) {
	_, err := decisions.Parse(head + "r | mode=x | bad() | via=y | scope=a max_age=z | allow | - | used | - | w | x\ns | short row\n")
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{"line 5: pass: mode", "session: ", "request: via", "rule: max_age", "outcome: ", `"used"`, "counted: ", "calls: ", "units: ", "line 6: 2 cells"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}
