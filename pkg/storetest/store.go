package storetest

import (
	"context"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Store is everything a store does: the union of the interfaces that gate, issue,
// desk, manage, recall, keys, attach and audit declare for themselves. What each method
// promises is written here once, and the suite holds every store to it.
//
// All methods: safe for concurrent use; end when ctx ends; return an error
// matching pass.ErrUnavailable for every failure to ask or to be sure of the
// answer, a record that cannot be decoded included; hand out values the caller
// may keep and change; keep what they are given apart from what the caller does
// with it later; never judge by whether TTL or Sweep has removed anything yet.
// An error of a write leaves open whether it was made, unless it matches
// pass.ErrExists or pass.ErrNotFound, or ctx had ended before: then it was not.
type Store interface {
	// Create puts a pass that is not there yet. An id that is taken is
	// pass.ErrExists and the record is left as it is, whatever its version.
	Create(ctx context.Context, p *pass.Pass) error

	// Read returns one entry per ref, in their order, all from one consistent
	// batch read. What is not there is nil, never an error. Refs may repeat. A
	// record of another version comes with its keys and V alone.
	Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error)

	// Use counts u (u.Key is a.Key and not empty, u.At is now) if
	// pass.Admit(p, a, u.At) admits it, and returns the pass after the write: u
	// is in its Uses and is its LastUse. Refused, it returns the reason and the
	// pass as it is (nil if there is none); nothing is written. A use already in
	// the record is OK and is not counted again; a pass without MaxUses counts
	// nothing and is only judged. The reason is pass.Unavailable exactly when
	// there is an error: another version, and a u.Key that is empty or not a.Key,
	// are among them.
	Use(ctx context.Context, id string, a pass.Ask, u pass.Use) (*pass.Pass, pass.Reason, error)

	// Redeem opens s (s.At is now; a.Key is s.Key()) by the rules of
	// pass.AdmitRedeem, in one transaction: the session is put, entered in the
	// pass's Sessions, and, where the pass counts, in its Uses with s.Use() as
	// its LastUse. Entries of dead sessions go, at the latest when there is no room:
	// there are never more than pass.MaxSessions entries.
	// p is the pass as the caller read it, from which no rule may be judged: where
	// it is out of date the answer is right all the same.
	// It returns the pass after the write and the session: for a retry, the one
	// that was opened first. Refused, it returns the reason and the pass as it
	// is, and no session. Errors are as with Use.
	Redeem(ctx context.Context, p *pass.Pass, a pass.Ask, s *pass.Session) (*pass.Pass, *pass.Session, pass.Reason, error)

	// Opened counts one look at the link page of a pass by one write, which neither
	// reads nor touches the pass's own item: opens lie beside it, are made by the
	// first look, and are cleared with it. A touch that is none, and opens of
	// another version, are pass.ErrUnavailable, and nothing is changed. A look may
	// be counted twice where a request had to be repeated.
	Opened(ctx context.Context, id string, look pass.Look) error

	// Take counts one in a bucket's window if fewer than limit are in it, by one
	// write, and reports whether it did; full, nothing is written. Windows of other
	// seconds have nothing to do with each other, and one may be cleared away from
	// until on. What cannot be read, another version included, is
	// pass.ErrUnavailable. One may be counted twice where a request had to be
	// repeated; more than limit are never taken.
	Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error)

	// RequestLink notes that the holder of a pass asked for a new link, as
	// pass.LinkRequest.After says, and takes one of a window's room as Take does:
	// both or neither. It is pass.WishRepeated where After refuses, whatever room
	// there is, and else pass.WishRefused where there is none; nothing is written
	// then. room.Limit is 1 or more; a wish that names no secret is
	// pass.ErrUnavailable. As with Opened it lies beside the pass, whose
	// own item is neither read nor touched.
	RequestLink(ctx context.Context, id string, w pass.Wish, room pass.Window) (pass.Wished, error)

	// Register puts a registration that is not there yet, beside where the pass of
	// its id is or will be, which it neither reads nor touches. An id that is taken
	// is pass.ErrExists and the record is left as it is, whatever its version.
	Register(ctx context.Context, r *pass.Registration) error
	// Registered returns the registration of an id and the pass of that id, from one
	// consistent batch read. What is not there is nil, and a record of another
	// version comes with its ID and V alone.
	Registered(ctx context.Context, id string) (*pass.Registration, *pass.Pass, error)

	// Order returns the order under a key from a consistent read, nil if there is
	// none. One that no longer stands comes back too; one of another version comes
	// with its Key and V alone.
	Order(ctx context.Context, key string) (*pass.Order, error)
	// PutOrder puts an order where none stands at o.At, and returns the one that lies
	// there then: o, or the one that stood, which is left as it is. One of another
	// version is pass.ErrUnavailable. Of several at once one is put, and returned to
	// all. An order has a PurgeAt.
	PutOrder(ctx context.Context, o *pass.Order) (*pass.Order, error)
	// FinishOrder makes an order Done, and changes nothing else; again is no change.
	// One that is not there, or has another Salt, is pass.ErrNotFound.
	FinishOrder(ctx context.Context, o *pass.Order) error

	// Revoke withdraws a pass and ends its sessions. Of a pass revoked before,
	// the first time, by and why stay, empty ones too. It is Completed where c is
	// pass.Completing, and was not revoked before. Absent is
	// pass.ErrNotFound, here and in the six that follow, and nothing is created;
	// another version is pass.ErrUnreadable, and nothing is changed. In each of them
	// the write that changes a pass makes c its LastChange, unless c has no key;
	// what changes nothing leaves that too as it is.
	Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	// Restore takes a withdrawal back. The sessions of before stay ended. A pass
	// that is not withdrawn is left as it is, its sessions too.
	Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	// EndSession ends one session; one that is not there is ended already.
	EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error)
	// Change makes a pass what a says, as Pass.Amend does, in whatever state it is: in
	// one write, which loses nothing that races it. One that is so already is left as
	// it is.
	Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error)
	// EndSessions ends every session of a pass.
	EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	// Reissue makes r.Secret the one that opens a pass, by pass.AdmitReissue and then
	// as Pass.Reissue does, both judged on the record that is written: no use that
	// races it is lost, and none is given twice. It returns the pass after the
	// write, with r.Secret among its Secrets. Refused because it is revoked, expired
	// or spent, it returns the pass as it is, without r.Secret; nothing is written.
	// A secret that is in the record already is this reissue again, which changes
	// nothing. Of several at once each has its turn: the last one's secret stays,
	// beside that of the one before it as far as its KeepOld goes. Errors are as with
	// Revoke.
	Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error)
	// History returns a pass with its sessions, the audit of its uses and its changes,
	// all oldest first, and its opens: never nil, and of another version with V alone.
	// The registration of its id comes along, and alone where there is no pass: such
	// an id is not pass.ErrNotFound here.
	History(ctx context.Context, id string) (*pass.History, error)

	// Find returns a page of places: of a list, those before l.Before and not before
	// l.From, newest first, and fewer than l.Limit only where there are no more. What
	// was written, changed or removed a moment ago may be missing or still there: no
	// decision rests on it. A listing that is not valid is pass.ErrUnavailable.
	Find(ctx context.Context, l pass.Listing) ([]pass.Place, error)

	// PublicKeys and SealedKeys return the signing keys by sequence. One of
	// another version is pass.ErrUnavailable.
	PublicKeys(ctx context.Context) ([]keys.Public, error)
	SealedKeys(ctx context.Context) ([]keys.Sealed, error)
	// PutKey adds both halves of one key, or neither: a sequence that is taken
	// is pass.ErrExists, and one above 1 whose predecessor is not there is
	// pass.ErrNotFound. Where pub's predecessor has no RetiresAt, PutKey gives it
	// retires in the same transaction.
	PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error

	// DigestMark returns the mark of the key that names in the table are made with,
	// empty where there is none, from a consistent read. One of another version is
	// pass.ErrUnavailable.
	DigestMark(ctx context.Context) (string, error)
	// PutDigestMark puts the mark where there is none, and returns the one that stands
	// then. Of several at once one is put, and returned to all. It is never empty.
	PutDigestMark(ctx context.Context, mark string) (string, error)

	// Rules returns the declarations for an API: name to JSON. None is an empty
	// map; one of another version is pass.ErrUnavailable, since the others
	// without it may say something else.
	Rules(ctx context.Context, api string) (map[string][]byte, error)
	// PutRules replaces one declaration.
	PutRules(ctx context.Context, api, name string, body []byte) error
	// DeleteRules removes a declaration; one that is not there is removed already.
	DeleteRules(ctx context.Context, api, name string) error

	// PutMarker sets the end marker of a pass to be removed at expiresAt,
	// replacing an earlier one.
	PutMarker(ctx context.Context, id string, expiresAt pass.NumericDate) error
	// PutUse keeps the details of one use as an audit item; again is no change.
	PutUse(ctx context.Context, id string, u pass.Use, purgeAt pass.NumericDate) error
	// Seen notes the client of a visit, as pass.Clients.After says, by one write beside
	// the pass, whose own item is neither read nor touched. It returns which client of
	// the pass that is, counted from 1, where this very visit brought it: now, or when
	// it was told of before. It is 0 where another visit had brought it, where there
	// are pass.MaxClients, and where the visit names none: then nothing is written.
	// What cannot be read, another version included, is 0 as well, is left as it is and
	// is no error: the stream's reader would be handed the visit again and again, and
	// it is a sign that is lost, not a rule.
	Seen(ctx context.Context, id string, v pass.Visit) (which int, err error)
	// PutChange keeps one change of a pass, as PutUse keeps a use.
	PutChange(ctx context.Context, id string, c pass.Change, purgeAt pass.NumericDate) error
	// Keep has what lies beside a pass stay there up to purgeAt, and a week longer, where
	// it would go sooner than that: as the pass itself that was extended, and if it is
	// again, the next Keep has nothing to do. The end marker goes at its own
	// time, what is of another version too, and nothing is made that is not there: of a
	// pass that is gone nothing comes back. It may be repeated, in any order.
	Keep(ctx context.Context, id string, purgeAt pass.NumericDate) error
	// Clear removes whatever else lies beside a pass that is gone. It removes
	// nothing while the pass is there, and may be repeated.
	Clear(ctx context.Context, id string) error
	// Erase removes a pass and all that lies beside it, of whatever version and
	// whether it can be read or not; what is not there is erased already. What it is
	// listed by goes last, the pass itself after everything else: after an error, which
	// leaves open what is gone, it is found as before, and Erase goes on when it is
	// repeated. Until it is done the pass admits as it did, unless it was revoked first.
	Erase(ctx context.Context, id string) error
	// EraseRemains has the store drop what it may still keep of items that are gone,
	// such as those that TTL removed before anybody erased them. A store that keeps
	// nothing of such does nothing.
	EraseRemains(ctx context.Context) error
}
