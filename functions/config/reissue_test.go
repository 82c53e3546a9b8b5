package config_test

import (
	"os"
	"regexp"
	"testing"
)

// TestIssueMayReadAndUpdatePasses, which its role's actions alone do not tell: it
// updates keys too.
func TestIssueMayReadAndUpdatePasses(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile(`Sid: Reissue\n +Effect: Allow\n +Action: \[dynamodb:BatchGetItem, dynamodb:UpdateItem\]\n` +
		` +Resource: !GetAtt Table.Arn\n +Condition:\n +ForAllValues:StringLike: { "dynamodb:LeadingKeys": \["P#\*"\] }\n +"Null": { "dynamodb:LeadingKeys": "false" }\n`)
	if n := len(statement.FindAllIndex(template, -1)); n != 1 {
		t.Errorf("%d statements let issue read and update passes, and nothing else, want 1", n)
	}
}
