//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// hostile sends octets, in pieces if there is a pause, and returns all that comes back until
// the other side closes; that it does not is a failure.
func hostile(t *testing.T, address string, octets []byte, pause time.Duration) []byte {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	for len(octets) > 0 {
		n := len(octets)
		if pause > 0 {
			n = 1
		}
		if _, err := c.Write(octets[:n]); err != nil {
			break // closed already
		}
		octets = octets[n:]
		time.Sleep(pause)
	}
	b, err := io.ReadAll(io.LimitReader(c, 1<<20))
	if late := net.Error(nil); errors.As(err, &late) && late.Timeout() {
		t.Errorf("%s holds the connection of a hostile client", address)
	}
	return b
}

// memory returns the most memory, in octets, that a process has used.
func memory(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(b)
	if m == nil {
		t.Fatal("the memory is not told")
	}
	kib, _ := strconv.Atoi(string(m[1]))
	return kib << 10
}

// locateRequest returns a whole LocateRequest.
func locateRequest(v cdr.Version, key []byte) []byte {
	e := cdr.NewEncoder(nil, true, nil)
	giop.PutLocateRequest(e, v, 3, key, nil)
	return e.Bytes()
}

// TestHostileCalls holds the daemon's port for calls against what is no call.
func TestHostileCalls(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0", "--stall-timeout", "300ms", "--idle-timeout", "700ms")
	h.addBank()
	a := account(t, client(t), h.url("bank"))
	wantBalance(t, a, 0)
	pid := h.daemon.Process.Pid
	before := memory(t, pid)

	r := rand.New(rand.NewPCG(5, 6))
	var all [][]byte
	for i := range 150 {
		b := make([]byte, 1+r.IntN(400))
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		if i%3 > 0 {
			copy(b, "GIOP\x01\x02\x01\x00")
		}
		if i%3 == 2 && len(b) > giop.HeaderSize {
			giop.PatchSize(b)
		}
		all = append(all, b)
	}
	for kind := range byte(9) { // each kind of message, of 4 GiB as it says
		for minor := range byte(3) {
			all = append(all, append([]byte{'G', 'I', 'O', 'P', 1, minor, 1, kind, 0xff, 0xff, 0xff, 0xff}, make([]byte, 100)...))
		}
	}
	// Lengths of 4 GiB inside a message, and prefixes of a good one.
	good := locateRequest(cdr.V12, []byte(ior.DefaultKey))
	for i := giop.HeaderSize; i+4 <= len(good); i += 4 {
		b := bytes.Clone(good)
		copy(b[i:], "\xff\xff\xff\xff")
		all = append(all, b)
	}
	for n := range good {
		all = append(all, good[:n])
	}
	// Keys that look like a server's, and are not.
	key := ior.AppendKey(nil, ior.Key{Adapter: "objects", ID: []byte("main")})
	for n := range key {
		all = append(all, locateRequest(cdr.V10, key[:n]))
	}
	all = append(all, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), bytes.Repeat([]byte("GIOP"), 1000))
	var wg sync.WaitGroup
	for _, b := range all {
		wg.Go(func() { hostile(t, h.address, b, 0) })
	}
	for _, b := range [][]byte{good, []byte("GIOP\x01\x02\x01\x00\xff\xff\xff\x7f"), bytes.Repeat([]byte{'G'}, 20)} {
		wg.Go(func() { hostile(t, h.address, b, 20*time.Millisecond) })
	}
	for range 20 { // meanwhile
		wantBalance(t, account(t, client(t), h.url("bank")), 0)
	}
	wg.Wait()
	wantBalance(t, a, 0)
	h.must("name", "ls")
	if h.daemon.Process.Pid != pid || h.daemon.ProcessState != nil {
		t.Error("the daemon has ended")
	}
	if more := memory(t, pid) - before; more > 100<<20 {
		t.Errorf("the daemon took %d MiB more of memory", more>>20)
	}
	if got := len(h.started()); got != 1 {
		t.Errorf("the bank was started %d times", got)
	}
}

