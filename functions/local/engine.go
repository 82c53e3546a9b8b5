package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
)

// store is what all functions together need of one.
type store interface {
	issue.Store
	gate.Store
	gate.LinkStore
	gate.RuleStore
	desk.Store
	manage.Store
	recall.Store
	audit.Store
	keys.Store
	keys.MarkPutStore
	attach.Store
}

// engine is a store with its stream and its TTL.
type engine struct {
	store  store
	stream local.Stream
	sweep  func(ctx context.Context, now time.Time) error
	sealer keys.Sealer
	mac    desk.Mac
	close  func() error
}

// open opens the table that the flags ask for, in the data folder or behind a
// DynamoDB endpoint. The key that seals the signing keys, and the one that names
// people and networks in the table, are files either way.
func open(ctx context.Context, o *options, now func() time.Time) (*engine, error) {
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be used: %w; choose another with -data", err)
	}
	sealer, err := keys.NewFileSealer(filepath.Join(o.data, "sealer.key"))
	if err != nil {
		return nil, err
	}
	var e *engine
	if o.dynamodb != nil {
		e, err = openDynamo(ctx, o.dynamodb.String(), o.table)
	} else {
		e, err = openBolt(filepath.Join(o.data, "gatepass.db"), now)
	}
	if err != nil {
		return nil, err
	}
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	e.sealer = sealer
	if e.mac, err = keys.NewFileMac(starting, filepath.Join(o.data, "digest.key"), e.store); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func openBolt(path string, now func() time.Time) (*engine, error) {
	s, err := boltstore.Open(path, boltstore.Options{Now: now})
	if err != nil {
		return nil, err
	}
	sweep := func(ctx context.Context, now time.Time) error {
		for range sweeps {
			if n, err := s.Sweep(ctx, pass.At(now), sweepSize); err != nil {
				return err
			} else if n < sweepSize {
				break
			}
		}
		// Where somebody was forgotten, and the stream has told of it.
		if _, err := s.Scrub(ctx); err != nil {
			return fmt.Errorf("the file still holds what was forgotten, and is written anew with the next sweep: %w", err)
		}
		return nil
	}
	return &engine{store: s, stream: boltStream{s}, sweep: sweep, close: s.Close}, nil
}

// A sweep's writes, in each of which the store is busy, and how many there are.
const (
	sweepSize = 500
	sweeps    = 100
)

// startTime bounds what is done before the server answers.
const startTime = 30 * time.Second

func openDynamo(ctx context.Context, endpoint, table string) (*engine, error) {
	cfg := dynamostore.FromEnv(os.Getenv)
	cfg.Endpoint = endpoint
	aws, err := cfg.AWS()
	if err != nil {
		return nil, err
	}
	client := dynamodb.NewFromConfig(aws)
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := dynamostore.CreateTable(starting, client, table); err != nil {
		return nil, fmt.Errorf("no table at %s: %w; is the engine running?", endpoint, err)
	}
	arn, err := stream.ARN(starting, client, table)
	if errors.Is(err, pass.ErrNotFound) {
		return nil, fmt.Errorf("table %s has no stream: delete it, or choose another with -table", table)
	}
	if err != nil {
		return nil, err
	}
	following, stop := context.WithCancel(ctx)
	f := &followed{in: make(chan told, readAhead)}
	var reading sync.WaitGroup
	reading.Go(func() {
		f.follow(following, stream.Follow(following, dynamodbstreams.NewFromConfig(aws), arn, time.Second))
	})
	return &engine{store: dynamostore.New(client, table), stream: f, sweep: ttl{client, table}.sweep, close: func() error {
		stop()
		reading.Wait()
		return nil
	}}, nil
}
