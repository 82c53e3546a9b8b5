package issue

import "github.com/gatepass/gatepass/pkg/terms"

// data keeps the issuer's object in the form in which backends receive it.
func (d *draft) data() {
	if !d.asked("data") {
		return
	}
	kept, why := terms.Data(d.req.data, d.stateless())
	d.judged("data", why)
	d.pass.Data = kept
}
