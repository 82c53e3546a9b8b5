package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/configtest"
)

// TestTheLoopRunsWhereOneAncestorIsInstalled: whichever it is.
func TestTheLoopRunsWhereOneAncestorIsInstalled(t *testing.T) {
	p := newProject(t)
	settings, loop := p.read("settings.py"), block(t, "run: moving in")
	all := "OLD_LINKS = request_tokens, visitor_passes, magic_links"
	if !strings.Contains(loop, all) {
		t.Fatalf("README.md's loop does not say %s", all)
	}
	for app, links := range map[string]string{"request_token": "request_tokens", "visitors": "visitor_passes", "magic_link": "magic_links"} {
		alone := settings + "\nINSTALLED_APPS = INSTALLED_APPS[:3] + ['" + app + "']\nROOT_URLCONF, MIDDLEWARE = 'none', []\n"
		p.write("settings.py", alone+"DATABASES['default']['NAME'] = '"+app+".sqlite3'\n")
		p.write("none.py", "urlpatterns = []\n")
		p.write("moving_in.py", strings.Replace(loop, all, "OLD_LINKS = "+links+",", 1))
		p.manage("migrate", "-v0")
		if got := p.manage("shell", "-v0", "-c", "import moving_in; moving_in.run()"); got != "{}\n" {
			t.Errorf("%s alone: the loop printed %s", app, got)
		}
	}
}

// TestTheSettingsThatMoveInAreThere: on the ancestors' side in their own code, on
// ours in the template or among the fields.
func TestTheSettingsThatMoveInAreThere(t *testing.T) {
	_, rest, _ := strings.Cut(readmeText(t), "<!-- settings -->\n")
	table, _, closed := strings.Cut(rest, "<!-- /settings -->\n")
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if !closed || len(rows) < 10 {
		t.Fatal("README.md has no table of settings")
	}
	template := configtest.ReadTemplate(t, root+"/template.yaml")
	ours, words := regexp.MustCompile("`([A-Z][A-Za-z]*[a-z][A-Za-z]*)`"), regexp.MustCompile("`([A-Z_]+)`")
	site := theirs(t)
	for _, row := range rows[2:] {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		for _, m := range ours.FindAllStringSubmatch(cells[1], -1) {
			if template.At("Parameters", m[1]) == nil {
				t.Errorf("README.md: %s is no parameter", m[1])
			}
		}
		for _, m := range words.FindAllStringSubmatch(cells[0], -1) {
			if !strings.Contains(site, strings.TrimPrefix(m[1], "SESAME_")) && m[1] != "SECRET_KEY" && m[1] != "LOGIN_REDIRECT_URL" {
				t.Errorf("README.md: no ancestor has a setting %s", m[1])
			}
		}
	}
}

// theirs is all of the ancestors' code.
func theirs(t *testing.T) string {
	t.Helper()
	lib := fetched(t, "python", "python/lib")
	var all strings.Builder
	for _, name := range []string{"magic_link", "request_token", "sesame", "visitors"} {
		found, _ := filepath.Glob(filepath.Join(lib, "python3*", "site-packages", name))
		if len(found) != 1 {
			t.Skip("tier python: .tools/python is older than .ci/requirements.txt: run make tools")
		}
		err := filepath.WalkDir(found[0], func(p string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(p, ".py") {
				b, readErr := os.ReadFile(p)
				all.Write(b)
				err = readErr
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
