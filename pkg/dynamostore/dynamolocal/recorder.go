package dynamolocal

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// Call is one operation that was asked of DynamoDB, however often it was sent.
type Call struct {
	Operation string  // such as "UpdateItem"
	Input     any     // the SDK's input, such as *dynamodb.UpdateItemInput
	Err       error   // as the SDK returned it
	Units     float64 // of capacity; zero where the operation failed
}

// Recorder records what clients ask, and what it costs: it adds to each request
// that the answer shall say. It is safe for concurrent use, by many clients.
type Recorder struct {
	mu    sync.Mutex
	calls []Call
}

// Option is an option for a client that shall be recorded.
func (r *Recorder) Option(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Record", r.watch), middleware.Before)
	})
}

// Calls returns what was asked since the last Reset, in the order of answers.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Reset forgets the calls so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

func (r *Recorder) watch(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	in.Parameters = priced(in.Parameters)
	out, meta, err := next.HandleInitialize(ctx, in)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, Call{Operation: awsmiddleware.GetOperationName(ctx), Input: in.Parameters, Err: err, Units: units(out.Result)})
	return out, meta, err
}

// priced returns a copy of an input that asks for the price.
func priced(input any) any {
	total := types.ReturnConsumedCapacityTotal
	switch in := input.(type) {
	case *dynamodb.BatchGetItemInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	case *dynamodb.UpdateItemInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	case *dynamodb.PutItemInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	case *dynamodb.DeleteItemInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	case *dynamodb.QueryInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	case *dynamodb.TransactWriteItemsInput:
		c := *in
		c.ReturnConsumedCapacity = total
		return &c
	}
	return input
}

func units(output any) float64 {
	switch out := output.(type) {
	case *dynamodb.BatchGetItemOutput:
		return sum(out.ConsumedCapacity...)
	case *dynamodb.TransactWriteItemsOutput:
		return sum(out.ConsumedCapacity...)
	case *dynamodb.UpdateItemOutput:
		return one(out.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		return one(out.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		return one(out.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		return one(out.ConsumedCapacity)
	}
	return 0
}

func sum(all ...types.ConsumedCapacity) (n float64) {
	for i := range all {
		n += one(&all[i])
	}
	return n
}

func one(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
