package handler

import (
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// Log writes JSON lines. A line about a decision or an operation is also a
// CloudWatch metric, in the embedded metric format: counted by function,
// outcome and reason, never by pass, whose number has no bound.
//
// No line holds a credential, nor anything about a person: a pass id leads to
// those, for who may read them. A Log is safe for concurrent use.
type Log struct {
	function string
	w        io.Writer
	now      func() time.Time
	stack    string
	brief    bool
	mu       sync.Mutex
}

// NewLog returns a log of one function.
func NewLog(function string, w io.Writer, now func() time.Time) *Log {
	return &Log{function: function, stack: "local", w: w, now: now}
}

// In says which stack the function is of: two stacks in one account have metrics
// of their own, and one's failures never alarm the other. It is called before the
// log is used, and returns it.
func (l *Log) In(stack string) *Log {
	l.stack = stack
	return l
}

// Brief makes the log keep of whatever was let in only that it was counted: what
// is refused, fails or is changed is told in full all the same. It is called
// before the log is used, and returns it.
func (l *Log) Brief(brief bool) *Log {
	l.brief = brief
	return l
}

// line is one log line; fields that are empty are left out.
type line struct {
	AWS        *emf   `json:"_aws,omitzero"`
	Timestamp  string `json:"timestamp"`
	Level      string `json:"level"`
	Message    string `json:"message"`
	Stack      string `json:"stack,omitzero"`
	Function   string `json:"function"`
	Outcome    string `json:"outcome,omitzero"`
	Reason     string `json:"reason,omitzero"`
	Count      int    `json:"count,omitzero"`
	Access     string `json:"access,omitzero"`
	Dialect    string `json:"dialect,omitzero"`
	API        string `json:"api,omitzero"`
	Declared   string `json:"declaration,omitzero"`
	Route      string `json:"route,omitzero"`
	Scope      string `json:"scope,omitzero"`
	PassID     string `json:"pass_id,omitzero"`
	SessionID  string `json:"session_id,omitzero"`
	Token      string `json:"token_reason,omitzero"`
	Counted    bool   `json:"counted,omitzero"`
	UsesLeft   *int   `json:"uses_left,omitzero"`
	RequestID  string `json:"request_id,omitzero"`
	Mode       string `json:"mode,omitzero"`
	Fields     int    `json:"wrong_fields,omitzero"`
	Operation  string `json:"operation,omitzero"`
	By         string `json:"by,omitzero"`
	Repeated   bool   `json:"repeated,omitzero"`
	Many       *many  `json:"many,omitzero"`
	Batch      *batch `json:"batch,omitzero"`
	Hint       string `json:"hint,omitzero"`
	Error      string `json:"error,omitzero"`
	StackTrace string `json:"stack_trace,omitzero"`

	Recall *recalled `json:"recall,omitzero"`
}

// many is what became of a request for many passes.
type many struct {
	Issued  int `json:"issued"`
	Refused int `json:"refused"`
	Left    int `json:"left"`
}

// batch is what became of one batch of the stream.
type batch struct {
	Changes   int      `json:"changes"`
	Handled   int      `json:"handled"`
	Published int      `json:"published"`
	Foreign   int      `json:"foreign"`
	Versions  int      `json:"versions"`
	Malformed []string `json:"malformed,omitzero"`
	FailedAt  string   `json:"failed_at,omitzero"`
}

// recalled is how far a recall came with one call.
type recalled struct {
	Seen       int  `json:"seen"`
	Revoked    int  `json:"revoked"`
	Unreadable int  `json:"unreadable,omitzero"`
	Forgotten  int  `json:"forgotten"`
	More       bool `json:"more"` // it is to be gone on with
}

// emf is the head of the CloudWatch embedded metric format.
type emf struct {
	Timestamp int64       `json:"Timestamp"` // milliseconds
	Metrics   []emfMetric `json:"CloudWatchMetrics"`
}

type emfMetric struct {
	Namespace  string              `json:"Namespace"`
	Dimensions [][]string          `json:"Dimensions"`
	Metrics    []map[string]string `json:"Metrics"`
}

// measured writes a line that counts as one under its function, outcome and reason.
func (l *Log) measured(ln line) {
	ln.Count, ln.Stack = 1, l.stack
	ln.AWS = &emf{Timestamp: l.now().UnixMilli(), Metrics: []emfMetric{{Namespace: "Gatepass",
		Dimensions: [][]string{{"stack", "function", "outcome", "reason"}}, Metrics: []map[string]string{{"Name": "count", "Unit": "Count"}}}}}
	l.write(ln)
}

// failed writes a line about something that went wrong and that nobody is told of.
func (l *Log) failed(operation string, err error) {
	l.write(line{Level: "ERROR", Message: operation + " failed", Operation: operation, Error: err.Error()})
}

// Warn writes a line about keys that could not be read or made, though what was
// asked for was done: it is the Warn of a keys.Config.
func (l *Log) Warn(err error) {
	l.write(line{Level: "ERROR", Message: "keys failed", Operation: "keys", Error: err.Error(),
		Hint: "the key of before goes on signing, and this is tried again with the next read"})
}

func (l *Log) panicked(p any) {
	l.measured(line{Level: "ERROR", Message: "panic", Outcome: "error", Reason: "panic", Error: fmt.Sprintf("%T", p), StackTrace: string(debug.Stack()),
		Hint: "this is a bug in Gatepass: please report it with the stack trace"})
}

// counted is what a brief log keeps of a line: the metric.
func (ln line) counted() line {
	return line{AWS: ln.AWS, Stack: ln.Stack, Level: ln.Level, Message: ln.Message, Outcome: ln.Outcome, Reason: ln.Reason, Count: ln.Count}
}

func (l *Log) write(ln line) {
	if l.brief && ln.Level == "INFO" && (ln.Outcome == "allow" || ln.Outcome == "ok") {
		ln = ln.counted()
	}
	ln.Timestamp, ln.Function = l.now().UTC().Format(time.RFC3339Nano), l.function
	b, err := json.Marshal(&ln)
	if err != nil { // a line is strings and numbers
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w.Write(append(b, '\n'))
}
