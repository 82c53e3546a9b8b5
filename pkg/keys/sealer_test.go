package keys_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
)

func mustSealer(t *testing.T, path string) keys.Sealer {
	t.Helper()
	s, err := keys.NewFileSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFileSealerOpensWhatItSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "key")
	sealed, err := mustSealer(t, path).Seal(t.Context(), "a", []byte("secret"))
	if err != nil || bytes.Contains(sealed, []byte("secret")) {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	again := mustSealer(t, path) // the same file after a restart
	plain, err := again.Open(t.Context(), "a", sealed)
	if err != nil || string(plain) != "secret" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := again.Open(t.Context(), "b", sealed); err == nil {
		t.Error("opened for another key")
	}
	other := mustSealer(t, filepath.Join(t.TempDir(), "key"))
	if _, err := other.Open(t.Context(), "a", sealed); err == nil {
		t.Error("opened with another file")
	}
	for n := range sealed {
		if _, err := again.Open(t.Context(), "a", sealed[:n]); err == nil {
			t.Errorf("opened when cut after %d bytes", n)
		}
	}
}

func TestFileSealerSealsTheSameTwiceDifferently(t *testing.T) {
	s := mustSealer(t, filepath.Join(t.TempDir(), "key"))
	one, _ := s.Seal(t.Context(), "a", []byte("secret"))
	two, _ := s.Seal(t.Context(), "a", []byte("secret"))
	if bytes.Equal(one, two) {
		t.Error("a nonce was used twice")
	}
}

func TestKeyFileIsPrivateAndAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	mustSealer(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("%v, %v", info, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

func TestFileSealersTogetherMakeOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	sealed := make([][]byte, 20)
	var all sync.WaitGroup
	for i := range sealed {
		all.Go(func() {
			if s, err := keys.NewFileSealer(path); err == nil {
				sealed[i], _ = s.Seal(t.Context(), "a", []byte("secret"))
			}
		})
	}
	all.Wait()
	s := mustSealer(t, path)
	for _, b := range sealed {
		if _, err := s.Open(t.Context(), "a", b); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileThatIsNoKeyIsRefused(t *testing.T) {
	for name, content := range map[string]string{"an empty file": "", "16 bytes, a shorter key": "1234567890123456", "31 bytes": "1234567890123456789012345678901", "33 bytes": "123456789012345678901234567890123"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := keys.NewFileSealer(path); err == nil {
				t.Error("accepted")
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				t.Error("the file was changed")
			}
		})
	}
	t.Run("a folder that cannot be made", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.NewFileSealer(filepath.Join(file, "key")); err == nil {
			t.Error("accepted")
		}
	})
}
