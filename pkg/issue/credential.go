package issue

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
	"github.com/gatepass/gatepass/pkg/token"
)

// credential reads what the pass moves in by, if anything: its token is the one
// that this is equivalent to. It must be as whoever presents it will.
func (d *draft) credential() {
	const field = "credential"
	s := d.req.credential
	if d.given(field) && len(d.cfg.MovedIn) == 0 {
		d.wrong(field, "credentials of other systems do not move into this stack; its owner has them by MovedIn, such as rt,vuid,sesame: the query parameters that they come in")
	}
	if d.given(field) && d.given("idempotency_key") {
		d.wrong(field, "its pass has an id that follows from it, so the request may be repeated as it is; leave idempotency_key out")
	}
	if d.asked(field) && d.given("format") && d.pass.Format != pass.Short {
		d.wrong(field, "its pass opens by the credential and by a short token; leave format out")
	}
	if !d.asked(field) {
		return
	}
	if why := wrongCredential(s); why != "" {
		d.wrong(field, "%s", why)
	} else if t, ok := token.Moved(s); ok {
		d.moved = &t
		d.heldElsewhere()
	}
}

// heldElsewhere refuses a credential in what is kept, as it stands there or in
// percent encoding. The object is searched as it is kept, so that no escape of JSON
// hides one.
func (d *draft) heldElsewhere() {
	r := d.req
	data, _ := terms.Data(r.data, false)
	for field, s := range map[string]string{"scope": r.scope, "subject": r.subject, "target": r.target, "issued_by": r.issuedBy, "data": string(r.data) + " " + string(data),
		"visitor": fmt.Sprint(r.visitor), "invitation": fmt.Sprint(r.invitation)} {
		if strings.Contains(s, r.credential) || strings.Contains(token.Unescaped(s), r.credential) {
			d.wrong(field, "it holds the credential, of which nothing but a digest is kept; take it out")
		}
	}
}

// wrongCredential tells what is wrong with a credential, without a word of it, or "".
func wrongCredential(s string) string {
	if len(s) < token.MinMoved || len(s) > token.MaxMoved {
		return fmt.Sprintf("it has %d bytes; it must have %d to %d, and nothing before or behind it", len(s), token.MinMoved, token.MaxMoved)
	}
	if _, ok := token.Moved(s); ok {
		return ""
	}
	if token.KindOf(s) != token.Foreign || token.IsCookie(s) {
		return "it is one of Gatepass's own, which has its pass; leave it out, or reissue that pass"
	}
	return "it must be as it stands in links, of A-Z a-z 0-9 - _ . and : alone, without . or : at either end"
}

// alreadyMoved answers that there is a pass for a credential.
func alreadyMoved(id string) *Answer {
	why := fmt.Sprintf("it moved in before, as pass %s, which is as it was; revoke or reissue that one", id)
	return &Answer{ID: id, Error: &Problem{AlreadyIssued, "nothing was issued: the credential moved in before, as pass " + id, map[string]string{"credential": why}}}
}
