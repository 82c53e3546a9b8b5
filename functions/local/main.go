// Command local is all of Gatepass in one process on one machine: API Gateway,
// the functions, the table, its stream and its TTL, without AWS, Docker or an
// account. It issues sample passes when it starts and prints how to use them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	ticker := time.NewTicker(time.Second)
	err := run(ctx, os.Args[1:], world{stdout: os.Stdout, stderr: os.Stderr, now: time.Now, ticks: ticker.C})
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatepass:", err)
		os.Exit(1)
	}
}

// world is what the process has around it.
type world struct {
	stdout, stderr io.Writer
	now            func() time.Time
	ticks          <-chan time.Time // when to sweep and to read the stream
}

// run is the whole program. Its error is for people.
func run(ctx context.Context, args []string, w world) (err error) {
	w.stdout, w.stderr = &guarded{w: w.stdout}, &guarded{w: w.stderr}
	o, err := parse(args, w.stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	e, err := open(ctx, o, w.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	ln, err := listen(ctx, o.addr)
	if err != nil {
		return err
	}
	s, err := build(ctx, o, e, ln.Addr(), w)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer s.close()
	if err := s.start(ctx, o, w); err != nil {
		return errors.Join(err, ln.Close())
	}
	return s.server.Run(ctx, ln)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken: stop what listens there, or choose another port with -addr localhost:8081", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return ln, nil
}
