package console_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/console"
	"github.com/opendsom/dsom/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// api notes what reaches the local API.
func api(reached *int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*reached++
		fmt.Fprint(w, "api ", r.Method, " ", r.URL.Path)
	})
}

// TestWhoIsRefused holds under which names, and from which pages, the console can be asked: DNS rebinding and requests that other pages
// make do not reach the API, whatever token they have.
func TestWhoIsRefused(t *testing.T) {
	t.Parallel()
	reached := 0
	h := console.Handler(api(&reached))
	for _, c := range []struct {
		host, origin, site, mode string
		good                     bool
	}{
		{host: "127.0.0.1:3054", good: true},
		{host: "127.9.9.9:3054", good: true},
		{host: "localhost:3054", good: true},
		{host: "LocalHost", good: true},
		{host: "[::1]:3054", good: true},
		{host: "127.0.0.1:3054", origin: "http://127.0.0.1:3054", site: "same-origin", good: true},
		{host: "127.0.0.1:3054", site: "none", mode: "navigate", good: true},
		{host: "127.0.0.1:3054", site: "cross-site", mode: "navigate", good: true}, // a link from elsewhere shows the page, and no token is sent
		{host: "evil.example:3054"},
		{host: "127.0.0.1.evil.example"},
		{host: "localhost.evil.example"},
		{host: "10.0.0.1:3054"},
		{host: "0.0.0.0:3054"},
		{host: ""},
		{host: "127.0.0.1:3054", origin: "http://evil.example"},
		{host: "127.0.0.1:3054", origin: "http://127.0.0.1:3055"},
		{host: "127.0.0.1:3054", origin: "https://127.0.0.1:3054"},
		{host: "127.0.0.1:3054", origin: "null"},
		{host: "127.0.0.1:3054", site: "cross-site", mode: "no-cors"},
		{host: "127.0.0.1:3054", site: "same-site", mode: "cors"},
	} {
		for _, method := range []string{"GET", "POST"} {
			r := httptest.NewRequest(method, "/v1/servers", nil)
			r.Host = c.host
			for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site, "Sec-Fetch-Mode": c.mode} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			r.Header.Set("Authorization", "Bearer good")
			before := reached
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if good := reached > before; good != c.good || good != (w.Code == http.StatusOK) {
				t.Errorf("%s %+v: got %d %s", method, c, w.Code, w.Body)
			}
		}
	}
}

// TestPages holds what is answered where, and that each answer forbids the browser what the pages do not need.
func TestPages(t *testing.T) {
	t.Parallel()
	reached := 0
	h := console.Handler(api(&reached))
	for _, c := range []struct {
		method, path string
		code         int
		kind, says   string
	}{
		{"GET", "/", 200, "text/html", "DSOM console"},
		{"HEAD", "/", 200, "text/html", ""},
		{"GET", "/main.js", 200, "javascript", "import"},
		{"GET", "/console.css", 200, "text/css", "light-dark"},
		{"GET", "/icon.svg", 200, "image/svg+xml", "<svg"},
		{"GET", "/absent.js", 404, "", ""},
		{"GET", "/../console.go", 307, "", ""}, // to /console.go, which there is not
		{"POST", "/", 405, "application/json", "GET"},
		{"GET", "/metrics", 200, "", "api GET /v1/metrics"},
		{"POST", "/metrics", 405, "", ""},
		{"DELETE", "/v1/servers/x", 200, "", "api DELETE /v1/servers/x"},
		{"POST", "/v1/leases", 404, "", "leases"},
		{"PUT", "/v1/leases/x/counts", 404, "", "leases"},
		{"POST", "/v1//leases", 307, "", ""},
	} {
		r := httptest.NewRequest(c.method, "http://127.0.0.1:3054/", nil)
		r.URL.Path = c.path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.code || !strings.Contains(w.Header().Get("Content-Type"), c.kind) || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: got %d %q %.200s", c.method, c.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: %q is not in the policy %q", c.path, want, policy)
			}
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Code == 200 && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %v", c.path, w.Header())
		}
	}
}

// TestListen holds that only addresses of this machine are listened at.
func TestListen(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0", "127.0.0.1", "x"} {
		if l, err := console.Listen(bad); err == nil {
			_ = l.Close()
			t.Errorf("%s is listened at", bad)
		}
	}
	l, err := console.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reached := 0
	s := console.NewServer(api(&reached), slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || !strings.Contains(string(b), "<title>DSOM console</title>") {
		t.Errorf("got %v, %.100s", err, b)
	}
	_ = s.Close()
	<-served
}
