// Command manage is the function for operators' tools.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/digest"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/keys"
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
	store, digestKey := env.Store(), env.Required("DIGEST_KEY_ID")
	cfg := env.Manage()
	if err := env.Err(); err != nil {
		return nil, err
	}
	aws, err := env.AWS("KMS").AWS()
	if err != nil {
		return nil, err
	}
	digests := keys.NewDigester(digest.Mac{Client: kms.NewFromConfig(aws), Key: digestKey}, store)
	log := handler.NewLog("manage", os.Stdout, time.Now).In(cfg.Stack)
	m, err := manage.New(cfg, store, digests)
	if err != nil {
		return nil, err
	}
	m.Log = log.Entry
	return handler.Operate(m, log), nil
}
