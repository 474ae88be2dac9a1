// Package proxyhttp is a proxy of HTTP for tests, whose method CONNECT is that of net/http: it leads to any address, and remembers who asked for which.
package proxyhttp

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An Ask is a connection that a client wanted.
type Ask struct {
	To   string // host:port
	User string // as user:password; "" if it said nothing
}

// A Proxy is a proxy that runs until its test ends.
type Proxy struct {
	Address string // host:port

	mu    sync.Mutex
	asked []Ask
}

// Asked returns what the proxy was asked for.
func (p *Proxy) Asked() []Ask {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Start runs a proxy.
func Start(t testing.TB) *Proxy {
	t.Helper()
	p := new(Proxy)
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.Address = s.Listener.Addr().String()
	return p
}

// ServeHTTP serves CONNECT.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy knows CONNECT alone", http.StatusMethodNotAllowed)
		return
	}
	user, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic "))
	p.mu.Lock()
	p.asked = append(p.asked, Ask{r.Host, string(user)})
	p.mu.Unlock()
	to, err := net.Dial("tcp", r.Host)
	if err != nil {
		http.Error(w, "nobody is there", http.StatusBadGateway)
		return
	}
	defer to.Close()
	w.WriteHeader(http.StatusOK)
	from, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer from.Close()
	var both sync.WaitGroup
	for _, d := range []struct {
		to   net.Conn
		from io.Reader
	}{{to, io.MultiReader(io.LimitReader(buffered, int64(buffered.Reader.Buffered())), from)}, {from, to}} {
		both.Go(func() {
			if _, err := io.Copy(d.to, d.from); err != nil { // the other direction is to know
				to.Close()
				from.Close()
				return
			}
			d.to.(*net.TCPConn).CloseWrite()
		})
	}
	both.Wait()
}
