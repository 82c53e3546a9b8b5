// Package storetest holds every store to one contract: [Store] is its words,
// and [Run], [RunDecisions], [RunAdmit], [RunConcurrency] and [RunHistory] are
// its proof. It also has the wrappers that tests of other packages put around a
// real store: [Faulty] breaks it to a plan, and [Recorder] counts what was asked
// of it. There is no fake store: a fake would be a second set of rules.
//
// # Rules of the suite
//
//   - Time is an argument. Nothing sleeps; the clock is moved by saying a later
//     second. All seconds lie around the year 2100, so that a store that removes
//     by TTL of its own accord, as DynamoDB Local does, finds nothing to remove,
//     and every answer is given with the overdue items still there.
//   - What a store did is read back raw, through [Backend.Get], and compared
//     whole: an attribute too many is a failure too.
//   - A refusal is compared by its reason and an error by its kind, both ways:
//     one that was wanted and did not come is a failure.
//   - Pass ids and API names are random, so that one table may serve many runs;
//     only the tests of signing keys need a store that nobody has written to.
package storetest

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/record"
)

// Backend is a store under test with a way past it to its items.
type Backend struct {
	Store

	// Put plants an item as it is, replacing what was there, and Get reads one,
	// consistently: nil if it is not there.
	Put func(record.Item) error
	Get func(pk, sk string) (record.Item, error)
}

// promise is one sentence of the contract and the test of it.
type promise struct {
	says  string
	holds func(kit)
}

// Run holds a store to its contract, one promise at a time. Each call of open
// makes a new and empty store, which cleans up after itself by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) Backend) {
	for _, part := range []struct {
		name     string
		promises []promise
	}{
		{"records", recordPromises()},
		{"uses", usePromises()},
		{"redemptions", redeemPromises()},
		{"retries", retryPromises()},
		{"management", managePromises()},
		{"reissues", reissuePromises()},
		{"changes", changePromises()},
		{"history", historyPromises()},
		{"opens", opensPromises()},
		{"clients", clientsPromises()},
		{"desk", deskPromises()},
		{"registrations", registrationPromises()},
		{"orders", orderPromises()},
		{"lists", findPromises()},
		{"erasing", erasePromises()},
		{"rules", rulePromises()},
		{"versions", versionPromises()},
		{"failures", failurePromises()},
		{"overdue", overduePromises()},
	} {
		t.Run(part.name, func(t *testing.T) {
			b := open(t)
			for _, p := range part.promises {
				t.Run(p.says, func(t *testing.T) { p.holds(newKit(t, b)) })
			}
		})
	}
	for _, p := range append(keyPromises(), markPromises()...) {
		t.Run("keys/"+p.says, func(t *testing.T) { p.holds(newKit(t, open(t))) })
	}
}
