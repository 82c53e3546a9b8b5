// Command authorizer is the function that API Gateway asks about requests.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
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
	store, keyConfig, gateConfig := env.Store(), env.Keys(), env.Gate()
	simple, brief := env.Bool("SIMPLE_RESPONSES", false), env.BriefLog()
	issuer, audience := env.Required("ISSUER"), env.Required("AUDIENCE")
	if err := env.Err(); err != nil {
		return nil, err
	}
	ring := keys.NewRing(store, keyConfig, time.Now)
	book := gate.NewBook(store, time.Duration(keyConfig.RefreshSeconds)*time.Second, time.Now)
	g, err := gate.New(gateConfig, store, gate.JWTs{Issuer: issuer, Audience: audience, Leeway: 60, Ring: ring}, book, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	// Reading the ring now is free of the first request's time. A failure is no
	// reason not to start: the first token of a key reads again.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = ring.Refresh(ctx)
	return handler.Authorizer(g, simple, handler.NewLog("authorizer", os.Stdout, time.Now).Brief(brief), ring, book), nil
}
