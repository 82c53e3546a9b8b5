// Command recall is the function that withdraws many passes and forgets people: a
// right of its own.
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
	"github.com/gatepass/gatepass/pkg/recall"
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
	store, digestKey, movedIn := env.Store(), env.Required("DIGEST_KEY_ID"), env.MovedIn()
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	aws, err := env.AWS("KMS").AWS()
	if err != nil {
		return nil, err
	}
	digests := keys.NewDigester(digest.Mac{Client: kms.NewFromConfig(aws), Key: digestKey}, store)
	log := handler.NewLog("recall", os.Stdout, time.Now).In(stack)
	return handler.Operate(&recall.Recaller{Store: store, Digests: digests, MovedIn: movedIn, Now: time.Now, Log: log.Recalled}, log), nil
}
