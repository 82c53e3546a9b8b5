package decisions

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Outcome is what becomes of a request.
type Outcome string

// The outcomes. An error is neither: API Gateway answers 500, and the caller
// may try again.
const (
	Allow Outcome = "allow"
	Deny  Outcome = "deny"
	Error Outcome = "error"
)

// Want is what must come of a row.
type Want struct {
	Outcome Outcome
	Access  string // of an allow: granted, anonymous or refused
	By      string // what granted it: token, user, visitor or host; "" otherwise
	Reason  pass.Reason
	Counted bool // afterwards the pass has one use more
	Reads   int  // batch reads
	Writes  int  // conditional writes or transactions tried
	// Units are the write units of what was written, as AWS bills them, with a
	// use that carries its key and second alone: whatever else last_use holds
	// comes on top. (DynamoDB Local says 12 of a transaction of 6: an item of 2 KB
	// and one of 1 KB.) 8 is 2 for taking dead sessions out of a full map, and 6.
	Units int
}

// read takes the cells from outcome on.
func (w *Want) read(cell []string) error {
	outcome, access, _ := strings.Cut(cell[0], " ")
	w.Outcome, w.Access = Outcome(outcome), access
	w.By = strings.TrimPrefix(cell[1], "-")
	w.Reason = pass.Reason(cell[2])
	w.Counted = cell[3] == "yes"
	var faults []error
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	granted, counted := []string{"", "token", "user", "visitor", "host"}, []string{"yes", "no"}
	outcomes := []string{"allow granted", "allow anonymous", "allow refused", "deny", "error"}
	fault(!slices.Contains(outcomes, cell[0]), "%q is none of %q", cell[0], outcomes)
	fault(!slices.Contains(granted, w.By), "by: %q is neither - nor one of %v", cell[1], granted[1:])
	fault(!slices.Contains(pass.Reasons(), w.Reason), "%q is no reason", cell[2])
	fault(!slices.Contains(counted, cell[3]), "counted: %q is neither yes nor no", cell[3])
	fault(w.readCalls(cell[4]) != nil, "calls: %q is not -, r1, or r1 w1", cell[4])
	if cell[5] != "-" {
		n, err := strconv.ParseUint(cell[5], 10, 16)
		fault(err != nil || n == 0, "units: %q is neither - nor a number", cell[5])
		w.Units = int(n)
	}
	return errors.Join(faults...)
}

func (w *Want) readCalls(cell string) error {
	switch cell {
	case "-":
	case "r1":
		w.Reads = 1
	case "r1 w1":
		w.Reads, w.Writes = 1, 1
	default:
		return errors.New("not calls")
	}
	return nil
}

// check refuses rows that contradict themselves or a promise.
func (r Row) check() error {
	w := r.Want
	granted, refused := w.Access == "granted", w.Access == "refused"
	for _, rule := range []struct {
		broken bool
		why    string
	}{
		{(w.By != "") != granted, "what is granted is granted by something, and nothing else is"},
		{(w.Outcome == Allow && !refused) != (w.Reason == pass.OK), "ok is the reason of those who were let in, and of nobody else"},
		{(w.Outcome == Error) != (w.Reason == pass.Unavailable), "unavailable is the error, and the only one"},
		{refused && (r.Rule == nil || !r.Rule.Forward), "only a rule with forward lets the refused through"},
		{w.Access == "anonymous" && (r.Rule == nil || !r.Rule.Optional), "only an optional rule lets anybody through"},
		{w.Counted && (!granted || w.Writes == 0), "what counts is granted and written"},
		{w.Writes > 0 && !granted && w.Outcome != Error, "a refusal writes nothing"},
		{(w.Units > 0) != (w.Writes > 0 && granted), "what was written cost units, and nothing else did"},
		{w.By == "token" && r.Token == nil, "granted by a token that is not there"},
		{w.By == "host" && (r.Host == nil || r.Rule == nil || !slices.Contains(r.Rule.Accept, pass.Host)), "granted by a host's token that is not there or not accepted"},
		{(w.By == "user" || w.By == "visitor") && !r.hasCookie(w.By), "granted by a cookie that is not there"},
		{(r.Rule == nil) != (w.Reason == pass.NoRule), "no_rule is the reason where there is no rule"},
	} {
		if rule.broken {
			return errors.New(rule.why)
		}
	}
	return nil
}

func (r Row) hasCookie(name string) bool {
	return slices.ContainsFunc(r.Cookies, func(c Cookie) bool { return c.Name == name })
}
