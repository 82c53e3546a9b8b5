package attach

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/rule"
)

// errLeft: what was written may still be there, and could not be taken back.
var errLeft = errors.New("what was written could not be taken back; the rollback removes it")

// declare puts d into effect at its place, unless something is wrong with it:
// faults that were found already, its API's authorizers, or another declaration.
func (a *Attacher) declare(ctx context.Context, q Request, at id, d declared, faults Refused) (Result, error) {
	res := Result{API: at.api, Name: at.name, Rules: len(d.rules.Rules), Authorizers: -1}
	if at.api == "" {
		return res, faults // at least that the API is missing
	}
	before, err := a.Store.Rules(ctx, at.api)
	if err == nil && len(faults) == 0 && q.PhysicalID == at.String() && bytes.Equal(before[at.name], d.body) {
		return res, nil
	}
	n, found, unread := a.authorizers(ctx, q, d)
	res.Authorizers = n
	faults = append(faults, found...)
	if len(faults) == 0 {
		faults = overlaps(at.name, d.rules, before)
	}
	switch {
	case len(faults) > 0:
		return res, faults
	case err != nil:
		return res, fmt.Errorf("the rules of API %s could not be read: %w", at.api, err)
	case unread != nil:
		return res, unread
	}
	return res, a.write(ctx, q, at, d, before[at.name])
}

// write writes d, looks whether another was written at the same time, and takes
// it back if so, or if that cannot be known.
func (a *Attacher) write(ctx context.Context, q Request, at id, d declared, before []byte) error {
	err := a.Store.PutRules(ctx, at.api, at.name, d.body)
	if err != nil {
		err = fmt.Errorf("the rules could not be written: %w", err)
	} else if after, failed := a.Store.Rules(ctx, at.api); failed != nil {
		err = fmt.Errorf("the rules of API %s could not be read again: %w", at.api, failed)
	} else if faults := overlaps(at.name, d.rules, after); len(faults) > 0 {
		err = faults
	}
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.Undo)
	defer cancel()
	if a.takeBack(ctx, at, before) != nil {
		return fmt.Errorf("%w; %w", err, errLeft)
	}
	return err
}

func (a *Attacher) takeBack(ctx context.Context, at id, before []byte) error {
	if before == nil {
		return a.Store.DeleteRules(ctx, at.api, at.name)
	}
	return a.Store.PutRules(ctx, at.api, at.name, before)
}

// overlaps compares the declaration of a name with each other one of its API.
func overlaps(name string, d rule.Declaration, all map[string][]byte) (faults Refused) {
	for _, other := range slices.Sorted(maps.Keys(all)) {
		if other == name {
			continue
		}
		theirs, unreadable := rule.Stored(all[other])
		if unreadable != nil {
			faults = append(faults, "the rules that "+other+" declared for this API cannot be read by this version of Gatepass: deploy that stack anew, or a newer Gatepass")
			continue
		}
		_, err := rule.NewSet(map[string]rule.Declaration{name: d, other: theirs})
		var both rule.Faults
		errors.As(err, &both)
		for _, f := range both {
			whose, field, _ := strings.Cut(f.Field, ": ")
			faults = append(faults, whose+": "+pascal(field)+": "+inTemplate(f.Problem))
		}
	}
	return faults
}
