package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// TestNothingIsNotReadable restores, at a port, backups in which null, or something else that is no object, stands where a record should be.
func TestNothingIsNotReadable(t *testing.T) {
	t.Parallel()
	const identity, server = "daemon/identity", "server/00000000-0000-4000-8000-000000000001"
	for what, c := range map[string]struct{ identity, server string }{
		"an identity that is null": {"null", `{"name":"bank"}`},
		"an identity of a text":    {`"x"`, `{"name":"bank"}`},
		"a server that is null":    {`{"port":3053}`, "null"},
		"a server of a number":     {`{"port":3053}`, "1"},
		"a hold that is null":      {`{"port":3053}`, `{"name":"bank","held":null}`},
		"a hold of a list":         {`{"port":3053}`, `{"name":"bank","held":[]}`},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if _, err := s.Commit(t.Context(), store.Create(identity, []byte(c.identity)), store.Create(server, []byte(c.server))); err != nil {
				t.Fatal(err)
			}
			b, to := write(t, s, dir), t.TempDir()
			if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{Port: 7053, MayGo: anyState}); err == nil || !strings.Contains(err.Error(), "is not readable") {
				t.Errorf("got %v", err)
			}
			if left, err := os.ReadDir(to); err != nil || len(left) != 0 {
				t.Errorf("the folder has %v, %v", left, err)
			}
		})
	}
}
