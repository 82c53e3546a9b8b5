package config_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/config"
)

// TestABrandThatCannotStandOnAPageIsAFault: at start, with every field that is
// wrong, and not when the first visitor comes.
func TestABrandThatCannotStandOnAPageIsAFault(t *testing.T) {
	r := config.NewReader(env(map[string]string{"BRAND_NAME": "a\nb", "BRAND_LOGO": "http://example.com/l.png", "BRAND_COLOUR": "red", "BRAND_LINKS": "Privacy"}))
	r.Brand()
	for _, field := range []string{"BRAND_", "Name:", "Logo:", "Colour:", "Links:"} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not name %s", err, field)
		}
	}
	none := config.NewReader(env(nil))
	none.Brand()
	if err := none.Err(); err != nil {
		t.Errorf("a host without a brand: %v", err)
	}
}

// TestTheTemplateSetsEveryVariableOfTheBrand, and allows whatever the variables
// allow to be empty.
func TestTheTemplateSetsEveryVariableOfTheBrand(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	config.NewReader(func(name string) (string, bool) { read = append(read, name); return "", false }).Brand()
	if !slices.Contains(read, "BRAND_NAME") {
		t.Fatal("no variable was read")
	}
	for _, name := range read {
		parameter := "Brand" + name[len("BRAND_"):][:1] + strings.ToLower(name[len("BRAND_")+1:])
		if !strings.Contains(string(template), "          "+name+": !Ref "+parameter+"\n") || !strings.Contains(string(template), "\n  "+parameter+":\n    Type: String\n    Default: \"\"\n") {
			t.Errorf("template.yaml does not set %s from an optional parameter %s", name, parameter)
		}
	}
}
