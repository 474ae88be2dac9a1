package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/process"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestAccess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := admin.Open(dir); !errors.Is(err, admin.ErrNoDaemon) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	want := admin.Access{Address: "127.0.0.1:1", Token: "t", Process: process.ID{PID: 7, Start: "s"}, Started: time.Unix(1, 0).UTC()}
	for range 2 {
		if err := admin.WriteAccess(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := admin.ReadAccess(dir); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if st, err := os.Stat(filepath.Join(dir, "admin.json")); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", st.Mode(), err)
	}
	if err := admin.RemoveAccess(dir, admin.Access{Token: "another daemon's"}); err != nil {
		t.Error(err)
	}
	if _, err := admin.ReadAccess(dir); err != nil {
		t.Errorf("another daemon removed it: %v", err)
	}
	if err := admin.RemoveAccess(dir, want); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	for _, bad := range []string{"", "{", "{}", `{"address":"x"}`, strings.Repeat("x", admin.MaxMessage+1)} {
		if err := os.WriteFile(filepath.Join(dir, "admin.json"), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.ReadAccess(dir); !errors.Is(err, admin.ErrNoDaemon) {
			t.Errorf("%.20q: got %v", bad, err)
		}
	}
}

func TestDefaultState(t *testing.T) {
	t.Setenv(admin.EnvState, "")
	t.Setenv("XDG_STATE_HOME", "/xdg")
	got, err := admin.DefaultState()
	want := "/xdg/dsom"
	if os.Geteuid() == 0 {
		want = "/var/lib/dsom"
	}
	if runtime.GOOS != "windows" && (err != nil || got != want) {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	t.Setenv(admin.EnvState, "relative")
	if got, err := admin.DefaultState(); err != nil || !filepath.IsAbs(got) || filepath.Base(got) != "relative" {
		t.Errorf("got %s, %v", got, err)
	}
}

// fake is a daemon that answers everything with h.
func fake(t *testing.T, h http.HandlerFunc) *admin.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return admin.NewClient(admin.Access{Address: srv.Listener.Addr().String(), Token: "secret"})
}

func TestClientErrors(t *testing.T) {
	t.Parallel()
	c := fake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			t.Error("no token was sent")
		}
		switch r.URL.Path {
		case "/v1/servers/failed/start":
			w.WriteHeader(502)
			_, _ = io.WriteString(w, `{"error":{"code":"failed","message":"m","output":["a","b"]}}`)
		case "/v1/servers/html":
			w.WriteHeader(500)
			_, _ = io.WriteString(w, "<html>")
		case "/v1/servers/garbage":
			_, _ = io.WriteString(w, "garbage")
		case "/v1/servers/moved":
			http.Redirect(w, r, "/v1/servers/a", http.StatusFound)
		case "/v1/servers/hang":
			<-r.Context().Done()
		case "/v1/servers/a%2Fb", "/v1/servers/a/b":
			if r.URL.EscapedPath() != "/v1/servers/a%2Fb" {
				t.Errorf("got path %q", r.URL.EscapedPath())
			}
			_, _ = io.WriteString(w, `{"name":"a/b","unknown":1,"run":{"state":"ready"},"start_timeout":"1m30s"}`)
		}
	})
	ctx := t.Context()
	var e *admin.Error
	if _, err := c.Start(ctx, "failed"); !errors.As(err, &e) || e.Code != admin.CodeFailed || e.Status != 502 || err.Error() != "m\n  a\n  b" {
		t.Errorf("got %v", err)
	}
	if _, err := c.Server(ctx, "html"); !errors.As(err, &e) || e.Status != 500 || err.Error() == "" {
		t.Errorf("got %v", err)
	}
	if _, err := c.Server(ctx, "garbage"); err == nil || errors.As(err, &e) && e.Status == 200 {
		t.Errorf("got %v", err)
	}
	if _, err := c.Server(ctx, "moved"); err == nil || !strings.Contains(err.Error(), "redirect") {
		t.Errorf("got %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := c.Server(short, "hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	want := admin.Server{Name: "a/b", StartTimeout: admin.Duration(90 * time.Second), Run: admin.Run{State: admin.StateReady}}
	if got, err := c.Server(ctx, "a/b"); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := c.Add(ctx, admin.Server{Dir: strings.Repeat("x", admin.MaxRequest)}); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
		t.Errorf("got %v", err)
	}
	nobody := admin.NewClient(admin.Access{Address: "127.0.0.1:1", Token: "t", Process: process.ID{PID: 77}})
	if _, err := nobody.Status(ctx); !errors.Is(err, admin.ErrNoDaemon) || !strings.Contains(err.Error(), "77") {
		t.Errorf("got %v", err)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	c := fake(t, func(w http.ResponseWriter, r *http.Request) {
		var reg admin.Registration
		if err := json.NewDecoder(r.Body).Decode(&reg); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, "{\"type\":\"granted\",\"name\":%q}\n", reg.Name)
		switch reg.Name {
		case "long":
			fmt.Fprintln(w, strings.Repeat("x", admin.MaxMessage+1))
		case "garbage":
			fmt.Fprintln(w, "garbage")
		case "cut":
			fmt.Fprint(w, `{"type":"pi`)
		}
	})
	for name, want := range map[string]string{"long": "longer than", "garbage": "not readable", "cut": "EOF", "end": "EOF"} {
		s, err := c.Lease(t.Context(), admin.Registration{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if m, err := s.Next(); err != nil || m.Type != admin.MessageGranted || m.Name != name {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
		if m, err := s.Next(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v, want %q", name, m, err, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzReadAccess(f *testing.F) {
	f.Add([]byte(`{"address":"127.0.0.1:1","token":"t","process":{"pid":1}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "admin.json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := admin.ReadAccess(dir)
		if err == nil && (a.Address == "" || a.Token == "") {
			t.Errorf("got %+v", a)
		}
	})
}
