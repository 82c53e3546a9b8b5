package caller

import (
	"context"
	"log/slog"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// logged tells a decision to slog's default logger. A client may have put a
// credential into the path that the scope is made of, so such a scope is not told.
func logged(ctx context.Context, d gate.Decision) {
	level, route := slog.LevelInfo, ""
	switch {
	case d.Outcome == gate.Error:
		level = slog.LevelError
	case d.Reason == pass.OK:
		level = slog.LevelDebug
	}
	if d.Rule != nil {
		route = d.Rule.Route
	}
	if token.Shows(d.Scope) {
		d.Scope = "…"
	}
	told := []slog.Attr{slog.String("outcome", string(d.Outcome)), slog.String("reason", string(d.Reason))}
	for _, a := range []slog.Attr{slog.String("access", string(d.Access)), slog.String("route", route), slog.String("scope", d.Scope),
		slog.String("pass_id", d.PassID), slog.String("session_id", string(d.SessionID)), slog.String("token", string(d.TokenReason)),
		slog.String("hint", gate.Hint(d, route))} {
		if a.Value.String() != "" {
			told = append(told, a)
		}
	}
	if d.Err != nil {
		told = append(told, slog.String("error", d.Err.Error()))
	}
	slog.LogAttrs(ctx, level, "gatepass", told...)
}
