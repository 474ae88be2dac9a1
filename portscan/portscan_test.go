package portscan_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	psnet "github.com/shirou/gopsutil/v4/net"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/portscan"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A fake listens, and does with each connection what serve says.
type fake struct {
	at    netip.AddrPort
	conns atomic.Int32
}

func listen(t *testing.T, serve func(net.Conn)) *fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{at: l.Addr().(*net.TCPAddr).AddrPort()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.conns.Add(1)
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(time.Minute))
				serve(c)
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return f
}

// wait reads until the other side ends.
func wait(c net.Conn) {
	b := make([]byte, 512)
	for {
		if _, err := c.Read(b); err != nil {
			return
		}
	}
}

func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Write([]byte(text))
		wait(c)
	}
}

// answers says text to whatever comes first, and ends with what comes next.
func answers(text string) func(net.Conn) {
	return func(c net.Conn) {
		b := make([]byte, 512)
		if _, err := c.Read(b); err == nil {
			_, _ = c.Write([]byte(text))
			_, _ = c.Read(b)
		}
	}
}

func httpServer(c net.Conn) {
	if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
		_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\nServer: fake/1\r\n\r\n"))
		return
	}
	_, _ = c.Write([]byte("HTTP/1.0 200 OK\r\nServer: fake/1\r\n\r\n"))
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bank"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// within serves inside TLS.
func within(cert tls.Certificate, serve func(net.Conn), protocols ...string) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protocols})
		if s.Handshake() == nil {
			serve(s)
		}
	}
}

const locateReply = "GIOP\x01\x00\x01\x04\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"

// deaf answers Requests and no LocateRequests, as Combat does where it knows of no object.
func deaf(c net.Conn) {
	for {
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, c, int64(h.Size)); err != nil {
			return
		}
		if h.Type == giop.TypeRequest {
			e := cdr.NewEncoder(nil, true, nil)
			m := giop.BeginReply(e, cdr.V10, 2, giop.SystemException, nil)
			giop.PutSystemException(e, &exc.SystemException{Kind: exc.ObjectNotExist})
			giop.Finish(e, m)
			_, _ = c.Write(e.Bytes())
		}
	}
}

// For what a listener says first and for what it answers: long where it comes, and short where its silence is what tells: that of HTTP waits for the end of a line.
const (
	speaks, leavesOthersFirst = 30 * time.Second, 400 * time.Millisecond
	answering, leavesSilent   = 30 * time.Second, 4 * time.Second
)

