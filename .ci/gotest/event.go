// Package gotest reads what "go test -json" says.
//
// [Read] turns the stream of events into a [Report]: which tests passed,
// failed or were skipped, and what each printed. A test that began and never
// ended (its process died, or ran out of time) counts as failed.
package gotest

// Event is one line of "go test -json"; see "go doc cmd/test2json" and, for the
// builds, "go help buildjson".
type Event struct {
	Action      string
	Package     string
	ImportPath  string // of build events
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string // the ImportPath whose build failed
}

// Outcome is how a test or a package ended.
type Outcome string

// The outcomes. Open is a test that began and did not end.
const (
	Pass Outcome = "pass"
	Fail Outcome = "fail"
	Skip Outcome = "skip"
	Open Outcome = ""
)

// Failed reports whether o is a failure.
func (o Outcome) Failed() bool { return o == Fail || o == Open }
