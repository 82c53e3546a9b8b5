package gate_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestOnDynamoDB is the tier that runs all of this over DynamoDB Local, with the
// write units that ConsumedCapacity says were paid.
func TestOnDynamoDB(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	var rec dynamolocal.Recorder
	table := dynamolocal.NewTable(t, endpoint, rec.Option)
	spent := func() (sum float64) {
		for _, c := range rec.Calls() {
			if (c.Operation == "UpdateItem" || c.Operation == "TransactWriteItems") && !look(c) {
				sum += c.Units
			}
		}
		rec.Reset()
		return sum
	}
	t.Run("decisions", func(t *testing.T) { testDecisions(t, table.Backend(), spent) })
	t.Run("redeeming", func(t *testing.T) { testRedeemDecisions(t, table.Backend(), spent) })
	fresh := func(t testing.TB) storetest.Backend { return dynamolocal.NewTable(t, endpoint).Backend() }
	t.Run("never more than n", func(t *testing.T) { testNeverMoreThanN(t, fresh) })
	t.Run("the request id is not trusted", func(t *testing.T) { testRequestIDIsNotTrusted(t, fresh) })
	t.Run("revoke ends at once", func(t *testing.T) { testRevokeEndsAtOnce(t, fresh) })
}

// look reports whether a call counted a look at the link page, which is no part
// of the decision: pkg/dynamostore says what it costs.
func look(c dynamolocal.Call) bool {
	in, ok := c.Input.(*dynamodb.UpdateItemInput)
	if !ok {
		return false
	}
	sk, ok := in.Key[record.SK].(*types.AttributeValueMemberS)
	return ok && sk.Value == record.OpensSK
}
