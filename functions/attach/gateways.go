package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	v1types "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
)

// gateways reads authorizers from the two services that API Gateway is. It asks
// for nothing else, such as what kind of API it is, so that its role may read
// nothing else: integrations, which can hold secrets, lie beside them.
type gateways struct {
	v1 restAPIs
	v2 httpAPIs
}

type restAPIs interface {
	GetAuthorizers(context.Context, *apigateway.GetAuthorizersInput, ...func(*apigateway.Options)) (*apigateway.GetAuthorizersOutput, error)
}

type httpAPIs interface {
	GetAuthorizers(context.Context, *apigatewayv2.GetAuthorizersInput, ...func(*apigatewayv2.Options)) (*apigatewayv2.GetAuthorizersOutput, error)
}

// maxPages bounds what is read of an API, which has 10 authorizers unless its
// account's quota was raised.
const maxPages = 10

// Authorizers implements attach.APIs. An API that HTTP and WebSocket APIs do not
// have is looked for among the REST APIs.
func (g *gateways) Authorizers(ctx context.Context, api, kind string) ([]attach.Authorizer, error) {
	if kind == "REST" {
		return g.ofREST(ctx, api)
	}
	list, err := g.ofHTTP(ctx, api)
	if kind == "" && errors.Is(err, pass.ErrNotFound) {
		return g.ofREST(ctx, api)
	}
	return list, err
}

func (g *gateways) ofHTTP(ctx context.Context, api string) (list []attach.Authorizer, err error) {
	in := &apigatewayv2.GetAuthorizersInput{ApiId: &api}
	for range maxPages {
		out, err := g.v2.GetAuthorizers(ctx, in)
		var absent *v2types.NotFoundException
		if err != nil {
			return nil, failure(err, errors.As(err, &absent))
		}
		for _, z := range out.Items {
			list = append(list, attach.Authorizer{ID: aws.ToString(z.AuthorizerId), Name: aws.ToString(z.Name), Type: string(z.AuthorizerType),
				URI: aws.ToString(z.AuthorizerUri), IdentitySources: filled(z.IdentitySource), TTL: z.AuthorizerResultTtlInSeconds})
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return list, nil
		}
	}
	return nil, errTooMany
}

func (g *gateways) ofREST(ctx context.Context, api string) (list []attach.Authorizer, err error) {
	in := &apigateway.GetAuthorizersInput{RestApiId: &api}
	for range maxPages {
		out, err := g.v1.GetAuthorizers(ctx, in)
		var absent *v1types.NotFoundException
		if err != nil {
			return nil, failure(err, errors.As(err, &absent))
		}
		for _, z := range out.Items {
			list = append(list, attach.Authorizer{ID: aws.ToString(z.Id), Name: aws.ToString(z.Name), REST: true, Type: string(z.Type),
				URI: aws.ToString(z.AuthorizerUri), IdentitySources: filled(strings.Split(aws.ToString(z.IdentitySource), ",")), TTL: z.AuthorizerResultTtlInSeconds})
		}
		if in.Position = out.Position; aws.ToString(in.Position) == "" {
			return list, nil
		}
	}
	return nil, errTooMany
}

var errTooMany = fmt.Errorf("%w: the API has more authorizers than are read", pass.ErrUnavailable)

func failure(err error, absent bool) error {
	if absent {
		return fmt.Errorf("%w: API", pass.ErrNotFound)
	}
	return fmt.Errorf("%w: GetAuthorizers: %s", pass.ErrUnavailable, config.AWSCode(err))
}

// filled returns the sources that are not empty.
func filled(list []string) (out []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
