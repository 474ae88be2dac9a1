package daemon_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// asker asks a daemon by UDP where an object is.
func asker(t *testing.T, at string) func(key []byte, pad int) (giop.LocateReply, *ior.IOR) {
	t.Helper()
	u, err := net.Dial("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.Close() })
	id := uint32(0)
	return func(key []byte, pad int) (giop.LocateReply, *ior.IOR) {
		t.Helper()
		id++
		e := cdr.NewEncoder(nil, true, nil)
		giop.PutLocateRequest(e, cdr.V12, id, key, nil)
		q := append(e.Bytes(), make([]byte, pad)...)
		giop.PatchSize(q)
		if _, err := u.Write(q); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4096)
		_ = u.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := u.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if n > 3*len(q) {
			t.Errorf("%d octets for %d", n, len(q))
		}
		h, err := giop.ParseHeader(b[:n])
		if err != nil || h.Type != giop.TypeLocateReply {
			t.Fatalf("%x, %v", b[:n], err)
		}
		var d cdr.Decoder
		d.Reset(b[:n], giop.HeaderSize, h.Little, nil)
		var r giop.LocateReply
		if err := r.Parse(h, &d); err != nil || r.ID != id {
			t.Fatalf("%+v, %v", r, err)
		}
		if r.Status != giop.ObjectForward {
			return r, nil
		}
		return r, ior.Get(&d)
	}
}

// otherPorts is how often a port is tried that the system has chosen for TCP: another program may have it for UDP.
const otherPorts = 20

