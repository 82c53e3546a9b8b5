// Command attach is the function behind Custom::GatepassRules.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/attach"
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
	store, authorizer := env.Store(), env.FunctionARN("AUTHORIZER_ARN")
	stack := env.Text("STACK", "gatepass")
	if err := env.Err(); err != nil {
		return nil, err
	}
	v1, err1 := env.AWS("API_GATEWAY").AWS()
	v2, err2 := env.AWS("APIGATEWAYV2").AWS()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	gateways := &gateways{v1: apigateway.NewFromConfig(v1), v2: apigatewayv2.NewFromConfig(v2)}
	a := &attach.Attacher{Store: store, APIs: gateways, Function: authorizer}
	return handler.Attach(a, handler.Put(nil), handler.NewLog("attach", os.Stdout, time.Now).In(stack)), nil
}
