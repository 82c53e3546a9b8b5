package gotest

// Count is how many tests ended how.
type Count struct{ Passed, Failed, Skipped int }

// Count counts tests without subtests, and of the others only those that were
// skipped, or failed although none of their subtests did. A package that failed
// although none of its tests did (it does not build, say) is one failure.
func (rep *Report) Count() Count {
	var c Count
	for _, p := range rep.Packages {
		failed := c.Failed
		for _, t := range p.Tests {
			c.add(t)
		}
		if p.Outcome.Failed() && c.Failed == failed {
			c.Failed++
		}
	}
	return c
}

func (c *Count) add(t *Test) {
	switch {
	case t.Outcome == Skip:
		c.Skipped++
	case t.Outcome.Failed() && !t.subFailed():
		c.Failed++
	case t.Outcome == Pass && len(t.Subs) == 0:
		c.Passed++
	}
}

func (t *Test) subFailed() bool {
	for _, sub := range t.Subs {
		if sub.Outcome.Failed() {
			return true
		}
	}
	return false
}
