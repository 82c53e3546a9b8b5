package token

import (
	"fmt"
	"io"
	"log/slog"
)

// Format makes every verb of package fmt print the id and an ellipsis. Without it
// %v would call String, and a struct with a Short in it would print the secret.
func (t Short) Format(f fmt.State, _ rune) { io.WriteString(f, t.shown()) }

// LogValue makes log/slog print the same.
func (t Short) LogValue() slog.Value { return slog.StringValue(t.shown()) }

// MarshalText makes JSON carry the same. There is no way back from it: a token is
// written into a document as its String, on purpose.
func (t Short) MarshalText() ([]byte, error) { return []byte(t.shown()), nil }

func (t Short) shown() string { return shortPrefix + t.ID + "…" }
