// Command gatepass is the operator's: issue a pass, find out from whatever was
// pasted why somebody could not get in, list, revoke and extend, against "make
// run" and against a stack alike. It is not deployed.
//
//	gatepass describe LINK              with make run
//	gatepass -stack gatepass list       with a stack, by your AWS credentials
//
// What is printed is for people, and the functions' own JSON with -json. It exits
// with 0 when it was done, 1 when it was refused or nobody answered, 2 when the
// command line is wrong. A credential that is given to it is never printed; one
// that was issued is, since that is what issuing is for. Before many passes are
// revoked, or somebody is forgotten, it asks, if its standard input is a terminal.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(run(ctx, os.Args[1:], world{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now, newKey: rand.Text, terminal: isTerminal(os.Stdin), login: login, aws: awsCLI}))
}

// world is what the process has around it.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	newKey         func() string                                             // of one issue; never the same again
	terminal       bool                                                      // somebody sits at stdin
	login          func() string                                             // who runs this; empty: nobody can tell
	aws            func(ctx context.Context, args ...string) ([]byte, error) // the AWS CLI
}

// The exit codes.
const (
	done    = 0
	refused = 1
	misused = 2
)

// misuse is an error of the command line.
type misuse string

func (m misuse) Error() string { return string(m) }

// run is the whole program.
func run(ctx context.Context, args []string, w world) int {
	var out bytes.Buffer
	c, s, err := attempt(ctx, args, w, &out)
	text := out.String()
	if c == nil || !c.reveals {
		text = hidden(text)
	}
	_, lost := io.WriteString(w.stdout, text)
	var wrong misuse
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintln(w.stderr, hidden("gatepass: "+err.Error()))
		return misused
	case err != nil && !errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w.stderr, hidden(told(err)))
		return refused
	case lost != nil:
		fmt.Fprintf(w.stderr, "gatepass: done, but could not be printed: %v\n", lost)
		if s != nil && s.again != "" {
			fmt.Fprintln(w.stderr, s.again)
		}
		return refused
	}
	return done
}

// attempt carries out a command line. The command is nil where it names none, and
// the session where it is wrong.
func attempt(ctx context.Context, args []string, w world, out *bytes.Buffer) (*command, *session, error) {
	o := &options{}
	c, args, err := choose(args, o, out)
	if err != nil {
		return nil, nil, err
	}
	fs := o.flags("gatepass " + c.name)
	do := c.flags(fs)
	args, err = interspersed(fs, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(out, fs)
		return c, nil, err
	case err != nil:
		return c, nil, misuse(fmt.Sprintf("%s: %s; gatepass %s -help lists the flags", c.name, fault(fs, err), c.name))
	case unsaid(fs) != nil:
		return c, nil, unsaid(fs)
	case len(args) != c.takes():
		return c, nil, misuse(fmt.Sprintf("usage: gatepass %s; gatepass %s -help lists the flags", strings.TrimSpace(c.name+" "+c.args), c.name))
	}
	in := bufio.NewReader(w.stdin)
	if err := unshown(fs, in); err != nil {
		return c, nil, err
	}
	s, err := o.session(w, in, out)
	if err != nil {
		return c, nil, err
	}
	arg, err := pasted(in, args)
	if err != nil {
		return c, nil, err
	}
	err = s.advise(do(ctx, s, arg))
	return c, s, errors.Join(err, s.flush()) // also what was done before it failed
}

// interspersed parses flags wherever they stand, and returns what is none.
func interspersed(fs *flag.FlagSet, args []string) (others []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if args = fs.Args(); len(args) == 0 {
			return others, nil
		}
		others, args = append(others, args[0]), args[1:]
	}
}

// isTerminal reports whether somebody may sit at f. What reads nothing is a device
// as a terminal is.
func isTerminal(f *os.File) bool {
	is, err := f.Stat()
	if err != nil || is.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nothing, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(is, nothing)
}

func login() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username[strings.LastIndex(u.Username, `\`)+1:] // a domain's on Windows
}

func awsCLI(ctx context.Context, args ...string) ([]byte, error) {
	return exec.CommandContext(ctx, "aws", args...).Output()
}
