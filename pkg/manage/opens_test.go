package manage_test

import (
	"context"
	"encoding/json"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// look looks at the link page of the pass, as the link page counts it.
func (k *kit) look(touches ...pass.Touch) {
	k.t.Helper()
	for _, touch := range touches {
		if err := k.bolt.Opened(context.Background(), passID, pass.Look{Touch: touch, At: k.now}); err != nil {
			k.t.Fatal(err)
		}
	}
}

func TestADescriptionTellsTheLooks(t *testing.T) {
	k := newKit(t)
	p := k.issue(visitor)
	for name, row := range map[string]struct {
		opens *pass.Opens
		want  string
	}{
		"none yet":                  {&pass.Opens{V: 1}, `{"gets":0,"heads":0,"refused_posts":0}`},
		"some":                      {&pass.Opens{V: 1, Gets: 3, Heads: 2, Refused: 1, FirstAt: t0, LastAt: t0 + 5}, `{"gets":3,"heads":2,"refused_posts":1,"first_at":"2027-01-15T08:00:00Z","last_at":"2027-01-15T08:00:05Z"}`},
		"those of a newer version":  {&pass.Opens{V: 2}, `{"gets":0,"heads":0,"refused_posts":0,"unknown":true}`},
		"those that were not asked": {nil, `null`},
	} {
		k.Store = fixed{h: &pass.History{Pass: p, Opens: row.opens}}
		d, err := k.Describe(context.Background(), passID)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(d.Opens); err != nil || string(b) != row.want {
			t.Errorf("%s: %s, %v, want %s", name, b, err, row.want)
		}
	}
}

// Of a change only the pass is read; saying that nobody looked would be a lie.
func TestChangesSayNothingOfLooks(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	k.look(pass.Get)
	d, err := k.Revoke(context.Background(), manage.Change{Pass: passID, By: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff((*manage.Opens)(nil), d.Opens); diff != "" {
		t.Error(diff)
	}
}
