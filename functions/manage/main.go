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
	env := config.NewReader(os.LookupEnv)
	store := env.Store()
	if err := env.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	log := handler.NewLog("manage", os.Stdout, time.Now)
	lambda.Start(handler.Runtime(handler.Operate(&manage.Manager{Store: store, Now: time.Now, Log: log.Entry}, log)))
}
