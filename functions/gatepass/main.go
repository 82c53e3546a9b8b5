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
// that was issued is, since that is what issuing is for.
package main

import (
	"bytes"
	"context"
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
	os.Exit(run(ctx, os.Args[1:], world{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now, login: login, aws: awsCLI}))
}

// world is what the process has around it.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
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
	c, err := attempt(ctx, args, w, &out)
	text := out.String()
	if c == nil || !c.reveals {
		text = hidden(text)
	}
	io.WriteString(w.stdout, text)
	var wrong misuse
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return done
	case errors.As(err, &wrong):
		fmt.Fprintln(w.stderr, hidden("gatepass: "+err.Error()))
		return misused
	}
	fmt.Fprint(w.stderr, hidden(told(err)))
	return refused
}

// attempt carries out a command line. The command is nil where it names none.
func attempt(ctx context.Context, args []string, w world, out *bytes.Buffer) (*command, error) {
	o := &options{}
	c, args, err := choose(args, o, out)
	if err != nil {
		return nil, err
	}
	fs := o.flags("gatepass " + c.name)
	do := c.flags(fs)
	args, err = interspersed(fs, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(out, fs)
		return c, err
	case err != nil:
		return c, misuse(fmt.Sprintf("%s: %v; gatepass %s -help lists the flags", c.name, err, c.name))
	case unsaid(fs) != nil:
		return c, unsaid(fs)
	case len(args) != c.takes():
		return c, misuse(fmt.Sprintf("usage: gatepass %s %s; gatepass %s -help lists the flags", c.name, c.args, c.name))
	}
	s, err := o.session(w, out)
	if err != nil {
		return c, err
	}
	arg, err := pasted(w.stdin, args)
	if err != nil {
		return c, err
	}
	err = do(ctx, s, arg)
	return c, errors.Join(err, s.flush()) // also what was done before it failed
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
