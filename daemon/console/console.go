// Package console is the daemon's pages for people: what package admin tells programs, in a browser on the same machine.
//
// The pages are files inside the program: HTML, CSS and JavaScript without anything from elsewhere, which the headers forbid the browser
// as well. They speak the local API under the same address. Nothing there is allowed by where a request comes from or by a cookie: the
// browser must send the API's token, as any other client must, and keeps it in the memory of one tab. So no other page can make a
// browser do anything here (CSRF), and what is not asked for under a loopback name is refused (DNS rebinding).
package console

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// Limits of the pages' side. None of them is met by people.
const (
	maxHeader = 16 << 10
	headTime  = 3 * time.Second
	bodyTime  = 5 * time.Second
	writeTime = 10 * time.Second // for the browser to take a page; the API gives each piece of an answer as much
	idleTime  = time.Minute
)

// MaxConnections is how many connections from browsers are open at once; more wait.
const MaxConnections = 256

//go:embed files
var embedded embed.FS

// policy forbids the browser all but what the pages need: their own files, and the API beside them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Listen opens the port of the pages, at host:port. Only a loopback address is allowed: the pages are for this machine.
func Listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the console's address %q: %w; write it as 127.0.0.1:3054", address, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("the console's address %s is not a loopback address: the pages are for this machine only. From another one, forward the port by SSH: ssh -L 3054:127.0.0.1:3054 HOST", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the console cannot be had at %s: %w; name another address of loopback, or none", address, err)
	}
	return l, nil
}

// NewServer returns what serves the pages, beside the API.
func NewServer(api http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           Handler(api),
		ReadHeaderTimeout: headTime,
		ReadTimeout:       bodyTime,  // the API lifts it for who is let in
		WriteTimeout:      writeTime, // likewise
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Handler returns the pages, and the API under /v1/ but for what server programs ask it for. The metrics are at /metrics, too, where
// Prometheus looks for them.
func Handler(api http.Handler) http.Handler {
	files, err := fs.Sub(embedded, "files")
	if err != nil { // cannot be: it is a constant
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", reading(http.FileServerFS(files)))
	mux.Handle("/v1/", api)
	mux.HandleFunc("/v1/leases", absent)
	mux.HandleFunc("/v1/leases/", absent)
	mux.Handle("/metrics", reading(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner := r.Clone(r.Context())
		inner.URL.Path = "/v1/metrics"
		api.ServeHTTP(w, inner)
	})))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if err := refuse(r); err != nil {
			answer(w, http.StatusForbidden, admin.CodeUnauthorized, err.Error())
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// reading lets h answer what only reads.
func reading(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			answer(w, http.StatusMethodNotAllowed, admin.CodeInvalid, "here is only something to GET")
			return
		}
		h.ServeHTTP(w, r)
	})
}

func absent(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusNotFound, admin.CodeNotFound, "leases are given by the local API alone")
}

// answer answers with an error in the form of the API's.
func answer(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": admin.Error{Code: code, Message: text}}) // the peer may have gone
}

var (
	errHost   = errors.New("the console is asked for under a name that is not this machine's own: open it as http://127.0.0.1 or http://localhost, with its port")
	errOrigin = errors.New("the request was made by a page from elsewhere")
)

// refuse says why a request is not answered, whatever token it has: it is not for an address that only this machine can mean, or was
// made by another page.
func refuse(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if ip, err := netip.ParseAddr(host); (err != nil || !ip.IsLoopback()) && !strings.EqualFold(host, "localhost") {
		return errHost
	}
	if origin := r.Header.Get("Origin"); origin != "" && !strings.EqualFold(origin, "http://"+r.Host) {
		return errOrigin
	}
	// What follows a link or is typed in is a navigation, which shows a page and carries no token.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
		return errOrigin
	}
	return nil
}
