package page

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatepass/gatepass/pkg/pass"
)

// sentence is a text around one thing that has markup of its own: a time, or a
// name that may run in the other direction.
type sentence struct{ Before, Middle, ISO, After string }

// say is a sentence with nothing in it.
func say(text string) sentence { return sentence{Before: text} }

// at puts a time into a text, for {}.
func (w *words) at(text string, d pass.NumericDate) sentence {
	before, after, _ := strings.Cut(text, "{}")
	return sentence{before, w.date(d.Time()), d.String(), after}
}

// with puts a name into a text, for {}.
func with(text, name string) sentence {
	before, after, _ := strings.Cut(text, "{}")
	return sentence{Before: before, Middle: name, After: after}
}

// date writes a minute as the language does. It is in UTC and says so: without
// a script no page knows its reader's clock.
func (w *words) date(t time.Time) string {
	t = t.UTC()
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && w.First != "" {
		day = w.First
	}
	return strings.NewReplacer("{day}", day, "{month}", w.Months[t.Month()-1], "{year}", strconv.Itoa(t.Year()), "{time}", t.Format("15:04")).Replace(w.Date)
}

// minuteUp is the minute from which something is true that is true from d on,
// so that nobody comes early.
func minuteUp(d pass.NumericDate) pass.NumericDate { return (d + 59) / 60 * 60 }

// mask shows enough of an account's name for its owner to know it: the first
// letter, and of an address the host.
func mask(name string) string {
	if i := strings.LastIndex(name, "@"); i >= 0 {
		return initial(name[:i]) + "…" + name[i:]
	}
	if utf8.RuneCountInString(name) < 4 {
		return initial(name) + "…"
	}
	last, _ := utf8.DecodeLastRuneInString(name)
	return initial(name) + "…" + string(last)
}

// initial returns the first letter of what has more than one.
func initial(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 || size == len(name) {
		return ""
	}
	return string(first)
}

// device is what kind of thing a User-Agent speaks of: only words of our own
// come out, since anybody may write anything into that header.
func (w *words) device(agent string) string {
	a := strings.ToLower(agent)
	has := func(part string) bool { return strings.Contains(a, part) }
	switch {
	case a == "":
		return ""
	case !strings.HasPrefix(a, "mozilla/"):
		return w.Program
	case has("iphone"):
		return w.Phone + " (iPhone)"
	case has("ipad"):
		return w.Tablet + " (iPad)"
	case has("android") && has("mobile"):
		return w.Phone + " (Android)"
	case has("android"):
		return w.Tablet + " (Android)"
	case has("windows"):
		return w.Computer + " (Windows)"
	case has("macintosh"):
		return w.Computer + " (Mac)"
	case has("linux") || has("cros"):
		return w.Computer + " (Linux)"
	}
	return ""
}

// linear undoes the gamma of one channel, 0 to 1 (WCAG 2.2, relative luminance).
func linear(c float64) float64 {
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
