package config_test

import (
	"os"
	"regexp"
	"testing"
)

// TestIssueMayReadAndUpdatePasses and what it was asked for, which its role's actions alone do not tell: it
// updates keys too.
func TestIssueMayReadAndUpdatePasses(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile(`Sid: ReissueAndRepeat\n +Effect: Allow\n +Action: \[dynamodb:BatchGetItem, dynamodb:UpdateItem\]\n` +
		` +Resource: !GetAtt Table.Arn\n +Condition:\n +ForAllValues:StringLike: { "dynamodb:LeadingKeys": \["I#\*", "P#\*"\] }\n +"Null": { "dynamodb:LeadingKeys": "false" }\n`)
	if n := len(statement.FindAllIndex(template, -1)); n != 1 {
		t.Errorf("%d statements let issue read and update passes and orders, and nothing else, want 1", n)
	}
}
