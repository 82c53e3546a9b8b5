package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/.ci/gotest"
)

// slow is the time from which a top-level test is listed, in seconds.
const slow = 5

// printPackage prints the line of a package that ended, so that a person sees
// how far the run is.
func printPackage(p *gotest.Package) {
	word := map[gotest.Outcome]string{gotest.Pass: "ok", gotest.Skip: "none"}[p.Outcome]
	fmt.Fprintf(os.Stdout, "%-5s %-50s %6.1fs\n", cmp.Or(word, "FAIL"), p.Path, p.Elapsed)
}

// printReport prints what failed in full, what was slow or skipped, how each
// tier ended, and the count as the last line.
func printReport(w io.Writer, rep *gotest.Report, ts *tiers) {
	for _, line := range rep.Stray {
		fmt.Fprintln(w, line)
	}
	for _, p := range rep.Packages {
		if p.Outcome.Failed() {
			printFailed(w, p)
		}
	}
	printSlow(w, rep)
	for _, t := range ts.loose {
		fmt.Fprintf(w, "skipped, and of no tier: %s %s: %s\n", t.Package, t.Name, strings.TrimSpace(strings.Join(t.Output[:min(len(t.Output), 1)], "")))
	}
	for _, t := range ts.list {
		fmt.Fprintln(w, t)
	}
	n := rep.Count()
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", n.Passed, n.Failed, n.Skipped)
}

func printFailed(w io.Writer, p *gotest.Package) {
	fmt.Fprintf(w, "\n=== %s\n", p.Path)
	for _, line := range p.Output {
		fmt.Fprintln(w, line)
	}
	for _, t := range p.Tests {
		if t.Outcome == gotest.Open {
			fmt.Fprintf(w, "--- never ended: %s\n", t.Name)
		}
		if !t.Outcome.Failed() {
			continue
		}
		for _, line := range t.Output {
			fmt.Fprintln(w, line)
		}
	}
	fmt.Fprintln(w)
}

func printSlow(w io.Writer, rep *gotest.Report) {
	var list []*gotest.Test
	for _, p := range rep.Packages {
		for _, t := range p.Tests {
			if t.Parent == nil && t.Elapsed >= slow {
				list = append(list, t)
			}
		}
	}
	slices.SortFunc(list, func(a, b *gotest.Test) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	for _, t := range list[:min(len(list), 10)] {
		fmt.Fprintf(w, "slow: %5.1fs %s %s\n", t.Elapsed, t.Package, t.Name)
	}
}
