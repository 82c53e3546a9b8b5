package handler

import (
	"context"
	"encoding/json"
	"errors"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/recall"
)

// Issue answers other backends, by Lambda invoke.
func Issue(i *issue.Issuer, log *Log) Func {
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		a, err := i.Issue(ctx, event)
		log.issued(a, err)
		if err != nil {
			return nil, err
		}
		return jsonv2.Marshal(a, jsonv2.Deterministic(true))
	})
}

// issued writes the line of one request to issue. Which fields were wrong is
// told to who asked; their names alone are of use to who reads logs.
func (l *Log) issued(a *issue.Answer, err error) {
	switch {
	case err != nil:
		l.measured(line{Level: "ERROR", Message: "issue", Outcome: "error", Reason: "unavailable", Error: err.Error(),
			Hint: unanswered(err, ": nothing was issued that anybody holds, and the call may be repeated")})
	case a.Error != nil:
		l.measured(line{Level: "INFO", Message: "issue", Outcome: "invalid", Reason: a.Error.Code, PassID: a.ID, Fields: len(a.Error.Fields), Hint: "the answer names each wrong field"})
	case a.Many != nil:
		l.measured(issuedMany(a))
	case a.Reissued:
		l.measured(line{Level: "INFO", Message: "issue", Operation: "reissue", Outcome: "ok", Reason: "ok", PassID: a.ID, Mode: string(a.Mode), By: a.By})
	default:
		l.measured(line{Level: "INFO", Message: "issue", Outcome: "ok", Reason: "ok", PassID: a.ID, Mode: string(a.Mode), Repeated: a.Repeated})
	}
}

// unanswered returns the hint beside an error: what to do where it passes by itself.
// With another table's digest key it does not, and the error says what to do.
func unanswered(err error, so string) string {
	if errors.Is(err, keys.ErrDigestKey) {
		return "nothing was done: repeat it when this process has the table's own key"
	}
	return "the store or the key service did not answer" + so
}

// issuedMany returns the line of a request for many: counts, since a thousand ids
// would be cut, and the stream tells of each pass.
func issuedMany(a *issue.Answer) line {
	ln := line{Level: "INFO", Message: "issue", Operation: "many", Outcome: "ok", Reason: "ok", Repeated: a.Repeated, Many: &many{a.Issued, a.Refused, a.Left}}
	switch {
	case a.Left > 0:
		ln.Level, ln.Outcome, ln.Reason = "ERROR", "error", "unavailable"
		ln.Hint = "the table is throttling, or the time was up: who asked repeats the request with the same idempotency_key, and the rest is written"
		if a.Err != nil {
			ln.Error = a.Err.Error()
		}
	case a.Issued == 0:
		ln.Outcome, ln.Reason, ln.Hint = "invalid", issue.InvalidRequest, "all were wrong: the answer names each wrong field"
	}
	return ln
}

// Documents answers a document with a document: what manage and recall do. Its
// error is something to be tried again; a wrong request is an answer.
type Documents interface {
	Handle(ctx context.Context, doc []byte) ([]byte, error)
}

// Operate answers operators' tools, by Lambda invoke. What it does is logged by
// Entry or Recalled, which the Manager or the Recaller calls.
func Operate(d Documents, log *Log) Func {
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		out, err := d.Handle(ctx, event)
		if err != nil {
			log.failed("answer", err)
		}
		return out, err
	})
}

// Expire answers the table's stream. Records that could not be handled are
// named in the answer, and Lambda sends them again.
func Expire(a *audit.Auditor, log *Log) Func {
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		return a.HandleStream(ctx, event)
	})
}

// Report writes the line of one batch of the stream.
func (l *Log) Report(r audit.Report) {
	ln := line{Level: "INFO", Message: "batch", Outcome: "ok", Reason: "ok", Batch: &batch{Changes: r.Changes, Handled: r.Handled, Published: r.Published,
		Foreign: r.Foreign, Versions: r.Versions, Malformed: r.Malformed, FailedAt: r.FailedAt}}
	if r.Err != nil {
		ln.Level, ln.Outcome, ln.Reason, ln.Error = "ERROR", "error", "unavailable", r.Err.Error()
		ln.Hint = "the records from failed_at on come again; after the last attempt the batch goes to the failure destination"
	}
	l.measured(ln)
	l.skipped(r)
}

// skipped writes a line for what was passed over for good, whatever became of the
// rest of the batch: it is not handed over again, so nothing else would tell of it.
func (l *Log) skipped(r audit.Report) {
	if len(r.Malformed) > 0 {
		l.measured(line{Level: "ERROR", Message: "batch", Outcome: "error", Reason: "malformed", Batch: &batch{Malformed: r.Malformed},
			Hint: "these records could not be read and were passed over, so that they do not block the ones behind them"})
	}
	if r.Versions > 0 {
		l.measured(line{Level: "ERROR", Message: "batch", Outcome: "error", Reason: "version", Batch: &batch{Versions: r.Versions},
			Hint: "a newer version of Gatepass wrote these records, and they were passed over: deploy it here too"})
	}
}

// Entry writes the line of one operation. Why it was done may name somebody, so
// it stays with the pass.
func (l *Log) Entry(e manage.Entry) {
	ln := line{Level: "INFO", Message: "operation", Operation: e.Operation, Outcome: e.Outcome, Reason: e.Outcome, PassID: e.PassID, By: e.By, Fields: e.Fields}
	switch {
	case e.Err != nil:
		ln.Level, ln.Error = "ERROR", e.Err.Error()
		ln.Hint = unanswered(e.Err, ", so whether it was done is not known: repeat it, which does nothing twice, or describe the pass")
	case e.Unchanged:
		ln.Hint = "the pass was so already: nothing was changed"
	case e.Fields > 0:
		ln.Hint = "the answer names each wrong field"
	}
	l.measured(ln)
}

// Recalled writes the line of one call of recall. Whom it was about is in no line.
func (l *Log) Recalled(e recall.Entry) {
	ln := line{Level: "INFO", Message: "recall", Operation: e.Operation, Outcome: e.Outcome, Reason: e.Outcome, By: e.By, Fields: e.Fields,
		Recall: &recalled{Seen: e.Seen, Revoked: e.Revoked, Unreadable: e.Unreadable, Forgotten: e.Forgotten, More: e.More}}
	if e.Err != nil {
		ln.Error = e.Err.Error()
	}
	switch {
	case e.Outcome == "unavailable":
		ln.Level, ln.Hint = "ERROR", unanswered(e.Err, ": repeat the call")
	case e.Fields > 0:
		ln.Hint = "the answer names each wrong field"
	case e.Err != nil:
		ln.Level, ln.Hint = "WARN", "what was done until then is answered with a cursor, to go on with"
	case e.More:
		ln.Hint = "the time was up: the answer has a cursor, to go on with"
	}
	l.measured(ln)
}
