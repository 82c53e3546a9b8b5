package page_test

import (
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/page"
)

func TestABrandIsEscaped(t *testing.T) {
	b, err := page.NewBrand(page.BrandConfig{Name: `<script>"'&`, Logo: `https://example.com/"onerror="x`, Links: `<i>A</i> https://example.com/?a=1&b="c"`})
	if err != nil {
		t.Fatal(err)
	}
	got := printed(t, func(w io.Writer) error { return page.New(b).Notice(w, "en", page.NothingHere) })
	for _, part := range []string{"<script", `"onerror`, "<i>", `b="c`} {
		if strings.Contains(got, part) {
			t.Errorf("the page has %s: %s", part, got)
		}
	}
}

func TestWhatIsNoBrandIsRefusedByName(t *testing.T) {
	long := strings.Repeat("x", 501)
	for name, c := range map[string]struct {
		brand page.BrandConfig
		want  string
	}{
		"a name with a line break":          {page.BrandConfig{Name: "a\nb"}, "Name:"},
		"a name that is too long":           {page.BrandConfig{Name: long}, "Name:"},
		"a name that is no UTF-8":           {page.BrandConfig{Name: "\xff"}, "Name:"},
		"a logo without https":              {page.BrandConfig{Name: "a", Logo: "http://example.com/l"}, "Logo:"},
		"a logo that is data":               {page.BrandConfig{Name: "a", Logo: "data:image/png;base64,AAAA"}, "Logo:"},
		"a logo that is a script":           {page.BrandConfig{Name: "a", Logo: "javascript:alert(1)"}, "Logo:"},
		"a logo of a user":                  {page.BrandConfig{Name: "a", Logo: "https://u:p@example.com/l"}, "Logo:"},
		"a logo whose host ends the policy": {page.BrandConfig{Name: "a", Logo: "https://a;script-src/l"}, "Logo:"},
		"a logo of any host":                {page.BrandConfig{Name: "a", Logo: "https://*/l"}, "Logo:"},
		"a logo of no host":                 {page.BrandConfig{Name: "a", Logo: "https:///l"}, "Logo:"},
		"a logo that is too long":           {page.BrandConfig{Name: "a", Logo: "https://example.com/" + long}, "Logo:"},
		"a logo without a name":             {page.BrandConfig{Logo: "https://example.com/l"}, "Logo:"},
		"a colour that has a name":          {page.BrandConfig{Colour: "red"}, "Colour:"},
		"a short colour":                    {page.BrandConfig{Colour: "#fff"}, "Colour:"},
		"a colour that ends the style":      {page.BrandConfig{Colour: "#ffffff}"}, "Colour:"},
		"a colour and a line":               {page.BrandConfig{Colour: "#ffffff\n"}, "Colour:"},
		"three links":                       {page.BrandConfig{Links: "a https://a.example, b https://b.example, c https://c.example"}, "Links:"},
		"a link without a label":            {page.BrandConfig{Links: "https://a.example"}, "Links:"},
		"a link to a script":                {page.BrandConfig{Links: "a javascript:alert(1)"}, "Links:"},
		"a link whose label is too long":    {page.BrandConfig{Links: long + " https://a.example"}, "Links:"},
		"nothing behind a comma":            {page.BrandConfig{Links: "a https://a.example,"}, "Links:"},
	} {
		if _, err := page.NewBrand(c.brand); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.want)
		}
	}
	_, err := page.NewBrand(page.BrandConfig{Name: "\n", Logo: "x", Colour: "x", Links: "x"})
	for _, field := range []string{"Name:", "Logo:", "Colour:", "Links:"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not name %s", err, field)
		}
	}
}

// contrast is the ratio of WCAG 2.2, reckoned here anew.
func contrast(t *testing.T, a, b string) float64 {
	luminance := func(colour string) float64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for shift, weight := range map[int]float64{16: 0.2126, 8: 0.7152, 0: 0.0722} {
			c := float64(n>>shift&255) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrastIsAA: 4.5 for text, 3 for lines and what has the focus (WCAG 2.2,
// 1.4.3 and 1.4.11), in light and dark, and on the button of any brand.
func TestContrastIsAA(t *testing.T) {
	variable := regexp.MustCompile(`--(\w+):(#[0-9a-fA-F]{6})`)
	style := func(b page.Brand) string {
		return printed(t, func(w io.Writer) error { return page.New(b).Notice(w, "en", page.NothingHere) })
	}
	light, dark, ok := strings.Cut(style(page.Brand{}), "prefers-color-scheme:dark")
	if !ok {
		t.Fatal("there is no dark page")
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		is := map[string]string{}
		for _, m := range variable.FindAllStringSubmatch(css, -1) {
			is[m[1]] = m[2]
		}
		for _, c := range []struct {
			on, what string
			least    float64
		}{{"paper", "ink", 4.5}, {"paper", "soft", 4.5}, {"tint", "ink", 4.5}, {"paper", "bad", 4.5}, {"paper", "line", 3}} {
			if is[c.on] == "" || is[c.what] == "" {
				t.Fatalf("%s: no colours %s, %s in %v", scheme, c.on, c.what, is)
			}
			if got := contrast(t, is[c.on], is[c.what]); got < c.least {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", scheme, c.what, c.on, got, c.least)
			}
		}
	}
	for _, level := range []string{"00", "33", "66", "77", "99", "bb", "ff"} {
		for _, colour := range []string{"#" + level + level + level, "#" + level + "0000", "#00" + level + "00", "#0000" + level, "#ff" + level + "00", "#" + level + "00ff"} {
			b, err := page.NewBrand(page.BrandConfig{Colour: colour})
			if err != nil {
				t.Fatal(err)
			}
			m := variable.FindAllStringSubmatch(style(b), 2)
			if m[0][2] != colour || m[1][1] != "on" || contrast(t, colour, m[1][2]) < 4.5 {
				t.Errorf("on a button of %s the text is %v", colour, m)
			}
		}
	}
}

// TestWhoUsesKeysSeesWhereTheyAre.
func TestWhoUsesKeysSeesWhereTheyAre(t *testing.T) {
	got := printed(t, func(w io.Writer) error { return page.New(page.Brand{}).Notice(w, "en", page.NothingHere) })
	if !strings.Contains(got, ":focus-visible{outline:3px solid var(--ink)") || strings.Contains(got, "outline:none") || strings.Contains(got, "outline:0") {
		t.Error("the style does not show the focus")
	}
	if wide := regexp.MustCompile(`(min-)?width:\s*[0-9.]+(px|rem)`).FindAllString(strings.ReplaceAll(got, "max-width:", ""), -1); len(wide) != 1 { // from which on the button is narrower
		t.Errorf("the style has the widths %v: nothing may be wider than a phone", wide)
	}
}
