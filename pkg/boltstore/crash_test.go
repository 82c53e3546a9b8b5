package boltstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
)

// crashFile, in the environment, makes this the process that is to be killed.
const crashFile = "GATEPASS_TEST_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		forever := writeForever
		if os.Getenv(crashScrub) != "" {
			forever = scrubForever
		}
		fmt.Fprintln(os.Stderr, forever(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever makes passes, redeems each ten times, and prints what was
// acknowledged as soon as it was.
func writeForever(path string) error {
	ctx := context.Background()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		p := newPass(fmt.Sprintf("%d-%d", os.Getpid(), n))
		if err := s.Create(ctx, p); err != nil {
			return err
		}
		for i := range p.MaxUses {
			v := visit(p, i)
			if _, _, r, err := s.Redeem(ctx, p, signed(p, v.Key()), v); r != pass.OK {
				return fmt.Errorf("redeem: %s %w", r, err)
			}
			fmt.Println(p.ID, i)
		}
	}
}

// acknowledged is one line of the child's output.
type acknowledged struct {
	id string
	i  int
}

// killed runs a child on the file until it has acknowledged so many redemptions,
// kills it in the middle of whatever it does then, and returns all it printed.
func killed(t *testing.T, path string, redemptions int) (all []acknowledged) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFile+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var a acknowledged
		if n, _ := fmt.Sscanf(lines.Text(), "%s %d", &a.id, &a.i); n == 2 {
			all = append(all, a)
		}
		if len(all) == redemptions {
			child.Process.Kill()
		}
	}
	child.Wait()
	if len(all) < redemptions {
		t.Fatalf("the child ended by itself after %d redemptions", len(all))
	}
	return all
}

func TestEverythingAcknowledgedSurvivesKill(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "store.db"), context.Background()
	var all []acknowledged
	for round := range 4 {
		all = append(all, killed(t, path, 40+13*round)...)
		s := open(t, path)
		for _, a := range all {
			v := visit(newPass(a.id), a.i)
			found, err := s.Read(ctx, []pass.Ref{{ID: a.id, Session: &v.Secret}})
			if err != nil {
				t.Fatal(err)
			}
			p := found[0].Pass
			if p == nil || found[0].Session == nil || !p.Counted(v.Key()) || p.Sessions[v.Key()] != v.ExpiresAt {
				t.Errorf("redemption %d of %s was acknowledged, and is not all there", a.i, a.id)
			}
		}
		unasked(t, s, len(all), round+1)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// unasked holds the file to have no more than the one redemption of each child
// whose answer did not get out, and no half of one: the log tells of each
// transaction whole.
func unasked(t *testing.T, s *boltstore.Store, acknowledged, children int) {
	t.Helper()
	changes, err := s.Changes(context.Background(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	sessions, uses := 0, 0
	for i, c := range changes {
		if c.Sequence != uint64(i+1) {
			t.Fatalf("change %d has sequence %d", i+1, c.Sequence)
		}
		switch {
		case c.New["sk"] != "P":
			sessions++
		case c.Old != nil:
			uses++
		}
	}
	if sessions != uses || uses < acknowledged || uses > acknowledged+children {
		t.Errorf("%d uses and %d sessions in the log, %d were acknowledged to %d children", uses, sessions, acknowledged, children)
	}
}
