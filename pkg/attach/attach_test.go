package attach_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

func TestCreateUpdateDelete(t *testing.T) {
	s := open(t)
	a := attacher(s)
	res, err := a.Create(t.Context(), request("shop", "", properties(api, orders), ""))
	want := attach.Result{PhysicalID: "shop/Rules/" + api, API: api, Name: "shop/Rules", Rules: 1, Authorizers: 1}
	if diff := cmp.Diff(want, res); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	res, err = a.Update(t.Context(), request("shop", res.PhysicalID, properties(api, orders, invoices), properties(api, orders)))
	want.Rules = 2
	if diff := cmp.Diff(want, res); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	all, _ := s.Rules(t.Context(), api)
	if got := string(all["shop/Rules"]); got != `{"rules":[{"route":"GET /orders/{id}","scope":"order:{id}"},{"route":"GET /invoices","scope":"*"}]}` {
		t.Errorf("kept is %s", got)
	}
	for range 2 { // Lambda may run a request twice
		if res, err = a.Delete(t.Context(), request("shop", res.PhysicalID, properties(api, orders, invoices), "")); err != nil || res.PhysicalID != want.PhysicalID {
			t.Fatalf("%+v, %v", res, err)
		}
		kept(t, s, api)
	}
}

// TestReplacement walks what CloudFormation does when ApiId changes, to its end
// and back.
func TestReplacement(t *testing.T) {
	before, after := properties(api, orders), properties(another, orders)
	moved := func(t *testing.T) (attach.Store, *attach.Attacher) {
		s := open(t)
		a := attacher(s)
		if _, err := a.Create(t.Context(), request("shop", "", before, "")); err != nil {
			t.Fatal(err)
		}
		res, err := a.Update(t.Context(), request("shop", "shop/Rules/"+api, after, before))
		if err != nil || res.PhysicalID != "shop/Rules/"+another {
			t.Fatalf("%+v, %v", res, err)
		}
		kept(t, s, api, "shop/Rules")
		kept(t, s, another, "shop/Rules")
		return s, a
	}
	t.Run("the old one is deleted afterwards", func(t *testing.T) {
		s, a := moved(t)
		if _, err := a.Delete(t.Context(), request("shop", "shop/Rules/"+api, before, "")); err != nil {
			t.Fatal(err)
		}
		kept(t, s, api)
		kept(t, s, another, "shop/Rules")
	})
	t.Run("a rollback goes back to the old one and deletes the new", func(t *testing.T) {
		s, a := moved(t)
		res, err := a.Update(t.Context(), request("shop", "shop/Rules/"+another, before, after))
		if err != nil || res.PhysicalID != "shop/Rules/"+api {
			t.Fatalf("%+v, %v", res, err)
		}
		if _, err := a.Delete(t.Context(), request("shop", "shop/Rules/"+another, after, "")); err != nil {
			t.Fatal(err)
		}
		kept(t, s, api, "shop/Rules")
		kept(t, s, another)
	})
	t.Run("a rollback removes the new one that CloudFormation never heard of", func(t *testing.T) {
		s, a := moved(t)
		res, err := a.Update(t.Context(), request("shop", "shop/Rules/"+api, before, after))
		if err != nil || res.PhysicalID != "shop/Rules/"+api {
			t.Fatalf("%+v, %v", res, err)
		}
		kept(t, s, api, "shop/Rules")
		kept(t, s, another)
	})
}

func TestRefusedUpdateCanBeRolledBack(t *testing.T) {
	s := open(t)
	a := attacher(s)
	good, bad := properties(api, orders), properties(api, `"Route":"GET /orders","Scope":"no scope"`)
	if _, err := a.Create(t.Context(), request("shop", "", good, "")); err != nil {
		t.Fatal(err)
	}
	res, err := a.Update(t.Context(), request("shop", "shop/Rules/"+api, bad, good))
	refused(t, err, "Rules[0].Scope: ")
	if res.PhysicalID != "shop/Rules/"+api {
		t.Errorf("the physical id became %s, so CloudFormation would delete the old one", res.PhysicalID)
	}
	res, err = a.Update(t.Context(), request("shop", "shop/Rules/"+api, properties(another, `"Route":"GET /x"`), good))
	refused(t, err, "Rules[0].Scope: ")
	if res.PhysicalID != "shop/Rules/"+api {
		t.Errorf("the physical id became %s", res.PhysicalID)
	}
	// Meanwhile the API has an authorizer that caches, and is rolled back later.
	ttl := int32(60)
	a.APIs = gateways{apis: map[string][]attach.Authorizer{api: {{Type: "REQUEST", URI: uri(function), TTL: &ttl}}}}
	if _, err := a.Update(t.Context(), request("shop", "shop/Rules/"+api, good, bad)); err != nil {
		t.Errorf("the rollback failed: %v", err)
	}
	kept(t, s, api, "shop/Rules")
	_, err = a.Update(t.Context(), request("shop", "shop/Rules/"+api, properties(api, invoices), good))
	refused(t, err, "keeps Gatepass's answers")
}

func TestUpdateKeepsTheNameItHas(t *testing.T) {
	s := open(t)
	a := attacher(s)
	if _, err := a.Create(t.Context(), request("shop", "", properties(api, orders), "")); err != nil {
		t.Fatal(err)
	}
	res, err := a.Update(t.Context(), request("renamed", "shop/Rules/"+api, properties(api, invoices), properties(api, orders)))
	if err != nil || res.PhysicalID != "shop/Rules/"+api {
		t.Fatalf("%+v, %v", res, err)
	}
	kept(t, s, api, "shop/Rules")
}

