// Package config reads what a function is configured with from its environment:
// once, when it starts, with every fault in one error. Each main asks for the
// variables it needs and no others, so the template can be compared with them.
package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Reader reads variables and remembers what is wrong with them.
type Reader struct {
	lookup func(string) (string, bool)
	asked  map[string]bool
	faults []error
}

func (r *Reader) get(name string) string {
	r.asked[name] = true
	v, _ := r.lookup(name)
	return v
}

// NewReader returns a Reader of an environment, such as os.LookupEnv.
func NewReader(lookup func(string) (string, bool)) *Reader {
	return &Reader{lookup: lookup, asked: map[string]bool{}}
}

// Err returns every fault so far in one error, or nil.
func (r *Reader) Err() error { return errors.Join(r.faults...) }

// Required returns a variable that must be set.
func (r *Reader) Required(name string) string {
	v := r.get(name)
	if v == "" {
		r.fault(name, "is not set")
	}
	return v
}

// Text returns a variable, or what stands in for it.
func (r *Reader) Text(name, standard string) string {
	if v := r.get(name); v != "" {
		return v
	}
	return standard
}

// List returns the comma-separated values of a variable, none of which may be
// empty.
func (r *Reader) List(name, standard string) []string {
	list := strings.Split(r.Text(name, standard), ",")
	for i := range list {
		if list[i] = strings.TrimSpace(list[i]); list[i] == "" {
			r.fault(name, "has an empty value between its commas")
		}
	}
	return list
}

// Names returns the variables that were asked for so far, sorted.
func (r *Reader) Names() []string { return slices.Sorted(maps.Keys(r.asked)) }

// Seconds returns a whole number of seconds from low to high.
func (r *Reader) Seconds(name string, standard, low, high int64) int64 {
	return r.whole(name, "seconds", standard, low, high)
}

// Count returns a whole number from low to high.
func (r *Reader) Count(name string, standard, low, high int64) int64 {
	return r.whole(name, "a count", standard, low, high)
}

func (r *Reader) whole(name, of string, standard, low, high int64) int64 {
	v := r.get(name)
	if v == "" {
		return standard
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < low || n > high {
		r.fault(name, fmt.Sprintf("is %q; it must be a whole number (%s), %d to %d", v, of, low, high))
		return standard
	}
	return n
}

// Bool returns true or false; anything else is a fault, never a guess.
func (r *Reader) Bool(name string, standard bool) bool {
	switch v := r.get(name); v {
	case "":
		return standard
	case "true":
		return true
	case "false":
		return false
	default:
		r.fault(name, fmt.Sprintf("is %q; it must be true or false", v))
		return standard
	}
}

func (r *Reader) fault(name, what string) {
	r.faults = append(r.faults, fmt.Errorf("environment variable %s %s", name, what))
}
