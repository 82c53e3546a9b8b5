package config

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/page"
)

// Brand returns whose pages visitors see, from BRAND_NAME, BRAND_LOGO,
// BRAND_COLOUR and BRAND_LINKS. None of them need be set.
func (r *Reader) Brand() page.Brand {
	b, err := page.NewBrand(page.BrandConfig{Name: r.Text("BRAND_NAME", ""), Logo: r.Text("BRAND_LOGO", ""), Colour: r.Text("BRAND_COLOUR", ""), Links: r.Text("BRAND_LINKS", "")})
	if err != nil {
		r.faults = append(r.faults, fmt.Errorf("environment variables BRAND_*: %w", err))
	}
	return b
}
