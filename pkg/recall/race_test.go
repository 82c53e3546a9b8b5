//go:build race

package recall_test

// raced: the race detector watches, which makes the embedded store ten times slower.
const raced = true