// TestLocatedByUDP: where an object is is told by one datagram, as TCP tells it, and nothing is started for that, nor changed.
func TestLocatedByUDP(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var d *daemon.Daemon
	var sent func([]byte) ior.IIOP
	var status *admin.Status
	for range otherPorts {
		d, sent = forwarding(t)
		now, err := client(t, d).Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if status = &now; now.UDP != nil {
			break
		}
	}
	if status.UDP == nil || len(status.UDP.Addresses) != 1 || status.UDP.Addresses[0] != status.Local {
		t.Fatalf("datagrams: %+v, calls at %s", status.UDP, status.Local)
	}
	ask := asker(t, status.UDP.Addresses[0])
	want := func(what string, key []byte, status giop.LocateStatus) {
		t.Helper()
		if got, _ := ask(key, 400); got.Status != status {
			t.Errorf("%s: %v, want %v", what, got.Status, status)
		}
	}
	want("the naming service", []byte("NameService"), giop.ObjectHere)
	want("what nobody has", []byte("nobody"), giop.UnknownObject)
	want("an object of a server that nobody knows", ior.AppendKey(nil, ior.Key{Server: implrepo.NewUUID(), Adapter: "a", ID: []byte("1")}), giop.UnknownObject)
	want("a server of DSOM", wire.Key{Server: wire.ID(implrepo.NewUUID())}.Append(nil), giop.ObjectHere)

	s := add(t, d, "asleep", "serve", nil)
	asleep := ior.AppendKey(nil, ior.Key{Server: uuid(t, s), Adapter: "a", ID: []byte("1")})
	want("of a server that does not run", asleep, giop.ObjectHere)
	want("a transient object", ior.AppendKey(nil, ior.Key{Server: uuid(t, s), Incarnation: 7, Adapter: "a", ID: []byte("1")}), giop.UnknownObject)
	if got, err := client(t, d).Server(ctx, "asleep"); err != nil || got.Run.State != admin.StateStopped || got.Run.Starts != 0 {
		t.Errorf("asked for by UDP, it is %+v, %v", got.Run, err)
	}

	l, err := lease.Connect(lease.Config{State: d.State(), Name: "up", Create: true, Endpoints: []string{"tcp:127.0.0.1:9", "tcp:127.0.0.2:9", "tcp:127.0.0.3:9", "tcp:127.0.0.4:9"}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close(context.Background())
	if err := l.Granted(ctx); err != nil {
		t.Fatal(err)
	}
	up, err := client(t, d).Server(ctx, "up")
	if err != nil {
		t.Fatal(err)
	}
	key := ior.AppendKey(nil, ior.Key{Server: uuid(t, up), Adapter: "a", ID: []byte("1")})
	got, to := ask(key, 300)
	if got.Status != giop.ObjectForward {
		t.Fatalf("%v", got.Status)
	}
	p, err := to.Profiles[0].IIOP()
	if by := sent(key); err != nil || p.Host != by.Host || p.Port != by.Port || string(p.Key) != string(by.Key) {
		t.Errorf("by UDP it is at %+v, by TCP at %+v, %v", p, by, err)
	}
	if got, _ := ask(key, 0); got.Status != giop.ObjectHere {
		t.Errorf("a question that is too short for the answer: %v", got.Status)
	}

	u, err := net.Dial("udp", status.UDP.Addresses[0])
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for _, text := range []string{"GET / HTTP/1.1\r\n\r\n", "GIOP\x01\x02\x01\x00\x00\x00\x00\x00", "GIOP\x01"} {
		if _, err := u.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	var now admin.Status
	eventually(t, "all datagrams are counted", func() bool {
		if now, err = client(t, d).Status(ctx); err != nil {
			t.Fatal(err)
		}
		c := now.UDP.Counts
		return c["garbage"] == 1 && c["refused"] == 1 && c["malformed"] == 1 && c["forwarded"] == 1 && c["shortened"] == 1 && c["unsaid"] == 1 && c["here"] == 2 && c["unknown"] == 3
	})
	v, err := client(t, d).Visitors(ctx)
	if err != nil || v.Counts["udp"] != 2 || v.Counts["udp-refused"] != 1 {
		t.Errorf("visitors: %+v, %v", v, err)
	}
	if code, text := request(t, d, "GET", "/v1/metrics", d.Access().Token, ""); code != 200 || !strings.Contains(text, `dsom_udp_datagrams_total{event="forwarded"} 1`) {
		t.Errorf("metrics: %v\n%s", code, text)
	}
}

// needLoopback ends the test where addresses are not this machine's, as all of 127/8 are where the system is Linux.
func needLoopback(t *testing.T, addresses ...string) {
	t.Helper()
	for _, a := range addresses {
		c, err := net.ListenPacket("udp", net.JoinHostPort(a, "0"))
		if err != nil {
			absent.Skip(t, "%s is no address of this machine: %v", a, err)
		}
		_ = c.Close()
	}
}

// TestUDPAddresses: where datagrams are heard follows from where calls are taken, or is said; what is asked for and cannot be had keeps the daemon from running, and nothing else does.
func TestUDPAddresses(t *testing.T) {
	t.Parallel()
	run := func(listen string, udp ...string) (*admin.UDP, error) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		ready, ended := make(chan *daemon.Daemon, 1), make(chan error, 1)
		go func() {
			ended <- daemon.Run(ctx, daemon.Config{State: t.TempDir(), Listen: listen, Publish: "127.0.0.1", UDP: udp, Ready: func(d *daemon.Daemon) { ready <- d }})
		}()
		select {
		case d := <-ready:
			status, err := client(t, d).Status(ctx)
			stop()
			if failed := <-ended; err == nil {
				err = failed
			}
			return status.UDP, err
		case err := <-ended:
			stop()
			return nil, err
		}
	}
	heard := func(n int, listen string, udp ...string) (u *admin.UDP, err error) { // at so many addresses
		for range otherPorts {
			if u, err = run(listen, udp...); err == nil && u != nil && len(u.Addresses) >= n {
				break
			}
		}
		if err == nil && u == nil {
			err = errors.New("datagrams are not heard")
		}
		return u, err
	}
	first := func(u *admin.UDP, address string) bool {
		return u != nil && strings.HasPrefix(u.Addresses[0], address+":")
	}
	t.Run("another of the loopback's", func(t *testing.T) {
		needLoopback(t, "127.0.0.2")
		if u, err := heard(1, "127.0.0.2:0"); err != nil || len(u.Addresses) != 1 || !first(u, "127.0.0.2") {
			t.Errorf("%+v, %v", u, err)
		}
	})
	if u, err := heard(1, ":0"); err != nil || !first(u, "127.0.0.1") && !first(u, "[::1]") {
		t.Errorf("at all addresses: %+v, %v", u, err)
	} else {
		for _, a := range u.Addresses {
			if !netip.MustParseAddrPort(a).Addr().IsLoopback() {
				t.Errorf("without being asked datagrams are heard at %s", a)
			}
		}
	}
	if u, err := run("127.0.0.1:0", daemon.UDPOff); err != nil || u != nil {
		t.Errorf("off: %+v, %v", u, err)
	}
	t.Run("two", func(t *testing.T) {
		needLoopback(t, "127.0.0.3", "127.0.0.4")
		if u, err := heard(2, "127.0.0.1:0", "127.0.0.3", "127.0.0.4"); err != nil || len(u.Addresses) != 2 {
			t.Errorf("%+v, %v", u, err)
		}
	})
	if _, err := run("127.0.0.1:0", "192.0.2.1"); err == nil || !strings.Contains(err.Error(), "--udp") {
		t.Errorf("an address that is not here: %v", err)
	}
	for _, bad := range []string{"0.0.0.0", "::", "239.255.30.53", "lo", "127.0.0.1:53", "all off", "off 127.0.0.1"} {
		if err := daemon.CheckUDP(strings.Fields(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if err := daemon.CheckUDP([]string{"loopback", "192.0.2.1", "2001:db8::1"}); err != nil {
		t.Error(err)
	}
}
