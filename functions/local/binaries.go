package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/runtime"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// binaries are the functions as they are deployed: each the bootstrap that was
// built of it, in processes of its own, with the environment that the template
// gives it. What only a deployment knows is put in its place: the table, the
// public URL, made-up credentials, and the endpoints of DynamoDB and of services,
// which stand in for KMS, EventBridge and API Gateway.
type binaries struct {
	functions map[string]local.Function
	timeouts  map[string]time.Duration
	processes []*runtime.Function
	services  *services
}

// processTime, beside its own time, is what an invocation may wait for a process.
const processTime = 10 * time.Second

// startBinaries starts every function that the template deploys. Of two folders
// each serves every other invocation, as under a canary.
func startBinaries(ctx context.Context, o *options, s *stack, e *engine, lines io.Writer) (*binaries, error) {
	deployed, err := deployed(o)
	if err != nil {
		return nil, err
	}
	b := &binaries{functions: map[string]local.Function{}, timeouts: map[string]time.Duration{}}
	if b.services, err = startServices(&stand{sealer: e.sealer, mac: e.mac, events: s.told}); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for id, f := range deployed.Functions {
		all.Go(func() {
			name := strings.ToLower(strings.TrimSuffix(id, "Function"))
			list, startErr := start(ctx, o, name, f, o.environment(s.base, b.services.url, f), lines)
			mu.Lock()
			defer mu.Unlock()
			b.processes, err = append(b.processes, list...), errors.Join(err, startErr)
			b.functions[name], b.timeouts[name] = inTurn(list), f.Timeout+processTime
		})
	}
	all.Wait()
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// deployed reads the template with the parameters that the flags stand for.
func deployed(o *options) (*template.Stack, error) {
	text, err := os.ReadFile(o.template)
	if err != nil {
		return nil, fmt.Errorf("-binaries needs the template, for each function's environment: -template: %w", err)
	}
	seconds := strconv.FormatInt(int64(o.retention/time.Second), 10)
	return template.Read(text, map[string]string{
		"AWS::StackName": "gatepass", "PublicUrl": "https://local.invalid", "Issuer": issuer, "Audience": api, "QueryNames": strings.Join(queryNames(), ","), "MovedIn": o.movedInSaid,
		"AllowSessionTokens": "true", "CookieName": o.cookieName, "CookieDomain": o.cookieDomain, "Retention": seconds, "RefreshSeconds": "5", "Sample": "true", "HostIssuer": o.host.Issuer, "HostAudience": o.host.Audience,
		"BrandName": o.brandSaid.Name, "BrandLogo": o.brandSaid.Logo, "BrandColour": o.brandSaid.Colour, "BrandLinks": o.brandSaid.Links,
	}, nil)
}

// environment is what a function gets: exactly what the template sets, and what
// Lambda adds to it.
func (o *options) environment(base, services string, f *template.Function) map[string]string {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ENDPOINT_URL_DYNAMODB": o.dynamodb.String()}
	for _, service := range []string{"KMS", "EVENTBRIDGE", "API_GATEWAY", "APIGATEWAYV2"} {
		env["AWS_ENDPOINT_URL_"+service] = services
	}
	for name, v := range f.Env {
		switch name {
		case "TABLE":
			v = o.table
		case "PUBLIC_URL":
			v = base
		}
		env[name] = v
	}
	return env
}

// start starts a function from each folder.
func start(ctx context.Context, o *options, name string, f *template.Function, env map[string]string, lines io.Writer) (list []*runtime.Function, err error) {
	for folder := range strings.SplitSeq(o.binaries, ",") {
		p, startErr := runtime.Start(context.WithoutCancel(ctx), runtime.Config{Name: name, Binary: filepath.Join(folder, name, "bootstrap"), Env: env, Timeout: f.Timeout, Memory: f.MemoryMB, Log: lines})
		if startErr != nil {
			return list, fmt.Errorf("%w; -binaries takes folders that `make build ARCH=…` made for this machine's processor", startErr)
		}
		list = append(list, p)
	}
	return list, nil
}

func (b *binaries) close() {
	for _, p := range b.processes {
		p.Close()
	}
	b.services.close()
}
