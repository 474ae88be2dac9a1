package daemon_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
)

// request makes a request that the client would not make.
func request(t *testing.T, d *daemon.Daemon, method, path, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Access().Address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	tr := &http.Transport{DisableKeepAlives: true}
	res, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	add(t, d, "bank", "serve", nil)
	if st, err := os.Stat(d.State() + "/admin.json"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v, %v", st.Mode(), err)
	}
	good := d.Access().Token
	for _, token := range []string{"", "x", good[:len(good)-1], good + "x", strings.ToLower(good)} {
		for _, path := range []string{
			"GET /v1/status", "GET /v1/servers", "POST /v1/servers", "GET /v1/servers/bank", "PATCH /v1/servers/bank", "DELETE /v1/servers/bank",
			"POST /v1/servers/bank/start", "POST /v1/servers/bank/stop", "GET /v1/servers/bank/logs", "GET /", "GET /v2/status",
			"GET /v1/calls", "GET /v1/connections", "GET /v1/names", "GET /v1/classes", "GET /v1/classes/X", "POST /v1/references",
			"POST /v1/objects/class", "POST /v1/objects/call", "GET /v1/metrics",
		} {
			method, path, _ := strings.Cut(path, " ")
			if status, body := request(t, d, method, path, token, "{}"); status != http.StatusUnauthorized || strings.Contains(body, good) {
				t.Errorf("%s %s with token %q: got %d %s", method, path, token, status, body)
			}
		}
		reg := fmt.Sprintf(`{"name":"bank","incarnation":"x","process":{"pid":%d}}`, os.Getpid())
		if status, body := request(t, d, "POST", "/v1/leases", token, reg); status != http.StatusUnauthorized {
			t.Errorf("a lease with token %q: got %d %s", token, status, body)
		}
	}
	if s, err := client(t, d).Server(t.Context(), "bank"); err != nil || s.Run.Starts != 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	add(t, d, "bank", "serve", nil)
	good := d.Access().Token
	many := `["` + strings.Repeat(`x","`, admin.MaxEndpoints) + `x"]`
	for _, c := range []struct {
		method, path, body string
		want               int
		says               string
	}{
		{"GET", "/v1/absent", "", 404, "no GET /v1/absent"},
		{"PUT", "/v1/servers", "", 404, "no PUT /v1/servers"},
		{"POST", "/v1/servers", "", 400, "body"},
		{"POST", "/v1/servers", "{", 400, "body"},
		{"POST", "/v1/servers", `{"name":7}`, 400, "body"},
		{"POST", "/v1/servers", `{"name":"x","command":["x"],"start_timeout":"soon"}`, 400, "soon"},
		{"POST", "/v1/servers", strings.Repeat(" ", admin.MaxRequest+1), 400, "too large"},
		{"POST", "/v1/servers", strings.Repeat("[", 100_000), 400, "body"},
		{"POST", "/v1/servers", `{"name":"../x","command":["x"]}`, 400, "letters"},
		{"POST", "/v1/servers", `{"name":"x","uuid":"1","command":["x"]}`, 400, "uuid"},
		{"POST", "/v1/servers", `{"name":"bank","command":["x"]}`, 409, "already"},
		{"PATCH", "/v1/servers/bank", `{"activation":"never"}`, 400, "activation"},
		{"PATCH", "/v1/servers/other", `{}`, 404, "other"},
		{"GET", "/v1/servers/%2e%2e%2fx", "", 404, "registered"},
		{"POST", "/v1/servers/other/start", "", 404, "other"},
		{"GET", "/v1/servers/bank/logs?lines=-1", "", 400, "lines"},
		{"GET", "/v1/servers/bank/logs?lines=99999999999999999999", "", 400, "lines"},
		{"POST", "/v1/leases", `{"name":"bank"}`, 400, "incarnation"},
		{"POST", "/v1/leases", `{"name":"bank","incarnation":"` + strings.Repeat("x", 65) + `"}`, 400, "incarnation"},
		{"POST", "/v1/leases", `{"name":"bank","incarnation":"x","endpoints":` + many + `}`, 400, "endpoints"},
		{"POST", "/v1/leases", `{"name":"bank","incarnation":"x","endpoints":[""]}`, 400, "endpoints"},
		{"POST", "/v1/leases", `{"name":"other","incarnation":"x"}`, 404, "other"},
		{"POST", "/v1/leases", `{"name":"","incarnation":"x","create":true}`, 400, "name"},
		{"PUT", "/v1/leases/x/endpoints", `[]`, 404, "lease"},
		{"DELETE", "/v1/leases/x", "", 404, "lease"},
		{"PUT", "/v1/leases/x/counts", `{}`, 404, "lease"},
		{"GET", "/v1/names", "", 503, "takes no calls"},
		{"POST", "/v1/objects/call", `{}`, 503, "takes no calls"},
		{"POST", "/v1/references", `{`, 400, "body"},
	} {
		status, body := request(t, d, c.method, c.path, good, c.body)
		if status != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %.60s: got %d %.300s, want %d with %q", c.method, c.path, c.body, status, body, c.want, c.says)
		}
	}
}

