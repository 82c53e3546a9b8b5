package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/local/localtest"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// wrong is a stack with one mistake.
type wrong struct {
	name, file string
	change     change
	said       string                          // by configtest, "" where the mistake is none of a template's
	told       string                          // by attach, which fails the deployment
	do         func(a *app, s *service) string // nil: it shows in nothing that is answered
	good, bad  string                          // what comes of it
}

func mistakes() []wrong {
	latest := `!Sub "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:gatepass-AuthorizerFunction"`
	none, header := "Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization], ReauthorizeEvery: "
	subject := `        overwrite:header.Gatepass-Subject: $context.authorizer.subject` + "\n"
	return []wrong{
		{"gatepass permits nobody to ask the authorizer", "http-api-2.0", change{`${AWS::AccountId}:*/authorizers/*`, `${AWS::AccountId}:other/authorizers/*`, true},
			"no permission lets the account's APIs ask", "", twice, "200 403", "500 500"},
		{"visit without a permission", "own-pages", change{"FunctionName: !ImportValue gatepass-VisitFunction", "FunctionName: !Ref Reports", false},
			"may not invoke visit", "", link, "200", "500"},
		{"a payload version that visit does not read", "own-pages", change{`gatepass-VisitFunction, PayloadFormatVersion: "2.0"`, `gatepass-VisitFunction, PayloadFormatVersion: "1.0"`, false},
			`PayloadFormatVersion must be "2.0"`, "", link, "200", "500"},
		{"an authorizer that caches", "http-api-2.0", change{none, header + "300 }", false}, "the authorizer caches", "keeps Gatepass's answers for 300 seconds", twice, "200 403", "200 200"},
		{"an authorizer that caches because nothing is said", "rest-token", change{", ReauthorizeEvery: 0 }", " }", false}, "the authorizer caches", "keeps Gatepass's answers for 300 seconds", twice, "200 403", "200 200"},
		{"an authorizer that is not at the alias", "http-api-2.0", change{"FunctionArn: !ImportValue gatepass-AuthorizerArn", "FunctionArn: " + latest, false}, "not at its alias", "", twice, "200 403", "500 500"},
		{"a plain authorizer that is not at the alias", "fargate", change{"{ Gatepass: !ImportValue gatepass-AuthorizerArn }", "{ Gatepass: " + latest + " }", false}, "not at the authorizer's alias", "", twice, "200 403", "500 500"},
		{"another function for an authorizer", "http-api-2.0", change{"gatepass-AuthorizerArn", "gatepass-IssueFunction", false}, "not at its alias", "", twice, "200 403", "500 500"},
		{"a preflight behind the authorizer", "rest-request", change{"AddDefaultAuthorizerToCorsPreflight: false", "AddDefaultAuthorizerToCorsPreflight: true", false}, "preflight meets the authorizer", "", preflight, "200", "403"},
		{"a preflight that an ANY route takes", "http-api-1.0", change{"Method: GET", "Method: ANY", false}, "preflight meets the authorizer", "", preflight, "204", "403"},
		{"a preflight that an ANY route of plain resources takes", "fargate", change{"ProtocolType: HTTP }", "ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: [https://app.example.com], AllowMethods: [GET] } }", false},
			"Files: a browser's preflight meets the authorizer", "", nil, "", ""},
		{"an identity source", "http-api-2.0", change{none, header + "0 }", false}, "is an identity source", "has the identity sources", byQuery, "200", "401"},
		{"a header that is appended", "fargate", change{"overwrite:header.Gatepass-Subject", "append:header.Gatepass-Subject", false}, "write overwrite:", "", forge, "200 -", "200 admin and -"},
		{"a header that is left out", "fargate", change{subject, "", false}, "$context.authorizer.subject overwrites no header", "", forge, "200 -", "200 admin"},
		{"a route to the service without the authorizer", "fargate", change{"AuthorizationType: CUSTOM, AuthorizerId: !Ref Gatepass, Target", "Target", false}, "leads to Integration without the authorizer", "", forgeAlone, "403", "200 admin"},
		{"rules that may be made before the authorizer", "websocket", change{"    DependsOn: Gatepass # attach looks at the API's authorizers, so they come first\n", "", false}, "set DependsOn: Gatepass", "", nil, "", ""},
		{"rules that wait for an hour", "http-api-2.0", change{"      ServiceTimeout: 60\n", "", false}, "set ServiceTimeout", "", nil, "", ""},
		{"a link base that is not PublicUrl", "custom-domain", change{"PUBLIC_URL: !Ref PublicUrl\n          ISSUER", "PUBLIC_URL: !GetAtt Api.ApiEndpoint\n          ISSUER", true}, "PUBLIC_URL must be !Ref PublicUrl", "", signIn, "200 200", "403 403"},
		{"a domain that is not PublicUrl's", "custom-domain", change{`!Select [2, !Split ["/", !ImportValue gatepass-LinkBase]]`, "www.example.com", false}, "take it from the export LinkBase", "", link, "200", "404"},
		{"link pages below a key", "custom-domain", change{"ApiId: !ImportValue gatepass-LinkApi, ", "ApiId: !ImportValue gatepass-LinkApi, ApiMappingKey: pass, ", false}, "leave out ApiMappingKey", "", link, "200", "403"},
	}
}

