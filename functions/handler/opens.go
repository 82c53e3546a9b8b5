package handler

import (
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
)

// uncounted writes a line about a look at the link page that was answered and
// not counted. It is no metric: nobody was kept waiting or turned away.
func (l *Log) uncounted(e *apigw.Event, d gate.Decision) {
	if d.Uncounted == nil {
		return
	}
	l.write(line{Level: "WARN", Message: "look not counted", Operation: "look not counted", PassID: d.PassID, RequestID: shown(e.Request.ID), Error: d.Uncounted.Error(),
		Hint: "the page was shown; describe may tell one look too few"})
}
