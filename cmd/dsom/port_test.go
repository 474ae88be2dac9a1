package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/portscan"
)

// TestPort: what a listener of this process is said to be.
func TestPort(t *testing.T) {
	t.Parallel()
	at := aPort(t, func(c net.Conn) {
		fmt.Fprint(c, "SSH-2.0-Fake\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
	_, port, _ := net.SplitHostPort(at)
	got := dsom(t, "", "port", "--json", port)
	var list []shownPort
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || got.status != 0 || len(list) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if p := list[0]; p.Protocol != "ssh" || p.Detail != "SSH-2.0-Fake" || p.PID != int32(os.Getpid()) || p.Address != "127.0.0.1" || p.Wrong != "" {
		t.Errorf("got %+v", p)
	}
	got = dsom(t, "", "port", "--no-ask", port)
	if got.status != 0 || !strings.Contains(got.out, at) || strings.Contains(got.out, "ssh") {
		t.Errorf("got %+v", got)
	}
	got = dsom(t, "", "port", "--at", at)
	if got.status != 0 || !strings.Contains(got.out, "SSH-2.0-Fake") {
		t.Errorf("got %+v", got)
	}
	dead := aPort(t, nil)
	_, port, _ = net.SplitHostPort(dead)
	got = dsom(t, "", "port", port)
	if got.status != 1 || !strings.Contains(got.err, "Nobody listens at port "+port) {
		t.Errorf("got %+v", got)
	}
}

// TestPortOfTheDaemon: a daemon is a CORBA server with a naming service, and is told from all others.
func TestPortOfTheDaemon(t *testing.T) {
	t.Parallel()
	_, status := aDaemonByUDP(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(status.Addresses[0], "corbaloc::"))
	port, _, _ = strings.Cut(port, "/")
	got := dsom(t, "", "port", "--json", port)
	var list []shownPort
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) == 0 {
		t.Fatalf("%s: got %+v, %v", port, got, err)
	}
	if p := list[0]; p.Protocol != "giop" || !p.Naming || p.Daemon != "dsom" {
		t.Errorf("got %+v", p)
	}
	if p := list[len(list)-1]; len(list) != 2 || p.Network != "udp" || p.Protocol != "giop" || !p.Naming || !strings.Contains(p.Detail, "LocateReply UNKNOWN_OBJECT") || p.Wrong != "" {
		t.Errorf("by UDP, of %d: got %+v", len(list), p)
	}
	at := status.UDP.Addresses[0]
	got = dsom(t, "", "port", "--at", at)
	if got.status != 0 || !strings.Contains(got.out, "udp "+at) || strings.Count(got.out, "a naming service")+strings.Count(got.out, "a daemon of dsom") != 2 {
		t.Errorf("asked by its address: got %+v", got)
	}
	// Among all that listen it is found without being named. Only its own two are asked here: others are other tests', which count who comes.
	all, err := portCmd{Port: []uint16{list[0].Port}}.listeners(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	new(console).ask(t.Context(), all, all, nil)
	if p := all[len(all)-1]; len(all) != 2 || p.Network != "udp" || p.Protocol != "giop" {
		t.Errorf("unless its port is named the daemon is not asked by UDP: %+v", p)
	}
}

// TestMayHear: which sockets of UDP are asked, of all that there are.
func TestMayHear(t *testing.T) {
	t.Parallel()
	lo, all := netip.MustParseAddr("127.0.0.1"), []*shownPort{
		{Network: "tcp", Port: 4001, PID: 7, Protocol: portscan.GIOP},
		{Network: "tcp", Port: 4002, PID: 7, Protocol: portscan.HTTP},
	}
	for name, c := range map[string]struct {
		p     shownPort
		named []uint16
		want  bool
	}{
		"of a server of GIOP":  {shownPort{Network: "udp", Port: 4001, PID: 7}, nil, true},
		"of another process":   {shownPort{Network: "udp", Port: 4001, PID: 8}, nil, false},
		"of a web server":      {shownPort{Network: "udp", Port: 4002, PID: 7}, nil, false},
		"of nobody else":       {shownPort{Network: "udp", Port: 53, PID: 7}, nil, false},
		"named":                {shownPort{Network: "udp", Port: 53, PID: 7}, []uint16{1, 53}, true},
		"another is named":     {shownPort{Network: "udp", Port: 53, PID: 7}, []uint16{4001}, false},
		"DSOM's":               {shownPort{Network: "udp", Port: 3053}, nil, true},
		"CORBA's":              {shownPort{Network: "udp", Port: 2809}, nil, true},
		"the old one of CORBA": {shownPort{Network: "udp", Port: 683}, nil, true},
		"of TCP":               {shownPort{Network: "tcp", Port: 3053}, []uint16{3053}, false},
		"of a group":           {shownPort{Network: "udp", Port: 3053, at: netip.MustParseAddrPort("239.255.30.53:3053")}, []uint16{3053}, false},
	} {
		if !c.p.at.IsValid() {
			c.p.at = netip.AddrPortFrom(lo, c.p.Port)
		}
		if got := c.p.mayHear(all, c.named); got != c.want {
			t.Errorf("%s: asked is %v, want %v", name, got, c.want)
		}
	}
}

// TestPortOfUDP: who hears datagrams is asked if the port is named, and else is left alone unless it may be a daemon's; who answers nothing is no fault.
func TestPortOfUDP(t *testing.T) {
	t.Parallel()
	l, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 16)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for b := make([]byte, 2000); ; {
			n, from, err := l.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			heard <- string(b[:min(n, 4)])
			_, _ = l.WriteToUDPAddrPort([]byte("\x80hello"), from)
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	_, port, _ := net.SplitHostPort(l.LocalAddr().String())
	if got := dsom(t, "", "port", "--no-ask", port); got.status != 0 || len(heard) != 0 {
		t.Errorf("got %+v, heard %d datagrams", got, len(heard))
	}
	got := dsom(t, "", "port", port)
	if got.status != 0 || !strings.Contains(got.out, "unknown") || !strings.Contains(got.out, "hello") || len(heard) == 0 || <-heard != "GIOP" {
		t.Errorf("got %+v", got)
	}
}

// TestWrongPort: a port that is registered, and something else that speaks there.
func TestWrongPort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    shownPort
		want string
	}{
		{shownPort{Port: 3053, Registered: "dsom-server", Protocol: "giop", Daemon: "dsom"}, ""},
		{shownPort{Port: 3053, Registered: "dsom-server", Protocol: "giop", Daemon: "somdd"}, ""},
		{shownPort{Port: 3053, Registered: "dsom-server", Protocol: "giop", Naming: true}, "Port 3053 is registered for dsom-server, but the CORBA server that listens there is no daemon of DSOM."},
		{shownPort{Port: 2809, Registered: "corbaloc", Protocol: "giop"}, ""},
		{shownPort{Port: 80, Registered: "http", Protocol: "ssh"}, ""},
		{shownPort{Port: 3053, Registered: "dsom-server", Protocol: "http", Program: "nginx", PID: 7}, "Port 3053 is registered for dsom-server, but what listens there speaks http: it is nginx (process 7)."},
		{shownPort{Network: "udp", Port: 3053, Registered: "dsom-server", Protocol: "giop"}, ""},
		{shownPort{Network: "udp", Port: 3053, Registered: "dsom-server", Protocol: "silent"}, ""},
		{shownPort{Network: "udp", Port: 3053, Registered: "dsom-server", Protocol: "unknown"}, "Port 3053 is registered for dsom-server, but what listens there speaks something else."},
		{shownPort{Port: 684, Registered: "corba-iiop-ssl", Protocol: "giop"}, "Port 684 is registered for corba-iiop-ssl, but what listens there speaks giop."},
		{shownPort{Port: 2809, Registered: "corbaloc", Protocol: "silent"}, "Port 2809 is registered for corbaloc, but what listens there says nothing."},
	} {
		if got := c.p.wrong(); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.p, got, c.want)
		}
	}
}

