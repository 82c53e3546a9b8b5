package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/.ci/gotest"
)

// told reads a package in which each test prints its lines and ends so.
func told(t *testing.T, tests ...[3]string) *gotest.Report {
	t.Helper()
	var b strings.Builder
	for _, x := range tests {
		fmt.Fprintf(&b, `{"Action":"run","Package":"p","Test":%q}`+"\n", x[0])
		if x[1] != "" {
			fmt.Fprintf(&b, `{"Action":"output","Package":"p","Test":%q,"Output":%q}`+"\n", x[0], "    a_test.go:7: "+x[1]+"\n")
		}
		fmt.Fprintf(&b, `{"Action":%q,"Package":"p","Test":%q}`+"\n", x[2], x[0])
	}
	rep, err := gotest.Read(strings.NewReader(b.String()+`{"Action":"pass","Package":"p"}`+"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func nothing(string) string { return "" }

func lines(ts *tiers) string {
	var s []string
	for _, t := range ts.list {
		s = append(s, t.String())
	}
	return strings.Join(s, "\n")
}

func TestTiers(t *testing.T) {
	for _, row := range []struct {
		name    string
		tests   [][3]string
		want    string
		failed  bool
		skipped bool
	}{
		{"a test that says nothing is of tier go", [][3]string{{"TestA", "", "pass"}}, "tier go: passed", false, false},
		{"a tier passed if its test says that it ran", [][3]string{{"TestD", "tier dynamodb: ran", "pass"}}, "tier dynamodb: passed", false, false},
		{"a subtest is of the tier of its test", [][3]string{{"TestD", "tier dynamodb: ran", "pass"}, {"TestD/sub", "no", "fail"}}, "tier dynamodb: failed", true, false},
		{"a failure outweighs a skip", [][3]string{{"TestD", "tier node: ran", "fail"}, {"TestE", "tier node: no npm", "skip"}}, "tier node: failed", true, true},
		{"one skipped test leaves its tier skipped", [][3]string{{"TestD", "tier node: ran", "pass"}, {"TestE", "tier node: no npm", "skip"}}, "tier node: skipped: no npm", false, true},
		{"a skip without a tier is nobody's", [][3]string{{"TestA", "", "pass"}, {"TestB", "not today", "skip"}}, "tier go: passed", false, true},
		{"a test that says it ran and skips is nobody's", [][3]string{{"TestA", "tier node: ran", "skip"}}, "", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			ts := collect(told(t, row.tests...), nothing)
			if got := lines(ts); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if ts.failed() != row.failed || ts.skipped() != row.skipped {
				t.Errorf("failed %v, skipped %v; want %v, %v", ts.failed(), ts.skipped(), row.failed, row.skipped)
			}
		})
	}
}

func TestAPackageThatFailsWithoutATestIsAFailureOfTierGo(t *testing.T) {
	rep, err := gotest.Read(strings.NewReader(`{"Action":"fail","Package":"p","FailedBuild":"p"}`+"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(collect(rep, nothing)); got != "tier go: failed" {
		t.Errorf("got %q", got)
	}
}

func TestATierThatNoTestAnnouncedIsSkipped(t *testing.T) {
	ts := collect(told(t, [3]string{"TestZ", "tier zig: ran", "pass"}, [3]string{"TestA", "", "pass"}), nothing)
	ts.expect(true)
	want := `tier go: passed
tier race: passed
tier dynamodb: skipped: no test of this tier ran
tier binaries: skipped: no test of this tier ran
tier curl: skipped: no test of this tier ran
tier python: skipped: no test of this tier ran
tier node: skipped: no test of this tier ran
tier aws-cli: skipped: no test of this tier ran
tier moto: skipped: no test of this tier ran
tier browser: skipped: no test of this tier ran
tier zig: passed`
	if got := lines(ts); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheReasonOfTheToolsIsGivenBeforeTheTests(t *testing.T) {
	ts := collect(told(t, [3]string{"TestA", "tier node: not in .tools", "skip"}), func(string) string { return "npm is not installed" })
	if got := lines(ts); got != "tier node: skipped: npm is not installed" {
		t.Errorf("got %q", got)
	}
}
