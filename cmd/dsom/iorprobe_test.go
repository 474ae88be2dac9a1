package main

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
)

// aPort returns an address of loopback where serve, if there is one, takes connections, and else nobody.
func aPort(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	if serve == nil {
		return freeport.Dead(t)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// askedAgain is how often a daemon is asked again that says by UDP that it takes an object's calls: so it says, too, if it has not found out in time where the object is.
const askedAgain = 50

// TestIORProbe probes what a daemon has, and what it has not, over real sockets.
func TestIORProbe(t *testing.T) {
	t.Parallel()
	d, status := aDaemonByUDP(t)
	_, account, _ := serves(t, d.state, "probed", "tcp:127.0.0.1:0")
	naming := status.Addresses[0]
	if got := dsom(t, "", "name", "bind", "--at", naming, "-p", "some/account", account); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	dead := aPort(t, nil)
	web := aPort(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 100))
		fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	gone := ior.AppendKey(nil, ior.Key{Server: [16]byte{7}, Adapter: "objects", ID: []byte("x")})
	nowhere := (&ior.URL{Scheme: "corbaloc", Key: gone}).String()
	nowhere = strings.Replace(nowhere, "corbaloc:/", "corbaloc:iiop:1.2@"+naming+"/", 1)
	for name, c := range map[string]struct {
		args   []string
		status int
		want   []string
	}{
		"the naming service":      {[]string{"corbaloc:iiop:1.2@" + naming + "/NameService"}, 0, []string{naming + "  reachable", "loopback", "by UDP: who answers takes its calls (OBJECT_HERE)", "\nreachable\n"}},
		"a name":                  {[]string{"corbaname:iiop:1.2@" + naming + "#some/account"}, 0, []string{"the name is bound to corbaloc:", "forwarded", "    127.0.0.1:", "reachable"}},
		"a name that is none":     {[]string{"corbaname:iiop:1.2@" + naming + "#none"}, 1, []string{`the name "none" was not found`, "not reachable"}},
		"an object by the daemon": {[]string{account}, 0, []string{naming + "  forwarded", "by UDP: it is at 127.0.0.1:", "(OBJECT_FORWARD)", "reachable"}},
		"a server that is none":   {[]string{nowhere}, 1, []string{"object-not-exist", "by UDP: there is no such object (UNKNOWN_OBJECT)", "not reachable"}},
		"nobody":                  {[]string{"corbaloc::" + dead + "/x"}, 1, []string{dead + "  refused", "nobody listens", "--publish HOST", "not reachable"}},
		"a web server":            {[]string{"corbaloc::" + web + "/x"}, 1, []string{"not-giop", "speaks HTTP", "not reachable"}},
		"one of several":          {[]string{"corbaloc::" + dead + ",iiop:1.2@" + naming + "/NameService"}, 0, []string{"refused", "\nreachable"}},
		"several references":      {[]string{"corbaloc::" + dead + "/x", "corbaloc:iiop:1.2@" + naming + "/NameService"}, 1, []string{"not reachable\n\n", "\nreachable"}},
		"nil":                     {[]string{new(ior.IOR).String()}, 1, []string{"refers to no object"}},
		"an initial reference":    {[]string{"corbaloc:rir:/Nothing"}, 1, []string{`no initial reference "Nothing"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask := func() result { return dsom(t, "", append([]string{"ior", "--probe"}, c.args...)...) }
			got := ask()
			if slices.ContainsFunc(c.want, func(w string) bool {
				return strings.Contains(w, "OBJECT_FORWARD") || strings.Contains(w, "UNKNOWN_OBJECT")
			}) {
				for range askedAgain {
					if !strings.Contains(got.out, "OBJECT_HERE") {
						break
					}
					got = ask()
				}
			}
			if got.status != c.status || got.err != "" {
				t.Errorf("got %+v, want status %d", got, c.status)
			}
			for _, want := range c.want {
				if !strings.Contains(got.out, want) {
					t.Errorf("%q is not in\n%s", want, got.out)
				}
			}
		})
	}
	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		var got result
		var all [2]probedURL
		for range askedAgain {
			got, all = dsom(t, "", "ior", "--probe", "--json", "corbaname:iiop:1.2@"+naming+"#some/account", "corbaloc::"+dead+"/x"), [2]probedURL{}
			in := json.NewDecoder(strings.NewReader(got.out))
			for i := range all {
				if err := in.Decode(&all[i]); err != nil {
					t.Fatalf("%v in %+v", err, got)
				}
			}
			if n := all[0].Named; n == nil || len(n.Addresses) == 0 || n.Addresses[0].UDP == nil || n.Addresses[0].UDP.Outcome != probe.EchoHere {
				break
			}
		}
		if got.status != 1 || !all[0].Reachable || !all[0].Named.Reachable || all[0].Named.Addresses[0].Forward == nil || all[1].Reachable || all[1].Addresses[0].Outcome != "refused" {
			t.Errorf("got %+v", got)
		}
		if a := all[0].Addresses[0].UDP; a == nil || a.Outcome != probe.EchoHere || a.Octets > 3*a.Asked {
			t.Errorf("by UDP: %+v", a)
		}
		if a := all[0].Named.Addresses[0].UDP; a == nil || a.Outcome != probe.EchoForwarded || len(a.Forward) == 0 {
			t.Errorf("by UDP the account is at %+v", a)
		}
		if a := all[1].Addresses[0].UDP; a == nil || a.Answered() {
			t.Errorf("nobody answers by UDP: %+v", a)
		}
	})
	if got := dsom(t, "", "ior", "--probe", "--timeout", "-1s", account); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}

// TestIORProbeSilent: a server that takes connections and says nothing is told from one that is not there.
func TestIORProbeSilent(t *testing.T) {
	t.Parallel()
	mute := aPort(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1000)); _, _ = c.Read(make([]byte, 1)) })
	got := dsom(t, "", "ior", "--probe", "--timeout", "200ms", "corbaloc::"+mute+"/x")
	if got.status != 1 || !strings.Contains(got.out, "silent") || !strings.Contains(got.out, "nobody answers in time") {
		t.Errorf("got %+v", got)
	}
	// What others chose to be named cannot command the terminal.
	evil := &ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "\x1b[2Jx.invalid", Port: 1, Key: []byte("k")}.Profile()}}
	if got := dsom(t, "", "ior", "--probe", evil.String()); got.status != 1 || strings.Contains(got.out, "\x1b[2J") {
		t.Errorf("got %+v", got)
	}
}
