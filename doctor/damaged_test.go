package doctor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// TestDamagedEntries holds that what a daemon has passed over in its state is a finding, which says how it is mended.
func TestDamagedEntries(t *testing.T) {
	t.Parallel()
	const text = `store: key "server-name/bank": damaged`
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any = []admin.Server{}
		if r.URL.Path == "/v1/status" {
			v = admin.Status{PID: 7, Version: "1", Started: well().now, Damaged: []string{text}}
		}
		_ = json.NewEncoder(w).Encode(v)
	}))
	defer h.Close()
	found := doctor.Look(t.Context(), doctor.Patient{
		State: t.TempDir(), Machine: well(), Version: "1", Daemon: admin.NewClient(admin.Access{Address: strings.TrimPrefix(h.URL, "http://"), Token: "x"}),
	})
	if !slices.ContainsFunc(found, func(f doctor.Finding) bool {
		return f.About == "state" && f.Grade == doctor.Bad && f.Says == text && strings.Contains(f.Mend, "dsom restore")
	}) {
		t.Errorf("found %+v", found)
	}
}

// TestDamagedState holds that what was put aside is found where no daemon runs, and that of a value that does not match its checksum it is said that a daemon puts it aside.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	db := filepath.Join(state, "dsom.db")
	s, err := bbolt.Open(db, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rev, err := s.Commit(t.Context(), store.Create("server/x", []byte("{")), store.Create("b", []byte("needle in the hay")))
	if err == nil {
		err = store.PutAside(t.Context(), s, store.Entry{Key: "server/x", Value: []byte("{"), Revision: rev}, errors.New("not a server's record"))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	finds := func(says, mend string) {
		t.Helper()
		found := doctor.Look(t.Context(), doctor.Patient{State: state, Machine: well(), Version: "1"})
		if !slices.ContainsFunc(found, func(f doctor.Finding) bool {
			return f.About == "state" && f.Grade == doctor.Bad && strings.Contains(f.Says, says) && strings.Contains(f.Mend, mend)
		}) {
			t.Errorf("found %+v", found)
		}
	}
	finds("server/x was put aside, 1 octets: not a server's record", "dsom server add")
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(db, bytes.ReplaceAll(b, []byte("needle"), []byte("noodle")), 0o600); err != nil {
		t.Fatal(err)
	}
	finds(`key "b"`, "start the daemon")
}
