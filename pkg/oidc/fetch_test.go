package oidc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// answer answers requests whose path ends in suffix, and no others.
func answer(suffix string, status int, body string) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return nil
		}
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{"Location": {"https://evil.example/keys"}}, Request: r}
	}
}

// TestOverTLS is the whole way: a server with a certificate, and none without.
func TestOverTLS(t *testing.T) {
	key := oidctest.Ed25519("first", "first")
	p := oidctest.NewProvider(t, "", key)
	server := httptest.NewUnstartedServer(p)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	p.Move(server.URL)
	token := key.Sign(t, "EdDSA", claims(object{"iss": server.URL}))
	for name, c := range map[string]struct {
		transport http.RoundTripper
		want      pass.Reason
	}{"trusted": {server.Client().Transport, pass.OK}, "unknown to us": {&http.Transport{}, pass.Unavailable}} {
		v, err := oidc.New(oidc.Config{Issuer: server.URL, Audience: audience}, c.transport, start.Time)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := v.Verify(t.Context(), token, start); got != c.want {
			t.Errorf("a certificate %s: %s %v, want %s", name, got, err, c.want)
		}
	}
}

// TestUnknownKeysTogetherFetchOnce: a hundred at once have the keys fetched
// once, and again only 5 s later, whether the fetch finds them or fails.
func TestUnknownKeysTogetherFetchOnce(t *testing.T) {
	for _, c := range []struct {
		name    string
		instead func(*http.Request) *http.Response
		want    pass.Reason
	}{
		{"a host that answers", nil, pass.UnknownKey},
		{"a host that is down", answer("/keys", 500, ""), pass.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			asked := make(chan struct{}, 1000)
			k.Instead(func(r *http.Request) *http.Response {
				if strings.HasSuffix(r.URL.Path, "/keys") {
					asked <- struct{}{}
				}
				if c.instead == nil {
					return nil
				}
				return c.instead(r)
			})
			for round := range 3 {
				for _, ahead := range []pass.NumericDate{0, 4} {
					k.move(ahead)
					storm(k, 100, c.want)
				}
				if n := len(asked); n != round+1 {
					t.Fatalf("after round %d the keys were asked for %d times", round+1, n)
				}
				k.move(1)
			}
		})
	}
}

// storm verifies n tokens of as many unknown keys at once.
func storm(k *kit, n int, want pass.Reason) {
	var all sync.WaitGroup
	for i := range n {
		raw := oidctest.Ed25519(fmt.Sprint("made up ", i), "other").Sign(k, "EdDSA", claims(nil))
		all.Go(func() {
			if _, got, _ := k.Verify(k.Context(), raw, k.date()); got != want {
				k.Errorf("%s, want %s", got, want)
			}
		})
	}
	all.Wait()
}

// TestKeysAreFetchedBesideRequests: none that is known makes a request wait.
func TestKeysAreFetchedBesideRequests(t *testing.T) {
	k := newKit(t)
	k.want(k.sign(nil), pass.OK)
	k.Asked()
	for _, c := range []struct {
		after pass.NumericDate
		due   bool
	}{{0, false}, {59, false}, {60, true}, {86399, true}} {
		if got := k.Due(start + c.after); got != c.due {
			t.Errorf("%d s after: due is %v", c.after, got)
		}
	}
	k.move(500)
	k.want(k.sign(nil), pass.OK)
	if n := k.Asked(); n != 0 {
		t.Errorf("a known key was asked for %d times", n)
	}
	if err := k.Refresh(t.Context()); err != nil || k.Due(k.date()) {
		t.Errorf("after a refresh: %v, due is %v", err, k.Due(k.date()))
	}
	k.Down()
	k.move(60)
	if err := k.Refresh(t.Context()); !errors.Is(err, pass.ErrUnavailable) || k.Due(k.date()+59) {
		t.Errorf("a host that is down: %v; due again at once: %v", err, k.Due(k.date()+59))
	}
}

// TestWhileTheHostIsDown: keys that are known go on for a day; without any, and
// of unknown ones, nobody can tell.
func TestWhileTheHostIsDown(t *testing.T) {
	k := newKit(t)
	k.Down()
	k.want(k.sign(nil), pass.Unavailable)
	k.Instead(nil)
	k.move(4)
	k.want(k.sign(nil), pass.Unavailable)
	k.move(1)
	k.want(k.sign(nil), pass.OK)
	k.Down()
	last := k.date() + 24*3600
	k.move(24*3600 - 1)
	_ = k.Refresh(t.Context())
	k.want(k.sign(object{"exp": last + 600}), pass.OK)
	k.want(oidctest.Ed25519("new", "new").Sign(t, "EdDSA", claims(object{"exp": last + 600})), pass.Unavailable)
	k.move(1)
	k.want(k.sign(object{"exp": last + 600}), pass.Unavailable)
	k.Instead(nil)
	k.move(5)
	k.want(k.sign(object{"exp": last + 600}), pass.OK)
}

