package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/client"
)

// advised is an error with what can be done about it, a line each.
type advised struct {
	error
	lines []string
}

func (a *advised) Unwrap() error { return a.error }

// What is said where a call was sent and no answer came.
const (
	unsureOfOne  = "Whether it was done is not known. Repeat the command, which does no harm, or describe the pass."
	unsureOfLink = "Whether the link was replaced is not known. Repeat the command: each link takes the place of the one before."
	unsureOfMany = "How far the call under way came is not known, and it may still be running. Repeat the command: what is done stays so."
	unsureOfForm = "Whether a pass was issued is not known. Repeat the command: if one was, its id is said, and gatepass reissue gives it a link."
)

// advise adds to an error what the functions cannot know: who was asked, and what a
// call did of which no answer came.
func (s *session) advise(err error) error {
	switch {
	case errors.Is(err, client.ErrNotFound):
		return &advised{err, []string{"Asked was " + s.where + "; what was issued elsewhere is not known there."}}
	case errors.Is(err, client.ErrUnavailable) && s.unsure != "":
		return &advised{err, []string{s.unsure}}
	}
	return err
}

// confirm says what is about to be done, and asks where somebody is there to answer.
func (s *session) confirm(ctx context.Context, what string, yes bool) error {
	fmt.Fprintln(s.world.stderr, hidden(fmt.Sprintf("gatepass: at %s, about to %s", s.where, what)))
	if yes || !s.world.terminal {
		return nil
	}
	fmt.Fprint(s.world.stderr, "Go on? [y/N] ")
	answer := make(chan string, 1)
	go func() {
		line, _ := s.in.ReadString('\n') // nothing is no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case a := <-answer:
		if a == "y" || a == "yes" {
			return nil
		}
	}
	return errors.New("nothing was done")
}
