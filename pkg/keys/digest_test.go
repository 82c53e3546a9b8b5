package keys_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// counted is a key that counts how often it was asked for.
type counted struct {
	key   byte
	asked int
}

func (c *counted) Mac(context.Context, []byte) ([]byte, error) {
	c.asked++
	mac := make([]byte, 32)
	mac[0] = c.key
	return mac, nil
}

// wantKey holds an error to be that of another key: unavailable, and with what to do.
func wantKey(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, pass.ErrUnavailable) || !errors.Is(err, keys.ErrDigestKey) || !strings.Contains(err.Error(), "README") {
		t.Errorf("%s: %v", what, err)
	}
}

// TestATableIsNamedByOneKeyAlone: the first that issues marks the table, and from
// then on another key names nobody in it, neither to put nor to look for.
func TestATableIsNamedByOneKeyAlone(t *testing.T) {
	table, first, second := newTable(t), &counted{key: 1}, &counted{key: 2}
	for range 2 { // who looks marks nothing
		if _, err := keys.NewDigester(second, table).Email(t.Context(), "a@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	name, err := keys.NewMarkingDigester(first, table).Email(t.Context(), "a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for what, d := range map[string]*keys.Digester{"who looks": keys.NewDigester(second, table), "who issues": keys.NewMarkingDigester(second, table)} {
		for range 2 {
			_, err := d.Email(t.Context(), "a@example.com")
			wantKey(t, what, err)
		}
	}
	for what, d := range map[string]*keys.Digester{"who looks": keys.NewDigester(first, table), "who issues": keys.NewMarkingDigester(first, table)} {
		if got, err := d.Email(t.Context(), "A@example.com"); got != name || err != nil {
			t.Errorf("%s with the table's key names %q, %v, want %q", what, got, err, name)
		}
	}
}

// TestADigesterAsksOnce for its key, and for the mark until there is one: who looks
// into a table without names has to look again.
func TestADigesterAsksOnce(t *testing.T) {
	table, mac := storetest.Record(newTable(t)), &counted{}
	looks, issues := keys.NewDigester(mac, table), keys.NewMarkingDigester(mac, table)
	for i, row := range []struct {
		d           *keys.Digester
		macs, marks int
	}{{looks, 1, 1}, {looks, 1, 2}, {issues, 2, 3}, {issues, 2, 3}, {looks, 2, 4}, {looks, 2, 4}} {
		if _, err := row.d.Subject(t.Context(), "s"); err != nil || mac.asked != row.macs || table.Calls()["DigestMark"] != row.marks {
			t.Errorf("call %d: asked %d times for the key and %v, %v, want %d and %d", i, mac.asked, table.Calls(), err, row.macs, row.marks)
		}
	}
}

// TestAMarkThatCannotBeReadIsNoMark: nobody is named by a key of which it is not
// known whether it is the table's.
func TestAMarkThatCannotBeReadIsNoMark(t *testing.T) {
	for _, method := range []string{"DigestMark", "PutDigestMark"} {
		table := newTable(t)
		broken := storetest.Faulty(table, storetest.Always(storetest.Before, method))
		if name, err := keys.NewMarkingDigester(&counted{}, broken).Subject(t.Context(), "s"); name != "" || !errors.Is(err, pass.ErrUnavailable) || errors.Is(err, keys.ErrDigestKey) {
			t.Errorf("without %s: %q, %v", method, name, err)
		}
	}
}

// TestAKeyFileBelongsToItsTable: it is made for one that has no names, and neither
// made nor taken for one that another made the names of.
func TestAKeyFileBelongsToItsTable(t *testing.T) {
	table, path := newTable(t), filepath.Join(t.TempDir(), "digest.key")
	mac, err := keys.NewFileMac(t.Context(), path, table)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.NewMarkingDigester(mac, table).Subject(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.NewFileMac(t.Context(), path, table); err != nil {
		t.Errorf("its own file: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "digest.key")
	_, err = keys.NewFileMac(t.Context(), missing, table)
	if _, made := os.Stat(missing); !errors.Is(err, keys.ErrDigestKey) || !strings.Contains(err.Error(), missing) || made == nil {
		t.Errorf("no file: %v, made %v", err, made == nil)
	}
	if _, err := keys.NewFileMac(t.Context(), missing, newTable(t)); err != nil {
		t.Fatal(err)
	}
	_, err = keys.NewFileMac(t.Context(), missing, table)
	wantKey(t, "another table's file", err)
}
