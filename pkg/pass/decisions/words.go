package decisions

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// words is the vocabulary of one column: each word and what it does to a T. A
// word stands alone or, where its setter wants one, before "=" and a value.
type words[T any] map[string]func(t *T, value string) error

// apply reads a cell of words, each of which may stand in it once.
func (w words[T]) apply(t *T, cell string) error {
	var faults []error
	seen := map[string]bool{}
	for _, field := range strings.Fields(cell) {
		name, value, assigned := strings.Cut(field, "=")
		set, ok := w[name]
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("unknown word %q", name))
			continue
		case seen[name]:
			faults = append(faults, fmt.Errorf("%q twice", name))
			continue
		}
		seen[name] = true
		if assigned && value == "" && name != "id" {
			faults = append(faults, fmt.Errorf("%q has no value", name))
			continue
		}
		if err := set(t, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// flag is a word without a value.
func flag[T any](field func(*T) *bool) func(*T, string) error {
	return func(t *T, value string) error {
		if value != "" {
			return errors.New("takes no value")
		}
		*field(t) = true
		return nil
	}
}

// text is a word with any value.
func text[T any, S ~string](field func(*T) *S) func(*T, string) error {
	return func(t *T, value string) error {
		*field(t) = S(value)
		return nil
	}
}

// choice is a word with one of a few values.
func choice[T any, S ~string](field func(*T) *S, among ...S) func(*T, string) error {
	return func(t *T, value string) error {
		if !slices.Contains(among, S(value)) {
			return fmt.Errorf("%q is none of %v", value, among)
		}
		*field(t) = S(value)
		return nil
	}
}

// offset is a word whose value is seconds from Now, always with its sign.
func offset[T any](field func(*T) *pass.NumericDate) func(*T, string) error {
	return func(t *T, value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || value[0] != '+' && value[0] != '-' {
			return fmt.Errorf("%q is no offset such as +5", value)
		}
		*field(t) = Now + pass.NumericDate(n)
		return nil
	}
}

// number is a word whose value is a count.
func number[T any, N int | int64](field func(*T) *N) func(*T, string) error {
	return func(t *T, value string) error {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return fmt.Errorf("%q is no number", value)
		}
		*field(t) = N(n)
		return nil
	}
}

func modes() []pass.Mode {
	return []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}
}
