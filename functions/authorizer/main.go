// Command authorizer is the function that API Gateway asks about requests.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/keys"
)

func main() {
	f, err := wire(config.NewReader(os.LookupEnv))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(handler.Runtime(f))
}

func wire(env *config.Reader) (handler.Func, error) {
	store, keyConfig, gateConfig := env.Store(), env.Keys(), env.Gate(env.Cookies())
	simple, brief := env.Bool("SIMPLE_RESPONSES", false), env.BriefLog()
	issuer, audience := env.Required("ISSUER"), env.Required("AUDIENCE")
	host := env.Host(keyConfig.RefreshSeconds)
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	ring := keys.NewRing(store, keyConfig, time.Now)
	book := gate.NewBook(store, time.Duration(keyConfig.RefreshSeconds)*time.Second, time.Now)
	inMemory := []handler.Refresher{ring, book}
	if host != nil {
		gateConfig.Host, inMemory = host, append(inMemory, host)
	}
	g, err := gate.New(gateConfig, store, gate.JWTs{Issuer: issuer, Audience: audience, Ring: ring}, book, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	readAhead(inMemory)
	return handler.Authorizer(g, simple, handler.NewLog("authorizer", os.Stdout, time.Now).In(stack).Brief(brief), inMemory...), nil
}

// readAhead reads keys, ours and the host's, while that is free of the first
// request's time. A failure is no reason not to start: the first token of a key
// reads again.
func readAhead(rs []handler.Refresher) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for _, r := range rs {
		all.Go(func() { _ = r.Refresh(ctx) })
	}
	all.Wait()
}
