package runtime

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"sync"
)

// Failure is how a function failed, as whoever invoked it is told: by its own
// words, or by Lambda's where it exited or overran its time.
type Failure struct {
	Message string          `json:"errorMessage"`
	Type    string          `json:"errorType"` // such as "errorString" or "Sandbox.Timedout"
	Stack   json.RawMessage `json:"stackTrace,omitempty"`
}

// Error implements error.
func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// Reported returns the type and the message as they are told to who invoked.
func (f *Failure) Reported() (kind, message string) { return f.Type, f.Message }

// failureOf reads what a process reported; kind is what stands beside it.
func failureOf(body []byte, kind string) *Failure {
	f := &Failure{}
	if json.Unmarshal(body, f) != nil {
		f = &Failure{Message: string(body)}
	}
	f.Type = cmp.Or(f.Type, kind, "Unhandled")
	return f
}

// lines hands on what a process prints, in whole lines, and keeps the end of it
// for the error of a process that does not start.
type lines struct {
	w io.Writer

	mu   sync.Mutex
	part []byte // of a line
	end  []byte
}

// The longest line that is kept together, and what is told of a failed start.
const (
	maxLine = 256 << 10 // of a CloudWatch event
	maxTold = 2 << 10
)

// Write implements io.Writer. A log that fails is no reason for the process to
// stand still.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = append(l.end, p...)
	l.end = l.end[max(0, len(l.end)-maxTold):]
	l.part = append(l.part, p...)
	if i := bytes.LastIndexByte(l.part, '\n') + 1; i > 0 {
		_, _ = l.w.Write(l.part[:i])
		l.part = append([]byte(nil), l.part[i:]...)
	}
	if len(l.part) > maxLine {
		l.rest()
	}
	return len(p), nil
}

// flush hands on a last line that was not ended.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest()
}

func (l *lines) rest() {
	if len(l.part) > 0 {
		_, _ = l.w.Write(append(l.part, '\n'))
		l.part = nil
	}
}

// last is the end of what was printed, to stand behind an error.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(bytes.TrimSpace(l.end))
	if text == "" {
		return ", and printed nothing"
	}
	return ": " + text
}

// oneAtATime lets several processes write to one place.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}
