// Command expire is the function behind the table's stream.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/audit"
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
	store, bus, brief := env.Store(), env.Text("EVENT_BUS", "default"), env.BriefLog()
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	cfg, err := env.AWS("EVENTBRIDGE").AWS()
	if err != nil {
		return nil, err
	}
	log := handler.NewLog("expire", os.Stdout, time.Now).In(stack).Brief(brief)
	events := &bridge{client: eventbridge.NewFromConfig(cfg), bus: bus}
	return handler.Expire(&audit.Auditor{Store: store, Events: events, Log: log.Report}, log), nil
}
