// Command manage is the function for operators' tools.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/manage"
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
	store := env.Store()
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	log := handler.NewLog("manage", os.Stdout, time.Now).In(stack)
	return handler.Operate(&manage.Manager{Store: store, Now: time.Now, Log: log.Entry}, log), nil
}