// TestPortWatchByUDP: of a daemon that is met by TCP at one look and by UDP at another both are asked, whichever came first, and once.
func TestPortWatchByUDP(t *testing.T) {
	t.Parallel()
	_, status := aDaemonByUDP(t)
	_, text, _ := net.SplitHostPort(status.UDP.Addresses[0])
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, networks := range [][]string{{"tcp", "udp"}, {"udp", "tcp"}} {
		all, err := portCmd{Port: []uint16{uint16(port)}}.listeners(t.Context())
		if err != nil || len(all) != 2 {
			t.Fatalf("%d listen: %v", len(all), err)
		}
		var out strings.Builder
		w := portWatch{c: &console{out: &out, json: true}, known: map[portKey]*shownPort{}} // no port is named
		var now []*shownPort
		for _, n := range networks {
			for _, p := range all {
				if p.Network == n {
					now = append(now, p)
				}
			}
			for range 2 {
				if err := w.look(t.Context(), now); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := map[string]int{}
		for d := json.NewDecoder(strings.NewReader(out.String())); d.More(); {
			var p shownPort
			if err := d.Decode(&p); err != nil {
				t.Fatal(err)
			}
			got[fmt.Sprint(p.Event, " ", p.Network, " ", p.Protocol)]++
		}
		want := map[string]int{"came tcp giop": 1, "came udp giop": 1}
		if networks[0] == "udp" {
			want = map[string]int{"came tcp giop": 1, "came udp ": 1, "asked udp giop": 1}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%v: told is %v, want %v", networks, got, want)
		}
	}
}

// TestPortWatch: who comes and who goes.
func TestPortWatch(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"port", "--json", "--watch", "--no-ask", "--every", "100ms", port}, strings.NewReader(""), in, io.Discard)
		in.Close()
	}()
	d := json.NewDecoder(out)
	for _, want := range []string{"came", "went"} {
		var p shownPort
		if err := d.Decode(&p); err != nil || p.Event != want || fmt.Sprint(p.Port) != port {
			t.Fatalf("got %+v, %v; want %s", p, err, want)
		}
		l.Close()
	}
	stop()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	<-ended
}

// TestPortUsage: what cannot be meant.
func TestPortUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--all", "1"}, {"--at", "x"}, {"--at", "127.0.0.1:nothing"}, {"--at", "127.0.0.1:1", "--watch"}, {"--every", "1ms"}, {"70000"}} {
		if got := dsom(t, "", append([]string{"port"}, args...)...); got.status != 2 {
			t.Errorf("%v: got %+v", args, got)
		}
	}
}
