package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/gate/gatetest"
)

// TestAnswerIsSentAsPackageCfnSendsIt: the same request and body as its LambdaWrap.
func TestAnswerIsSentAsPackageCfnSendsIt(t *testing.T) {
	var got []string
	s3 := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
	}))
	t.Cleanup(s3.Close)
	h := newAttaching(t, gatetest.Open(t), noGateway{})
	raw := h.sampleEvent(t, "create", map[string]any{"ResponseURL": s3.URL + "/answer?" + markedURL})
	if _, err := h.f(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	var e cfn.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	wrapped := cfn.LambdaWrap(func(context.Context, cfn.Event) (string, map[string]any, error) {
		return "shop/Rules/a1b2c3d4e5", nil, nil
	})
	if _, err := wrapped(t.Context(), e); err != nil || len(got) != 2 {
		t.Fatalf("%d requests, %v", len(got), err)
	}
	if diff := cmp.Diff(got[1], got[0]); diff != "" {
		t.Errorf("(-cfn +ours):\n%s", diff)
	}
}

// TestS3ThatFails is asked again if that may help; the error is for Lambda, which
// has the request done again. Neither it nor the log says where to.
func TestS3ThatFails(t *testing.T) {
	answers := func(status, times int) func(int, http.ResponseWriter) bool {
		return func(n int, w http.ResponseWriter) bool {
			if n > times {
				return false
			}
			w.WriteHeader(status)
			io.WriteString(w, "<StringToSign>markedURL</StringToSign>")
			return true
		}
	}
	for _, row := range []struct {
		name  string
		fail  func(int, http.ResponseWriter) bool
		asked int
		told  bool
	}{
		{"busy once", answers(503, 1), 2, true},
		{"busy twice", answers(429, 2), 3, true},
		{"busy for long", answers(500, 99), 3, false},
		{"it refuses", answers(403, 99), 1, false},
		{"it sends us elsewhere", func(_ int, w http.ResponseWriter) bool {
			w.Header().Set("Location", "/elsewhere?"+markedURL)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}, 1, false},
		{"it hangs up once", func(n int, _ http.ResponseWriter) bool {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			return false
		}, 2, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newAttaching(t, gatetest.Open(t), noGateway{})
			h.fail = row.fail
			out, err := h.f(t.Context(), h.sampleEvent(t, "create", nil))
			if (err == nil) != row.told || h.asked != row.asked {
				t.Errorf("answered %s, %v after %d requests, want %d and told: %v", out, err, h.asked, row.asked, row.told)
			}
			if err != nil && (out != nil || strings.Contains(err.Error(), "http") || !strings.Contains(h.log.String(), `"reason":"untold"`)) {
				t.Errorf("answered %s, %v, logged %s", out, err, h.log.String())
			}
		})
	}
}

// TestS3ThatCannotBeReached: an error of Go's client begins with the URL.
func TestS3ThatCannotBeReached(t *testing.T) {
	var std bytes.Buffer
	before := log.Writer()
	log.SetOutput(&std)
	t.Cleanup(func() { log.SetOutput(before) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + ln.Addr().String() + "/?" + markedURL
	ln.Close()
	for _, url := range []string{closed, "http://%zz/?" + markedURL, "ftp://x/?" + markedURL, "marked"} {
		h := newAttaching(t, gatetest.Open(t), noGateway{})
		_, err := h.f(t.Context(), h.sampleEvent(t, "create", map[string]any{"ResponseURL": url}))
		if err == nil || strings.Contains(err.Error(), "marked") || strings.Contains(std.String(), "marked") {
			t.Errorf("answered %v, logged %s", err, std.String())
		}
	}
}

// TestS3ThatHangsIsGivenUpInTime, before the function's own deadline.
func TestS3ThatHangsIsGivenUpInTime(t *testing.T) {
	h := newAttaching(t, gatetest.Open(t), noGateway{})
	release := make(chan struct{})
	h.fail = func(int, http.ResponseWriter) bool { <-release; return true }
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	deadline, _ := ctx.Deadline()
	if _, err := h.f(ctx, h.sampleEvent(t, "create", nil)); err == nil {
		t.Error("it was told")
	}
	if left := time.Until(deadline); left < 500*time.Millisecond {
		t.Errorf("given up %s before the deadline", left)
	}
}
