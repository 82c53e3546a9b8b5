package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// arn is a function's, at its alias.
func arn(function string) string {
	return "arn:aws:lambda:eu-central-1:123456789012:function:gatepass-" + function + "-AbC123:live"
}

// cloud stands in for CloudFormation and Lambda: it has a stack, and functions that
// answer alike.
type cloud struct {
	*httptest.Server
	seen []string // service, and what was asked
	auth []string // how each was signed
	form url.Values

	status    int // of CloudFormation's answer
	described string
	failed    string // an error of Lambda's own: its name
	answer    string // the function's
}

func newCloud(t *testing.T) *cloud {
	outputs := ""
	for output, function := range map[string]string{"IssueFunction": "issue", "ManageFunction": "manage", "AuthorizerArn": "authorizer", "LinkBase": "-"} {
		outputs += "<member><OutputKey>" + output + "</OutputKey><OutputValue>" + arn(function) + "</OutputValue></member>"
	}
	c := &cloud{status: 200, answer: live, described: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>gatepass</StackName><Outputs>` +
		outputs + `</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.auth = append(c.auth, r.Header.Get("Authorization")+" "+r.Header.Get("X-Amz-Security-Token"))
		if r.URL.Path == "/" {
			c.form, _ = url.ParseQuery(string(body))
			c.seen = append(c.seen, "CloudFormation "+c.form.Get("Action")+" "+c.form.Get("StackName"))
			w.WriteHeader(c.status)
			io.WriteString(w, c.described)
			return
		}
		name, _ := url.PathUnescape(strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), "/2015-03-31/functions/"), "/invocations"))
		c.seen = append(c.seen, "Lambda "+name+" "+string(body))
		if c.failed != "" {
			w.Header().Set("X-Amzn-Errortype", c.failed)
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"Message":"User: x is not authorized"}`)
			return
		}
		io.WriteString(w, c.answer)
	}))
	t.Cleanup(c.Close)
	return c
}

// under is a desk with a stack there and credentials in its environment.
func (c *cloud) under(t *testing.T) *desk {
	d := newDesk(t)
	d.env = map[string]string{"GATEPASS_STACK": "gatepass", "AWS_ENDPOINT_URL_LAMBDA": c.URL, "AWS_ENDPOINT_URL_CLOUDFORMATION": c.URL,
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session"}
	return d
}

func TestAStacksFunctionsAreItsOutputs(t *testing.T) {
	c := newCloud(t)
	d := c.under(t).run("describe", link)
	d.ends(done, "Its link lets in now.", "")
	want := []string{"CloudFormation DescribeStacks gatepass", "Lambda " + arn("manage") + ` {"describe":{"pass":"` + link + `"}}`}
	if fmt.Sprint(c.seen) != fmt.Sprint(want) || c.form.Get("Version") != "2010-05-15" {
		t.Errorf("asked %q, want %q", c.seen, want)
	}
	for i, service := range []string{"cloudformation", "lambda"} {
		if !strings.HasPrefix(c.auth[i], "AWS4-HMAC-SHA256 Credential=AKID/2026") && i == 0 || !strings.Contains(c.auth[i], "/eu-central-1/"+service+"/aws4_request") || !strings.HasSuffix(c.auth[i], " session") {
			t.Errorf("%s was signed %s", service, c.auth[i])
		}
	}
}

// One look-up does for all the calls of a command.
func TestAStackIsLookedUpOnce(t *testing.T) {
	c := newCloud(t)
	c.answer = strings.Replace(live, `"format":"short"`, `"id":"`+id+`","format":"jwt","token_expires_at":"2026-11-22T13:00:00Z"`, 1) // that of both
	c.under(t).run("extend", id, "-for", "2h").ends(done, "Extended.", "")
	if len(c.seen) != 3 || !strings.HasPrefix(c.seen[1], "Lambda "+arn("manage")) || !strings.HasPrefix(c.seen[2], "Lambda "+arn("issue")) {
		t.Errorf("asked %q", c.seen)
	}
}

// Who may invoke may not be one who may look up.
func TestAFunctionInTheEnvironmentIsNotLookedUp(t *testing.T) {
	c := newCloud(t)
	d := c.under(t)
	d.env["GATEPASS_MANAGE_FUNCTION"] = "my-manage"
	d.run("-stack", "any", "describe", id).ends(done, "Its link lets in now.", "")
	if len(c.seen) != 1 || !strings.HasPrefix(c.seen[0], "Lambda my-manage ") {
		t.Errorf("asked %q", c.seen)
	}
}

func TestWhatAStackLacksIsSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*cloud, *desk)
		args   []string
		says   string
	}{
		"no such stack": {func(c *cloud, _ *desk) {
			c.status, c.described = 400, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id gatepass does not exist</Message></Error></ErrorResponse>`
		}, []string{"list"}, "CloudFormation: ValidationError: Stack with id gatepass does not exist"},
		"an answer that is none":        {func(c *cloud, _ *desk) { c.status, c.described = 502, "<html>" }, []string{"list"}, "CloudFormation: answered 502"},
		"outputs that cannot be read":   {func(c *cloud, _ *desk) { c.described = "<html>" }, []string{"list"}, "CloudFormation: answered 200"},
		"a stack of an older version":   {nil, []string{"forget", "-subject", "u"}, "the stack gatepass has no output RecallFunction"},
		"no right to invoke":            {func(c *cloud, _ *desk) { c.failed = "AccessDeniedException" }, []string{"list"}, "lambda: AccessDeniedException: User: x is not authorized"},
		"a function that failed":        {func(c *cloud, _ *desk) { c.answer = `{"errorMessage":"store unavailable","errorType":"x"}` }, []string{"list"}, "manage failed: store unavailable"},
		"no region":                     {func(_ *cloud, d *desk) { delete(d.env, "AWS_REGION") }, []string{"list"}, "no region: set AWS_REGION"},
		"no credentials":                {func(_ *cloud, d *desk) { delete(d.env, "AWS_SECRET_ACCESS_KEY") }, []string{"list"}, "no AWS credentials: set AWS_ACCESS_KEY_ID"},
		"an AWS CLI that says nonsense": {func(_ *cloud, d *desk) { delete(d.env, "AWS_ACCESS_KEY_ID"); d.cli = map[string]string{export: "{}"} }, []string{"list"}, "no AWS credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			d := c.under(t)
			if tt.change != nil {
				tt.change(c, d)
			}
			d.run(tt.args...).ends(refused, "", tt.says)
		})
	}
}

