package dynamostore_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// recorded returns how to open tables whose requests are recorded, and checks
// every one of them when the test is over.
func recorded(t *testing.T) func(t *testing.T) storetest.Backend {
	t.Helper()
	endpoint := dynamolocal.Start(t)
	requests := &dynamolocal.Recorder{}
	t.Cleanup(func() {
		calls := requests.Calls()
		if len(calls) == 0 {
			t.Error("nothing was recorded")
		}
		faults := map[string]bool{}
		for _, c := range calls {
			for _, f := range improper(c.Input) {
				faults[c.Operation+": "+f] = true
			}
		}
		for f := range faults {
			t.Error(f)
		}
	})
	return func(t *testing.T) storetest.Backend {
		t.Helper()
		return dynamolocal.NewTable(t, endpoint, requests.Option).Backend()
	}
}

func TestStoreKeepsItsContract(t *testing.T) { storetest.Run(t, recorded(t)) }

func TestConditionsAdmitExactlyWhatAdmitDoes(t *testing.T) { storetest.RunAdmit(t, recorded(t), 300) }

func TestStoreKeepsItsNumbersUnderStorms(t *testing.T) { storetest.RunConcurrency(t, recorded(t)) }

func TestDecisionsHoldOnTheStore(t *testing.T) { storetest.RunDecisions(t, recorded(t)) }

func TestHistoriesAreLinearizable(t *testing.T) { storetest.RunHistory(t, recorded(t), 10) }

// improper returns what is wrong with a request, by the rules of the package
// comment.
func improper(input any) []string {
	switch in := input.(type) {
	case *dynamodb.BatchGetItemInput:
		return improperBatch(in)
	case *dynamodb.QueryInput:
		return append(unless(aws.ToBool(in.ConsistentRead) == (in.IndexName == nil), "a read of the table that is not consistent, or one of an index that would be refused"),
			bare(in.KeyConditionExpression, in.FilterExpression, in.ProjectionExpression)...)
	case *dynamodb.UpdateItemInput:
		return append(improperWrite(in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure),
			slices.Concat(improperUpdate(in.Key, in.ConditionExpression), unless(in.ReturnValues == types.ReturnValueAllNew, "the new item is not asked for"),
				bare(in.UpdateExpression, in.ConditionExpression))...)
	case *dynamodb.PutItemInput:
		if in.ConditionExpression == nil {
			return nil
		}
		return append(improperWrite(in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure), bare(in.ConditionExpression)...)
	case *dynamodb.DeleteItemInput:
		return bare(in.ConditionExpression)
	case *dynamodb.TransactWriteItemsInput:
		return improperTransaction(in)
	}
	return []string{fmt.Sprintf("%T is no request that this store makes", input)}
}

func improperBatch(in *dynamodb.BatchGetItemInput) (faults []string) {
	for _, asked := range in.RequestItems {
		faults = append(faults, unless(aws.ToBool(asked.ConsistentRead), "a read that is not consistent")...)
		faults = append(faults, bare(asked.ProjectionExpression)...)
	}
	return faults
}

func improperTransaction(in *dynamodb.TransactWriteItemsInput) (faults []string) {
	for _, a := range in.TransactItems {
		switch {
		case a.Put != nil:
			faults = append(faults, improperWrite(a.Put.ConditionExpression, a.Put.ReturnValuesOnConditionCheckFailure)...)
			faults = append(faults, bare(a.Put.ConditionExpression)...)
		case a.Update != nil:
			faults = append(faults, improperWrite(a.Update.ConditionExpression, a.Update.ReturnValuesOnConditionCheckFailure)...)
			faults = append(faults, improperUpdate(a.Update.Key, a.Update.ConditionExpression)...)
			faults = append(faults, bare(a.Update.UpdateExpression, a.Update.ConditionExpression)...)
		default:
			faults = append(faults, "an action that is neither put nor update")
		}
	}
	return faults
}

// improperUpdate: an update of an item that is not there would make one, which
// only the first look at a link page, the first of a limiter's window, the first
// request for a new link and the first client may do.
func improperUpdate(key map[string]types.AttributeValue, condition *string) []string {
	if sk, ok := key[record.SK].(*types.AttributeValueMemberS); ok && slices.Contains([]string{record.OpensSK, record.LimiterSK, record.LinkRequestSK, record.ClientsSK}, sk.Value) {
		return unless(strings.Contains(aws.ToString(condition), "attribute_not_exists(#pk) OR #v = :v"), "an update that may change what another version wrote")
	}
	return unless(strings.Contains(aws.ToString(condition), "attribute_exists(#pk)"), "an update that may create")
}

// improperWrite: a write that may be refused brings back the item that refused
// it.
func improperWrite(condition *string, old types.ReturnValuesOnConditionCheckFailure) []string {
	return append(unless(condition != nil, "a write without a condition"),
		unless(old == types.ReturnValuesOnConditionCheckFailureAllOld, "the old item is not asked for")...)
}

func unless(ok bool, fault string) []string {
	if ok {
		return nil
	}
	return []string{fault}
}

// bare returns the words in expressions that are neither placeholders nor
// DynamoDB's own.
func bare(expressions ...*string) (faults []string) {
	own := []string{"SET", "NOT", "list_append", "attribute_type", "contains", "REMOVE", "AND", "OR", "IN", "size", "attribute_exists", "attribute_not_exists", "if_not_exists"}
	for _, e := range expressions {
		for _, word := range regexp.MustCompile(`[#:]?\w+`).FindAllString(aws.ToString(e), -1) {
			if word[0] != '#' && word[0] != ':' && !slices.Contains(own, word) {
				faults = append(faults, "bare word "+word+" in "+*e)
			}
		}
	}
	return faults
}
