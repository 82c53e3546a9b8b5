package page

import (
	_ "embed"
	"io"
	"strings"

	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/pass"
)

//go:embed form.html
var formMarkup string

// The names of a form's fields.
const (
	FirstNameField = "first_name"
	LastNameField  = "last_name"
	EmailField     = "email"
	NonceField     = "nonce"
)

// Form is a page on which somebody without an account asks for a link.
type Form struct {
	Name   string       // of the form; its page's address ends with it
	Nonce  string       // of this page, kept in a cookie too
	Values pass.Visitor // what was typed, where it has to be looked at again
	Faults desk.Faults
}

// maxShown bounds what is kept of a value, in bytes: enough to see what is wrong
// with it, and the page stays small.
const maxShown = 400

type inputView struct {
	Label, Name, Type, Complete, Value, Wrong string
}

type formView struct {
	Action, Nonce string
	Wrong         bool
	Inputs        []inputView
}

// Form writes a form, with what is wrong at each field and above them all.
func (p *Pages) Form(out io.Writer, lang string, f Form) error {
	w := p.in(lang)
	v := formView{Action: f.Name, Nonce: f.Nonce, Wrong: f.Faults != desk.Faults{}, Inputs: []inputView{
		{w.Form.FirstName, FirstNameField, "text", "given-name", shown(f.Values.FirstName), w.Form.says(f.Faults.FirstName)},
		{w.Form.LastName, LastNameField, "text", "family-name", shown(f.Values.LastName), w.Form.says(f.Faults.LastName)},
		{w.Form.Email, EmailField, "email", "email", shown(f.Values.Email), w.Form.says(f.Faults.Email)},
	}}
	title := w.Form.Heading
	if v.Wrong { // what a screen reader says first of a page
		title = w.Form.Again + " – " + title
	}
	return p.write(out, "form", lang, title, v)
}

func shown(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "")
	}
	return s
}

// says is the sentence of a fault.
func (w *formWords) says(f desk.Fault) string {
	switch f {
	case "":
		return ""
	case desk.Required:
		return w.Required
	case desk.TooLong:
		return w.TooLong
	case desk.NoAddress:
		return w.NoAddress
	}
	return w.NoName
}

// FormAnswer is what a form that was posted is answered with, where its fields
// are right.
type FormAnswer int

// The answers.
const (
	FormSent      FormAnswer = iota // whatever became of it: the address's owner will see
	FormTooMany                     // from this network
	FormElsewhere                   // it was posted from another site
	FormLater                       // the store did not answer
)

type answerView struct{ Heading, Said, Back, Label string }

// FormAnswer writes the answer to a form of a name. None says anything about the
// address that was given.
func (p *Pages) FormAnswer(out io.Writer, lang string, a FormAnswer, name string) error {
	w := p.in(lang)
	said := map[FormAnswer][2]string{FormSent: w.Form.Sent, FormTooMany: w.Form.TooMany, FormElsewhere: w.Form.Elsewhere, FormLater: {w.TryAgain[0], w.Form.Later}}[a]
	v := answerView{Heading: said[0], Said: said[1]}
	if a == FormElsewhere || a == FormLater {
		v.Back, v.Label = name, w.Form.Open
	}
	return p.write(out, "formanswer", lang, v.Heading, v)
}
