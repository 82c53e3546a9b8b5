package gotest_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/.ci/gotest"
)

// events writes the stream of a package in which every kind of ending occurs.
const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"run","Package":"p","Test":"TestA/good"}
{"Action":"pass","Package":"p","Test":"TestA/good","Elapsed":0.5}
{"Action":"run","Package":"p","Test":"TestA/with/slash"}
{"Action":"output","Package":"p","Test":"TestA/with/slash","Output":"    a_test.go:3: no\n"}
{"Action":"fail","Package":"p","Test":"TestA/with/slash"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"run","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t1s\n"}
{"Action":"fail","Package":"p","Elapsed":1}
go: this line is no event
{"ImportPath":"q [q.test]","Action":"build-output","Output":"q.go:1:1: undefined: x\n"}
{"ImportPath":"q [q.test]","Action":"build-fail"}
{"Action":"start","Package":"q"}
{"Action":"fail","Package":"q","FailedBuild":"q [q.test]"}
`

func read(t *testing.T) *gotest.Report {
	t.Helper()
	rep, err := gotest.Read(strings.NewReader(events), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestCountsLeavesOnceAndPackagesThatDoNotBuild(t *testing.T) {
	got := read(t).Count()
	want := gotest.Count{Passed: 1, Failed: 3, Skipped: 1} // failed: the subtest, the one that never ended, q
	if got != want {
		t.Errorf("count = %+v, want %+v", got, want)
	}
}

func TestKeepsWhatEachTestPrintedWithoutTheMarks(t *testing.T) {
	tests := read(t).Packages[0].Tests
	if n := len(tests[0].Output); n != 0 {
		t.Errorf("%s keeps %d lines, want none: %q", tests[0].Name, n, tests[0].Output)
	}
	if got := strings.Join(tests[2].Output, "|"); got != "    a_test.go:3: no" {
		t.Errorf("%s printed %q", tests[2].Name, got)
	}
}

func TestASubtestWithASlashBelongsToItsTest(t *testing.T) {
	slash := read(t).Packages[0].Tests[2]
	if slash.Parent == nil || slash.Parent.Name != "TestA" {
		t.Errorf("%s has parent %v, want TestA", slash.Name, slash.Parent)
	}
}

func TestATestThatNeverEndedFailed(t *testing.T) {
	last := read(t).Packages[0].Tests[4]
	if last.Name != "TestC" || !last.Outcome.Failed() {
		t.Errorf("%s ended as %q, want a failure of TestC", last.Name, last.Outcome)
	}
}

func TestAPackageThatDoesNotBuildSaysWhy(t *testing.T) {
	q := read(t).Packages[1]
	if !q.BuildFailed() || strings.Join(q.Output, "|") != "q.go:1:1: undefined: x" {
		t.Errorf("q: build failed %v, said %q", q.BuildFailed(), q.Output)
	}
}

func TestKeepsLinesThatAreNoEvents(t *testing.T) {
	if got := strings.Join(read(t).Stray, "|"); got != "go: this line is no event" {
		t.Errorf("stray lines = %q", got)
	}
}

func TestEnvironmentLeadsToNoAccount(t *testing.T) {
	env := gotest.Environment([]string{"PATH=/bin", "AWS_CA_BUNDLE=x", "AWS_PROFILE=mine", "AWS_SECRET_ACCESS_KEY=real"})
	for _, v := range env {
		if strings.HasPrefix(v, "AWS_CA_BUNDLE") || strings.HasPrefix(v, "AWS_PROFILE") || strings.HasSuffix(v, "=real") {
			t.Errorf("the environment of tests has %s", v)
		}
	}
	if env[0] != "PATH=/bin" {
		t.Errorf("the environment of tests lost PATH: %q", env)
	}
}
