// Package testdata carries the decision table, so that every test in the
// repository reads the same rows without knowing where they lie. To read them,
// use package decisions; nothing that is deployed imports either.
package testdata

import _ "embed"

//go:embed decisions.txt
var decisions string

// Decisions returns the decision table as it is written.
func Decisions() string { return decisions }