// TestDeleteOfWhatNeverCameToBe: every deletion that may follow a failed create.
func TestDeleteOfWhatNeverCameToBe(t *testing.T) {
	for _, row := range []struct {
		name, physical string
		remain         []string
	}{
		{"a create that was refused", "shop/Rules/-", []string{"shop/Rules", "blog/Rules"}},
		{"a create of which CloudFormation heard nothing", "shop-Rules-1A2B3C", []string{"blog/Rules"}},
		{"one that failed, by the request's id", "request-6f1e2d3c-0000-1111-2222-333344445555", []string{"blog/Rules"}},
		{"another API", "shop/Rules/" + another, []string{"shop/Rules", "blog/Rules"}},
		{"itself", "shop/Rules/" + api, []string{"blog/Rules"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := open(t)
			for _, name := range []string{"shop/Rules", "blog/Rules"} {
				if err := s.PutRules(t.Context(), api, name, []byte(`{"rules":[]}`)); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if res, err := attacher(s).Delete(t.Context(), request("shop", row.physical, properties(api, orders), "")); err != nil || res.PhysicalID != row.physical {
					t.Fatalf("%+v, %v", res, err)
				}
				kept(t, s, api, row.remain...)
			}
		})
	}
	t.Run("properties that are wrong", func(t *testing.T) {
		for _, p := range []string{``, `null`, `{}`, `{"ApiId":7}`, `{"ApiId":"../x"}`, `[]`} {
			if _, err := attacher(open(t)).Delete(t.Context(), request("shop", "unheard-of", p, "")); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	})
}

func TestRefusedCreateLeavesNothing(t *testing.T) {
	s := open(t)
	res, err := attacher(s).Create(t.Context(), request("shop", "", properties(api, `"Route":"GET /x"`), ""))
	refused(t, err, "Rules[0].Scope: ")
	if res.PhysicalID != "shop/Rules/-" {
		t.Errorf("the physical id is %s", res.PhysicalID)
	}
	kept(t, s, api)
}

// TestStoreThatFails: whatever fails, nothing is left of a create, or else its
// physical id says so and the deletion that follows removes it.
func TestStoreThatFails(t *testing.T) {
	first := func(f storetest.Fault, method string, n int) storetest.Plan {
		return func(c storetest.Call) storetest.Fault {
			if c == (storetest.Call{Method: method, N: n}) {
				return f
			}
			return storetest.None
		}
	}
	for _, row := range []struct {
		name     string
		plan     storetest.Plan
		physical string
		left     []string
	}{
		{"the rules cannot be read", storetest.Always(storetest.Before, "Rules"), "shop/Rules/-", nil},
		{"reading blocks", storetest.Always(storetest.Blocks, "Rules"), "shop/Rules/-", nil},
		{"they are not written", storetest.Always(storetest.Before, "PutRules"), "shop/Rules/-", nil},
		{"they are written, but the answer is lost", storetest.Always(storetest.After, "PutRules"), "shop/Rules/-", nil},
		{"they are written, and the answer never comes", storetest.Always(storetest.Stalls, "PutRules"), "shop/Rules/-", nil},
		{"they cannot be read again", first(storetest.Blocks, "Rules", 2), "shop/Rules/-", nil},
		{"nor taken back", storetest.Always(storetest.After, "PutRules", "DeleteRules"), "shop/Rules/" + api, nil},
		{"nor taken back, and still there", func(c storetest.Call) storetest.Fault {
			if c.Method == "Rules" && c.N == 2 || c.Method == "DeleteRules" {
				return storetest.Before
			}
			return storetest.None
		}, "shop/Rules/" + api, []string{"shop/Rules"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := open(t)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			res, err := attacher(storetest.Faulty(s, row.plan)).Create(ctx, request("shop", "", properties(api, orders), ""))
			if !errors.Is(err, pass.ErrUnavailable) {
				t.Errorf("%v, want unavailable", err)
			}
			if res.PhysicalID != row.physical {
				t.Errorf("the physical id is %s, want %s", res.PhysicalID, row.physical)
			}
			kept(t, s, api, row.left...)
			if _, err := attacher(s).Delete(t.Context(), request("shop", res.PhysicalID, properties(api, orders), "")); err != nil {
				t.Error(err)
			}
			kept(t, s, api)
		})
	}
}

func TestFailedUpdatePutsBackWhatWasThere(t *testing.T) {
	s := open(t)
	before := properties(api, orders)
	if _, err := attacher(s).Create(t.Context(), request("shop", "", before, "")); err != nil {
		t.Fatal(err)
	}
	was, _ := s.Rules(t.Context(), api)
	lost := storetest.Faulty(s, func(c storetest.Call) storetest.Fault {
		if c == (storetest.Call{Method: "PutRules", N: 1}) {
			return storetest.After
		}
		return storetest.None
	})
	if _, err := attacher(lost).Update(t.Context(), request("shop", "shop/Rules/"+api, properties(api, invoices), before)); !errors.Is(err, pass.ErrUnavailable) {
		t.Fatal(err)
	}
	now, _ := s.Rules(t.Context(), api)
	if diff := cmp.Diff(was, now); diff != "" {
		t.Errorf("after the failed update (-before +now):\n%s", diff)
	}
}
