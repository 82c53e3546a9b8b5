package main

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/runtime"
)

// inTurn has each of a function's versions serve one invocation after the other.
func inTurn(list []*runtime.Function) local.Function {
	var n atomic.Int64
	return func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		return list[int(n.Add(1)-1)%len(list)].Invoke(ctx, event)
	}
}
