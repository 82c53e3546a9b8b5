package caller_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// TestWhereABodyHasACredential: T stands for a good token, U for another one.
func TestWhereABodyHasACredential(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	h := newHouse(t, nil)
	tok, other := h.mint(t, pass.Pass{Scope: "a"}), h.mint(t, pass.Pass{Scope: "a"})
	put := strings.NewReplacer("TOK", tok, "OTHER", other, "LONG", long, "BLANK", strings.Repeat(" ", 70_000)).Replace
	for name, row := range map[string]struct {
		method, kind, query, body, want string
	}{
		"a form's field":                          {"POST", formType, "", "x=1&token=TOK", "ok"},
		"a form's field of the second name":       {"POST", formType, "", "vuid=TOK", "ok"},
		"a form's field of PUT":                   {"PUT", formType, "", "token=TOK", "ok"},
		"a form's field of PATCH":                 {"PATCH", formType, "", "token=TOK", "ok"},
		"a form's field of DELETE has no meaning": {"DELETE", formType, "", "token=TOK", "missing"},
		"a form's field of GET has no meaning":    {"GET", formType, "", "token=TOK", "missing"},
		"another name":                            {"POST", formType, "", "Token=TOK&tokens=TOK", "missing"},
		"the same in the query":                   {"POST", formType, "token=TOK", "token=TOK", "ok"},
		"another one in the query":                {"POST", formType, "token=OTHER", "token=TOK", "malformed"},
		"two fields that differ":                  {"POST", formType, "", "token=TOK&vuid=OTHER", "malformed"},
		"an empty field":                          {"POST", formType, "", "token=", "missing"},
		"an empty field beside the query":         {"POST", formType, "token=TOK", "token=", "ok"},
		"an empty field beside another":           {"POST", formType, "", "vuid=&token=TOK", "ok"},
		"pairs that are none beside it":           {"POST", formType, "", "%zz=1&a;b&token=TOK", "ok"},
		"a form that is too long to be looked at": {"POST", formType, "", "token=TOK&rest=LONG", "missing"},
		"JSON":                                  {"POST", jsonType, "", ` {"x":1, "token":"TOK"} `, "ok"},
		"JSON with a charset":                   {"POST", "application/json; charset=utf-8", "", `{"token":"TOK"}`, "ok"},
		"JSON in capitals":                      {"POST", "APPLICATION/JSON; Charset=\"UTF-8\"", "", `{"token":"TOK"}`, "ok"},
		"JSON with a parameter that is none":    {"POST", "application/json; charset", "", `{"token":"TOK"}`, "ok"},
		"JSON with an escaped name":             {"POST", jsonType, "", `{"t\u006fken":"TOK"}`, "ok"},
		"JSON with a name in capitals":          {"POST", jsonType, "", `{"Token":"TOK"}`, "missing"},
		"JSON with another deeper in":           {"POST", jsonType, "", `{"a":{"token":"OTHER"},"token":"TOK"}`, "ok"},
		"JSON with one deeper in alone":         {"POST", jsonType, "", `{"a":{"token":"TOK"}}`, "missing"},
		"JSON with the same one twice":          {"POST", jsonType, "", `{"token":"TOK","token":"TOK"}`, "ok"},
		"JSON with two that differ":             {"POST", jsonType, "", `{"token":"TOK","token":"OTHER"}`, "malformed"},
		"JSON with null":                        {"POST", jsonType, "", `{"token":null}`, "missing"},
		"JSON with an empty string":             {"POST", jsonType, "", `{"token":""}`, "missing"},
		"JSON with an empty string and a query": {"POST", jsonType, "token=TOK", `{"token":""}`, "ok"},
		"JSON with what is somebody else's":     {"POST", jsonType, "token=TOK", `{"token":"tok_visa"}`, "malformed"},
		"JSON with false":                       {"POST", jsonType, "", `{"token":false}`, "malformed"},
		"JSON with a number":                    {"POST", jsonType, "", `{"token":5}`, "malformed"},
		"JSON with a list":                      {"POST", jsonType, "", `{"token":["TOK"]}`, "malformed"},
		"JSON with both in one":                 {"POST", jsonType, "", `{"token":"TOK,OTHER"}`, "malformed"},
		"a JSON array":                          {"POST", jsonType, "", `["TOK"]`, "missing"},
		"a JSON string":                         {"POST", jsonType, "", `"TOK"`, "missing"},
		"JSON that breaks off":                  {"POST", jsonType, "", `{"token":"TOK"`, "missing"},
		"JSON with something behind it":         {"POST", jsonType, "", `{"token":"TOK"}{}`, "missing"},
		"JSON that is none further on":          {"POST", jsonType, "", `{"token":"TOK","x":tru}`, "missing"},
		"JSON that is no UTF-8":                 {"POST", jsonType, "", "{\"token\":\"TOK\",\"x\":\"\xff\"}", "missing"},
		"JSON that is too long to be looked at": {"POST", jsonType, "", `{"token":"TOK","x":"LONG"}`, "missing"},
		"JSON with a long blank behind it":      {"POST", jsonType, "", `{"token":"TOK"}BLANK`, "missing"},
		"JSON that says it is a form":           {"POST", formType, "", `{"token":"TOK"}`, "missing"},
		"a form that says it is JSON":           {"POST", jsonType, "", `token=TOK`, "missing"},
		"text":                                  {"POST", "text/plain", "", "token=TOK", "missing"},
		"of no type":                            {"POST", "", "", "token=TOK", "missing"},
		"many parts":                            {"POST", "multipart/form-data; boundary=B", "", part("x", "1") + part("token", "TOK") + "--B--\r\n", "ok"},
		"many parts, a long one behind":         {"POST", "multipart/form-data; boundary=B", "", part("token", "TOK") + part("x", "LONG") + "--B--\r\n", "ok"},
		"many parts, a long one before":         {"POST", "multipart/form-data; boundary=B", "", part("x", "LONG") + part("token", "TOK") + "--B--\r\n", "missing"},
		"many parts, two that differ":           {"POST", "multipart/form-data; boundary=B", "", part("token", "TOK") + part("token", "OTHER") + "--B--\r\n", "malformed"},
		"a file of that name":                   {"POST", "multipart/form-data; boundary=B", "", part(`token"; filename="x`, "TOK") + "--B--\r\n", "missing"},
		"many parts without a boundary":         {"POST", "multipart/form-data", "", part("token", "TOK") + "--B--\r\n", "missing"},
		"many parts that are no form":           {"POST", "multipart/mixed; boundary=B", "", part("token", "TOK") + "--B--\r\n", "missing"},
		"nothing":                               {"POST", formType, "", "", "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			let := &seen{}
			body := put(row.body)
			ask(t, h.guard.RequireScope("a").Optional().ForwardRefused().Then(let), row.method, "/?"+put(row.query), body, "Content-Type", row.kind)
			want := pass.Reason(row.want)
			if want == pass.Missing {
				want = pass.OK // anonymous
			}
			c := let.only(t)
			if c.Reason != want || (c.PassID != "") != (row.want == "ok") {
				t.Errorf("is %s %s, want %s", c.Access, c.Reason, row.want)
			}
			if let.body != body {
				t.Errorf("the handler reads %d bytes, want the %d that were sent", len(let.body), len(body))
			}
		})
	}
}

