package handler

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/gatepass/gatepass/pkg/attach"
)

// Send puts an answer where CloudFormation looks for it.
type Send func(ctx context.Context, url string, answer []byte) error

// maxAnswer is CloudFormation's bound, in bytes
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html).
const maxAnswer = 4096

var (
	errNoRequest   = errors.New("no request of CloudFormation's")
	errRequestType = errors.New("the RequestType is not Create, Update or Delete")
	errUntold      = errors.New("CloudFormation could not be told; it is tried again")
)

// request is CloudFormation's, with the properties as they came.
type request struct {
	cfn.Event
	ResourceProperties    json.RawMessage `json:"ResourceProperties"`
	OldResourceProperties json.RawMessage `json:"OldResourceProperties"`
}

// Attach answers CloudFormation about Custom::GatepassRules. A stack waits for an
// answer for up to an hour, so there is one on every path through here: what is
// wrong, what failed and what panicked are all answered FAILED, in the time that
// is left. Only a function that could not start, or whose process was killed,
// answers nothing; then ServiceTimeout ends the wait. The answer is also returned,
// for who invokes it by hand; with a nil send, only that.
//
// The events and answers are those of aws-lambda-go's package cfn; its LambdaWrap
// is not used, since its client waits for ever, the error it returns and the line
// it logs can hold the presigned URL or what S3 says of its signature, and after a
// panic Lambda would run the request again that was answered already.
//
// An error is returned only if CloudFormation could not be told: Lambda then makes
// the same request again, and all of them may be made twice.
func Attach(a *attach.Attacher, send Send, log *Log) Func {
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		var e request
		err := json.Unmarshal(event, &e) // what can be read is read, whatever the error
		if e.RequestType == "" && e.ResponseURL == "" {
			return nil, errNoRequest
		}
		t := timesOf(ctx, e.ResourceProperties)
		var res attach.Result
		if err == nil {
			res, err = attachWithin(ctx, a, &e, t, log)
		} else {
			res, err = attach.Result{PhysicalID: e.unanswered(), Authorizers: -1}, errNoRequest
		}
		answer := e.answer(res, err)
		log.attached(&e, res, err)
		if send == nil || e.ResponseURL == "" {
			return answer, nil
		}
		ctx, cancel := context.WithTimeout(ctx, time.Until(t.end))
		defer cancel()
		if err := send(ctx, e.ResponseURL, answer); err != nil {
			log.measured(line{Level: "ERROR", Message: "attach", Operation: e.operation(), Outcome: "error", Reason: "untold", Error: err.Error(),
				Hint: "CloudFormation waits until its ServiceTimeout; can this function reach S3?"})
			return nil, errUntold
		}
		return answer, nil
	})
}

// times parts what a request may take: the work, taking back, and the answer.
type times struct {
	work time.Duration
	undo time.Duration
	end  time.Time // of the answer
}

// withoutDeadline is what a request may take where nobody says.
const withoutDeadline = 25 * time.Second

// timesOf goes by the function's own deadline, or by the resource's ServiceTimeout
// where that is sooner; of it a fifth may have passed before the function ran.
func timesOf(ctx context.Context, properties []byte) times {
	all := withoutDeadline
	if deadline, ok := ctx.Deadline(); ok {
		all = time.Until(deadline)
	}
	if s := serviceTimeout(properties); s > 0 {
		all = min(all, s*4/5)
	}
	return times{work: all * 6 / 10, undo: all / 10, end: time.Now().Add(all)}
}

