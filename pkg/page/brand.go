package page

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Brand is whose pages they are. It is made by [NewBrand] alone, so whatever is
// in one can stand on a page. The zero Brand names nobody.
type Brand struct {
	name   string
	logo   *url.URL
	colour string // #rrggbb, or empty
	links  []brandLink
}

type brandLink struct{ Label, URL string }

// BrandConfig is a host's wish, as configured: each field may be empty.
type BrandConfig struct {
	Name   string // at most MaxBrandName bytes of UTF-8 without control characters
	Logo   string // an https URL; it needs a name beside it, for who does not see it
	Colour string // #rrggbb, of the button
	Links  string // at most two, such as "Privacy https://example.com/privacy, Imprint https://example.com/imprint"
}

// The bounds of a brand, in bytes.
const (
	MaxBrandName  = 80
	maxBrandLabel = 40
	maxBrandURL   = 500
	maxBrandLinks = 2
)

// NewBrand checks a host's wish. The error names every field that is wrong.
func NewBrand(c BrandConfig) (Brand, error) {
	var b Brand
	var faults []error
	fault := func(field string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", field, err))
		}
	}
	b.name = c.Name
	fault("Name", plain(c.Name, MaxBrandName))
	var err error
	if c.Logo != "" {
		b.logo, err = httpsURL(c.Logo)
		fault("Logo", err)
		if c.Name == "" {
			fault("Logo", errors.New("a logo needs Name beside it, for who does not see it"))
		}
	}
	b.colour = c.Colour
	if c.Colour != "" && !aColour().MatchString(c.Colour) {
		fault("Colour", fmt.Errorf("%q: six hexadecimal digits behind #, such as #1f4fd1", c.Colour))
	}
	b.links, err = links(c.Links)
	fault("Links", err)
	if len(faults) > 0 {
		return Brand{}, errors.Join(faults...)
	}
	return b, nil
}

var aColour = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`) })

// aHost is what may stand in a policy, whose words end at blanks and semicolons.
var aHost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)
})

func httpsURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.User != nil || !aHost().MatchString(u.Host) || len(raw) > maxBrandURL || plain(raw, maxBrandURL) != nil {
		return nil, fmt.Errorf("%q: an https URL of at most %d bytes, without a user", raw, maxBrandURL)
	}
	return u, nil
}

func links(text string) ([]brandLink, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out []brandLink
	for one := range strings.SplitSeq(text, ",") {
		one = strings.TrimSpace(one)
		cut := strings.LastIndex(one, " ")
		if cut < 1 {
			return nil, fmt.Errorf("%q: a label, a blank and an https URL", one)
		}
		u, err := httpsURL(one[cut+1:])
		if err != nil {
			return nil, err
		}
		label := strings.TrimSpace(one[:cut])
		if err := plain(label, maxBrandLabel); err != nil {
			return nil, err
		}
		out = append(out, brandLink{label, u.String()})
	}
	if len(out) > maxBrandLinks {
		return nil, fmt.Errorf("%d links: at most %d", len(out), maxBrandLinks)
	}
	return out, nil
}

func plain(text string, most int) error {
	if len(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%q: at most %d bytes of UTF-8 without control characters", text, most)
	}
	return nil
}

// brandView is a brand as templates show it.
type brandView struct {
	Name, Logo string
	Links      []brandLink
}

func (b Brand) view() brandView {
	v := brandView{Name: b.name, Links: b.links}
	if b.logo != nil {
		v.Logo = b.logo.String()
	}
	return v
}

// standard is the colour of a host that chose none.
const standard = "#1f4fd1"

// colours sets the button's colour, and the one of its text: black or white,
// whichever is told apart better. One of them always has the 4.5 that WCAG 2.2
// asks for at AA (1.4.3).
func (b Brand) colours() string {
	key := b.colour
	if key == "" {
		key = standard
	}
	on := "#000000"
	if contrast(key, "#ffffff") > contrast(key, on) {
		on = "#ffffff"
	}
	return ":root{--key:" + key + ";--on:" + on + "}\n"
}

// contrast is the ratio of WCAG 2.2 between two colours, 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance of #rrggbb.
func luminance(colour string) float64 {
	weights, sum := [3]float64{0.2126, 0.7152, 0.0722}, 0.0
	for i, weight := range weights {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0 // not a colour; NewBrand lets none through
		}
		sum += weight * linear(float64(n)/255)
	}
	return sum
}
