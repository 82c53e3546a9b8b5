package attach_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// TestStringsAreTakenForWhatTheyStandFor: CloudFormation makes strings of numbers
// and booleans.
func TestStringsAreTakenForWhatTheyStandFor(t *testing.T) {
	for name, written := range map[string]string{
		"as CloudFormation sends them": `"Optional":"true","ForwardRefused":"false","MaxAge":"300"`,
		"as they are meant":            `"Optional":true,"ForwardRefused":false,"MaxAge":300`,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			p := properties(api, `"Route":"GET /true","Scope":"true","Accept":["request","host"],`+written)
			if _, err := attacher(s).Create(t.Context(), request("shop", "", p, "")); err != nil {
				t.Fatal(err)
			}
			all, _ := s.Rules(t.Context(), api)
			got, err := rule.Parse(all["shop/Rules"])
			want := rule.Declaration{Rules: []rule.Rule{{Route: "GET /true", Scope: "true", Accept: []pass.Mode{pass.Request, pass.Host}, Optional: true, MaxAge: 300}}}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestEveryFaultIsNamedAsTheTemplateHasIt(t *testing.T) {
	rules := func(list string) string { return `{"ApiId":"` + api + `","Rules":` + list + `}` }
	for _, row := range []struct {
		name, properties string
		says             []string // parts of the faults; none: accepted
	}{
		{"all that there is", `{"ServiceToken":"a","ServiceTimeout":"60","ApiId":"` + api + `","ApiType":"HTTP","Rules":[{` + orders + `}]}`, nil},
		{"no properties", ``, []string{"no JSON object"}},
		{"null", `null`, []string{"no JSON object"}},
		{"nothing", `{}`, []string{"ApiId: missing", "Rules: missing"}},
		{"an API that is no id", `{"ApiId":"https://x","Rules":[{` + orders + `}]}`, []string{"ApiId: no id"}},
		{"an API that is not text", `{"ApiId":["x"],"Rules":[{` + orders + `}]}`, []string{"ApiId: no id"}},
		{"an API that is not there", properties("b1b2b3b4b5", orders), []string{"ApiId: there is no API b1b2b3b4b5"}},
		{"a type of no API", `{"ApiId":"` + api + `","ApiType":"http","Rules":[{` + orders + `}]}`, []string{"ApiType: "}},
		{"a time that is none", `{"ApiId":"` + api + `","ServiceTimeout":"soon","Rules":[{` + orders + `}]}`, []string{"ServiceTimeout: "}},
		{"a time beyond CloudFormation's", `{"ApiId":"` + api + `","ServiceTimeout":"3601","Rules":[{` + orders + `}]}`, []string{"ServiceTimeout: "}},
		{"a property in another case", `{"ApiID":"` + api + `","Rules":[{` + orders + `}]}`, []string{"ApiID: unknown; did you mean ApiId?", "ApiId: missing"}},
		{"a property that is mistyped", `{"ApiId":"` + api + `","Rulse":[],"Rules":[{` + orders + `}]}`, []string{"Rulse: unknown; did you mean Rules?"}},
		{"a property of nothing", `{"ApiId":"` + api + `","Colour":1,"Rules":[{` + orders + `}]}`, []string{"Colour: unknown; there is ServiceToken, "}},
		{"no list", rules(`{}`), []string{"Rules: no list"}},
		{"an empty list", rules(`[]`), []string{"Rules: empty"}},
		{"a rule that is text", rules(`["GET /"]`), []string{"Rules[0]: no object; write { Route: ..., Scope: ... }"}},
		{"a member as the kept document has it", rules(`[{"route":"GET /x","Scope":"*"}]`), []string{"Rules[0].route: unknown; did you mean Route?"}},
		{"a member that is mistyped", rules(`[{` + orders + `},{"Route":"GET /x","Scpoe":"*"}]`), []string{"Rules[1].Scpoe: unknown; did you mean Scope?"}},
		{"a member with an underscore", rules(`[{` + orders + `,"forward_refused":"true"}]`), []string{"Rules[0].forward_refused: unknown; did you mean ForwardRefused?"}},
		{"a member of nothing", rules(`[{` + orders + `,"Colour":"red"}]`), []string{"Rules[0].Colour: unknown; there is Route, Scope, Accept, Optional, ForwardRefused, MaxAge"}},
		{"a flag that is neither", rules(`[{` + orders + `,"Optional":"yes"}]`), []string{"Rules[0].Optional: is not true or false"}},
		{"a flag that is a word of ours", rules(`[{` + orders + `,"Optional":"True"}]`), []string{"Rules[0].Optional: is not true or false"}},
		{"a number that is none", rules(`[{` + orders + `,"MaxAge":"5m"}]`), []string{"Rules[0].MaxAge: is not a whole number"}},
		{"a number with a zero before it", rules(`[{` + orders + `,"MaxAge":"0300"}]`), []string{"Rules[0].MaxAge: is not a whole number"}},
		{"modes that are no list", rules(`[{` + orders + `,"Accept":"request"}]`), []string{"Rules[0].Accept: is not a list"}},
		{"a mode of nothing", rules(`[{` + orders + `,"Accept":["admin"]}]`), []string{`Rules[0].Accept: has "admin"`}},
		{"a route twice", rules(`[{` + orders + `},{` + orders + `}]`), []string{`Rules[1].Route: "GET /orders/{id}" has a rule already, Rules[0]`}},
		{"all of it at once", `{"Nmae":1,"ServiceTimeout":0,"Rules":[{"Route":"get /x","Scope":"*","MaxAge":-1,"Colour":1}]}`, []string{
			"Nmae: unknown", "ApiId: missing", "ServiceTimeout: ", "Rules[0].Colour: unknown", "Rules[0].Route: ", "Rules[0].MaxAge: "}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := open(t)
			_, err := attacher(s).Create(t.Context(), request("shop", "", row.properties, ""))
			refused(t, err, row.says...)
			if err != nil {
				kept(t, s, api)
				if snake := regexp.MustCompile(`rules\[|max_age:|"route"|"scope"`).FindString(err.Error()); snake != "" {
					t.Errorf("it speaks of %s, which no template has: %v", snake, err)
				}
			}
		})
	}
}

// TestFaultsOfTheAPIAreToldBesideThoseOfTheRules: one deployment, all faults.
func TestFaultsOfTheAPIAreToldBesideThoseOfTheRules(t *testing.T) {
	a := attacher(open(t))
	ttl := int32(300)
	a.APIs = gateways{apis: map[string][]attach.Authorizer{api: {{ID: "z1", Name: "Gatepass", Type: "REQUEST", URI: uri(function), TTL: &ttl}}}}
	_, err := a.Create(t.Context(), request("shop", "", properties(api, `"Route":"GET /x"`), ""))
	refused(t, err, "Rules[0].Scope: ", "authorizer Gatepass (z1) keeps Gatepass's answers for 300 seconds")
}

func TestForms(t *testing.T) {
	_, err := attacher(open(t)).Create(t.Context(), request("shop", "", `{"ApiId":"`+api+`","Rules":[{`+orders+`}],"Forms":{"Reference":{"Scope":"*","target":"/"}}}`, ""))
	if err == nil || !strings.Contains(err.Error(), "Forms.Reference.target: unknown; did you mean Target?") {
		t.Errorf("answered %v", err)
	}
}

func TestRefusedTellsHowMuchMore(t *testing.T) {
	r := attach.Refused{"a", "b", "c"}
	for n, want := range map[int]string{1: "a\nand 2 more", 2: "a\nb\nand 1 more", 3: "a\nb\nc", 9: "a\nb\nc"} {
		if got := r.First(n); got != want {
			t.Errorf("the first %d are %q, want %q", n, got, want)
		}
	}
}
