package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Local returns the Invoke for "make run": Lambda's Invoke API over plain HTTP,
// without a signature. An empty endpoint is http://localhost:8080. A call takes
// at most two minutes. A function that is not there is [ErrNotCalled].
func Local(endpoint string) Invoke {
	base := strings.TrimRight(cmp.Or(endpoint, "http://localhost:8080"), "/") + "/2015-03-31/functions/"
	sender := &http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		return post(ctx, sender, base+url.PathEscape(function)+"/invocations", payload)
	}
}

// post returns the body of an answer of status 200.
func post(ctx context.Context, client *http.Client, url string, payload []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPayload+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxPayload:
		return nil, fmt.Errorf("an answer of more than %d bytes", maxPayload)
	case res.StatusCode != http.StatusOK:
		var said struct{ Message string }
		_ = json.Unmarshal(body, &said) // else there is none
		err := fmt.Errorf("%s %s", res.Status, said.Message)
		if res.StatusCode == http.StatusNotFound {
			err = NotCalled(err)
		}
		return nil, err
	}
	return body, nil
}