// TestIdentify: what each kind of listener is taken for, and in how many connections.
func TestIdentify(t *testing.T) {
	t.Parallel()
	cert := certificate(t)
	for name, c := range map[string]struct {
		serve  func(net.Conn)
		is     portscan.Protocol
		detail string

		banner, patience time.Duration
	}{
		"ssh":                {says("SSH-2.0-Fake_1\r\n"), portscan.SSH, "SSH-2.0-Fake_1", speaks, answering},
		"mail":               {says("220 mail.example ESMTP\r\n"), portscan.Mail, "220 mail.example ESMTP", speaks, answering},
		"nats":               {says("INFO {\"server_id\":\"x\"}\r\n"), portscan.NATS, "server_id", speaks, answering},
		"mysql":              {says("\x4a\x00\x00\x00\x0a8.0.36\x00" + strings.Repeat("x", 70)), portscan.MySQL, "8.0.36", speaks, answering},
		"something":          {says("\x01\x02hello"), portscan.Unknown, `\x01\x02hello`, speaks, answering},
		"giop":               {answers(locateReply), portscan.GIOP, "GIOP 1.0, little-endian, LocateReply UNKNOWN_OBJECT", leavesOthersFirst, answering},
		"giop, greedy":       {answers(locateReply[:16] + "\x01\x00\x00\x00"), portscan.GIOP, "OBJECT_HERE", leavesOthersFirst, answering},
		"giop, forwards":     {answers(locateReply[:16] + "\x02\x00\x00\x00"), portscan.GIOP, "OBJECT_FORWARD", leavesOthersFirst, answering},
		"giop, locates not":  {deaf, portscan.GIOP, "GIOP 1.0, little-endian, Reply", leavesOthersFirst, leavesSilent},
		"giop, error":        {answers("GIOP\x01\x00\x00\x06\x00\x00\x00\x00"), portscan.GIOP, "big-endian, MessageError", leavesOthersFirst, answering},
		"giop, no such":      {answers("GIOP\x09\x00\x00\x63\x00\x00\x00\x00"), portscan.GIOP, "", leavesOthersFirst, answering},
		"http":               {httpServer, portscan.HTTP, "fake/1", leavesOthersFirst, leavesSilent},
		"http, late":         {answers("<!DOCTYPE HTML><p>Error code: 400"), portscan.HTTP, "<!DOCTYPE", leavesOthersFirst, answering},
		"smb":                {answers("\x00\x00\x00\x54\xfeSMB@\x00" + strings.Repeat("\x00", 70)), portscan.SMB, "version 2 or 3", leavesOthersFirst, answering},
		"echo":               {func(c net.Conn) { _, _ = io.Copy(c, c) }, portscan.Unknown, "sends back", leavesOthersFirst, answering},
		"silent":             {wait, portscan.Silent, "answers nothing", leavesOthersFirst, leavesSilent},
		"hangs up":           {func(net.Conn) {}, portscan.Silent, "answers nothing", leavesOthersFirst, answering},
		"tls":                {within(cert, wait), portscan.TLS, "CN=bank", leavesOthersFirst, leavesSilent},
		"https":              {within(cert, httpServer, "http/1.1"), portscan.HTTPS, "TLS 1.3", leavesOthersFirst, leavesSilent},
		"giop in tls":        {within(cert, answers(locateReply)), portscan.TLSGIOP, "UNKNOWN_OBJECT", leavesOthersFirst, answering},
		"a flood":            {func(c net.Conn) { _, _ = c.Write(make([]byte, 1<<20)) }, portscan.Unknown, `\x00`, speaks, answering},
		"a very short reply": {answers("GIOP\x01"), portscan.GIOP, "not whole", leavesOthersFirst, answering},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := listen(t, c.serve)
			got, err := portscan.IdentifyWithin(t.Context(), f.at, c.banner, c.patience)
			if err != nil || got.Protocol != c.is || !strings.Contains(got.Detail, c.detail) {
				t.Fatalf("got %+v, %v; want %s, %q", got, err, c.is, c.detail)
			}
			if n := int(f.conns.Load()); n != got.Connections || n > portscan.MaxConnections {
				t.Errorf("%d connections, and it says %d", n, got.Connections)
			}
			if want := name == "giop, greedy" || name == "giop, forwards"; got.Greedy != want {
				t.Errorf("greedy: %v", got.Greedy)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort(freeport.Dead(t))
	if got, err := portscan.Identify(t.Context(), at); err != nil || got.Protocol != portscan.Closed {
		t.Errorf("got %+v, %v", got, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := portscan.Identify(ctx, at); err == nil {
		t.Error("it went on after its end")
	}
}

// TestORB: the server side of this project, which has nothing to complain of.
func TestORB(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	poa.New(o)
	o.Accept()
	port := o.Endpoints()[0].Port
	got, err := portscan.IdentifyWithin(t.Context(), netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port), leavesOthersFirst, answering)
	if err := o.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err != nil || got.Protocol != portscan.GIOP || got.Greedy || !strings.Contains(got.Detail, "UNKNOWN_OBJECT") || got.Connections != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	if log.Len() > 0 {
		t.Errorf("it complained: %s", &log)
	}
}

// TestListeners: a socket of this process is found, with its owner, and of several only those at the ports asked for.
func TestListeners(t *testing.T) {
	t.Parallel()
	f := listen(t, wait)
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	udp := u.LocalAddr().(*net.UDPAddr).AddrPort()
	all, err := portscan.Listeners(t.Context(), f.at.Port(), udp.Port())
	if err != nil {
		if runtime.GOOS == "linux" {
			t.Fatal(err)
		}
		t.Skipf("this system does not tell: %v", err)
	}
	want := map[netip.AddrPort]string{f.at: "tcp", udp: "udp"}
	for _, l := range all {
		if want[l.Addr] != l.Network {
			continue // another process's, of the same port of the other network
		}
		delete(want, l.Addr)
		if l.Owner.PID != int32(os.Getpid()) || l.Owner.Program == "" || l.Reachable() != l.Addr {
			t.Errorf("got %+v", l)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v, in %+v", want, all)
	}
}

// loopback is where this machine takes calls for itself at all its addresses.
func loopback(port int) string {
	host := "::1"
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		host = "127.0.0.1"
	} else {
		_ = l.Close()
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]string{"0.0.0.0:3053": "127.0.0.1:3053", "[::]:3053": loopback(3053), "10.0.0.1:1": "10.0.0.1:1"} {
		if got := (portscan.Listener{Addr: netip.MustParseAddrPort(have)}).Reachable(); got.String() != want {
			t.Errorf("%s: got %s, want %s", have, got, want)
		}
	}
}

func TestRegistered(t *testing.T) {
	t.Parallel()
	for port, want := range map[uint16]string{3053: "dsom-server", 2809: "corbaloc", 683: "corba-iiop"} {
		if got := portscan.Registered("tcp", port); got != want {
			t.Errorf("%d: %q, want %q", port, got, want)
		}
	}
}

// FuzzAnswer: whatever a listener says, it is told apart from others, in bounded time and words.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{locateReply, "SSH-2.0", "HTTP/1.1 200 OK\r\nServer: x\r\n", "\x15\x03\x01\x00\x02\x02\x28", "GIOP", "J\x00\x00\x00\n8", "\x00\x00\x00\x54\xfeSMB"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 512 {
			return
		}
		for _, i := range []portscan.Identity{portscan.FirstOctets(b), portscan.Answer(b)} {
			if i.Protocol == "" || len(i.Detail) > 4*512 {
				t.Errorf("%q: %+v", b, i)
			}
		}
	})
}

