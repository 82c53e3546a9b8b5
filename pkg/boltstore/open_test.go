package boltstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestSecondProcessIsToldWhoHoldsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	must(t, s.Create(context.Background(), newPass("a")))
	_, err := boltstore.Open(path, boltstore.Options{LockTimeout: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "another Gatepass process holds "+path) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Read(context.Background(), []pass.Ref{{ID: "a"}}); err != nil {
		t.Error("the first process:", err)
	}
}

func TestFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	open(t, path)
	info, err := os.Stat(path)
	if must(t, err); info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
}

func TestWhatIsNoStoreIsNotOpened(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	must(t, os.WriteFile(text, []byte(strings.Repeat("not a store\n", 1000)), 0o600))
	for _, path := range []string{text, dir, filepath.Join(dir, "no", "folder")} {
		if s, err := boltstore.Open(path, boltstore.Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, %v", path, s, err)
		}
	}
}

func TestReopenedFileHasEverything(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "store.db"), context.Background()
	s, p := open(t, path), newPass("a")
	must(t, s.Create(ctx, p))
	must(t, s.PutMarker(ctx, "a", now))
	before := changes(t, s, 0, 10)
	must(t, s.Close())
	s = open(t, path)
	e, err := s.Read(ctx, []pass.Ref{{ID: "a"}})
	must(t, err)
	if d := cmp.Diff(p, e[0].Pass, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(before, changes(t, s, 0, 10)); d != "" {
		t.Error(d)
	}
	if n, err := s.Sweep(ctx, now, 10); n != 1 || err != nil {
		t.Errorf("sweep removed %d (%v)", n, err)
	}
}

func TestClosedStoreIsUnavailable(t *testing.T) {
	s, p := open(t, filepath.Join(t.TempDir(), "store.db")), newPass("a")
	must(t, s.Close())
	if err := s.Create(context.Background(), p); !errors.Is(err, pass.ErrUnavailable) {
		t.Error("create:", err)
	}
	if _, err := s.Read(context.Background(), []pass.Ref{{ID: "a"}}); !errors.Is(err, pass.ErrUnavailable) {
		t.Error("read:", err)
	}
}

func TestNoKeyCanReachIntoAnother(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	if err := s.PutRules(ctx, "api\x00x", "y", []byte(`{}`)); !errors.Is(err, pass.ErrUnavailable) {
		t.Error("a zero byte in a partition:", err)
	}
	if err := s.PutRules(ctx, "api", "x\x00y", []byte(`{}`)); !errors.Is(err, pass.ErrUnavailable) {
		t.Error("a zero byte in a sort key:", err)
	}
	if err := s.PutRules(ctx, "api", "", []byte(`{}`)); !errors.Is(err, pass.ErrUnavailable) {
		t.Error("an empty sort key:", err)
	}
	must(t, s.PutRules(ctx, "api", "x", []byte(`{}`)))
	if it, err := s.Item("R#api\x00x", ""); it != nil || err != nil {
		t.Error("read across:", it, err)
	}
	if got := changes(t, s, 0, 10); len(got) != 1 || got[0].New[record.SK] != "x" {
		t.Error("log:", got)
	}
}

// A writer that waits for another goes when its own context ends.
func TestWaitingWriterEndsWithItsContext(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	release := s.Hold()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.PutMarker(ctx, "a", now) }()
	cancel()
	if err := <-done; !errors.Is(err, pass.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	release()
	if it, err := s.Item("P#a", "X"); it != nil || err != nil {
		t.Error("written all the same:", it, err)
	}
}
