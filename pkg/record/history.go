package record

import "github.com/gatepass/gatepass/pkg/pass"

// Enter adds an item that lies beside a pass to its history, and leaves out what is
// none of it, the pass itself too. Uses and changes come in the order of their sort
// keys, which is that of time.
func Enter(h *pass.History, it Item) error {
	switch sk, _ := it[SK].(string); {
	case sk == OpensSK:
		o, err := ToOpens(it)
		if err != nil {
			return err
		}
		h.Opens = &o
	case sk == RegistrationSK:
		r, err := ToRegistration(it)
		if err != nil {
			return err
		}
		h.Registration = r
	case IsSession(sk):
		s, err := ToSession(it)
		if err != nil {
			return err
		}
		h.Sessions = append(h.Sessions, *s)
	case IsUse(sk):
		u, err := ToUse(it)
		if err != nil {
			return err
		}
		h.Uses = append(h.Uses, u)
	case IsChange(sk):
		c, err := ToChange(it)
		if err != nil {
			return err
		}
		h.Changes = append(h.Changes, c)
	}
	return nil
}
