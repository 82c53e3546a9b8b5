package pass

// RegistrationLife is how many seconds a registration may be answered: somebody
// may have to look at it first, and nobody's address is kept for longer than that.
const RegistrationLife = 7 * 24 * 3600

// Registration is what somebody without an account said on a form: who they want
// to be let in as. It lies where the pass will that the host may issue for it,
// under the same id, and admits nobody: the address is proven by the link that
// is mailed to it.
type Registration struct {
	V      int
	ID     string // of the pass, should one be issued; not secret
	Form   string
	Scope  string // of the form, as it was declared then; and Target
	Target string
	Visitor
	Holder  string // as of a pass
	At      NumericDate
	PurgeAt NumericDate
}

// Stands reports whether a pass may be issued for r at now: in a record of this
// version, for RegistrationLife from when it was made.
func (r *Registration) Stands(now NumericDate) bool {
	return r != nil && r.V == Version && now < r.At+RegistrationLife
}
