package handler_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/manage"
)

// TestTheLineOfAnOperationSaysWhatToDo, and why it failed.
func TestTheLineOfAnOperationSaysWhatToDo(t *testing.T) {
	for name, row := range map[string]struct {
		entry manage.Entry
		want  []string
	}{
		"done":    {manage.Entry{Operation: "revoke", PassID: "p", By: "ops", Outcome: "ok"}, []string{`"level":"INFO"`, `"by":"ops"`, `"pass_id":"p","operation":"revoke"`}},
		"already": {manage.Entry{Operation: "revoke", PassID: "p", Unchanged: true, Outcome: "ok"}, []string{`"level":"INFO"`, "so already: nothing was changed"}},
		"wrong":   {manage.Entry{Operation: "revoke", Outcome: "invalid_request", Fields: 2}, []string{`"level":"INFO"`, `"wrong_fields":2`, "names each wrong field"}},
		"down":    {manage.Entry{Operation: "revoke", PassID: "p", Outcome: "unavailable", Err: errors.New("throttled")}, []string{`"level":"ERROR"`, `"error":"throttled"`, "whether it was done is not known", "repeat it"}},
	} {
		var log bytes.Buffer
		handler.NewLog("manage", &log, gatetest.Clock).Entry(row.entry)
		for _, w := range row.want {
			if !strings.Contains(log.String(), w) {
				t.Errorf("%s: logged %s, want %s in it", name, log.String(), w)
			}
		}
	}
}

// TestWhatTheStreamsReaderPassedOverIsMeasured, whatever became of the rest of its
// batch: nothing else will ever tell of it.
func TestWhatTheStreamsReaderPassedOverIsMeasured(t *testing.T) {
	for name, row := range map[string]struct {
		report audit.Report
		want   []string // the reasons, a line each
	}{
		"all is well":            {audit.Report{Changes: 3, Handled: 3}, []string{"ok"}},
		"a change that is none":  {audit.Report{Changes: 3, Handled: 3, Malformed: []string{"e1"}}, []string{"ok", "malformed"}},
		"a newer version's":      {audit.Report{Changes: 3, Handled: 3, Versions: 2}, []string{"ok", "version"}},
		"both, and a failure":    {audit.Report{Changes: 3, Malformed: []string{"e1"}, Versions: 1, Err: errors.New("throttled")}, []string{"unavailable", "malformed", "version"}},
		"a failure, and no more": {audit.Report{Changes: 3, Err: errors.New("throttled")}, []string{"unavailable"}},
	} {
		var log bytes.Buffer
		handler.NewLog("expire", &log, gatetest.Clock).Report(row.report)
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != len(row.want) {
			t.Errorf("%s: logged %s", name, log.String())
			continue
		}
		for i, reason := range row.want {
			if !strings.Contains(lines[i], `"reason":"`+reason+`"`) || !strings.Contains(lines[i], `"_aws":`) {
				t.Errorf("%s: line %d is %s, want it measured as %s", name, i, lines[i], reason)
			}
		}
	}
}
