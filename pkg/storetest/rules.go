package storetest

import (
	"bytes"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func rulePromises() []promise {
	return []promise{
		{"an API nobody declared for has none", rulesNone},
		{"declarations come back by name, byte for byte", rulesBack},
		{"a declaration is replaced whole", rulesReplaced},
		{"a deleted declaration is gone and the others stay", rulesDeleted},
		{"declarations of more than a megabyte come whole", rulesLong},
		{"a declaration of another version makes them unavailable", rulesVersion},
	}
}

func (k kit) rules(api string, want map[string][]byte) {
	k.Helper()
	got, err := k.Rules(k.ctx, api)
	k.must(err)
	k.same("rules", texts(got), texts(want))
}

// texts makes long bodies quick to compare.
func texts(m map[string][]byte) map[string]string {
	out := map[string]string{}
	for name, body := range m {
		out[name] = string(body)
	}
	return out
}

func rulesNone(k kit) { k.rules(newID(), nil) }

func rulesBack(k kit) {
	api, near := newID(), newID()
	want := map[string][]byte{
		"shop/Rules":  []byte(`{"rules":[{"route":"GET /reports/{id}","scope":"report:{id}"}]}`),
		"shop/Rules2": []byte("{ \"rules\" : [\n] , \"n\": 1.50, \"s\": \"<\\u00e9é>\" }"),
		"blog/Rules":  []byte(`{}`),
	}
	for name, body := range want {
		k.must(k.PutRules(k.ctx, api, name, body))
	}
	k.must(k.PutRules(k.ctx, near, "shop/Rules", []byte(`{"other":1}`)))
	k.must(k.PutRules(k.ctx, api[:15], "shop/Rules", []byte(`{"shorter":1}`)))
	k.rules(api, want)
	k.rules(api[:15], map[string][]byte{"shop/Rules": []byte(`{"shorter":1}`)})
}

func rulesReplaced(k kit) {
	api := newID()
	for _, body := range []string{`{"rules":[1,2]}`, `{}`, `{"rules":[3]}`, `{"rules":[3]}`} {
		k.must(k.PutRules(k.ctx, api, "a/R", []byte(body)))
		k.rules(api, map[string][]byte{"a/R": []byte(body)})
	}
}

func rulesDeleted(k kit) {
	api := newID()
	k.must(k.PutRules(k.ctx, api, "a/R", []byte(`{}`)))
	k.must(k.PutRules(k.ctx, api, "a/R2", []byte(`{}`)))
	for range 2 {
		k.must(k.DeleteRules(k.ctx, api, "a/R"))
		k.rules(api, map[string][]byte{"a/R2": []byte(`{}`)})
	}
	k.must(k.DeleteRules(k.ctx, newID(), "a/R"))
}

func rulesLong(k kit) {
	api, want := newID(), map[string][]byte{}
	for i := range 12 {
		name := fmt.Sprintf("stack%d/Rules", i)
		want[name] = fmt.Appendf(nil, `{"%s":%d}`, bytes.Repeat([]byte("a"), 100<<10), i)
		k.must(k.PutRules(k.ctx, api, name, want[name]))
	}
	k.rules(api, want)
}

func rulesVersion(k kit) {
	api := newID()
	k.must(k.PutRules(k.ctx, api, "a/R", []byte(`{}`)))
	k.must(k.PutRules(k.ctx, api, "b/R", []byte(`{}`)))
	k.plant(with(k.raw(record.RulesPK(api), "a/R"), record.Item{record.V: int64(pass.Version + 1)}))
	_, err := k.Rules(k.ctx, api)
	k.kind("rules", err, pass.ErrUnavailable)
}