// TestHostileAdmin holds the daemon's local API against who is not let in, and against what is no request.
func TestHostileAdmin(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	access, err := admin.ReadAccess(h.state)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(h.state + "/admin.json"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the token is readable to others: %v, %v", st, err)
	}
	pid, before := h.daemon.Process.Pid, memory(t, h.daemon.Process.Pid)
	request := func(method, path, token, body string) string {
		s := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path, access.Address)
		if token != "" {
			s += "Authorization: Bearer " + token + "\r\n"
		}
		return s + body
	}
	const closed = -1 // without an answer
	var wg sync.WaitGroup
	for name, c := range map[string]struct {
		request string
		pause   time.Duration
		want    []int
	}{
		"no token":                 {request("GET", "/v1/servers", "", "\r\n"), 0, []int{401}},
		"a wrong token":            {request("POST", "/v1/servers/bank/stop", "x"+access.Token[1:], "Content-Length: 0\r\n\r\n"), 0, []int{401}},
		"a part of the token":      {request("GET", "/v1/status", access.Token[:5], "\r\n"), 0, []int{401}},
		"a lease without token":    {request("POST", "/v1/leases", "", "Content-Length: 2\r\n\r\n{}"), 0, []int{401}},
		"a lease with a wrong one": {request("POST", "/v1/leases", "wrong", "Content-Length: 37\r\n\r\n{\"name\":\"bank\",\"incarnation\":\"000000\"}"), 0, []int{400, 401}},
		"a body without end":       {request("POST", "/v1/servers", access.Token, "Content-Length: 99999999999\r\n\r\n"+strings.Repeat("x", 3<<20)), 0, []int{400, closed}},
		"the same without token":   {request("POST", "/v1/servers", "", "Content-Length: 99999999999\r\n\r\n"+strings.Repeat("x", 3<<20)), 0, []int{401, closed}},
		"chunks without end":       {request("POST", "/v1/servers", access.Token, "Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n"+strings.Repeat("x", 3<<20)), 0, []int{400, closed}},
		"a body that is no JSON":   {request("POST", "/v1/servers", access.Token, "Content-Length: 5\r\n\r\n[[[[["), 0, []int{400}},
		"a head without end":       {request("GET", "/v1/status", "", strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 3000)), 0, []int{431, closed}},
		"a slow head":              {request("GET", "/v1/status", "", ""), 80 * time.Millisecond, []int{408, 400, closed}},
		"a body that does not come": {request("POST", "/v1/servers", access.Token, "Content-Length: 100\r\n\r\n"), 0,
			[]int{400, 408, closed}},
		"nothing":       {"", 0, []int{closed, 408, 400}},
		"garbage":       {"\x00\xff\x16\x03\r\n\r\n", 0, []int{400}},
		"a call":        {string(locateRequest(cdr.V12, []byte(ior.DefaultKey))) + "\r\n\r\n", 0, []int{400}},
		"path games":    {request("GET", "/v1/servers/..%2f..%2fadmin.json/logs", access.Token, "\r\n"), 0, []int{404, 301, 307}},
		"no such thing": {request("GET", "/admin.json", access.Token, "\r\n"), 0, []int{404}},
		"of a browser":  {request("POST", "/v1/servers/bank/start", "", "Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n"), 0, []int{401}},
	} {
		wg.Go(func() {
			b := hostile(t, access.Address, []byte(c.request), c.pause)
			status := closed
			if m := regexp.MustCompile(`^HTTP/1\.\d (\d+) `).FindSubmatch(b); m != nil {
				status, _ = strconv.Atoi(string(m[1]))
			}
			for _, want := range c.want {
				if status == want {
					return
				}
			}
			t.Errorf("%s: got status %d (%s), want %v", name, status, http.StatusText(status), c.want)
		})
	}
	for range 10 { // meanwhile
		h.must("server", "list", "bank")
	}
	wg.Wait()
	if s := h.server("bank"); s.Run.Starts != 0 || s.Run.State != "stopped" {
		t.Errorf("somebody who was not let in did something: %+v", s.Run)
	}
	if more := memory(t, pid) - before; more > 100<<20 {
		t.Errorf("the daemon took %d MiB more of memory", more>>20)
	}
	wantBalance(t, account(t, client(t), h.url("bank")), 0)
}
