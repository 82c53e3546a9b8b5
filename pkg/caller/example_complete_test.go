package caller_test

import (
	"context"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/client"
)

// Guard.Complete asks the function manage, by a client that has the right to: whoever
// opens the link afterwards reads that this is done.
func ExampleConfig_complete() {
	gatepass := client.Client{Invoke: client.Local("")} // with a stack, an Invoke by its SDK and Functions.Manage
	_ = caller.Config{
		// Gate, Store, JWTs and the rest as for every guard, and then:
		Complete: func(ctx context.Context, passID string) error {
			_, err := gatepass.Complete(ctx, passID, client.Who{By: "orders", Why: "the order was placed"})
			return err
		},
	}
}
