package record_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// again reads an item of a kind, and writes what was read.
func again(kind string, it record.Item) (record.Item, error) {
	id, _ := record.PassID(stringOf(it, record.PK))
	switch kind {
	case "pass":
		p, err := record.ToPass(it)
		return then(err, func() record.Item { return record.FromPass(p) })
	case "session":
		s, err := record.ToSession(it)
		return then(err, func() record.Item { return record.FromSession(s) })
	case "use":
		u, err := record.ToUse(it)
		purge, _ := it[record.PurgeAt].(int64)
		return then(err, func() record.Item { return record.UseItem(id, u, pass.NumericDate(purge)) })
	case "change":
		c, err := record.ToChange(it)
		purge, _ := it[record.PurgeAt].(int64)
		return then(err, func() record.Item { return record.ChangeItem(id, c, pass.NumericDate(purge)) })
	case "opens":
		o, err := record.ToOpens(it)
		return then(err, func() record.Item { return record.FromOpens(id, o) })
	case "clients":
		c, err := record.ToClients(it)
		return then(err, func() record.Item { return record.FromClients(id, c) })
	case "link request":
		n, err := record.ToLinkRequest(it)
		return then(err, func() record.Item { return record.FromLinkRequest(id, n) })
	case "registration":
		r, err := record.ToRegistration(it)
		return then(err, func() record.Item { return record.FromRegistration(r) })
	case "order":
		o, err := record.ToOrder(it)
		return then(err, func() record.Item { return record.FromOrder(o) })
	case "marker":
		purge, _ := it[record.PurgeAt].(int64)
		return record.Marker(id, pass.NumericDate(purge)), nil
	case "public key":
		k, err := record.ToPublic(it)
		return then(err, func() record.Item { return record.FromPublic(k) })
	case "sealed key":
		k, err := record.ToSealed(it)
		return then(err, func() record.Item { return record.FromSealed(k) })
	case "digest mark":
		mark, err := record.ToDigestMark(it)
		return then(err, func() record.Item { return record.FromDigestMark(mark) })
	case "rules":
		name, body, err := record.ToRules(it)
		return then(err, func() record.Item {
			return record.FromRules(stringOf(it, record.PK)[len(record.RulesPK("")):], name, []byte(body))
		})
	case "limiter":
		n, err := record.ToTaken(it)
		purge, _ := it[record.PurgeAt].(int64)
		return then(err, func() record.Item { return record.FromTaken("mail", 1, pass.NumericDate(purge), n) })
	}
	return nil, errors.New("no kind of item")
}

func then(err error, write func() record.Item) (record.Item, error) {
	if err != nil {
		return nil, err
	}
	return write(), nil
}

func stringOf(it record.Item, name string) string {
	s, _ := it[name].(string)
	return s
}

// TestWhatWasWrittenIsReadAndWrittenAgain: testdata/written holds items of every
// kind with every attribute, in a file for each release that began to write them
// so. From the first release on those files are never changed: what is in them lies
// in somebody's table, and during a canary the older version reads what this one writes. Reading and
// writing an item gives it back to the byte, so neither loses what the other needs.
func TestWhatWasWrittenIsReadAndWrittenAgain(t *testing.T) {
	files, err := filepath.Glob("testdata/written/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing was kept: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var items map[string]record.Item
		if err := json.Unmarshal(text, &items); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for kind, it := range items {
			got, err := again(kind, it)
			if err != nil {
				t.Errorf("%s: %s is not read: %v", file, kind, err)
				continue
			}
			if diff := cmp.Diff(it, got); diff != "" {
				t.Errorf("%s: %s is written otherwise (-it was +it is):\n%s", file, kind, diff)
			}
		}
		if file == files[0] {
			want := []string{"change", "clients", "digest mark", "limiter", "link request", "marker", "opens", "order", "pass", "public key", "registration", "rules", "sealed key", "session", "use"}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(items))); diff != "" {
				t.Errorf("%s does not hold every kind (-kinds +file):\n%s", file, diff)
			}
		}
	}
}
