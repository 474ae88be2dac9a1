package doctor_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
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
