package runtime_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/local/runtime"
)

// BenchmarkColdStart is the time from the start of a process to its first answer:
// of the authorizer, which checks a token of a pass that does not exist, beside
// hello, which reads an item that does not; both from a table that is empty and
// answers at once. They take turns, so that "ratio", of the medians, is of the
// same minutes of the same machine. The authorizer reads its keys before its
// first event, as hello need not.
func BenchmarkColdStart(b *testing.B) {
	table := httptest.NewServer(http.HandlerFunc(emptyTable))
	defer table.Close()
	env := map[string]string{"TABLE": "t", "AWS_ENDPOINT_URL_DYNAMODB": table.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
		"ISSUER": "gatepass", "AUDIENCE": "gatepass", "QUERY_NAMES": "token,vuid", "PUBLIC_URL": "https://pass.example.com", "REFRESH_SECONDS": "60", "COOKIE_NAME": "gatepass"}
	check, err := os.ReadFile("../../../events/authorizer-check.json")
	if err != nil {
		b.Fatal(err)
	}
	hello := build(b, "./testdata/hello")
	authorizer := build(b, "../../../functions/authorizer")
	var floor, ours []time.Duration
	for b.Loop() {
		floor = append(floor, coldStart(b, hello, env, json.RawMessage(`{}`)))
		ours = append(ours, coldStart(b, authorizer, env, check))
	}
	b.ReportMetric(0, "ns/op") // of both together: it says nothing
	b.ReportMetric(median(floor).Seconds()*1000, "hello-ms")
	b.ReportMetric(median(ours).Seconds()*1000, "authorizer-ms")
	b.ReportMetric(median(ours).Seconds()/median(floor).Seconds(), "ratio")
}

// build builds a program as the Makefile builds functions.
func build(b *testing.B, program string) string {
	b.Helper()
	to := filepath.Join(b.TempDir(), "bootstrap")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -buildid=", "-o", to, program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goruntime.GOOS, "GOARCH="+goruntime.GOARCH)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return to
}

func coldStart(b *testing.B, binary string, env map[string]string, event json.RawMessage) time.Duration {
	b.Helper()
	begin := time.Now()
	f, err := runtime.Start(context.Background(), runtime.Config{Name: "cold", Binary: binary, Env: env, Timeout: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Invoke(context.Background(), event); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// emptyTable answers whatever is read.
func emptyTable(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	io.WriteString(w, `{"Responses":{},"UnprocessedKeys":{},"Count":0,"ScannedCount":0,"Items":[]}`)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
