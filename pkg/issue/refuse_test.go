package issue_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrongRequests(t *testing.T) {
	k := newKit(t)
	for name, row := range map[string]struct{ doc, fields string }{
		"the mode is unknown":                         {`{"scope":"s","mode":"admin"}`, "mode"},
		"the mode is that of the host":                {`{"scope":"s","mode":"host"}`, "mode"},
		"the mode is written in capitals":             {`{"scope":"s","mode":"None"}`, "mode"},
		"the mode is empty":                           {`{"scope":"s","mode":""}`, "mode"},
		"the mode is a number":                        {`{"scope":"s","mode":1}`, "mode"},
		"the mode is unknown, and other fields too":   {`{"mode":"x","scope":"?","subject":"-","expires_in":0,"max_uses":0}`, "mode scope subject expires_in max_uses"},
		"nothing is said":                             {`{}`, "scope"},
		"the scope is missing in mode request":        {`{"mode":"request","subject":"42"}`, "scope"},
		"the scope is missing in mode visitor":        {`{"visitor":{"email":"a@b.c"}}`, "scope"},
		"the scope holds a space":                     {`{"scope":"a b"}`, "scope"},
		"the scope is the word of any scope":          {`{"scope":"*"}`, "scope"},
		"the scope is empty, in mode session too":     {`{"mode":"session","subject":"42","scope":""}`, "scope"},
		"the subject is missing in mode request":      {`{"mode":"request","scope":"s"}`, "subject"},
		"the subject is missing in mode session":      {`{"mode":"session"}`, "subject"},
		"the subject is empty":                        {`{"mode":"request","scope":"s","subject":""}`, "subject"},
		"there is a subject in mode none":             {`{"scope":"s","subject":"42"}`, "subject"},
		"there is a subject in mode visitor":          {`{"scope":"s","visitor":{"email":"a@b.c"},"subject":"42"}`, "subject"},
		"the subject is the sign for none":            {`{"mode":"request","scope":"s","subject":"-"}`, "subject"},
		"the subject ends in a space":                 {`{"mode":"request","scope":"s","subject":"42 "}`, "subject"},
		"the subject begins with a space":             {`{"mode":"request","scope":"s","subject":" 42"}`, "subject"},
		"the subject is not ASCII":                    {`{"mode":"request","scope":"s","subject":"Jürgen"}`, "subject"},
		"the subject holds a line break":              {`{"mode":"request","scope":"s","subject":"4\n2"}`, "subject"},
		"the visitor is missing":                      {`{"mode":"visitor","scope":"s"}`, "visitor"},
		"there is a visitor in mode none":             {`{"mode":"none","scope":"s","visitor":{"email":"a@b.c"}}`, "visitor"},
		"there is a visitor in mode request":          {`{"mode":"request","scope":"s","subject":"42","visitor":{"email":"a@b.c"}}`, "visitor"},
		"there is a visitor in mode session":          {`{"mode":"session","subject":"42","visitor":{"email":"a@b.c"}}`, "visitor"},
		"the visitor is a string":                     {`{"scope":"s","visitor":"a@b.c"}`, "visitor"},
		"the visitor has no address":                  {`{"scope":"s","visitor":{"first_name":"Ginger"}}`, "visitor.email"},
		"the address has a name beside it":            {`{"scope":"s","visitor":{"email":"Ginger <a@b.c>"}}`, "visitor.email"},
		"the address is two":                          {`{"scope":"s","visitor":{"email":"a@b.c, d@e.f"}}`, "visitor.email"},
		"the address has no host":                     {`{"scope":"s","visitor":{"email":"ginger@"}}`, "visitor.email"},
		"the address holds a line break":              {`{"scope":"s","visitor":{"email":"a@b.c\r\nBcc: d@e.f"}}`, "visitor.email"},
		"the address holds a comment":                 {`{"scope":"s","visitor":{"email":"a@b.c (x)"}}`, "visitor.email"},
		"a name holds a control character":            {`{"scope":"s","visitor":{"email":"a@b.c","first_name":"a\u0000"}}`, "visitor.first_name"},
		"a name turns the direction of writing":       {`{"scope":"s","visitor":{"email":"a@b.c","last_name":"\u202egnp"}}`, "visitor.last_name"},
		"a name holds a line break":                   {`{"scope":"s","visitor":{"email":"a@b.c","last_name":"a\nb"}}`, "visitor.last_name"},
		"a name is null":                              {`{"scope":"s","visitor":{"email":"a@b.c","last_name":null}}`, "visitor.last_name"},
		"an invitation's message holds an escape":     {`{"scope":"s","invitation":{"message":"\u001b[2J"}}`, "invitation.message"},
		"an invitation's purpose has two lines":       {`{"scope":"s","invitation":{"purpose":"a\nb"}}`, "invitation.purpose"},
		"an invitation has an unknown field":          {`{"scope":"s","invitation":{"to":"x"}}`, "invitation.to"},
		"data is an array":                            {`{"scope":"s","data":[]}`, "data"},
		"data is a string":                            {`{"scope":"s","data":"{}"}`, "data"},
		"data is null":                                {`{"scope":"s","data":null}`, "data"},
		"data says a name twice, deep inside":         {`{"scope":"s","data":{"a":[{"b":1,"b":2}]}}`, "data"},
		"data says a name twice in two spellings":     {`{"scope":"s","data":{"a":1,"\u0061":2}}`, "data"},
		"there are uses and no limit":                 {`{"scope":"s","max_uses":1,"unlimited":true}`, "max_uses unlimited"},
		"uses are negative":                           {`{"scope":"s","max_uses":-1}`, "max_uses"},
		"uses are beyond all numbers":                 {`{"scope":"s","max_uses":99999999999999999999}`, "max_uses"},
		"uses are a fraction":                         {`{"scope":"s","max_uses":1.5}`, "max_uses"},
		"uses are a whole number with a point":        {`{"scope":"s","max_uses":1.0}`, "max_uses"},
		"uses are in quotes":                          {`{"scope":"s","max_uses":"1"}`, "max_uses"},
		"uses are null":                               {`{"scope":"s","max_uses":null}`, "max_uses"},
		"a visitor pass is limited to nothing said":   {`{"scope":"s","visitor":{"email":"a@b.c"},"unlimited":false}`, "max_uses"},
		"a login link is unlimited":                   {`{"mode":"session","subject":"42","unlimited":true}`, "unlimited"},
		"unlimited is a string":                       {`{"scope":"s","unlimited":"true"}`, "unlimited"},
		"there are two ends":                          {`{"scope":"s","expires_in":60,"expires_at":"2026-09-22T00:00:00Z"}`, "expires_at expires_in"},
		"the end is a number":                         {`{"scope":"s","expires_at":1790000100}`, "expires_at"},
		"the end has no time zone":                    {`{"scope":"s","expires_at":"2026-09-22T00:00:00"}`, "expires_at"},
		"the end is a day":                            {`{"scope":"s","expires_at":"2026-09-22"}`, "expires_at"},
		"the end has passed":                          {`{"scope":"s","expires_at":"2026-09-21T00:00:00Z"}`, "expires_at"},
		"the end is in the year 9999":                 {`{"scope":"s","expires_at":"9999-12-31T23:59:59Z"}`, "expires_at"},
		"the lifetime is null, which is not for ever": {`{"scope":"s","expires_in":null}`, "expires_in"},
		"a login link lives for an hour":              {`{"mode":"session","subject":"42","expires_in":3600}`, "expires_in"},
		"it begins when it ends":                      {`{"scope":"s","expires_in":60,"not_before":"2026-09-21T14:14:20Z"}`, "not_before"},
		"it begins in the second in which it ends":    {`{"scope":"s","expires_in":60,"not_before":"2026-09-21T14:14:19.001Z"}`, "not_before"},
		"there is a session in mode none":             {`{"scope":"s","session_expires_in":60}`, "session_expires_in"},
		"there is a session in mode request":          {`{"mode":"request","scope":"s","subject":"42","session_expires_in":60}`, "session_expires_in"},
		"the format is unknown":                       {`{"scope":"s","format":"JWT"}`, "format"},
		"a visitor pass is a JWT":                     {`{"scope":"s","visitor":{"email":"a@b.c"},"format":"jwt"}`, "format"},
		"a session pass is a JWT":                     {`{"mode":"session","subject":"42","format":"jwt"}`, "format"},
		"a visitor pass is stateless":                 {`{"scope":"s","visitor":{"email":"a@b.c"},"format":"stateless"}`, "format"},
		"a session pass is stateless":                 {`{"mode":"session","subject":"42","format":"stateless"}`, "format"},
		"a stateless token is counted":                {`{"scope":"s","format":"stateless","max_uses":1}`, "max_uses"},
		"a stateless token is not unlimited":          {`{"scope":"s","format":"stateless","unlimited":false}`, "unlimited"},
		"a stateless token invites":                   {`{"scope":"s","format":"stateless","invitation":{"from":"Fred"}}`, "invitation"},
		"a stateless token remembers who issued it":   {`{"scope":"s","format":"stateless","issued_by":"Fred"}`, "issued_by"},
		"a field is unknown":                          {`{"scope":"s","ttl":60}`, "ttl"},
		"a field is written in another case":          {`{"scope":"s","maxUses":60}`, "maxUses"},
		"a field is there twice":                      {`{"scope":"s","scope":"s"}`, "scope"},
		"a field is there twice in two spellings":     {`{"scope":"s","\u0073cope":"s"}`, "scope"},
		"a field of a visitor is there twice":         {`{"scope":"s","visitor":{"email":"a@b.c","email":"a@b.c"}}`, "visitor.email"},
		"a visitor is there twice":                    {`{"scope":"s","visitor":{"email":"a@b.c"},"visitor":{"email":"a@b.c"}}`, "visitor"},
		"a nested field stands at the top":            {`{"scope":"s","visitor.email":"a@b.c"}`, "visitor.email"},
		"a field has no name":                         {`{"scope":"s","":1}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fields := strings.Fields(row.fields)
			if row.fields == "" {
				fields = []string{""}
			}
			k.on(t).refused(row.doc, fields...)
		})
	}
}

func TestSessionTokensAreOffUnlessAllowed(t *testing.T) {
	k := newKit(t)
	k.cfg.AllowSessionTokens = false
	why := k.refused(`{"mode":"session","subject":"42"}`, "mode")
	if !strings.Contains(why["mode"], "AllowSessionTokens") {
		t.Errorf("does not say who can change it: %s", why)
	}
	k.refused(`{"mode":"session","subject":"42","max_uses":0}`, "mode", "max_uses")
	k.good(`{"scope":"s"}`)
}

func TestReasonsSayWhatToDo(t *testing.T) {
	k := newKit(t)
	for doc, want := range map[string]string{
		`{"scope":"s","maxUses":1}`:                                 "did you mean max_uses?",
		`{"scope":"s","Max-Uses":1}`:                                "did you mean max_uses?",
		`{"scope":"s","ttl":1}`:                                     "the fields are credential, data, expires_at, expires_in,",
		`{"scope":"s","visitor":{"email":"a@b.c","firstName":"G"}}`: "did you mean visitor.first_name?",
		`{"scope":"s","visitor":{"email":"a@b.c","phone":"5"}}`:     "the fields are visitor.email, visitor.first_name, visitor.last_name",
		`{"scope":"s","max_uses":101}`:                              `"unlimited": true`,
		`{"scope":"s","max_uses":1e1}`:                              "in digits alone",
		`{"scope":"s","expires_in":null}`:                           "leave it out",
		`{"scope":"s","target":"/a b"}`:                             "%20",
		`{"mode":"session","subject":"1","expires_in":601}`:         "MaxLoginLinkExpiry",
	} {
		if got := mustJSON(t, k.issue(doc).Error); !strings.Contains(got, strings.ReplaceAll(want, `"`, `\"`)) {
			t.Errorf("%s: %s does not say %q", doc, got, want)
		}
	}
}

