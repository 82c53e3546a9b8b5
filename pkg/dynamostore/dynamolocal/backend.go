package dynamolocal

import "github.com/gatepass/gatepass/pkg/storetest"

// Backend returns the table for the conformance suite.
func (t Table) Backend() storetest.Backend {
	return storetest.Backend{Store: t.Store, Put: t.Put, Get: t.Get}
}