const export = "configure export-credentials --format process"

// Profiles and single sign-on are the AWS CLI's to know.
func TestTheAWSCLIIsAskedForWhatTheEnvironmentLacks(t *testing.T) {
	c := newCloud(t)
	d := c.under(t)
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		delete(d.env, name)
	}
	d.cli = map[string]string{"configure get region": "eu-west-1\n", export: `{"Version":1,"AccessKeyId":"CLI","SecretAccessKey":"s","SessionToken":"sso","Expiration":"2026-11-22T13:00:00Z"}`}
	d.run("describe", id).ends(done, "Its link lets in now.", "")
	for _, auth := range c.auth {
		if !strings.Contains(auth, "Credential=CLI/") || !strings.Contains(auth, "/eu-west-1/") || !strings.HasSuffix(auth, " sso") {
			t.Errorf("signed %s", auth)
		}
	}
}

func TestAFlagDecidesAgainstTheEnvironment(t *testing.T) {
	c := newCloud(t)
	d := c.under(t)
	d.run("-endpoint", "http://127.0.0.1:1", "list").ends(refused, "", "nobody answers at http://127.0.0.1:1")
	d.env["GATEPASS_ENDPOINT"] = "http://127.0.0.1:1"
	d.run("list").ends(misused, "", "either a stack or an endpoint")
	c.answer = `{"passes":[]}`
	d.run("-stack", "gatepass", "list").ends(done, "No pass.", "")
}

func TestCloudFormationIsWhereTheRegionHasIt(t *testing.T) {
	for region, want := range map[string]string{"eu-central-1": "amazonaws.com", "cn-north-1": "amazonaws.com.cn"} {
		if got := domain(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}