// TestUnidentifiedServer holds that a server whose process cannot be looked at (in another
// container, say) lives as long as its connection, and that no process is taken for it.
func TestUnidentifiedServer(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.Grace = 200 * time.Millisecond
	d := open(t, o)
	u := uuid(t, add(t, d, "bank", "serve", nil))
	for _, id := range []process.ID{{PID: 1, Start: "not its start"}, {PID: os.Getpid()}, {}} {
		reg := admin.Registration{Name: "bank", Incarnation: "i", Process: id, Endpoints: []string{"far:1"}}
		stream, err := client(t, d).Lease(t.Context(), reg)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := stream.Next(); err != nil || m.Type != admin.MessageGranted {
			t.Fatalf("got %+v, %v", m, err)
		}
		if live, err := d.Supervisor().Ensure(t.Context(), u); err != nil || live.Endpoints[0] != "far:1" || live.PID != id.PID {
			t.Errorf("got %+v, %v", live, err)
		}
		again, err := client(t, d).Lease(t.Context(), reg) // it comes back before its old connection is known to be lost
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("its old lease: got %v, want %v", err, io.EOF)
		}
		reg.Incarnation = "j"
		if _, err := client(t, d).Lease(t.Context(), reg); !errors.Is(err, &admin.Error{Code: admin.CodeHeld}) {
			t.Errorf("another: got %v", err)
		}
		_ = stream.Close()
		_ = again.Close()
		eventually(t, "the loss is noticed", func() bool { return d.Supervisor().Run(u).State != admin.StateReady })
		if live, err := d.Supervisor().Ensure(t.Context(), u); err != nil || live.Endpoints[0] == "far:1" {
			t.Errorf("after its grace: got %+v, %v", live, err)
		}
		if err := d.Supervisor().Stop(t.Context(), u, "test"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSlowClient holds that who sends a request octet by octet is sent away.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	for name, begin := range map[string]string{
		"head":        "GET /v1/status HTTP/1.1\r\n",
		"body":        "POST /v1/servers HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nAuthorization: Bearer " + d.Access().Token + "\r\n\r\n",
		"unwelcome":   "POST /v1/servers HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
		"no protocol": "\x00\x01\x02",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", d.Access().Address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			_, _ = io.WriteString(c, begin)
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = io.Copy(io.Discard, bufio.NewReader(c))
			}()
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			limit := time.After(25 * time.Second)
			for {
				select {
				case <-done:
					return
				case <-tick.C:
					_, _ = io.WriteString(c, "x")
				case <-limit:
					t.Fatal("it is still listened to")
				}
			}
		})
	}
}

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "localhost:0", "nonsense"} {
		o := quick(t.TempDir())
		o.Admin = addr
		if d, err := daemon.Open(t.Context(), o); err == nil {
			t.Errorf("%s: the API is at %s", addr, d.Access().Address)
			_ = d.Close()
		}
	}
}
