// Command visit is the function behind the link page.
package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/digest"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/desk"
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
	cookies, digestKey := env.Cookies(), env.Required("DIGEST_KEY_ID")
	store, keyConfig, gateConfig, retention, brand := env.Store(), env.Keys(), env.Gate(cookies), env.RetentionSeconds(), env.Brand()
	brief := env.BriefLog()
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	link, err := gate.NewLink(gateConfig, store, retention, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	aws, err := env.AWS("KMS").AWS()
	if err != nil {
		return nil, err
	}
	front, err := desk.New(store, digest.Mac{Client: kms.NewFromConfig(aws), Key: digestKey}, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	ring := keys.NewRing(store, keyConfig, time.Now)
	book := gate.NewBook(store, time.Duration(keyConfig.RefreshSeconds)*time.Second, time.Now)
	cfg := handler.VisitConfig{QueryName: gateConfig.QueryNames[0], QueryNames: gateConfig.QueryNames, MovedIn: gateConfig.MovedIn, NonceCookie: cookies.Nonce, SessionCookies: cookies.Sessions(), CookieDomain: cookies.Domain, Brand: brand, Desk: front, Forms: book}
	return handler.Visit(cfg, link, ring, handler.NewLog("visit", os.Stdout, time.Now).In(stack).Brief(brief), ring, book), nil
}
