package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestOnlyTheServiceItselfIsTTL(t *testing.T) {
	for _, tt := range []struct {
		typ, principal string
		want           bool
	}{
		{"Service", "dynamodb.amazonaws.com", true},
		{"Service", "lambda.amazonaws.com", false},
		{"Service", "dynamodb.amazonaws.com.example.com", false},
		{"AWSAccount", "dynamodb.amazonaws.com", false},
		{"service", "dynamodb.amazonaws.com", false},
		{"", "", false},
	} {
		if got := audit.IsTTL(tt.typ, tt.principal); got != tt.want {
			t.Errorf("%q %q is TTL: %v", tt.typ, tt.principal, got)
		}
	}
}

func TestWhatToStreamWritesFromStreamReads(t *testing.T) {
	h := newHouse(t)
	life(h)
	h.deliver()
	die(h)
	want := h.changes(0)
	doc, err := audit.ToStream(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := audit.FromStream(doc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	names := map[string]int{}
	var ev struct {
		Records []struct {
			Name string `json:"eventName"`
		}
	}
	if err := json.Unmarshal(doc, &ev); err != nil {
		t.Fatal(err)
	}
	for _, r := range ev.Records {
		names[r.Name]++
	}
	if names["INSERT"] == 0 || names["MODIFY"] == 0 || names["REMOVE"] == 0 || len(names) != 3 {
		t.Errorf("event names %v", names)
	}
}

func TestChangesWithoutImagesAreNotWritten(t *testing.T) {
	for _, c := range []audit.Change{{}, {Err: errors.New("x"), New: record.Item{}}, {New: record.Item{"a": 1.5}}} {
		if doc, err := audit.ToStream([]audit.Change{c}); err == nil {
			t.Errorf("%+v was written as %s", c, doc)
		}
	}
}

func TestARecordThatCannotBeReadHidesNoOther(t *testing.T) {
	const image = `{"pk":{"S":"PUB"},"sk":{"S":"1"}}`
	record := func(more string) string {
		return `{"eventID":"e","eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":` + image + more + `}}`
	}
	tests := []struct{ name, doc string }{
		{"text", `"x"`},
		{"null", `null`},
		{"nothing", `{}`},
		{"an attribute without a type", `{"eventID":"e","eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":{"pk":{}}}}`},
		{"an attribute of two types", `{"eventID":"e","eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":{"pk":{"S":"a","N":"1"}}}}`},
		{"a number that is none", `{"eventID":"e","eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":{"a":{"N":"x"}}}}`},
		{"an image that is a list", `{"eventID":"e","eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":[]}}`},
		{"an insert that had an item before", record(`,"OldImage":` + image)},
		{"a stream of new images alone", `{"eventID":"e","eventName":"MODIFY","dynamodb":{"SequenceNumber":"7","NewImage":` + image + `}}`},
		{"a stream of keys alone", `{"eventID":"e","eventName":"REMOVE","dynamodb":{"SequenceNumber":"7","Keys":` + image + `}}`},
		{"a time that is text", record(`,"ApproximateCreationDateTime":"x"`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes, err := audit.FromStream([]byte(`{"Records":[` + record("") + `,` + tt.doc + `,` + record("") + `]}`))
			if err != nil || len(changes) != 3 {
				t.Fatal(changes, err)
			}
			for i, c := range changes {
				if bad := i == 1; bad != (c.Err != nil) || bad && (c.Old != nil || c.New != nil) || !bad && (c.ID != "e" || c.Sequence != "7" || c.New == nil) {
					t.Errorf("change %d is %+v", i, c)
				}
			}
			if named := strings.Contains(tt.doc, `"7"`); named && (changes[1].Sequence != "7" || changes[1].ID != "e") {
				t.Errorf("the bad record lost its name: %+v", changes[1])
			}
		})
	}
}

func TestOfARecordsIdentityAndTimeOnlyTheGoodCount(t *testing.T) {
	record := func(more, at string) string {
		return `{"Records":[{"eventID":"e","eventName":"REMOVE",` + more + `"dynamodb":{"ApproximateCreationDateTime":` + at + `,"OldImage":{"a":{"S":"b"}}}}]}`
	}
	tests := []struct {
		name, doc string
		ttl       bool
		at        pass.NumericDate
	}{
		{"no identity", record("", "7"), false, 7},
		{"a null identity", record(`"userIdentity":null,`, "7"), false, 7},
		{"somebody's identity", record(`"userIdentity":{"type":"AWSAccount","principalId":"123456789012"},`, "7"), false, 7},
		{"DynamoDB's identity", record(`"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},`, "7"), true, 7},
		{"a fraction of a second", record("", "7.9"), false, 7},
		{"a time before 1970", record("", "-1"), false, 0},
		{"a time that is no second", record("", "1e300"), false, 0},
		{"the last second of year 9999", record("", "253402300799"), false, 253402300799},
		{"a time in milliseconds", record("", "1480642020500"), false, 0},
	}
	for _, tt := range tests {
		got, err := audit.FromStream([]byte(tt.doc))
		if err != nil || got[0].Err != nil || got[0].TTL != tt.ttl || got[0].At != tt.at {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestADocumentThatIsNoStreamEventIsAnError(t *testing.T) {
	for _, doc := range []string{``, `[]`, `{}`, `null`, `{"Records":1}`, `{"Records":null}`, `{"Records":[`, `{"version":"2.0","routeKey":"GET /"}`} {
		if b, err := (&audit.Auditor{}).HandleStream(context.Background(), []byte(doc)); err == nil {
			t.Errorf("%s: answer %s", doc, b)
		}
	}
	if b, err := (&audit.Auditor{}).HandleStream(context.Background(), []byte(`{"Records":[]}`)); err != nil || string(b) != `{"batchItemFailures":[]}` {
		t.Errorf("an empty batch: %s, %v", b, err)
	}
}

func TestTheAnswerNamesTheFailedRecords(t *testing.T) {
	if got, want := string(audit.Answer([]string{"7", "8"})), `{"batchItemFailures":[{"itemIdentifier":"7"},{"itemIdentifier":"8"}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A record as AWS documents it, with every type of attribute there is, and the
// fraction of a second that some streams have.
const foreignRecord = `{"Records":[{"eventID":"f07f8ca4b0b26cb9c4e5e77e42f274ee","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",
"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
"dynamodb":{"ApproximateCreationDateTime":1.4806420205e9,"Keys":{"val":{"S":"data"}},"SizeBytes":54,"SequenceNumber":"1405400000000002063282832","StreamViewType":"NEW_AND_OLD_IMAGES",
"NewImage":{"val":{"S":"data"},"Binary":{"B":"AAEqQQ=="},"Boolean":{"BOOL":true},"BinarySet":{"BS":["AAEqQQ=="]},"List":{"L":[{"S":"Cookies"},{"N":"3.14159"}]},
"Map":{"M":{"Name":{"S":"Joe"}}},"FloatNumber":{"N":"123.45"},"NumberSet":{"NS":["1"]},"Null":{"NULL":true},"StringSet":{"SS":[]}}},
"eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/Example-Table/stream/2016-12-01T00:00:00.000"}]}`

func TestARecordOfAnyTableIsRead(t *testing.T) {
	got, err := audit.FromStream([]byte(foreignRecord))
	if err != nil {
		t.Fatal(err)
	}
	want := []audit.Change{{ID: "f07f8ca4b0b26cb9c4e5e77e42f274ee", Sequence: "1405400000000002063282832", TTL: true, At: 1480642020,
		New: record.Item{"val": "data", "Binary": []byte{0, 1, 42, 65}, "Boolean": true, "List": []any{"Cookies", json.Number("3.14159")},
			"Map": record.Item{"Name": "Joe"}, "FloatNumber": json.Number("123.45")}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheSampleEventsWork(t *testing.T) {
	for name, want := range map[string]struct{ calls, events []string }{
		"expire-use.json":    {[]string{"use 7Gm2kQpX4sVbN9aT AgAAAAAAAAA 60 GET /reports/{id} 7200", "seen 7Gm2kQpX4sVbN9aT AgAAAAAAAAA 7200", "publish 1"}, []string{"pass.used"}},
		"expire-ttl.json":    {[]string{"clear 7Gm2kQpX4sVbN9aT", "publish 2"}, []string{"pass.expired", "pass.purged"}},
		"expire-delete.json": {[]string{"clear 7Gm2kQpX4sVbN9aT", "publish 1"}, []string{"pass.deleted"}},
	} {
		doc, err := os.ReadFile(filepath.Join("..", "..", "events", name))
		if err != nil {
			t.Fatal(err)
		}
		h := newHouse(t)
		answer, err := h.audit.HandleStream(context.Background(), doc)
		if err != nil || string(answer) != `{"batchItemFailures":[]}` {
			t.Errorf("%s: answer %s, error %v", name, answer, err)
		}
		if diff := cmp.Diff(want.calls, h.faults.calls); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(want.events, types(h.events)); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", name, diff)
		}
		if r := h.log[0]; len(r.Malformed)+r.Foreign+r.Versions != 0 {
			t.Errorf("%s: report %+v", name, r)
		}
	}
}

func TestLogEventsAreLinesOfJSON(t *testing.T) {
	var out bytes.Buffer
	l := audit.NewLogEvents(&out)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			e := audit.Event{Version: audit.EventVersion, ID: fmt.Sprint(n), Type: audit.Issued, PassID: passID, At: t0.Time()}
			if err := l.Publish(context.Background(), []audit.Event{e, e}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 40 {
		t.Errorf("%d lines", len(lines))
	}
	for i, l := range lines {
		var e audit.Event
		if err := json.Unmarshal([]byte(l), &e); err != nil || e.PassID != passID || i%2 == 1 && l != lines[i-1] {
			t.Errorf("line %d: %s (%v)", i, l, err)
		}
	}
	if err := audit.NewLogEvents(broken{}).Publish(context.Background(), []audit.Event{{}}); !errors.Is(err, errFault) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errFault }

func FuzzHandleStream(f *testing.F) {
	for _, name := range []string{"expire-use.json", "expire-ttl.json", "expire-delete.json"} {
		doc, err := os.ReadFile(filepath.Join("..", "..", "events", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	f.Add([]byte(foreignRecord))
	p, err := audit.ToStream([]audit.Change{{ID: "e", Sequence: "1", New: record.FromPass(fixture(nil)), At: t0}, {Old: record.FromSession(session(1, t0)), New: record.Marker(passID, t0)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p)
	f.Fuzz(func(t *testing.T, doc []byte) {
		// Reading is quadratic in how deep an image is nested, which in a table is
		// at most 32.
		if bytes.Count(doc, []byte("{"))+bytes.Count(doc, []byte("[")) > 1000 {
			return
		}
		var out bytes.Buffer
		var report audit.Report
		a := &audit.Auditor{Store: nothing{}, Events: audit.NewLogEvents(&out), Log: func(r audit.Report) { report = r }}
		answer, err := a.HandleStream(context.Background(), doc)
		if err != nil {
			return
		}
		// With a store and a bus that work, nothing is ever handed over again.
		if string(answer) != `{"batchItemFailures":[]}` || report.Handled != report.Changes {
			t.Fatalf("answer %s, report %+v", answer, report)
		}
		if n := bytes.Count(out.Bytes(), []byte("\n")); n != report.Published {
			t.Errorf("%d events in %d lines", report.Published, n)
		}
		changes, err := audit.FromStream(doc)
		if err != nil {
			t.Fatal(err)
		}
		changes = slices.DeleteFunc(changes, func(c audit.Change) bool { return c.Err != nil })
		again, err := audit.ToStream(changes)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := audit.FromStream(again); err != nil || !cmp.Equal(changes, back) {
			t.Errorf("%v: %s", err, cmp.Diff(changes, back))
		}
	})
}
