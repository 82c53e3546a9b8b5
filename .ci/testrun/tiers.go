package main

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gatepass/gatepass/.ci/gotest"
)

// tierNames are the tiers every full run must account for, in the order of the
// report.
func tierNames() []string {
	return []string{"go", "race", "dynamodb", "binaries", "curl", "python", "node", "aws-cli", "moto", "browser"}
}

var mark = regexp.MustCompile(`^\s*(?:\S+\.go:\d+: )?tier ([a-z0-9-]+): (.+)$`)

// tier is what became of the tests of one tier.
type tier struct {
	name    string
	ran     int
	failed  int
	skipped string // why; empty if none was
}

// tiers is what became of all tests.
type tiers struct {
	list    []*tier
	loose   []*gotest.Test // skipped for a reason that is no tier
	because func(tier string) string
}

// collect sorts the tests of rep into tiers. because returns what is known of
// why a tier cannot run, or "".
func collect(rep *gotest.Report, because func(tier string) string) *tiers {
	ts := &tiers{because: because}
	for _, p := range rep.Packages {
		clean := true
		for _, t := range p.Tests {
			ts.add(t)
			clean = clean && !t.Outcome.Failed()
		}
		if clean && p.Outcome.Failed() {
			ts.named("go").failed++
		}
	}
	return ts
}

func (ts *tiers) add(t *gotest.Test) {
	name, text := tierOf(t)
	switch {
	case t.Outcome == gotest.Skip && (name == "go" || text == "ran"):
		ts.loose = append(ts.loose, t)
	case t.Outcome == gotest.Skip:
		ts.skip(name, text)
	case t.Outcome.Failed():
		ts.named(name).failed++
	default:
		ts.named(name).ran++
	}
}

// tierOf returns the tier of t and what was said about it: by t or by the
// nearest test around it.
func tierOf(t *gotest.Test) (name, text string) {
	for ; t != nil; t = t.Parent {
		for _, line := range slices.Backward(t.Output) {
			if m := mark.FindStringSubmatch(line); m != nil {
				return m[1], m[2]
			}
		}
	}
	return "go", ""
}

func (ts *tiers) skip(name, why string) {
	if t := ts.named(name); t.skipped == "" {
		t.skipped = why
	}
	if known := ts.because(name); known != "" {
		ts.named(name).skipped = known
	}
}

func (ts *tiers) named(name string) *tier {
	for _, t := range ts.list {
		if t.name == name {
			return t
		}
	}
	ts.list = append(ts.list, &tier{name: name})
	return ts.list[len(ts.list)-1]
}

// expect adds the tiers that no test announced, as skipped, and tier race.
func (ts *tiers) expect(race bool) {
	if race {
		ts.named("race").ran++
	} else {
		ts.skip("race", "the race detector needs cgo and a C compiler: install gcc or clang")
	}
	for _, name := range tierNames() {
		if t := ts.named(name); t.ran+t.failed == 0 && t.skipped == "" {
			ts.skip(name, "no test of this tier ran")
		}
	}
	rank := func(t *tier) int { // others come last, in the order in which they were met
		if i := slices.Index(tierNames(), t.name); i >= 0 {
			return i
		}
		return len(tierNames())
	}
	slices.SortStableFunc(ts.list, func(a, b *tier) int { return rank(a) - rank(b) })
}

func (t *tier) String() string {
	switch {
	case t.failed > 0:
		return fmt.Sprintf("tier %s: failed", t.name)
	case t.skipped != "":
		return fmt.Sprintf("tier %s: skipped: %s", t.name, t.skipped)
	}
	return fmt.Sprintf("tier %s: passed", t.name)
}

func (ts *tiers) failed() bool {
	return slices.ContainsFunc(ts.list, func(t *tier) bool { return t.failed > 0 })
}

func (ts *tiers) skipped() bool {
	return len(ts.loose) > 0 || slices.ContainsFunc(ts.list, func(t *tier) bool { return t.skipped != "" })
}
