package caller_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// uploader is a handler that keeps no more of an upload in memory than it must, so
// that net/http writes the rest to a file.
type uploader struct {
	t      testing.TB
	folder string
	files  int // that there were while it ran
}

func (u *uploader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(1); err != nil {
		u.t.Error("the form cannot be read", err)
	}
	u.files = filesIn(u.t, u.folder)
}

func filesIn(t testing.TB, folder string) int {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Error(err)
	}
	return len(entries)
}

// upload is a form with one file that is too large for memory.
func upload(t testing.TB) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, err := form.CreateFormFile("file", "large.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(make([]byte, 11<<20)); err != nil { // 10 MB are kept for fields beside the limit
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, form.FormDataContentType()
}

// TestAnUploadLeavesNoFile: as without a guard, whoever the handler is that reads it.
func TestAnUploadLeavesNoFile(t *testing.T) {
	for name, row := range map[string]struct {
		scope string
		vary  func(caller.Rule) caller.Rule
	}{
		"let in":    {"report:66", func(r caller.Rule) caller.Rule { return r }},
		"bypassed":  {"report:67", func(r caller.Rule) caller.Rule { return r.Bypass(func(*http.Request) bool { return true }) }},
		"denied":    {"report:67", func(r caller.Rule) caller.Rule { return r }},
		"forwarded": {"report:67", caller.Rule.ForwardRefused},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("TMPDIR", folder)
			handler := &uploader{t: t, folder: folder}
			h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) { cfg.Denied = handler })
			tok := h.mint(t, pass.Pass{Scope: row.scope})
			before := filesIn(t, folder)
			server := httptest.NewServer(row.vary(h.guard.RequireScope("report:66")).Then(handler))
			body, kind := upload(t)
			req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+in("token", tok), body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			res, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			server.Close() // after which every handler has returned
			if after := filesIn(t, folder); handler.files != before+1 || after != before {
				t.Errorf("%d files before, %d while the handler ran, %d after", before, handler.files, after)
			}
		})
	}
}

// TestAFormThatWasParsedBeforeStays: what stands before a guard may still read the
// files of the form that it parsed, and net/http removes them.
func TestAFormThatWasParsedBeforeStays(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	h := newHouse(t, nil)
	door := h.guard.Any().Optional().Then(&seen{})
	body, kind := upload(t)
	r := httptest.NewRequest("POST", "/", body)
	r.Header.Set("Content-Type", kind)
	if err := r.ParseMultipartForm(1); err != nil {
		t.Fatal(err)
	}
	defer r.MultipartForm.RemoveAll()
	before := filesIn(t, folder)
	door.ServeHTTP(httptest.NewRecorder(), r)
	if after := filesIn(t, folder); before == 0 || after != before {
		t.Errorf("%d files before, %d after", before, after)
	}
}
