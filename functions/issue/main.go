// Command issue is the function that makes passes for other backends.
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
	"github.com/gatepass/gatepass/pkg/issue"
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
	store, issueConfig, key := env.Store(), env.Issue(), env.Required("KMS_KEY_ID")
	digestKey := env.Required("DIGEST_KEY_ID")
	keyConfig := env.Signing(issueConfig.MaxLifetime)
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	cfg, err := env.AWS("KMS").AWS()
	if err != nil {
		return nil, err
	}
	log := handler.NewLog("issue", os.Stdout, time.Now).In(stack)
	keyConfig.Warn = log.Warn
	client := kms.NewFromConfig(cfg)
	signer := keys.NewSigner(store, sealer{client, key}, keyConfig, time.Now, rand.Reader)
	digests := keys.NewMarkingDigester(digest.Mac{Client: client, Key: digestKey}, store)
	issuer, err := issue.New(issueConfig, store, signer, digests, time.Now, rand.Reader)
	if err != nil {
		return nil, err
	}
	return handler.Issue(issuer, log), nil
}
