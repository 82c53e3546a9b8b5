package audit

import "github.com/gatepass/gatepass/pkg/record"

// readRegistration tells that somebody asked for a pass on a form: under which id
// what they said lies, and on which form. That it was cleared away is no event.
func readRegistration(c Change, id string) (t todo, err error) {
	if c.Old != nil {
		return t, nil
	}
	r, err := record.ToRegistration(c.New)
	if err != nil {
		return t, err
	}
	t.tell(c, Event{Type: Registered, PassID: id, At: r.At.Time(), Form: r.Form})
	return t, nil
}
