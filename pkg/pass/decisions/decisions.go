// Package decisions reads the decision table, testdata/decisions.txt beside
// package pass: every decision that Gatepass promises, one row each, in words
// that a person can read and any language can parse. The file itself documents
// its words.
//
// A [Row] is the world before the request (the pass a token leads to, the
// sessions its cookies lead to), the request, the rule of its route, and what
// must come of it. It imports package pass alone, so that everything above can
// be driven by it:
//
//   - [Row.Admit], [Row.AdmitSession] and [Row.AdmitRedeem] put a row in the
//     terms of package pass, where it lies wholly in those rules;
//   - stores put [Row.Passes] and [Row.Sessions] in place;
//   - whatever takes a request asks [Row.Present] and [Cookie.Value] for the
//     strings in it, which the caller mints with package token.
//
// # Rules of the kit
//
//   - The time is always [Now]. Ids and secrets follow from the row's line and
//     part, so all rows may lie in one store together.
//   - A table that contradicts itself is refused: every fault, by line.
package decisions

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/testdata"
)

// Now is the second in which every row takes place.
const Now pass.NumericDate = 1_800_000_000

// Origin is the one origin that the deployment is configured to trust: what
// origin=own stands for.
const Origin = "https://pass.example.com"

// Row is one decision. Load builds its records anew, so a test may change them.
type Row struct {
	Line    int    // in decisions.txt, from 1
	Section string // the heading it stands under
	Name    string // a sentence; no two rows share one
	Token   *Token // nil: the request carries none
	Host    *Host  // nil: nor one of the host's own
	Cookies []Cookie
	Opened  *pass.Session // what this same redemption opened before; nil: nothing
	Request Request
	Rule    *Rule // nil: nobody declared what the route asks for
	Want    Want
}

// Load returns the rows of the decision table.
func Load() ([]Row, error) { return Parse(testdata.Decisions()) }

// Parse reads a table. All faults are reported together, each with its line;
// rows are returned only if there are none.
func Parse(text string) ([]Row, error) {
	p := parser{names: map[string]int{}}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		if err := p.read(strings.TrimSpace(line)); err != nil {
			p.faults = append(p.faults, fmt.Errorf("line %d: %w", p.line, err))
		}
	}
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return p.rows, nil
}

// Passes returns the records of passes that lie in the store, each once.
func (r Row) Passes() []*pass.Pass {
	var out []*pass.Pass
	if r.Token != nil && r.Token.Record != nil {
		out = append(out, r.Token.Record)
	}
	for _, c := range r.Cookies {
		if c.Pass != nil && (r.Token == nil || c.Pass != r.Token.Record) {
			out = append(out, c.Pass)
		}
	}
	return out
}

// Sessions returns the records of sessions that lie in the store.
func (r Row) Sessions() []*pass.Session {
	var out []*pass.Session
	for _, c := range r.Cookies {
		if c.Session != nil {
			out = append(out, c.Session)
		}
	}
	if r.Opened != nil {
		out = append(out, r.Opened)
	}
	return out
}

// parser is what is known while the lines of a table go by.
type parser struct {
	line    int
	section string
	prose   bool // the section has its sentence
	heads   bool // and its row of column names
	names   map[string]int
	rows    []Row
	faults  []error
}

func (p *parser) read(line string) error {
	switch {
	case strings.HasPrefix(line, "## "):
		p.section, p.prose, p.heads = strings.TrimPrefix(line, "## "), false, false
		return nil
	case line == "", strings.HasPrefix(line, "#"):
		return nil
	case p.section == "":
		return errors.New("a row or sentence before the first heading")
	case !strings.Contains(line, "|"):
		p.prose = true
		return nil
	}
	return p.readRow(cells(line))
}

func (p *parser) readRow(cells []string) error {
	if !p.heads {
		p.heads = true
		if got := strings.Join(cells, " "); got != strings.Join(columns(), " ") {
			return fmt.Errorf("the columns are %s, not %s", strings.Join(columns(), " | "), strings.Join(cells, " | "))
		}
		if !p.prose {
			return fmt.Errorf("section %q says nothing before its rows", p.section)
		}
		return nil
	}
	if len(cells) != len(columns()) {
		return fmt.Errorf("%d cells, not %d", len(cells), len(columns()))
	}
	name := cells[0]
	if was := p.names[name]; was != 0 {
		return fmt.Errorf("the name %q is that of line %d", name, was)
	}
	p.names[name] = p.line
	row, err := newRow(p.line, p.section, cells)
	if err == nil {
		p.rows = append(p.rows, row)
	}
	return err
}

func columns() []string {
	return []string{"name", "pass", "session", "request", "rule", "outcome", "by", "reason", "counted", "calls", "units"}
}

func cells(line string) []string {
	out := strings.Split(line, "|")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// newRow reads one row. Its faults are joined, each with its column.
func newRow(line int, section string, cell []string) (Row, error) {
	r := Row{Line: line, Section: section, Name: cell[0]}
	var faults []error
	check := func(column string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", column, err))
		}
	}
	var of passCell
	var via tokenCell
	var host hostCell
	check("pass", of.read(cell[1]))
	check("request", r.Request.read(cell[3], &via, &host))
	own, err := host.token(line)
	check("request", err)
	r.Host = own
	r.Token = newToken(line, of, via)
	check("pass", r.checkToken(of, via))
	check("session", r.readSessions(cell[2]))
	check("rule", r.readRule(cell[4]))
	check("outcome", r.Want.read(cell[5:]))
	if len(faults) == 0 {
		check("row", r.check())
	}
	return r, errors.Join(faults...)
}
