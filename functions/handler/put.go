package handler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// How often an answer is sent, how long each may take, and what lies between.
const (
	putAttempts = 3
	putTime     = 2 * time.Second
	putPause    = 100 * time.Millisecond
)

// Put returns a Send over HTTP: a PUT to the presigned URL that CloudFormation
// gives, without a Content-Type, which is not part of what was signed. It is made
// again where S3 did not answer or was busy. Whoever knows the URL can answer in
// our place, so no error holds it, nor anything that S3 says.
func Put(transport http.RoundTripper) Send {
	client := &http.Client{Transport: transport, Timeout: putTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, url string, answer []byte) (err error) {
		for n := range putAttempts {
			if n > 0 && !pause(ctx, putPause<<n) {
				return err
			}
			again := false
			if again, err = putOnce(ctx, client, url, answer); !again {
				return err
			}
		}
		return err
	}
}

// putOnce reports whether it may be made again.
func putOnce(ctx context.Context, client *http.Client, url string, answer []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(answer))
	if err != nil {
		return false, errors.New("the ResponseURL is no URL")
	}
	res, err := client.Do(req)
	if err != nil {
		return true, fmt.Errorf("no answer from S3: %s", whyNoAnswer(err))
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // so that the connection can be used again
	if res.StatusCode != http.StatusOK {
		return res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests, fmt.Errorf("S3 answered %d", res.StatusCode)
	}
	return false, nil
}

// whyNoAnswer leaves out the URL, which the client's errors begin with.
func whyNoAnswer(err error) string {
	var network *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return "the time was over"
	case errors.As(err, &network):
		return network.Error()
	}
	return "the connection failed"
}

// pause reports whether ctx lasts for d.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