// part is one of many.
func part(name, value string) string {
	return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

// TestAPartThatIsCutIsNotThere: wherever the part of a body that is looked at
// ends, it gives the whole token or none.
func TestAPartThatIsCutIsNotThere(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "a"})
	body := part("x", "1") + part("token", tok) + part("file", strings.Repeat("x", 400)) + "--B--\r\n"
	found := 0
	for limit := range len(body) + 2 {
		cfg := h.cfg
		if cfg.MaxBody = limit; limit == 0 {
			continue // the default
		}
		let := &seen{}
		ask(t, newGuard(t, cfg).RequireScope("a").Optional().ForwardRefused().Then(let), "POST", "/", body, "Content-Type", "multipart/form-data; boundary=B")
		c := let.only(t)
		if c.Reason != pass.OK || let.body != body {
			t.Fatalf("of %d bytes: %s, and %d bytes for the handler", limit, c.Reason, len(let.body))
		}
		if c.PassID != "" {
			found++
		}
	}
	if whole := len(body) - strings.Index(body, tok) - len(tok); found < whole-20 || found > whole+1 {
		t.Errorf("found %d times, want each time that the token's part was whole, about %d", found, whole)
	}
}

// TestAnUploadIsReadByItsHandlerAlone: more than is looked at is not even asked
// of the client before the decision.
func TestAnUploadIsReadByItsHandlerAlone(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "a"})
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("token", tok)
	file, _ := w.CreateFormFile("photo", "photo.png")
	file.Write(bytes.Repeat([]byte("0123456789"), 100_000))
	w.Close()
	sent := &counting{r: &b}
	r := httptest.NewRequest("POST", "/", sent)
	r.Header.Set("Content-Type", w.FormDataContentType())
	read := -1
	h.guard.RequireScope("a").Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read = sent.n
		if err := r.ParseMultipartForm(2 << 20); err != nil || r.MultipartForm.File["photo"][0].Size != 1_000_000 || r.FormValue("token") != tok {
			t.Errorf("the handler's form: %v", err)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
	if read < 0 || read > 64<<10+1 {
		t.Errorf("%d bytes were read before the handler", read)
	}
	if !sent.closed {
		r.Body.Close()
	}
}

