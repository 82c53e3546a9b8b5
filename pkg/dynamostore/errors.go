package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// failure translates what the SDK returned into one of package pass's kinds.
// The text names the operation and the AWS error code. The SDK's error itself
// is not wrapped: its message may repeat values of the request.
func failure(op string, err error) error {
	var refused *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pass.ErrUnavailable):
		return err
	case errors.As(err, &refused) && refused.Item != nil:
		return fmt.Errorf("dynamodb %s: %w", op, pass.ErrExists)
	case errors.As(err, &refused):
		return fmt.Errorf("dynamodb %s: %w", op, pass.ErrNotFound)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("dynamodb %s: %w: %w", op, pass.ErrUnavailable, context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("dynamodb %s: %w: %w", op, pass.ErrUnavailable, context.Canceled)
	}
	return fmt.Errorf("dynamodb %s: %w: %s%s", op, pass.ErrUnavailable, code(err), requestID(err))
}

// code is what a log may say about an error: what went wrong, not with what.
func code(err error) string {
	var api smithy.APIError
	var network *net.OpError
	var cancelled *types.TransactionCanceledException
	switch {
	case errors.As(err, &cancelled):
		return "TransactionCanceledException [" + strings.Join(reasonCodes(cancelled), " ") + "]"
	case errors.As(err, &api):
		return api.ErrorCode()
	case errors.As(err, &network):
		return network.Error()
	}
	return "no answer"
}

// requestID is what AWS's support asks for.
func requestID(err error) string {
	var answered interface{ ServiceRequestID() string }
	if errors.As(err, &answered) && answered.ServiceRequestID() != "" {
		return " (request " + answered.ServiceRequestID() + ")"
	}
	return ""
}

func reasonCodes(c *types.TransactionCanceledException) []string {
	codes := make([]string, len(c.CancellationReasons))
	for i, r := range c.CancellationReasons {
		codes[i] = aws.ToString(r.Code)
	}
	return codes
}

// refusedBy reports whether a write failed by its own condition, with the item
// as it was; nil if there was none.
func refusedBy(err error) (record.Item, bool) {
	var refused *types.ConditionalCheckFailedException
	if !errors.As(err, &refused) {
		return nil, false
	}
	if refused.Item == nil {
		return nil, true
	}
	return toItem(refused.Item), true
}

// conflicts is how often a write is tried that meets a transaction on the same
// item. The SDK does not retry these.
const conflicts = 6

// patiently repeats a call that meets somebody else's transaction: nothing of
// it was carried out. Every other error is returned as it is.
func patiently(ctx context.Context, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		if attempt == conflicts || !conflicted(err) {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// conflicted reports whether a conflict is all that stood in the way.
func conflicted(err error) bool {
	var single *types.TransactionConflictException
	if errors.As(err, &single) {
		return true
	}
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return false
	}
	found := false
	for _, code := range reasonCodes(cancelled) {
		switch code {
		case "None", "":
		case "TransactionConflict":
			found = true
		default:
			return false
		}
	}
	return found
}

// backoff is how long to wait before the next attempt: a random part of 50 ms,
// doubled each time, so that all attempts fit into an authorizer's 5 s.
func backoff(attempt int) time.Duration {
	return rand.N(25 * time.Millisecond << min(attempt, 4))
}

// pause waits for the next attempt, or until ctx ends.
func pause(ctx context.Context, attempt int) error {
	t := time.NewTimer(backoff(attempt))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempts counts how often the SDK sent a request, which it tells only from
// inside when the last one failed.
type attempts struct{ n int }

// count is an option for one call.
func (a *attempts) count(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CountAttempts", a.watch), middleware.Before)
	})
}

func (a *attempts) watch(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleInitialize(ctx, in)
	if results, ok := retry.GetAttemptResults(meta); ok {
		a.n = len(results.Results)
	}
	return out, meta, err
}
