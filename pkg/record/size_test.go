package record_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// size returns what DynamoDB reckons a value to be, at most
// (developer guide, "DynamoDB item sizes and formats").
func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case record.Item:
		n := 3
		for name, v := range v {
			n += 1 + len(name) + size(v)
		}
		return n
	}
	return 8 // a second has 10 or 11 digits, two of which take a byte
}

// TestThePassOfAllBoundsFits: every write of a pass costs by its size, so that is
// bounded, whoever says what of it.
func TestThePassOfAllBoundsFits(t *testing.T) {
	const userAgent, route, secrets = 200, 512, 2
	text := func(n int) string { return strings.Repeat("x", n) }
	p := whole()
	p.Scope, p.Subject, p.Target, p.Data, p.IssuedBy = text(pass.MaxScope), text(pass.MaxSubject), text(pass.MaxTarget), []byte(text(pass.MaxData)), text(pass.MaxSubject)
	p.Visitor = &pass.Visitor{Email: text(pass.MaxEmail), FirstName: text(pass.MaxName), LastName: text(pass.MaxName)}
	p.Invitation = &pass.Invitation{From: text(pass.MaxInvitation), Purpose: text(pass.MaxInvitation), Message: text(pass.MaxInvitation)}
	p.RevokedBy, p.RevokedWhy = text(manage.MaxBy), text(manage.MaxWhy)
	p.LastUse = &pass.Use{Key: p.LastUse.Key, At: 1, Route: text(route), IP: text(45), UserAgent: text(userAgent)}
	p.LastChange = &pass.Change{Key: p.LastUse.Key, At: 1, Operation: pass.Restoring, By: text(pass.MaxSubject), Why: text(manage.MaxWhy)}
	p.Holder, p.Issuer = text(43), text(43)
	for n := range byte(pass.MaxUses) {
		p.Uses[pass.KeyOf([8]byte{n})] = 1
	}
	for n := range byte(pass.MaxSessions) {
		p.Sessions[pass.KeyOf([8]byte{n})] = 1
	}
	for n := range byte(secrets) {
		p.Secrets[pass.DigestOf([]byte{n})] = 1
	}
	if n := size(record.FromPass(p)); n > 16<<10 {
		t.Errorf("it has %d bytes", n)
	} else {
		t.Logf("%d bytes", n)
	}
}
