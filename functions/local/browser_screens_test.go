package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// picture takes a screenshot, of which more than one colour must be there, and
// keeps it in the folder that GATEPASS_SCREENS names.
func picture(t *testing.T, tb *tab, name string) image.Image {
	t.Helper()
	whole := true
	b := tell(tb, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole, Clip: extent(tb)}).Data
	img, err := png.Decode(bytes.NewReader(b))
	must(t, err, "the screenshot")
	if blank(img) {
		t.Errorf("%s: the page is blank", name)
	}
	if dir := os.Getenv("GATEPASS_SCREENS"); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600), "GATEPASS_SCREENS")
	}
	return img
}

// extent is all of a page, however far it is to be scrolled.
func extent(tb *tab) *page.Viewport {
	size := script[struct{ W, H float64 }](tb, `document.activeElement.blur(), scrollTo(0, 0), ({W: innerWidth, H: Math.max(innerHeight, document.documentElement.scrollHeight)})`)
	return &page.Viewport{Width: size.W, Height: size.H, Scale: 1}
}

// blank reports whether there are fewer colours than text alone has, smoothed.
func blank(img image.Image) bool {
	seen := map[color.Color]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if seen[img.At(x, y)] = true; len(seen) > 8 {
				return false
			}
		}
	}
	return true
}

// screens is where the pictures of the README lie.
const screens = "pkg/page/testdata/screens"

// shots are they, by their files: TestThePicturesOfTheReadme makes them.
func shots() map[string]struct {
	scene string
	wish  wish
} {
	return map[string]struct {
		scene string
		wish  wish
	}{"link-light": {"link-visitor", wish{width: 360}}, "used-dark": {"refused-spent", wish{width: 360, dark: true}}}
}

// alts returns what the README says for who does not see its pictures, by file.
func alts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(([^)]*)\)`).FindAllStringSubmatch(readmeText(t), -1) {
		out[m[2]] = m[1]
	}
	return out
}

// The README shows the pictures that there are, small, and tells of them in
// words. GATEPASS_SCREENS=folder go test -run TestThePicturesOfTheReadme makes
// them anew.
func TestThePicturesOfTheReadmeAreThere(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, screens, "*"))
	must(t, err, screens)
	told := alts(t)
	if len(files) != len(shots()) || len(told) != len(files) {
		t.Errorf("there are the pictures %v, the README shows %d, want %d", files, len(told), len(shots()))
	}
	for name, shot := range shots() {
		file := screens + "/" + name + ".png"
		b, err := os.ReadFile(filepath.Join(root, file))
		must(t, err, "a picture")
		img, err := png.Decode(bytes.NewReader(b))
		must(t, err, file)
		if len(b) >= 60_000 || img.Bounds().Dx() != int(shot.wish.width) || dark(img) != shot.wish.dark {
			t.Errorf("%s: %d bytes, %v, dark %v", file, len(b), img.Bounds(), dark(img))
		}
		if len(told[file]) < 20 {
			t.Errorf("the README says of %s no more than %q", file, told[file])
		}
	}
}

// dark reports whether a picture's corner is.
func dark(img image.Image) bool {
	b := img.Bounds()
	return color.GrayModel.Convert(img.At(b.Max.X-1, b.Max.Y-1)).(color.Gray).Y < 128
}

// What the README says in quotes that a picture shows is what the page says now.
func TestThePicturesOfTheReadme(t *testing.T) {
	g, told := newGallery(t), alts(t)
	for name, shot := range shots() {
		w := shot.wish
		w.abroad = []string{g.logos}
		d := g.device(t, w)
		for _, s := range live() {
			if s.name == shot.scene {
				s.come(t, g, d)
			}
		}
		if img := picture(t, d.tab, name); dark(img) != shot.wish.dark {
			t.Errorf("%s: dark is %v", name, dark(img))
		}
		text, quoted := d.look().Text, regexp.MustCompile(`“([^”]*)”`).FindAllStringSubmatch(told[screens+"/"+name+".png"], -1)
		for _, m := range quoted {
			if !strings.Contains(text, m[1]) {
				t.Errorf("%s: the README says that it shows %q, it shows %s", name, m[1], text)
			}
		}
		if len(quoted) < 2 {
			t.Errorf("%s: the README quotes %v", name, quoted)
		}
	}
}
