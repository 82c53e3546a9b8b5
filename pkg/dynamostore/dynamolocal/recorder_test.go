package dynamolocal_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestARecorderTellsWhatWasAskedAndWhatItCost(t *testing.T) {
	r := &dynamolocal.Recorder{}
	db := dynamolocal.NewTable(t, dynamolocal.Start(t), r.Option)
	if calls := r.Calls(); len(calls) != 0 {
		t.Errorf("making the table was recorded: %v", calls)
	}
	p := &pass.Pass{V: pass.Version, ID: "P1", Mode: pass.Request}
	if err := db.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := db.Create(t.Context(), p); err == nil {
		t.Error("created twice")
	}
	calls := r.Calls()
	if len(calls) != 2 || calls[0].Operation != "PutItem" || calls[0].Units != 3 || calls[0].Err != nil || calls[1].Err == nil || calls[1].Units != 0 {
		t.Fatalf("recorded %+v", calls)
	}
	if in, ok := calls[0].Input.(*dynamodb.PutItemInput); !ok || *in.TableName != db.Name {
		t.Errorf("input %+v", calls[0].Input)
	}
	r.Reset()
	if len(r.Calls()) != 0 {
		t.Error("not reset")
	}
}

func TestPutAndGetGoPastTheStore(t *testing.T) {
	db := dynamolocal.NewTable(t, dynamolocal.Start(t))
	it, err := db.Get("P#P1", record.PassSK)
	if it != nil || err != nil {
		t.Errorf("absent: %v (%v)", it, err)
	}
	if err := db.Put(record.FromPass(&pass.Pass{V: 7, ID: "P1"})); err != nil {
		t.Fatal(err)
	}
	it, err = db.Get("P#P1", record.PassSK)
	if err != nil || it[record.V] != int64(7) {
		t.Errorf("%v (%v)", it, err)
	}
	if err := db.Put(record.Item{"no": "keys"}); err == nil {
		t.Error("an item without keys was taken")
	}
}