// TestOtherNaming: a CORBA server with a naming service of its own is none of this project's daemons, whatever it answers to the question.
func TestOtherNaming(t *testing.T) {
	t.Parallel()
	reply := func(v cdr.Version, status giop.ReplyStatus, body func(e *cdr.Encoder)) []byte {
		var e cdr.Encoder
		e.Reset(nil, true, &cdr.Env{Version: v})
		m := giop.BeginReply(&e, v, 4, status, nil)
		body(&e)
		giop.Finish(&e, m)
		return e.Bytes()
	}
	is := func(b bool) func(*cdr.Encoder) { return func(e *cdr.Encoder) { e.Boolean(b) } }
	whole := reply(cdr.V10, giop.NoException, is(true))
	for name, c := range map[string]struct {
		answer []byte
		ours   bool
	}{
		"yes":          {whole, true},
		"no":           {reply(cdr.V10, giop.NoException, is(false)), false},
		"an exception": {reply(cdr.V10, giop.SystemException, func(e *cdr.Encoder) { giop.PutSystemException(e, exc.New(exc.NoImplement, 0, exc.No, "")) }), false},
		"no result":    {reply(cdr.V10, giop.NoException, func(*cdr.Encoder) {}), false},
		"cut off":      {whole[:len(whole)-1], false},
		"nothing":      {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := listen(t, func(conn net.Conn) {
				for unknown := true; ; unknown = false { // the first key is nobody's, the second that of the naming service
					head := make([]byte, giop.HeaderSize)
					if _, err := io.ReadFull(conn, head); err != nil {
						return
					}
					h, err := giop.ParseHeader(head)
					if err != nil {
						return
					}
					if _, err := io.CopyN(io.Discard, conn, int64(h.Size)); err != nil {
						return
					}
					says := c.answer
					if h.Type == giop.TypeLocateRequest {
						e := cdr.NewEncoder(nil, true, nil)
						status := giop.ObjectHere
						if unknown {
							status = giop.UnknownObject
						}
						giop.Finish(e, giop.BeginLocateReply(e, cdr.V10, 1, status))
						says = e.Bytes()
					}
					if _, err := conn.Write(says); err != nil || len(says) == 0 {
						return
					}
				}
			})
			got, err := portscan.IdentifyWithin(t.Context(), f.at, leavesOthersFirst, answering)
			if err != nil || got.Protocol != portscan.GIOP || !got.Naming || got.Greedy || got.Ours != c.ours {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// TestIdentifyUDP: what answers datagrams is told by what it says, and who says nothing in time.
func TestIdentifyUDP(t *testing.T) {
	t.Parallel()
	reply := func(known string, status giop.LocateStatus) func([]byte) []byte {
		return func(q []byte) []byte {
			h, err := giop.OpenDatagram(q)
			if err != nil || h.Type != giop.TypeLocateRequest {
				return nil
			}
			var d cdr.Decoder
			d.Reset(q, giop.HeaderSize, h.Little, &cdr.Env{Version: h.Version})
			var r giop.LocateRequest
			if r.Parse(h, &d) != nil {
				return nil
			}
			s := giop.UnknownObject
			if string(r.Key) == known || known == "" {
				s = status
			}
			e := cdr.NewEncoder(nil, true, &cdr.Env{Version: h.Version})
			giop.Finish(e, giop.BeginLocateReply(e, h.Version, r.ID, s))
			return e.Bytes()
		}
	}
	for name, c := range map[string]struct {
		say    func([]byte) []byte
		is     portscan.Protocol
		detail string
		naming bool
		greedy bool
	}{
		"a daemon":     {reply("NameService", giop.ObjectHere), portscan.GIOP, "GIOP 1.2, little-endian, LocateReply UNKNOWN_OBJECT", true, false},
		"another":      {reply("else", giop.ObjectHere), portscan.GIOP, "UNKNOWN_OBJECT", false, false},
		"one with all": {reply("", giop.ObjectHere), portscan.GIOP, "OBJECT_HERE", false, true},
		"an echo":      {func(q []byte) []byte { return q }, portscan.Unknown, "sends back", false, false},
		"something":    {func([]byte) []byte { return []byte("\x80\x01hello") }, portscan.Unknown, "hello", false, false},
		"silent":       {func([]byte) []byte { return nil }, portscan.Silent, "answers no question", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for b := make([]byte, 4096); ; {
					n, from, err := l.ReadFromUDPAddrPort(b)
					if err != nil {
						return
					}
					if a := c.say(b[:n]); a != nil {
						_, _ = l.WriteToUDPAddrPort(a, from)
					}
				}
			}()
			t.Cleanup(func() { l.Close(); <-ended })
			i, err := portscan.IdentifyUDP(t.Context(), l.LocalAddr().(*net.UDPAddr).AddrPort())
			if err != nil || i.Protocol != c.is || !strings.Contains(i.Detail, c.detail) || i.Naming != c.naming || i.Greedy != c.greedy {
				t.Errorf("got %+v, %v", i, err)
			}
		})
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := portscan.IdentifyUDP(ctx, netip.MustParseAddrPort("127.0.0.1:9")); !errors.Is(err, context.Canceled) {
		t.Errorf("a ctx that has ended: %v", err)
	}
}

// TestListenerOf holds of which version of IP a listener is that the system says listens at all addresses, and so where it is asked.
func TestListenerOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		family uint32
		ip     string
		want   string
	}{
		{syscall.AF_INET, "*", "127.0.0.1:80"}, {syscall.AF_INET6, "*", loopback(80)}, {syscall.AF_INET, "0.0.0.0", "127.0.0.1:80"}, {syscall.AF_INET6, "::", loopback(80)},
		{syscall.AF_INET, "", "127.0.0.1:80"}, {syscall.AF_INET, "192.0.2.1", "192.0.2.1:80"}, {syscall.AF_INET6, "2001:db8::1", "[2001:db8::1]:80"}, {syscall.AF_INET, "nonsense", ""},
	} {
		l, ok := portscan.ListenerOf("tcp", psnet.ConnectionStat{Family: c.family, Laddr: psnet.Addr{IP: c.ip, Port: 80}, Status: "LISTEN"})
		if ok != (c.want != "") || ok && l.Reachable().String() != c.want {
			t.Errorf("%s of family %d: asked at %v, %v, want %s", c.ip, c.family, l.Reachable(), ok, c.want)
		}
	}
}
