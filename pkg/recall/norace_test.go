//go:build !race

package recall_test

const raced = false
