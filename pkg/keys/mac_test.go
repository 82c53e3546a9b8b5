package keys_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
)

// TestAFilesMacIsThatOfItsKey, made once, and readable by its owner alone.
func TestAFilesMacIsThatOfItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "digest.key")
	var macs [2][]byte
	for i := range macs {
		m, err := keys.NewFileMac(t.Context(), path, newTable(t))
		if err != nil {
			t.Fatal(err)
		}
		if macs[i], err = m.Mac(t.Context(), []byte("message")); err != nil {
			t.Fatal(err)
		}
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := hmac.New(sha256.New, key)
	want.Write([]byte("message"))
	if !bytes.Equal(macs[0], want.Sum(nil)) || !bytes.Equal(macs[0], macs[1]) {
		t.Errorf("the MACs are %x, want twice %x", macs, want.Sum(nil))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.NewFileMac(t.Context(), path, newTable(t)); err == nil {
		t.Error("a file that is no key was taken for one")
	}
}
