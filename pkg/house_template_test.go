package pkg_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/record"
)

// resource returns the text of one resource of the template.
func resource(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n  "+name+":\n")
	if !ok {
		t.Fatalf("template.yaml has no resource %s", name)
	}
	if end := regexp.MustCompile(`(?m)^ {0,2}[A-Za-z]`).FindStringIndex(rest); end != nil {
		rest = rest[:end[0]]
	}
	return rest
}

// TestOnlyIssueMayReadOrOpenSealedKeys is promise 7: whoever can sign can make
// any pass, so the authorizer, which everybody talks to, must not be able to.
func TestOnlyIssueMayReadOrOpenSealedKeys(t *testing.T) {
	may := regexp.MustCompile(`SEAL|kms:|"\*"|- \*|KMS_`)
	for _, name := range []string{"AuthorizerFunction", "VisitFunction", "ManageFunction", "ExpireFunction"} {
		text := resource(t, name)
		if name == "VisitFunction" { // its own key is another one, and makes digests alone
			text = strings.Replace(text, "Action: kms:GenerateMac\n              Resource: !GetAtt DigestKey.Arn\n", "", 1)
		}
		if found := may.FindString(text); found != "" {
			t.Errorf("%s may %q: only issue may read or open sealed keys", name, found)
		}
	}
	if !may.MatchString(resource(t, "IssueFunction")) {
		t.Error("IssueFunction may not read sealed keys, so it cannot sign: or this test looks for the wrong words")
	}
}

// TestTTLAttributeIsTheOneThatRecordsCarry: with another one nothing is ever
// cleared away, and nothing else would tell.
func TestTTLAttributeIsTheOneThatRecordsCarry(t *testing.T) {
	if !strings.Contains(resource(t, "Table"), "TimeToLiveSpecification: { AttributeName: "+record.PurgeAt+", Enabled: true }") {
		t.Errorf("the table's TTL attribute is not %s", record.PurgeAt)
	}
}

// TestTheDigestKeyMakesDigestsAlone, outlives its stack, and is the visit
// function's: with another one every bucket of the limiters would be empty.
func TestTheDigestKeyMakesDigestsAlone(t *testing.T) {
	key := resource(t, "DigestKey")
	for _, part := range []string{"Type: AWS::KMS::Key\n", "DeletionPolicy: Retain\n", "UpdateReplacePolicy: Retain\n", "KeySpec: HMAC_256\n", "KeyUsage: GENERATE_VERIFY_MAC\n"} {
		if !strings.Contains(key, part) {
			t.Errorf("the digest key lacks %q", part)
		}
	}
	if !strings.Contains(resource(t, "VisitFunction"), "DIGEST_KEY_ID: !GetAtt DigestKey.Arn\n") {
		t.Error("the visit function does not know the digest key")
	}
	limit := regexp.MustCompile(`Sid: Limit\n +Effect: Allow\n +Action: dynamodb:UpdateItem\n +Resource: !GetAtt Table.Arn\n +Condition:\n` +
		` +ForAllValues:StringLike: { "dynamodb:LeadingKeys": \["L#\*"\] }\n +"Null": { "dynamodb:LeadingKeys": "false" }\n`)
	if !limit.MatchString(resource(t, "VisitRole")) {
		t.Error("the visit function may not write its limiters' items, or may write others by that statement")
	}
}
