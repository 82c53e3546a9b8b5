package local

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// shutdownTime is how long requests under way may take to end: no function has
// longer, nor has an upstream.
const shutdownTime = upstreamTime + time.Second

// Run answers on ln, and sweeps and pumps at each of Config.Ticks, until ctx
// ends; then it lets requests and functions under way finish, and returns nil. A
// nil ln is not answered on. It returns an error if ln fails. Call it once.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	defer s.running.Wait()
	failed := make(chan error, 1)
	if ln != nil {
		srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 2 * maxHeader,
			ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelError)}
		s.running.Go(func() { failed <- srv.Serve(ln) })
		defer s.shutdown(srv)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-s.cfg.Ticks:
			s.Tick(ctx)
		}
	}
}

func (s *Server) shutdown(srv *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		s.cfg.Log.Error("requests were cut off", "error", errors.Join(err, srv.Close()))
	}
}

// Tick sweeps once, and pumps the stream until it is empty or a record fails.
// Run calls it; tests that move the clock call it too.
func (s *Server) Tick(ctx context.Context) {
	s.tick.Lock()
	defer s.tick.Unlock()
	if s.cfg.Sweep != nil {
		if err := s.cfg.Sweep(ctx, s.cfg.Now()); err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("the sweep failed", "error", err)
		}
	}
	if s.cfg.Stream != nil {
		s.pump(ctx)
	}
}
