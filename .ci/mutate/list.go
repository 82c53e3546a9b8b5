package main

import (
	"fmt"
	"strings"
)

// mutation is one change to one file, and the test that must notice it.
type mutation struct {
	line                           int // of its name in the list
	name, file, from, to, pkg, red string
}

// top returns the top-level test that red is or belongs to.
func (m mutation) top() string {
	top, _, _ := strings.Cut(m.red, "/")
	return top
}

// guards reports whether the test of this name is red or one of its subtests:
// red may be the beginning of a name.
func (m mutation) guards(test string) bool {
	if !strings.Contains(m.red, "/") {
		return test == m.red || strings.HasPrefix(test, m.red+"/")
	}
	return strings.HasPrefix(test, m.red)
}

// apply returns the text of the file with the change made.
func (m mutation) apply(text string) (string, error) {
	if n := strings.Count(text, m.from); n != 1 {
		return "", fmt.Errorf("its from stands %d times in %s, want once", n, m.file)
	}
	return strings.Replace(text, m.from, m.to, 1), nil
}

// parse reads the list; the format is described at its top.
func parse(text string) ([]mutation, error) {
	p := parser{names: map[string]bool{}}
	for i, line := range strings.Split(text, "\n") {
		if err := p.line(i+1, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", listFile, i+1, err)
		}
	}
	if err := p.end(); err != nil {
		return nil, fmt.Errorf("%s: %w", listFile, err)
	}
	return p.list, nil
}

type parser struct {
	list  []mutation
	names map[string]bool
	now   map[string]*string // the fields of the mutation being read, by their keys
	m     mutation
	given map[string]bool
	last  *string // the field that a line beginning with | continues
}

func (p *parser) line(n int, line string) error {
	key, value, isField := strings.Cut(line, ":")
	more, isMore := strings.CutPrefix(line, "|")
	switch {
	case strings.TrimSpace(line) == "":
		return p.end()
	case line[0] == '#':
		return nil
	case isMore && p.last != nil:
		*p.last += "\n" + strings.TrimPrefix(more, " ")
		return nil
	case !isField:
		return fmt.Errorf("neither a field, a continuation nor a comment: %q", line)
	}
	return p.field(n, key, strings.TrimPrefix(value, " "))
}

func (p *parser) field(n int, key, value string) error {
	if p.now == nil {
		p.m, p.given = mutation{line: n}, map[string]bool{}
		p.now = map[string]*string{"name": &p.m.name, "file": &p.m.file, "from": &p.m.from, "to": &p.m.to, "package": &p.m.pkg, "red": &p.m.red}
	}
	field, ok := p.now[key]
	if !ok || p.given[key] {
		return fmt.Errorf("field %q is unknown or given twice", key)
	}
	*field, p.given[key], p.last = value, true, field
	return nil
}

func (p *parser) end() error {
	if p.now == nil {
		return nil
	}
	for key, value := range p.now {
		if !p.given[key] || *value == "" && key != "to" {
			return fmt.Errorf("the mutation %q has no %s", p.m.name, key)
		}
	}
	if p.names[p.m.name] {
		return fmt.Errorf("two mutations are named %q", p.m.name)
	}
	if p.m.from == p.m.to {
		return fmt.Errorf("the mutation %q changes nothing", p.m.name)
	}
	p.names[p.m.name] = true
	p.m.red = strings.ReplaceAll(p.m.red, " ", "_") // as go test writes names
	p.list = append(p.list, p.m)
	p.now, p.last = nil, nil
	return nil
}
