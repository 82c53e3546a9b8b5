package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// command is one thing to ask for.
type command struct {
	name, args, does string
	reveals          bool // prints credentials: those that it had issued
	flags            func(*flag.FlagSet) action
}

// action carries out a command, whose flags are parsed. arg is what is no flag.
type action func(ctx context.Context, s *session, arg string) error

func commands() []*command {
	return []*command{
		{"issue", "", "issue a pass, and print its link", true, issueFlags},
		{"describe", "PASS", "how a pass stands, and why its holder is refused", false, describeFlags},
		{"list", "", "passes, newest first", false, listFlags},
		{"revoke", "PASS", "withdraw a pass and end its sessions", false, revokeFlags},
		{"extend", "PASS", "give a pass another end", true, extendFlags},
		{"change", "PASS", "give it other uses, scope, data or target", true, changeFlags},
		{"complete", "PASS", "revoke it because what it was for is done", false, completeFlags},
		{"restore", "PASS", "take a revocation back", false, restoreFlags},
		{"end", "PASS", "end its sessions, or one", false, endFlags},
		{"reissue", "PASS", "give it a new link, in place of the old one", true, reissueFlags},
		{"revoke-all", "", "withdraw all passes of a scope, a person or an issuer", false, revokeAllFlags},
		{"forget", "", "remove all that is kept of a person", false, forgetFlags},
	}
}

// takes is how many arguments there are that are no flags.
func (c *command) takes() int { return len(strings.Fields(c.args)) }

// help tells of one command.
func (c *command) help(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "gatepass %s: %s\n\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	if c.takes() > 0 {
		fmt.Fprintln(w, "PASS is a pass id, a token, or anything pasted that holds one, such as a link; - reads it from standard input.")
	}
	fs.SetOutput(w)
	fs.PrintDefaults()
	fs.SetOutput(io.Discard)
}

// choose returns the command that is named, and what follows it. Flags that all
// commands have may stand before it.
func choose(args []string, o *options, out io.Writer) (*command, []string, error) {
	fs := o.flags("gatepass")
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(out, fs)
		return nil, nil, err
	case err != nil:
		return nil, nil, misuse(fault(fs, err) + "; gatepass -help lists the commands")
	case unsaid(fs) != nil:
		return nil, nil, unsaid(fs)
	case fs.NArg() == 0:
		return nil, nil, misuse("say what to do: " + names() + "; gatepass -help says more")
	}
	for _, c := range commands() {
		if c.name == fs.Arg(0) {
			return c, fs.Args()[1:], nil
		}
	}
	if !looksNamed(fs.Arg(0)) {
		return nil, nil, misuse("the pass goes behind a command, such as describe; gatepass -help lists them")
	}
	return nil, nil, misuse(fmt.Sprintf("%s is no command; there are %s", fs.Arg(0), names()))
}

// looksNamed reports whether s could be meant for a command. Anything else is what
// the command was forgotten before, and no part of it is repeated: of a credential
// that moved in nothing tells that it is one.
func looksNamed(s string) bool {
	return len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}

func names() string {
	var list []string
	for _, c := range commands() {
		list = append(list, c.name)
	}
	return strings.Join(list, ", ")
}

// usage lists the commands.
func usage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprint(w, "Operates Gatepass: gatepass COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-17s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	fmt.Fprint(w, "\nPASS is a pass id, a token, or anything pasted that holds one, such as a link; - reads it\nfrom standard input. gatepass COMMAND -help lists its flags. Every command has these:\n")
	fs.SetOutput(w)
	fs.PrintDefaults()
	fs.SetOutput(io.Discard)
	fmt.Fprint(w, "\nFor a stack it takes the credentials of the environment, else those of the AWS CLI.\n")
}
