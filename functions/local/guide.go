package main

import (
	"bytes"
	_ "embed"
	"io"
	"text/template"
	"time"
)

// guide is what the start-up output says.
type guide struct {
	Here, Base       string // for programs on this machine, and of links
	Engine, Upstream string
	First, Retention time.Duration
	Anywhere         bool // other machines may invoke functions
	Samples          samples
	Own              []string // the routes of -rules; then there are no samples
}

//go:embed guide.txt
var guideText string

// write prints the guide, at once.
func (g guide) write(w io.Writer) error {
	t, err := template.New("guide").Funcs(template.FuncMap{
		"clock":   func(t time.Time) string { return t.Local().Format(time.TimeOnly) },
		"seconds": func(d time.Duration) int64 { return int64(d / time.Second) },
		"expired": func() int { return expiredAfter },
		"invoke":  func(function string) string { return g.Here + "/2015-03-31/functions/" + function + "/invocations" },
	}).Parse(guideText)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, g); err != nil {
		return err
	}
	_, err = text.WriteTo(w)
	return err
}
