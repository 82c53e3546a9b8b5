package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gatepass/gatepass/pkg/client"
)

// printer collects lines for people: sentences, and names with values behind
// them, one below the other.
type printer struct {
	lines []string
	now   time.Time
}

// text returns the lines.
func (p *printer) text() string {
	if len(p.lines) == 0 {
		return ""
	}
	return strings.Join(p.lines, "\n") + "\n"
}

// say adds a line of its own.
func (p *printer) say(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// labels is how wide the names of values are.
const labels = 11

// row adds values behind a name, a line each. What is empty is left out.
func (p *printer) row(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			p.say("%-*s%s", labels, name, v)
			name = ""
		}
	}
}

// table adds rows of columns, as wide as what stands in them.
func (p *printer) table(indent int, rows [][]string) {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := strings.Repeat(" ", indent)
		for i, cell := range row {
			line += cell
			if width[i] > 0 {
				line += strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		p.lines = append(p.lines, strings.TrimRight(line, " "))
	}
}

// clock writes a second in the time of who reads it.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// minute writes a minute in the time of who reads it, and zone says which that is.
func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
func zone(t time.Time) string   { return t.Local().Format("MST") }

// utc writes a second as everybody reads it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// when writes a second, and how far from now it is.
func (p *printer) when(t time.Time) string {
	switch d := t.Sub(p.now).Round(time.Second); {
	case t.IsZero():
		return ""
	case d > 0:
		return clock(t) + ", in " + span(d)
	case d == 0:
		return clock(t) + ", now"
	default:
		return clock(t) + ", " + span(-d) + " ago"
	}
}

// span writes a duration in its two largest units.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day-30*time.Minute:
		d = d.Round(time.Hour)
		return pair(int64(d/day), "d", int64(d%day/time.Hour), "h")
	case d >= time.Hour-30*time.Second:
		d = d.Round(time.Minute)
		return pair(int64(d/time.Hour), "h", int64(d%time.Hour/time.Minute), "min")
	}
	d = d.Round(time.Second)
	return pair(int64(d/time.Minute), "min", int64(d%time.Minute/time.Second), "s")
}

// pair writes two units, of which either may be none.
func pair(a int64, large string, b int64, small string) string {
	switch {
	case a == 0:
		return fmt.Sprintf("%d %s", b, small)
	case b == 0:
		return fmt.Sprintf("%d %s", a, large)
	}
	return fmt.Sprintf("%d %s %d %s", a, large, b, small)
}

// short cuts what somebody else wrote to a line's width.
func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// several is "1 use", "2 uses".
func several[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// told is what is printed of an error.
func told(err error) string {
	p := printer{}
	var e *client.Error
	switch {
	case errors.Is(err, context.Canceled):
		p.say("gatepass: interrupted")
	case errors.As(err, &e):
		p.problem(e)
	default:
		p.say("gatepass: %v", err)
	}
	var a *advised
	if errors.As(err, &a) {
		p.lines = append(p.lines, a.lines...)
	}
	return p.text()
}

// problem adds what a function, or the client, finds wrong.
func (p *printer) problem(e *client.Error) {
	p.say("gatepass: %s (%s)", strings.TrimRight(e.Message, "."), e.Code)
	var rows [][]string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		if why := e.Fields[field]; !strings.Contains(e.Message, why) { // else it is said already
			rows = append(rows, []string{field, why})
		}
	}
	p.table(2, rows)
	for _, id := range e.PassIDs {
		p.say("  issued before: %s", id)
	}
}

var credential = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(g[ps]_[0-9A-Za-z]{16})[0-9A-Za-z]+|(eyJ)[0-9A-Za-z_.-]{13,}`)
})

// hidden leaves of each credential in a text only what tells which it is.
func hidden(text string) string { return credential().ReplaceAllString(text, "$1$2…") }
