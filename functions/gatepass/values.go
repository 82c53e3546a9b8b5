package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// unsaid refuses flags that were given and say nothing: empty, or 0. A request
// leaves out such values, so that it would ask for something else: 10 uses in the
// place of 0, everybody in the place of a variable that is not set.
func unsaid(fs *flag.FlagSet) (err error) {
	fs.Visit(func(f *flag.Flag) {
		v, ok := f.Value.(flag.Getter)
		if !ok {
			return // ours, whose Set refuses them
		}
		if got := v.Get(); got == "" || got == 0 {
			_, usage := flag.UnquoteUsage(f)
			err = misuse(fmt.Sprintf("-%s is %q: say %s; or leave it out", f.Name, f.Value, usage))
		}
	})
	return err
}

// fault says what is wrong with a flag, without the value that was given: it may be
// a credential, and of one that moved in nothing tells that it is one.
func fault(fs *flag.FlagSet, err error) string {
	if m := badValue().FindStringSubmatch(err.Error()); m != nil {
		_, usage := flag.UnquoteUsage(fs.Lookup(m[1]))
		return strings.Replace("-"+m[1]+": "+m[2], "parse error", "it cannot be read as "+usage, 1)
	}
	if name, cut := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); cut && looksNamed(name) {
		return "there is no flag -" + name
	}
	if name, cut := strings.CutPrefix(err.Error(), "flag needs an argument: -"); cut {
		return "-" + name + " takes a value"
	}
	return "what begins with - is no flag here; a PASS that begins so goes behind --, or on standard input"
}

// badValue is how package flag says that a value is wrong: the last of what may look
// so, since the value itself may too.
var badValue = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^invalid .*value .* for (?:flag )?-([a-z-]+): (.*)$`)
})

// unshown reads a person from standard input where the flag for one says -, a line
// each: then no shell keeps whom it is about in its history.
func unshown(fs *flag.FlagSet, in *bufio.Reader) error {
	for _, name := range []string{"email", "subject"} {
		if f := fs.Lookup(name); f == nil || f.Value.String() != "-" {
			continue
		}
		line, _ := in.ReadString('\n') // what could not be read is empty
		if line = strings.TrimSpace(line); line == "" {
			return misuse("-" + name + " is -, and standard input has no line for it")
		}
		if err := fs.Set(name, line); err != nil {
			return err
		}
	}
	return nil
}

// text is a flag for a word of a kind of its own, such as a pass.Mode.
type text[T ~string] struct{ to *T }

// String and Set implement flag.Value.
func (t text[T]) String() string { return "" }

func (t text[T]) Set(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	*t.to = T(s)
	return nil
}

// lifetime is a flag for a number of seconds, as people write it.
type lifetime int64

// String and Set implement flag.Value.
func (l *lifetime) String() string { return "" }

func (l *lifetime) Set(s string) error {
	d, err := time.ParseDuration(s)
	if days, cut := strings.CutSuffix(s, "d"); cut {
		var n int
		if n, err = strconv.Atoi(days); n > 100_000 {
			n = 0
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d < time.Second || d%time.Second != 0 {
		return errors.New("it must be like 7d, 36h, 90m or 30s")
	}
	*l = lifetime(d / time.Second)
	return nil
}

// moment is a flag for a time, as people write it where they are.
type moment struct{ time.Time }

// String and Set implement flag.Value.
func (m *moment) String() string { return "" }

func (m *moment) Set(s string) error {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil && t.Unix() > 0 { // the zero time would be left out
			m.Time = t
			return nil
		}
	}
	return errors.New("it must be like 2027-01-31, \"2027-01-31 18:00\" or 2027-01-31T18:00:00Z")
}

// object is a flag for a JSON object.
type object struct{ v json.RawMessage }

// String and Set implement flag.Value.
func (o *object) String() string { return "" }

func (o *object) Set(s string) error {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(s), &m) != nil || m == nil {
		return errors.New(`it must be a JSON object, such as {"report":66}`)
	}
	o.v = json.RawMessage(s)
	return nil
}

// any is the object as a request takes it; nil where the flag was not there.
func (o *object) any() any {
	if o.v == nil {
		return nil
	}
	return o.v
}

// end is the flags that say until when.
type end struct {
	in lifetime
	at moment
}

func (e *end) flags(fs *flag.FlagSet) {
	fs.Var(&e.in, "for", "how `long` from now, such as 7d, 36h or 90m")
	fs.Var(&e.at, "until", "a `time` in place of -for, such as 2027-01-31 or \"2027-01-31 18:00\"")
}

// once refuses both at once, and neither where one is needed.
func (e *end) once(needed bool) error {
	switch {
	case e.in != 0 && !e.at.IsZero():
		return misuse("say either -for or -until")
	case needed && e.in == 0 && e.at.IsZero():
		return misuse("say -for or -until, such as -for 7d")
	}
	return nil
}

func (l lifetime) duration() time.Duration { return time.Duration(l) * time.Second }