type counting struct {
	r      io.Reader
	n      int
	closed bool
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// TestABodyThatBreaksOffIsTheHandlersToAnswer: with the very error.
func TestABodyThatBreaksOffIsTheHandlersToAnswer(t *testing.T) {
	h := newHouse(t, nil)
	broken := errors.New("the client went away")
	r := httptest.NewRequest("POST", in("token", h.mint(t, pass.Pass{Scope: "a"})), io.MultiReader(strings.NewReader("half=a"), iotest.ErrReader(broken)))
	r.Header.Set("Content-Type", formType)
	came := false
	h.guard.RequireScope("a").Then(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		came = string(got) == "half=a" && errors.Is(err, broken)
	})).ServeHTTP(httptest.NewRecorder(), r)
	if !came {
		t.Error("the handler did not get what there was, and the error behind it")
	}
}

// TestAFormThatWasParsedBeforeIsAsked: by a middleware that stands in front.
func TestAFormThatWasParsedBeforeIsAsked(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "a"})
	for name, body := range map[string][2]string{"a form": {formType, "token=" + tok}, "many parts": {"multipart/form-data; boundary=B", part("token", tok) + "--B--\r\n"}} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body[1]))
		r.Header.Set("Content-Type", body[0])
		r.ParseMultipartForm(1 << 20)
		w := httptest.NewRecorder()
		if h.guard.RequireScope("a").Then(&seen{}).ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("%s: answered %d", name, w.Code)
		}
	}
}

// TestBodiesAreLeftAloneWhereTheHostSaysSo.
func TestBodiesAreLeftAloneWhereTheHostSaysSo(t *testing.T) {
	h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) { cfg.MaxBody = -1 })
	body := &counting{r: strings.NewReader("token=" + h.mint(t, pass.Pass{Scope: "a"}))}
	r := httptest.NewRequest("POST", "/", body)
	r.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	if h.guard.RequireScope("a").Then(&seen{}).ServeHTTP(w, r); w.Code != 401 || body.n != 0 {
		t.Errorf("answered %d after %d bytes", w.Code, body.n)
	}
	r.ParseForm() // for its own use
	w = httptest.NewRecorder()
	if h.guard.RequireScope("a").Then(&seen{}).ServeHTTP(w, r); w.Code != 401 || r.PostForm.Get("token") == "" {
		t.Errorf("answered %d after the form was parsed", w.Code)
	}
}

// TestAFieldOfThatNameMayBeSomebodyElses: where the rule says so.
func TestAFieldOfThatNameMayBeSomebodyElses(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "a"})
	with := h.guard.RequireScope("a")
	for name, row := range map[string]struct {
		rule caller.Rule
		want int
	}{"with a body": {with, 403}, "without": {with.NoBody(), 200}} {
		let := &seen{}
		w := ask(t, row.rule.Then(let), "POST", "/", `{"token":"tok_visa"}`, "Authorization", "Bearer "+tok, "Content-Type", jsonType)
		if w.Code != row.want || w.Code == 200 && let.body != `{"token":"tok_visa"}` {
			t.Errorf("%s: answered %d, and the handler read %q", name, w.Code, let.body)
		}
	}
}

// FuzzBodies: whatever a body is, nobody is let in by it who does not know a
// token, nothing panics, and the handler reads every byte.
func FuzzBodies(f *testing.F) {
	h := newHouse(f, nil)
	tok := h.mint(f, pass.Pass{Scope: "a"})
	for _, kind := range []string{formType, jsonType, jsonType + "; charset=utf-8", "multipart/form-data; boundary=B", "multipart/form-data; boundary=\"\"", "x"} {
		for _, body := range []string{"token=TOK", `{"token":"TOK"}`, `{"token":"TOK","token":["x"]}`, part("token", "TOK") + "--B--\r\n", `{"a":[[[[`, "--B\r\n\r\n"} {
			f.Add(kind, body)
		}
	}
	door := func(let *seen) http.Handler {
		return h.guard.RequireScope("a").Optional().ForwardRefused().Then(let)
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		body = strings.ReplaceAll(body, "TOK", tok)
		let := &seen{}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		door(let).ServeHTTP(httptest.NewRecorder(), r)
		c := let.only(t)
		if let.body != body {
			t.Errorf("the handler read %q of %q", let.body, body)
		}
		if c.PassID != "" && c.Reason == pass.OK && !strings.Contains(body, tok[19:25]) && !strings.ContainsAny(body, `%\=`) {
			t.Errorf("let in as %+v by %q", c, body)
		}
	})
}