// TestTheHostRotatesItsKeys: the new key is found when it first occurs, and the
// old one ends with the next refresh.
func TestTheHostRotatesItsKeys(t *testing.T) {
	k := newKit(t)
	next := oidctest.Ed25519("next", "next")
	k.want(k.sign(nil), pass.OK)
	k.Publish(t, oidctest.JWKS(k.key, next))
	k.move(5)
	k.want(next.Sign(t, "EdDSA", claims(nil)), pass.OK)
	k.Publish(t, oidctest.JWKS(next))
	k.move(60)
	k.want(k.sign(nil), pass.OK)
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.want(k.sign(nil), pass.UnknownKey)
	k.want(next.Sign(t, "EdDSA", claims(nil)), pass.OK)
}

// TestWhatIsNotTheHostsAnswer: nothing is followed, nothing is believed of
// another issuer, and nothing is read beyond its bound.
func TestWhatIsNotTheHostsAnswer(t *testing.T) {
	const conf = "/openid-configuration"
	document := func(issuer, jwks string) string { return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, jwks) }
	long := strings.Repeat(" ", 150_001-len(`{"keys":[]}`))
	for name, instead := range map[string]func(*http.Request) *http.Response{
		"a configuration elsewhere":              answer(conf, 302, ""),
		"a configuration moved for good":         answer(conf, 308, ""),
		"keys elsewhere":                         answer("/keys", 307, ""),
		"keys that are there no more":            answer("/keys", 404, `{"keys":[]}`),
		"keys that were made":                    answer("/keys", 201, `{"keys":[]}`),
		"a configuration of another issuer":      answer(conf, 200, document("https://login.example.com", issuer+"/keys")),
		"one with a slash more":                  answer(conf, 200, document(issuer+"/", issuer+"/keys")),
		"one without keys":                       answer(conf, 200, document(issuer, "")),
		"keys in plain http":                     answer(conf, 200, document(issuer, "http://login.example.com/keys")),
		"keys on this machine":                   answer(conf, 200, document(issuer, "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next")),
		"keys of the machine's credentials":      answer(conf, 200, document(issuer, "http://169.254.169.254/latest/meta-data/")),
		"keys in a file":                         answer(conf, 200, document(issuer, "file:///etc/passwd")),
		"keys behind a password":                 answer(conf, 200, document(issuer, "https://a:b@login.example.com/keys")),
		"a configuration that is no JSON":        answer(conf, 200, "<html>"),
		"a configuration that is longer":         answer(conf, 200, strings.Repeat(" ", 65_536)+document(issuer, issuer+"/keys")),
		"keys that are longer than 150,000":      answer("/keys", 200, `{"keys":[]}`+long),
		"keys of a gigabyte":                     func(r *http.Request) *http.Response { return endless(r, "/keys") },
		"an answer that breaks off":              func(r *http.Request) *http.Response { return broken(r, "/keys") },
		"keys that begin well and are cut short": answer("/keys", 200, `{"keys":[`),
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.Instead(func(r *http.Request) *http.Response {
				if r.URL.Host != "login.example.com" || r.URL.Scheme != "https" {
					t.Errorf("%s was asked", r.URL.Redacted())
				}
				return instead(r)
			})
			k.want(k.sign(nil), pass.Unavailable)
		})
	}
	k := newKit(t)
	k.Instead(answer("/keys", 200, `{"keys":[]}`+long[1:]))
	k.want(k.sign(nil), pass.UnknownKey)
}

// endless is a body that never ends; reading all of it would not.
func endless(r *http.Request, suffix string) *http.Response {
	res := answer(suffix, 200, "")(r)
	if res != nil {
		res.Body = io.NopCloser(spaces{})
	}
	return res
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func broken(r *http.Request, suffix string) *http.Response {
	res := answer(suffix, 200, "")(r)
	if res != nil {
		res.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"keys":[]}`), failing{}))
	}
	return res
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestASlowHostIsGivenUp: each request to it ends by itself within 1.5 s, and
// with the time of the one who waits.
func TestASlowHostIsGivenUp(t *testing.T) {
	k := newKit(t)
	k.Instead(func(r *http.Request) *http.Response {
		end, ok := r.Context().Deadline()
		if left := time.Until(end); !ok || left > 1500*time.Millisecond {
			t.Errorf("a request may take %v", left)
		}
		return nil
	})
	k.want(k.sign(nil), pass.OK)

	waiting := newKit(t)
	begun, hold := make(chan struct{}), make(chan struct{})
	waiting.Instead(func(*http.Request) *http.Response {
		close(begun)
		<-hold
		return &http.Response{StatusCode: 503, Body: http.NoBody}
	})
	first := make(chan pass.Reason, 1)
	go func() {
		_, reason, _ := waiting.Verify(t.Context(), waiting.sign(nil), start)
		first <- reason
	}()
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, reason, err := waiting.Verify(ctx, waiting.sign(nil), start); reason != pass.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("whoever waits beyond their time: %s %v", reason, err)
	}
	close(hold)
	if reason := <-first; reason != pass.Unavailable {
		t.Errorf("the first: %s", reason)
	}
}
