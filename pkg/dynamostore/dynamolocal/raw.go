package dynamolocal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gatepass/gatepass/pkg/record"
)

// Put plants an item as it is, replacing what was there. It and Get speak plain
// HTTP in DynamoDB's own JSON, so that they share no code with what they check.
func (t Table) Put(it record.Item) error {
	return t.post("PutItem", map[string]any{"TableName": t.Name, "Item": it}, &struct{}{})
}

// Get reads an item consistently; nil if it is not there.
func (t Table) Get(pk, sk string) (record.Item, error) {
	var out struct{ Item record.Item }
	in := map[string]any{"TableName": t.Name, "ConsistentRead": true, "Key": record.Item{record.PK: pk, record.SK: sk}}
	err := t.post("GetItem", in, &out)
	return out.Item, err
}

func (t Table) post(operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, aws.ToString(t.Client.Options().BaseEndpoint), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	// The engine wants to be told who asks, and checks no signature.
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("dynamolocal: %s: %s", operation, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
