package handler_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
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
