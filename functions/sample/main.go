// Command sample is the backend behind the stack's sample routes. Only a stack
// with the parameter Sample has it.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatepass/gatepass/functions/handler"
)

func main() { lambda.Start(handler.Runtime(handler.Sample)) }
