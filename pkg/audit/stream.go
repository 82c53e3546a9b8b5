package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The names of changes in a stream.
const (
	insert = "INSERT"
	modify = "MODIFY"
	remove = "REMOVE"
)

// streamRecord is one record of a DynamoDB stream as Lambda hands it over. The
// stream must carry both images.
type streamRecord struct {
	EventID      string        `json:"eventID"`
	EventName    string        `json:"eventName"`
	EventVersion string        `json:"eventVersion,omitempty"`
	EventSource  string        `json:"eventSource,omitempty"`
	Identity     *userIdentity `json:"userIdentity,omitempty"`
	Body         struct {
		Created  float64     `json:"ApproximateCreationDateTime,omitempty"` // seconds
		Keys     record.Item `json:"Keys,omitzero"`
		Old      record.Item `json:"OldImage,omitzero"`
		New      record.Item `json:"NewImage,omitzero"`
		Sequence string      `json:"SequenceNumber"`
		View     string      `json:"StreamViewType,omitempty"`
	} `json:"dynamodb"`
}

type userIdentity struct {
	Type      string `json:"type"`
	Principal string `json:"principalId"`
}

type streamEvent struct {
	Records []json.RawMessage `json:"Records"`
}

const (
	ttlType      = "Service"
	ttlPrincipal = "dynamodb.amazonaws.com"
)

// IsTTL reports whether the identity in a stream record is DynamoDB's own,
// which removes items by TTL. Records of everybody else have no identity.
func IsTTL(typ, principal string) bool { return typ == ttlType && principal == ttlPrincipal }

// HandleStream handles a stream event as Lambda hands it over, and returns the
// answer that names what is to be handed over again. Its error means that the
// document is no stream event at all; failures of single records are in the
// answer, and in the Report.
func (a *Auditor) HandleStream(ctx context.Context, doc []byte) ([]byte, error) {
	changes, err := FromStream(doc)
	if err != nil {
		return nil, err
	}
	failed, _ := a.Handle(ctx, changes) // the Report has the cause
	return Answer(failed), nil
}

// FromStream reads a stream event. A record that cannot be read becomes a
// Change with Err, so that it hides none of the others.
func FromStream(doc []byte) ([]Change, error) {
	var ev streamEvent
	if err := json.Unmarshal(doc, &ev); err != nil || ev.Records == nil {
		return nil, errors.New("audit: the document is no stream event")
	}
	changes := make([]Change, len(ev.Records))
	for i, raw := range ev.Records {
		changes[i] = fromRecord(raw)
	}
	return changes, nil
}

func fromRecord(raw json.RawMessage) Change {
	var r streamRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return unreadable(raw)
	}
	c := Change{ID: r.EventID, Sequence: r.Body.Sequence, Old: r.Body.Old, New: r.Body.New, At: second(r.Body.Created)}
	c.TTL = r.Identity != nil && IsTTL(r.Identity.Type, r.Identity.Principal)
	if name := c.name(); name != r.EventName {
		return Change{ID: c.ID, Sequence: c.Sequence, Err: fmt.Errorf("audit: images of %s in a record that is not", name)}
	}
	return c
}

// unreadable keeps of a record what names it. The cause is left out: it may
// quote the record.
func unreadable(raw json.RawMessage) Change {
	var r struct {
		EventID string `json:"eventID"`
		Body    struct {
			Sequence string `json:"SequenceNumber"`
		} `json:"dynamodb"`
	}
	_ = json.Unmarshal(raw, &r)
	return Change{ID: r.EventID, Sequence: r.Body.Sequence, Err: errors.New("audit: a record that cannot be read")}
}

// name returns what happened, as the images tell it.
func (c Change) name() string {
	switch {
	case c.Old == nil && c.New != nil:
		return insert
	case c.Old != nil && c.New == nil:
		return remove
	case c.Old != nil:
		return modify
	}
	return "nothing"
}

func second(f float64) pass.NumericDate {
	if !(f >= 0 && f < 253402300800) { // the year 10000
		return 0
	}
	return pass.NumericDate(f)
}

// ToStream writes changes as FromStream reads them: what feeds the function on
// one machine. Changes with Err or without images cannot be written.
func ToStream(changes []Change) ([]byte, error) {
	ev := streamEvent{Records: make([]json.RawMessage, 0, len(changes))}
	for _, c := range changes {
		if c.Err != nil || c.Old == nil && c.New == nil {
			return nil, fmt.Errorf("audit: change %s has no images", c.Sequence)
		}
		raw, err := json.Marshal(c.record())
		if err != nil {
			return nil, fmt.Errorf("audit: change %s: %w", c.Sequence, err)
		}
		ev.Records = append(ev.Records, raw)
	}
	return json.Marshal(ev)
}

func (c Change) record() streamRecord {
	r := streamRecord{EventID: c.ID, EventName: c.name(), EventVersion: "1.1", EventSource: "aws:dynamodb"}
	r.Body.Created, r.Body.Sequence, r.Body.View = float64(c.At), c.Sequence, "NEW_AND_OLD_IMAGES"
	r.Body.Old, r.Body.New = c.Old, c.New
	r.Body.Keys = record.Item{}
	for _, name := range []string{record.PK, record.SK} {
		if v, ok := c.item()[name]; ok {
			r.Body.Keys[name] = v
		}
	}
	if c.TTL {
		r.Identity = &userIdentity{Type: ttlType, Principal: ttlPrincipal}
	}
	return r
}

// Answer writes the answer to a stream event: the changes that failed, lowest
// sequence number first. None is an empty list, and the whole batch is done.
func Answer(failed []string) []byte {
	type item struct {
		Sequence string `json:"itemIdentifier"`
	}
	out := struct {
		Failures []item `json:"batchItemFailures"`
	}{Failures: []item{}}
	for _, s := range failed {
		out.Failures = append(out.Failures, item{s})
	}
	b, _ := json.Marshal(out) // strings alone: cannot fail
	return b
}