// TestWrongStacks: each mistake is named by a check of the template, and seen by
// who sends requests; what attach can see fails the deployment.
func TestWrongStacks(t *testing.T) {
	for _, m := range mistakes() {
		t.Run(m.name, func(t *testing.T) {
			if before := m.faults(t, nil); before != "" {
				t.Fatalf("unchanged: %s", before)
			}
			if got := m.faults(t, []change{m.change}); !strings.Contains(got, m.said) {
				t.Errorf("the check says %q, want %q", got, m.said)
			}
			for want, changes := range map[string][]change{m.good: nil, m.bad: {m.change}} {
				base := public
				if m.file == "own-pages" {
					base = homes()[m.file].base
				}
				s := newService(t)
				a := deployGatepass(t, base, changes...).attached(m.file, s.url, changes...)
				told := strings.Join(a.told, "\n")
				if (told != "") != (changes != nil && m.told != "") || told != "" && !strings.Contains(told, m.told) {
					t.Errorf("changed %v: attach said %q, want %q", changes != nil, told, m.told)
				}
				if told != "" { // what would be, if it could be deployed
					a.declareAnyway(`{"rules":[{"route":"GET /reports/{id}","scope":"report:{id}"}]}`)
				}
				if m.do == nil {
					continue
				}
				if got := m.do(a, s); got != want {
					t.Errorf("changed %v: %s, want %s\n%s", changes != nil, got, want, a.log.String())
				}
			}
		})
	}
}

// TestAPayloadVersionThatThereIsNot is not deployed at all.
func TestAPayloadVersionThatThereIsNot(t *testing.T) {
	m := wrong{file: "http-api-2.0", change: change{`AuthorizerPayloadFormatVersion: "2.0"`, `AuthorizerPayloadFormatVersion: "3.0"`, false}}
	if got := m.faults(t, []change{m.change}); !strings.Contains(got, "AuthorizerPayloadFormatVersion must be") {
		t.Errorf("the check says %q", got)
	}
	imports := localtest.Imports(deployGatepass(t, public).stack)
	if _, err := template.Read(changed(t, "testdata/http-api-2.0.yaml", []change{m.change}, false), nil, imports); err == nil || !strings.Contains(err.Error(), `needs "1.0" or "2.0"`) {
		t.Errorf("it was read: %v", err)
	}
}

// faults is what the checks of the template say that is changed.
func (m wrong) faults(t *testing.T, changes []change) string {
	t.Helper()
	read := func(file string, ours bool) configtest.Template {
		as := filepath.Join(t.TempDir(), "template.yaml")
		if err := os.WriteFile(as, changed(t, file, changes, ours), 0o600); err != nil {
			t.Fatal(err)
		}
		return configtest.ReadTemplate(t, as)
	}
	ours := read("../../template.yaml", true)
	all := append(configtest.Stack(ours), configtest.Attached(ours)...)
	return strings.Join(append(all, configtest.Attached(read("testdata/"+m.file+".yaml", false))...), "\n")
}

func (a *app) declareAnyway(rules string) {
	a.t.Helper()
	if err := a.store.PutRules(a.t.Context(), "app-Api", "app/Rules", []byte(rules)); err != nil {
		a.t.Fatal(err)
	}
}

// twice asks two times with a pass for one use.
func twice(a *app, _ *service) string {
	w := ways()[a.name]
	p := a.pass(`{"scope":"` + w.scope + `","max_uses":1}`)
	h := append([]string{"Authorization", "Bearer " + p.Token}, w.headers...)
	return fmt.Sprint(localtest.Get(a.t, a.server, w.path, h...).Status, localtest.Get(a.t, a.server, w.path, h...).Status)
}

func byQuery(a *app, _ *service) string {
	w := ways()[a.name]
	status, _ := a.get(w, w.path, a.pass(`{"scope":"report:66"}`).Token)
	return fmt.Sprint(status)
}

func preflight(a *app, _ *service) string {
	return fmt.Sprint(localtest.Do(a.t, a.server, http.MethodOptions, ways()[a.name].path, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "GET").Status)
}

// link opens a link as a browser does.
func link(a *app, _ *service) string {
	status, _ := a.browser().get(a.pass(`{"visitor":{"email":"ginger@example.com"},"scope":"report:66"}`).Link)
	return fmt.Sprint(status)
}

// signIn clicks on a link page, is sent on to the app, and comes to it again.
func signIn(a *app, _ *service) string {
	b, home := a.browser(), homes()[a.name]
	p := a.pass(`{"visitor":{"email":"ginger@example.com"},"scope":"report:66","target":"` + home.app + `"}`)
	b.get(p.Link)
	sent, _ := b.click(p.Link)
	again, _ := b.get(home.base + home.app)
	return fmt.Sprint(sent, again)
}

// forge says to be somebody, with a pass that stands for nobody.
func forge(a *app, s *service) string {
	return forged(a, s, "?token="+a.pass(`{"scope":"files"}`).Token)
}

func forgeAlone(a *app, s *service) string { return forged(a, s, "") }

func forged(a *app, s *service, query string) string {
	status := localtest.Get(a.t, a.server, "/files/a"+query, "Gatepass-Subject", "admin").Status
	if len(s.got) == 0 {
		return fmt.Sprint(status)
	}
	return fmt.Sprint(status, " ", s.told(a.t)["subject"])
}
