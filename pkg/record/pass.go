package record

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// FromPass returns the item of a pass. Empty attributes are left out, but for
// the maps that conditions measure: size() of an absent attribute is an error.
func FromPass(p *pass.Pass) Item {
	it := Item{PK: PassPK(p.ID), SK: PassSK, V: int64(p.V), Uses: fromDates(p.Uses), Sessions: fromDates(p.Sessions), Secrets: fromSecrets(p.Secrets)}
	it.texts(map[string]string{Mode: string(p.Mode), Format: string(p.Format), Scope: p.Scope, Subject: p.Subject,
		Data: string(p.Data), Target: p.Target, RevokedBy: p.RevokedBy, RevokedWhy: p.RevokedWhy, IssuedBy: p.IssuedBy})
	it.numbers(map[string]int64{NotBefore: int64(p.NotBefore), ExpiresAt: int64(p.ExpiresAt), TokenExpiresAt: int64(p.TokenExpiresAt), MaxUses: int64(p.MaxUses),
		SessionExpiresIn: p.SessionExpiresIn, RevokedAt: int64(p.RevokedAt), IssuedAt: int64(p.IssuedAt), PurgeAt: int64(p.PurgeAt)})
	if p.Completed {
		it[Completed] = true
	}
	place := pass.Place{IssuedAt: p.IssuedAt, ID: p.ID}
	it[ByTime], it[ByScope], it[ListedAt] = timePartition(shard(p.ID), ""), scopePartition(shard(p.ID), p.Scope), ListedSK(place)
	if p.Holder != "" {
		it[ByHolder] = holderPartition(p.Holder)
	}
	if p.Issuer != "" {
		it[ByIssuer] = issuerPartition(shard(p.ID), p.Issuer)
	}
	if p.Visitor != nil {
		m := Item{}
		m.texts(map[string]string{"email": p.Visitor.Email, "first_name": p.Visitor.FirstName, "last_name": p.Visitor.LastName})
		it[Visitor] = m
	}
	if p.Invitation != nil {
		m := Item{}
		m.texts(map[string]string{"from": p.Invitation.From, "purpose": p.Invitation.Purpose, "message": p.Invitation.Message})
		it[Invitation] = m
	}
	if p.LastUse != nil {
		it[LastUse] = FromUse(*p.LastUse)
	}
	if p.LastChange != nil {
		it[LastChange] = FromChange(*p.LastChange)
	}
	return it
}

// ToPass reads the item of a pass. An item of another version is returned with
// no more than its ID and V, which is all that may be believed of it.
func ToPass(it Item) (*pass.Pass, error) {
	r := &reader{it: it}
	id, ok := PassID(r.text(PK))
	if !ok || r.text(SK) != PassSK {
		return nil, fmt.Errorf("record: item %q %q is no pass", r.text(PK), r.text(SK))
	}
	p := &pass.Pass{V: int(r.number(V)), ID: id}
	if p.V != pass.Version {
		return p, r.err
	}
	p.Mode, p.Format = pass.Mode(r.text(Mode)), pass.Format(r.text(Format))
	p.Scope, p.Subject, p.Target = r.text(Scope), r.text(Subject), r.text(Target)
	if data := r.text(Data); data != "" {
		p.Data = []byte(data)
	}
	p.Visitor = sub(r, Visitor, func(r *reader) pass.Visitor {
		return pass.Visitor{Email: r.text("email"), FirstName: r.text("first_name"), LastName: r.text("last_name")}
	})
	p.Invitation = sub(r, Invitation, func(r *reader) pass.Invitation {
		return pass.Invitation{From: r.text("from"), Purpose: r.text("purpose"), Message: r.text("message")}
	})
	p.Secrets = r.secrets()
	p.NotBefore, p.ExpiresAt, p.TokenExpiresAt = r.date(NotBefore), r.date(ExpiresAt), r.date(TokenExpiresAt)
	p.MaxUses = int(r.number(MaxUses))
	p.Uses, p.Sessions = r.dates(Uses), r.dates(Sessions)
	p.LastUse = sub(r, LastUse, toUse)
	p.LastChange = sub(r, LastChange, toChange)
	p.SessionExpiresIn = r.number(SessionExpiresIn)
	p.RevokedAt, p.RevokedBy, p.RevokedWhy = r.date(RevokedAt), r.text(RevokedBy), r.text(RevokedWhy)
	p.Completed = take[bool](r, Completed)
	p.IssuedBy, p.IssuedAt, p.PurgeAt = r.text(IssuedBy), r.date(IssuedAt), r.date(PurgeAt)
	for _, name := range []string{ByTime, ByScope, ListedAt} {
		r.text(name) // made of the rest, but must be what it is
	}
	p.Holder, p.Issuer = strings.TrimPrefix(r.text(ByHolder), holderPartition("")), strings.TrimPrefix(r.text(ByIssuer), issuerPartition(shard(id), ""))
	if p.MaxUses < 0 && r.err == nil {
		r.err = fmt.Errorf("record: attribute %q is %d", MaxUses, p.MaxUses)
	}
	return p, r.err
}

func (r *reader) secrets() map[pass.Digest]pass.NumericDate {
	out := map[pass.Digest]pass.NumericDate{}
	for name, until := range r.dates(Secrets) {
		d, err := pass.ParseDigest(string(name))
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("record: attribute %q: %w", Secrets, err)
		}
		out[d] = until
	}
	return out
}

func fromDates(m map[pass.Key]pass.NumericDate) Item {
	out := make(Item, len(m))
	for k, at := range m {
		out[string(k)] = int64(at)
	}
	return out
}

func fromSecrets(m map[pass.Digest]pass.NumericDate) Item {
	out := make(Item, len(m))
	for d, until := range m {
		out[d.String()] = int64(until)
	}
	return out
}

// texts and numbers set the attributes that are not empty.
func (it Item) texts(m map[string]string) {
	for name, s := range m {
		if s != "" {
			it[name] = s
		}
	}
}

func (it Item) numbers(m map[string]int64) {
	for name, n := range m {
		if n != 0 {
			it[name] = n
		}
	}
}