func serviceTimeout(properties []byte) time.Duration {
	var p struct{ ServiceTimeout json.RawMessage }
	_ = json.Unmarshal(properties, &p) // the attacher says what is wrong
	seconds, err := strconv.Atoi(strings.Trim(string(p.ServiceTimeout), `"`))
	if err != nil || seconds < 1 || seconds > 3600 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// attachWithin has the request done, and turns a panic into an error.
func attachWithin(ctx context.Context, a *attach.Attacher, e *request, t times, log *Log) (res attach.Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.work)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			log.panicked(p)
			res, err = attach.Result{PhysicalID: e.unanswered(), Authorizers: -1}, errPanic
		}
	}()
	q := attach.Request{Stack: e.StackID, LogicalID: e.LogicalResourceID, PhysicalID: e.PhysicalResourceID,
		Properties: e.ResourceProperties, Old: e.OldResourceProperties, Undo: t.undo}
	switch e.RequestType {
	case cfn.RequestCreate:
		q.PhysicalID = ""
		return a.Create(ctx, q)
	case cfn.RequestUpdate:
		return a.Update(ctx, q)
	case cfn.RequestDelete:
		return a.Delete(ctx, q)
	}
	return attach.Result{PhysicalID: e.unanswered(), Authorizers: -1}, errRequestType
}

// unanswered is the physical id where the attacher gave none: the one of before,
// or the request's, as package cfn has it. It is none that the attacher makes, so
// that deleting it removes what a create may have written.
func (e *request) unanswered() string {
	if e.PhysicalResourceID != "" {
		return e.PhysicalResourceID
	}
	return "request-" + e.RequestID
}

// answer is what CloudFormation is told, within its bound.
func (e *request) answer(res attach.Result, err error) json.RawMessage {
	r := cfn.NewResponse(&e.Event)
	r.PhysicalResourceID, r.Status = res.PhysicalID, cfn.StatusSuccess
	if err == nil {
		return encodeAnswer(r)
	}
	r.Status = cfn.StatusFailed
	var refused attach.Refused
	if !errors.As(err, &refused) {
		refused = attach.Refused{e.whyFailed(err)}
	}
	for n := min(len(refused), maxAnswer/40); n > 0; n-- {
		r.Reason = refused.First(n)
		if b := encodeAnswer(r); len(b) <= maxAnswer {
			return b
		}
	}
	for { // one fault that is too long by itself
		r.Reason = strings.ToValidUTF8(r.Reason[:len(r.Reason)/2], "") + "..."
		if b := encodeAnswer(r); len(b) <= maxAnswer || len(r.Reason) < 8 {
			return b
		}
	}
}

func (e *request) whyFailed(err error) string {
	switch {
	case errors.Is(err, errPanic):
		return "Gatepass failed, which is a bug in it: the log of its attach function has the stack trace"
	case errors.Is(err, errRequestType), errors.Is(err, errNoRequest):
		return err.Error()
	}
	return "Gatepass could not do it now, so deploy again: " + err.Error()
}

func encodeAnswer(r *cfn.Response) json.RawMessage {
	b, err := json.Marshal(r)
	if err != nil { // it is made of strings
		return json.RawMessage(`{"Status":"FAILED"}`)
	}
	return b
}

func (e *request) operation() string { return strings.ToLower(string(e.RequestType)) }

// attached writes the line of one request. What was wrong is told to who deploys;
// how much was, is of use to who reads logs.
func (l *Log) attached(e *request, res attach.Result, err error) {
	ln := line{Level: "INFO", Message: "attach", Operation: e.operation(), Outcome: "ok", Reason: "ok", API: res.API, Declared: res.Name}
	var refused attach.Refused
	switch {
	case errors.As(err, &refused):
		ln.Outcome, ln.Reason, ln.Fields = "invalid", "refused", len(refused)
		ln.Hint = "the events of the stack name each fault"
	case errors.Is(err, errPanic):
		return // panicked has said so
	case err != nil:
		ln.Level, ln.Outcome, ln.Reason, ln.Error = "ERROR", "error", "unavailable", err.Error()
		ln.Hint = "the deployment failed and may be made again"
	case res.Authorizers == 0 && e.RequestType != cfn.RequestDelete:
		ln.Level, ln.Hint = "WARN", "no authorizer of this API calls Gatepass, so the rules hold for no route; is it made after them?"
	}
	l.measured(ln)
}
