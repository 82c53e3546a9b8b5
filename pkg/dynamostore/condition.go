package dynamostore

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The rules of package pass in DynamoDB's words, each under the name of its
// rule; expression.go tells how to read them. A comparison with an attribute
// that is absent is false, so where absence means "no such limit" they say so.
const (
	ruleExists     = "attribute_exists(#pk)"
	ruleVersion    = "#v = :v"
	ruleSecret     = "(#secrets.#digest = :zero OR #secrets.#digest > :now)"
	ruleNotRevoked = "attribute_not_exists(#revoked_at)"
	ruleNotExpired = "#expires_at > :now"
	ruleMaxAge     = "#issued_at > :oldest"
	ruleNotBefore  = "(attribute_not_exists(#not_before) OR #not_before <= :now)"
	ruleScope      = "#scope = :scope"
	ruleNotCounted = "attribute_not_exists(#uses.#key)"
	ruleUsesLeft   = "size(#uses) < #max_uses"
	ruleUnlimited  = "attribute_not_exists(#max_uses)"
	ruleRoom       = "size(#sessions) < :max_sessions"
)

// Conditions that are no rules of package pass.
const (
	isNew       = "attribute_not_exists(#pk)"
	isRevoked   = "attribute_exists(#revoked_at)"
	isCounted   = "attribute_exists(#max_uses)"
	isOpen      = "attribute_exists(#sessions.#key)"
	isAnyOpen   = "size(#sessions) > :zero"
	inPartition = "#pk = :pk"

	// Of an index. Its partitions are named by another attribute each.
	inIndex        = "#index = :partition"
	isListedBefore = "#listed_at < :before"
)

// ruleMode: the pass is of one of the modes that are accepted. Accepting none
// is compared with a mode that no pass has.
func ruleMode(modes []pass.Mode, values record.Item) string {
	if len(modes) == 0 {
		modes = []pass.Mode{""}
	}
	names := make([]string, len(modes))
	for i, m := range modes {
		names[i] = fmt.Sprintf(":mode%d", i)
		values[names[i]] = string(m)
	}
	return "#mode IN (" + strings.Join(names, ", ") + ")"
}

// admit returns the conditions under which pass.Admit admits a at now, one rule
// a line and in its order, but for those about counting, which depend on what is
// written.
func admit(a pass.Ask, now pass.NumericDate) terms {
	t := terms{
		names: map[string]string{"#digest": a.Secret.String(), "#key": string(a.Key)},
		values: record.Item{":v": int64(pass.Version), ":zero": int64(0), ":now": int64(now),
			":oldest": int64(now) - a.MaxAge, ":scope": a.Scope},
	}
	t.require(ruleExists)
	t.require(ruleVersion)
	if !a.Signed {
		t.require(ruleSecret)
	}
	t.require(ruleNotRevoked)
	t.require(ruleNotExpired)
	if a.MaxAge > 0 {
		t.require(ruleMaxAge)
	}
	t.require(ruleNotBefore)
	if a.Scope != pass.AnyScope {
		t.require(ruleScope)
	}
	t.require(ruleMode(a.Accept, t.values))
	return t
}

// admitUse returns the conditions and the update of one counted use.
func admitUse(a pass.Ask, u pass.Use) terms {
	t := admit(a, u.At)
	t.require(ruleNotCounted)
	t.require(ruleUsesLeft)
	t.update = "SET #uses.#key = :now, #last_use = :use"
	t.values[":use"] = record.FromUse(u)
	return t
}

// admitRedeem returns those of the pass's half of a redemption; that the session
// is new, its own half says. p is the pass as last seen: whether it counts
// decides what is written and is therefore held to be so still, and its dead
// sessions are taken out.
func admitRedeem(p *pass.Pass, a pass.Ask, s *pass.Session) terms {
	t := admit(a, s.At)
	t.require(ruleNotCounted)
	t.require(ruleRoom)
	t.values[":end"], t.values[":max_sessions"] = int64(s.ExpiresAt), int64(pass.MaxSessions)
	t.update = "SET #sessions.#key = :end"
	if p.MaxUses > 0 {
		t.require(ruleUsesLeft)
		t.update += ", #uses.#key = :now, #last_use = :use"
		t.values[":use"] = record.FromUse(s.Use())
	} else {
		t.require(ruleUnlimited)
	}
	t.update += t.removal(p, a.Key, s.At)
	return t
}

// removal returns the clause that takes the dead sessions of p out, but for
// keep, or nothing if there are none. That one is gone already is no error.
func (t *terms) removal(p *pass.Pass, keep pass.Key, now pass.NumericDate) string {
	var paths []string
	for k, end := range p.Sessions {
		if now >= end && k != keep {
			name := fmt.Sprintf("#dead%d", len(paths))
			t.names[name] = string(k)
			paths = append(paths, "#sessions."+name)
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return " REMOVE " + strings.Join(paths, ", ")
}
