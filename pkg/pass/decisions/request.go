package decisions

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Request is what a row's request carries beside its credentials, and how the
// store fares meanwhile.
type Request struct {
	Method  string // as API Gateway names it; $connect is a WebSocket's opening
	Site    string // the header Sec-Fetch-Site; "": absent
	Origin  string // the header Origin; "": absent
	ID      string // the path parameter id as the event carries it
	Look    bool   // of a check: count is false
	MovedIn bool   // the stack has MovedIn rt,vuid
	Store   string // "", or down (every call fails), blocked (every call lasts until its context ends), no-writes (reads work)
}

// Rule is what the route asks for. For a check, it is scope and accept of the
// document; for the link page, what redeeming asks for.
type Rule struct {
	Scope    string // in which {id} may stand
	Accept   []pass.Mode
	Optional bool
	Forward  bool  // forward_refused
	MaxAge   int64 // seconds; zero: any age
}

// ScopeFor returns the scope with the path parameter in its place.
func (r Rule) ScopeFor(id string) string { return strings.ReplaceAll(r.Scope, "{id}", id) }

// tokenCell is what the request column says of the token.
type tokenCell struct {
	places []string
	form   string
}

type requestCell struct {
	Request
	via  string
	form string
	look string
	host hostCell
}

func requestWords() words[requestCell] {
	return hostWords(words[requestCell]{
		"via":      text(func(c *requestCell) *string { return &c.via }),
		"token":    choice(func(c *requestCell) *string { return &c.form }, forms()...),
		"method":   choice(func(c *requestCell) *string { return &c.Method }, methods()...),
		"site":     choice(func(c *requestCell) *string { return &c.Site }, "same-origin", "same-site", "cross-site", "none"),
		"origin":   text(func(c *requestCell) *string { return &c.Origin }),
		"id":       text(func(c *requestCell) *string { return &c.ID }),
		"count":    choice(func(c *requestCell) *string { return &c.look }, "yes", "no"),
		"moved-in": flag(func(c *requestCell) *bool { return &c.MovedIn }),
		"store":    choice(func(c *requestCell) *string { return &c.Store }, "down", "blocked", "no-writes"),
	})
}

func places() []string {
	return []string{"query", "vuid", "rt", "bearer", "check", "page", "foreign-query", "foreign-bearer"}
}

func methods() []string {
	return []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "$connect"}
}

func forms() []string {
	return append([]string{"good", "wrong-secret", "cut", "mistyped", "empty", "foreign", "joined", "twice-same", "twice-different", "moved", "moved-short"}, signedFaults()...)
}

func (r *Request) read(cell string, via *tokenCell, host *hostCell) error {
	c := requestCell{Request: Request{Method: "GET", ID: "66"}, form: "good"}
	if cell == "-" {
		cell = ""
	}
	err := requestWords().apply(&c, cell)
	if c.Origin == "own" {
		c.Origin = Origin
	}
	*r, via.form, *host = c.Request, c.form, c.host
	r.Look = c.look == "no"
	if c.via != "" {
		via.places = strings.Split(c.via, "+")
	}
	for _, place := range via.places {
		if !slices.Contains(places(), place) {
			err = errors.Join(err, fmt.Errorf("via: %q is none of %v", place, places()))
		}
	}
	if slices.Contains(via.places, "page") {
		r.Method = "POST"
	}
	if c.look != "" && !slices.Contains(via.places, "check") && host.via != "check" {
		err = errors.Join(err, errors.New("count is a check's"))
	}
	return err
}

type ruleCell struct {
	Rule
	accept string
}

func ruleWords() words[ruleCell] {
	return words[ruleCell]{
		"scope":    text(func(c *ruleCell) *string { return &c.Scope }),
		"accept":   text(func(c *ruleCell) *string { return &c.accept }),
		"optional": flag(func(c *ruleCell) *bool { return &c.Optional }),
		"forward":  flag(func(c *ruleCell) *bool { return &c.Forward }),
		"max_age":  number(func(c *ruleCell) *int64 { return &c.MaxAge }),
		"redeem": func(c *ruleCell, value string) error {
			c.Scope, c.accept = pass.AnyScope, "session,visitor"
			if value != "" {
				return errors.New("takes no value")
			}
			return nil
		},
	}
}

func (r *Row) readRule(cell string) error {
	if cell == "-" {
		return nil
	}
	c := ruleCell{Rule: Rule{Accept: modes()}}
	err := ruleWords().apply(&c, cell)
	if c.Scope == "" {
		err = errors.Join(err, errors.New("no scope"))
	}
	if c.accept != "" {
		c.Accept = nil
		for m := range strings.SplitSeq(c.accept, ",") {
			if !slices.Contains(append(modes(), pass.Host), pass.Mode(m)) {
				err = errors.Join(err, fmt.Errorf("accept: %q is no mode", m))
			}
			c.Accept = append(c.Accept, pass.Mode(m))
		}
	}
	r.Rule = &c.Rule
	return err
}