func TestWhatIsNoRequestAtAll(t *testing.T) {
	k := newKit(t)
	for _, doc := range []string{"", " ", "null", "true", "1", `"x"`, "[]", `[{"scope":"s"}]`, "{", `{"scope"`, `{"scope":}`, `{"scope":"s",}`, `{"scope":"s"`,
		`{"scope":"s"} {}`, `{"scope":"s"}x`, `{'scope':'s'}`, "{\"scope\":\"\xff\"}", `{"scope":"\ud800"}`, `{"scope":"s","data":{"a":"\udc00"}}`,
		"\xef\xbb\xbf{}", strings.Repeat("[", 20_000), `{"data":` + strings.Repeat(`{"a":`, 20_000)} {
		a := k.issue(doc)
		if a.Error == nil || !strings.HasPrefix(a.Error.Message, "the request must be one JSON object: ") || len(a.Error.Fields) != 0 || a.Error.Fields == nil {
			t.Errorf("%.40q is answered %.400s", doc, mustJSON(t, a))
		}
	}
	if len(k.store.puts) != 0 {
		t.Error("wrote a pass")
	}
}

// The answer to a wrong request must not grow with it: Lambda bounds answers.
func TestHugeWrongRequestHasASmallAnswer(t *testing.T) {
	k := newKit(t)
	var doc strings.Builder
	doc.WriteString(`{"` + strings.Repeat("<", 100_000) + `":1`)
	for i := range 20_000 {
		doc.WriteString(`,"` + strings.Repeat("x", i%7) + strings.Repeat("y", i%11) + `z":1`)
	}
	doc.WriteString("}")
	got := mustJSON(t, k.issue(doc.String()))
	if len(got) > 100_000 || !strings.Contains(got, "more\"") {
		t.Errorf("%d bytes: %.2000s", len(got), got)
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	k := newKit(t)
	if err := k.cfg.Validate(); err != nil {
		t.Error(err)
	}
	c := k.cfg
	c.PublicURL, c.Issuer, c.Audience, c.QueryName = "http://example.com", "", "a b", "a&b"
	c.MaxLifetime, c.MaxLoginLinkExpiry, c.Retention = -1, -1, -1
	c.DefaultUses, c.DefaultExpiresIn, c.DefaultSessionUses, c.DefaultSessionLinkExpiresIn, c.DefaultSessionExpiresIn = 101, -1, -1, -1, -1
	c.DefaultVisitorUses, c.DefaultVisitorExpiresIn, c.DefaultVisitorSessionExpiresIn = -1, -1, -1
	err := c.Validate()
	for _, f := range []string{"PublicURL", "Issuer", "Audience", "QueryName", "MaxLifetime", "MaxLoginLinkExpiry", "Retention", "DefaultUses", "DefaultExpiresIn",
		"DefaultSessionUses", "DefaultSessionLinkExpiresIn", "DefaultSessionExpiresIn", "DefaultVisitorUses", "DefaultVisitorExpiresIn", "DefaultVisitorSessionExpiresIn"} {
		if err == nil || !strings.Contains(err.Error(), "issue: "+f+" ") && !strings.Contains(err.Error(), "issue: "+f+":") {
			t.Errorf("%s is not named in %v", f, err)
		}
	}
}

func TestPublicURL(t *testing.T) {
	k := newKit(t)
	for u, want := range map[string]bool{
		"https://example.com": true, "https://example.com/": true, "https://example.com:8443/prod/": true, "http://localhost:8080": true,
		"http://127.0.0.1:8080": true, "http://[::1]:8080": true, "HTTPS://Example.com": true,
		"": false, "example.com": false, "//example.com": false, "http://example.com": false, "http://localhost.example.com": false,
		"https://": false, "https:///p": false, "https://u@example.com": false, "https://example.com?x": false, "https://example.com?": false,
		"https://example.com#x": false, "https://exa mple.com": false, "https://example.com\\x": false, "ftp://example.com": false,
		"https://example.com:0": false, "https://example.com:99999": false, "https://ex%61mple.com": false, "https://exämple.com": false,
	} {
		k.cfg.PublicURL = u
		if err := k.cfg.Validate(); (err == nil) != want {
			t.Errorf("%q: %v, want it good: %t", u, err, want)
		}
	}
}

// A stack's own defaults are taken, and its shorter MaxLifetime shortens those
// that it did not choose.
func TestDefaultsOfTheStack(t *testing.T) {
	k := newKit(t)
	k.cfg.DefaultUses, k.cfg.DefaultExpiresIn = 2, 20
	k.cfg.DefaultSessionUses, k.cfg.DefaultSessionLinkExpiresIn, k.cfg.DefaultSessionExpiresIn = 3, 30, 33
	k.cfg.DefaultVisitorUses, k.cfg.DefaultVisitorExpiresIn, k.cfg.DefaultVisitorSessionExpiresIn = 4, 40, 44
	k.cfg.Retention = 30
	for doc, want := range map[string]string{
		`{"scope":"s"}`:                                               `{"expires_in":20,"format":"short","max_uses":2,"mode":"none"}`,
		`{"mode":"session","subject":"42"}`:                           `{"expires_in":30,"format":"short","max_uses":3,"scope":"login","session_expires_in":33}`,
		`{"scope":"s","visitor":{"email":"a@b.c"}}`:                   `{"expires_in":40,"format":"short","max_uses":4,"mode":"visitor","session_expires_in":44}`,
		`{"scope":"s","visitor":{"email":"a@b.c"},"unlimited":false}`: `{"expires_in":40,"format":"short","max_uses":4,"mode":"visitor","session_expires_in":44}`,
	} {
		a, p := k.good(doc)
		if got := mustJSON(t, a.Defaults); got != want {
			t.Errorf("%s: defaults %s, want %s", doc, got, want)
		}
		if p.PurgeAt != p.EndOfLife()+30 {
			t.Errorf("%s: purged %d s after its end of life, want 30", doc, p.PurgeAt-p.EndOfLife())
		}
	}
	k = newKit(t)
	k.cfg.MaxLifetime = 100
	for _, doc := range []string{`{"scope":"s"}`, `{"mode":"session","subject":"42"}`, `{"scope":"s","visitor":{"email":"a@b.c"}}`} {
		if _, p := k.good(doc); p.ExpiresAt != start+100 {
			t.Errorf("%s: lives %d s, want 100", doc, p.ExpiresAt-start)
		}
	}
	why := k.refused(`{"scope":"s","expires_in":101}`, "expires_in")
	if diff := cmp.Diff("it is 101; it must be 1 to 100 seconds", why["expires_in"]); diff != "" {
		t.Error(diff)
	}
}

func TestAddresses(t *testing.T) {
	k := newKit(t)
	local := strings.Repeat("x", 64)
	for address, good := range map[string]bool{
		"ginger@example.com": true, "Ginger.Rogers+seats@Example.CO.UK": true, "o'hara@example.com": true, "jürgen@example.de": false, "juergen@exämple.de": false, "juergen@xn--exmple-cua.de": true, "a@localhost": false,
		local + "@example.com": true, "x" + local + "@example.com": false, "ginger": false, "@example.com": false, "a@b@c": false,
		"<a@b.c>": false, `"a b"@c.de`: false, " a@b.c": false, "a@b.c\x00": false, "a@b.c\u2028": false, "a\u202e@b.c": false,
	} {
		doc := mustJSON(t, map[string]any{"scope": "s", "visitor": map[string]any{"email": address}})
		if !good {
			k.refused(doc, "visitor.email")
		} else if _, p := k.good(doc); p.Visitor.Email != address {
			t.Errorf("%s is kept as %s", address, p.Visitor.Email)
		}
	}
}
