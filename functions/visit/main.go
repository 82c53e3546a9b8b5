// Command visit is the function behind the link page.
package main

import (
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
	store, keyConfig, gateConfig, retention, brand := env.Store(), env.Keys(), env.Gate(), env.RetentionSeconds(), env.Brand()
	brief := env.BriefLog()
	if err := env.Err(); err != nil {
		return nil, err
	}
	link, err := gate.NewLink(gateConfig, store, retention, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	ring := keys.NewRing(store, keyConfig, time.Now)
	cfg := handler.VisitConfig{QueryName: gateConfig.QueryNames[0], NonceCookie: config.NonceCookie, SessionCookies: []string{config.UserCookie, config.VisitorCookie}, Brand: brand}
	return handler.Visit(cfg, link, ring, handler.NewLog("visit", os.Stdout, time.Now).Brief(brief), ring), nil
}
