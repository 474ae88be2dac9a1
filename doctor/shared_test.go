package doctor_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/internal/freeport"
)

// TestSharedState looks at machines that share their state, as their daemons and their store tell it.
func TestSharedState(t *testing.T) {
	t.Parallel()
	all := admin.Machines{DeadAfter: admin.Duration(20 * time.Second), Sure: true, Machines: []admin.Machine{
		{Name: "atlas", Here: true, Version: "1"}, {Name: "bora", Version: "2"}, {Name: "cirrus", Version: "1", Silent: admin.Duration(15 * time.Second)},
	}}
	unsure := all
	unsure.Sure = false
	for name, c := range map[string]struct {
		machines *admin.Machines
		shared   doctor.Shared
		want     []string // about, grade, and what is said
	}{
		"well":         {machines: &all, want: []string{"machine atlas good ", "machine bora note its daemon's version", "machine cirrus note nothing was heard of it for 15s"}},
		"cut off":      {machines: &unsure, want: []string{"shared state bad this machine does not reach the store"}},
		"not started":  {shared: doctor.Shared{Servers: []string{"nats://" + freeport.Dead(t)}}, want: []string{"shared state bad nats://127", "shared state bad none of the servers", "shared state bad the configuration says"}},
		"wrong access": {shared: doctor.Shared{Servers: []string{"nats://a"}, Credentials: "/nowhere/at/all"}, want: []string{"shared state bad the store's credentials"}},
	} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var v any = []admin.Server{}
			switch {
			case r.URL.Path == "/v1/status":
				s := admin.Status{PID: 7, Version: "1", Started: well().now}
				if c.machines != nil {
					s.Machine = "atlas"
				}
				v = s
			case r.URL.Path == "/v1/machines":
				v = c.machines
			}
			_ = json.NewEncoder(w).Encode(v)
		}))
		p := doctor.Patient{
			State: t.TempDir(), Machine: well(), Version: "1", Shared: c.shared, Timeout: 200 * time.Millisecond,
			Daemon: admin.NewClient(admin.Access{Address: strings.TrimPrefix(h.URL, "http://"), Token: "x"}),
		}
		var said []string
		for _, f := range doctor.Look(t.Context(), p) {
			said = append(said, f.About+" "+string(f.Grade)+" "+f.Says)
		}
		h.Close()
		for _, want := range c.want {
			found := false
			for _, s := range said {
				found = found || strings.HasPrefix(s, want)
			}
			if !found {
				t.Errorf("%s: %q is missing in\n%s", name, want, strings.Join(said, "\n"))
			}
		}
	}
}
