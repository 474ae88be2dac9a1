package netbios_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/nbss"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func here(called string) transport.Endpoint {
	return transport.Endpoint{Network: netbios.Name, Host: called + "@127.0.0.1"}
}

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: netbios.New(netbios.Config{}), Endpoint: here("TEST"), Lazy: true})
}

// A book is a resolver that has names written down.
type book map[string]string

func (b book) Lookup(_ context.Context, n nbname.Name) ([]nbns.Entry, error) {
	a, ok := b[n.String()]
	if !ok {
		return nil, fmt.Errorf("%v is nowhere", n)
	}
	var all []nbns.Entry
	for s := range strings.FieldsSeq(a) {
		all = append(all, nbns.Entry{Addr: netip.MustParseAddr(s)})
	}
	return all, nil
}

// serve listens, and answers each session with its name.
func serve(t *testing.T, tr *netbios.Transport, e transport.Endpoint) transport.Endpoint {
	t.Helper()
	l, err := tr.Listen(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(time.Minute))
				if _, err := c.Read(make([]byte, 1)); err == nil {
					_, _ = io.WriteString(c, l.Endpoint().Host)
				}
			}()
		}
	}()
	return l.Endpoint()
}

// who asks who answers at an endpoint.
func who(t *testing.T, tr *netbios.Transport, e transport.Endpoint) (string, error) {
	t.Helper()
	c, err := tr.Dial(t.Context(), e)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := c.Write([]byte("?")); err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	return string(b), err
}

// TestRetarget: whoever calls a server's name at the daemon's port is sent to the server's own; a name that nobody has is refused.
func TestRetarget(t *testing.T) {
	t.Parallel()
	bank := serve(t, netbios.New(netbios.Config{}), here("BANK"))
	daemon := netbios.New(netbios.Config{Elsewhere: func(_ context.Context, n nbname.Name, local netip.AddrPort) (netip.AddrPort, error) {
		switch n.Base() {
		case "BANK":
			return netip.AddrPortFrom(local.Addr(), bank.Port), nil
		case "BUSY":
			return netip.AddrPort{}, &netbios.SessionError{Called: n, Code: nbss.NoResources}
		}
		return netip.AddrPort{}, errors.New("nobody")
	}})
	at := serve(t, daemon, here("ADA"))
	client := netbios.New(netbios.Config{Resolver: book{"ADA#53": "127.0.0.9 127.0.0.1", "BANK#53": "127.0.0.1"}})
	for host, want := range map[string]string{"ADA": "ADA@127.0.0.1", "BANK@ADA": "BANK@127.0.0.1", "bank": "BANK@127.0.0.1", "BANK@127.0.0.1": "BANK@127.0.0.1", "ada#53@ada": "ADA@127.0.0.1"} {
		got, err := who(t, client, transport.Endpoint{Network: netbios.Name, Host: host, Port: at.Port})
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", host, got, err, want)
		}
	}
	for host, want := range map[string]nbss.Code{"EVE@127.0.0.1": nbss.NotPresent, "ADA#20@127.0.0.1": nbss.NotPresent, "ADA.SCOPE@127.0.0.1": nbss.NotPresent, "BUSY@127.0.0.1": nbss.NoResources} {
		_, err := who(t, client, transport.Endpoint{Network: netbios.Name, Host: host, Port: at.Port})
		if no := (*netbios.SessionError)(nil); !errors.As(err, &no) || no.Code != want {
			t.Errorf("%s: %v; want %v", host, err, want)
		}
	}
	if _, err := who(t, client, transport.Endpoint{Network: netbios.Name, Host: "NOWHERE", Port: at.Port}); err == nil {
		t.Error("a name that nobody has")
	}
	if _, err := who(t, netbios.New(netbios.Config{}), transport.Endpoint{Network: netbios.Name, Host: "ADA", Port: at.Port}); err == nil || !strings.Contains(err.Error(), "finds no names") {
		t.Errorf("without a way to find names: %v", err)
	}
	if c := daemon.Counts(); c.Retargets != 3 || c.Sessions != 2 || c.Refused != 4 || c.Malformed != 0 {
		t.Errorf("%+v", c)
	}
}

// TestRetargetLoops: clients are not sent in a circle, nor from one to the next without end, nor to where a guard would not let them.
func TestRetargetLoops(t *testing.T) {
	t.Parallel()
	var ports [7]uint16
	for i := range ports {
		tr := netbios.New(netbios.Config{Elsewhere: func(_ context.Context, n nbname.Name, local netip.AddrPort) (netip.AddrPort, error) {
			to := ports[(i+1)%len(ports)]
			switch n.Base() {
			case "SELF":
				to = local.Port()
			case "PAIR":
				to = ports[i^1]
			case "GUARDED":
				return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), 1), nil
			case "NOWHERE":
				return netip.AddrPortFrom(netip.MustParseAddr("0.0.0.0"), 1), nil
			}
			return netip.AddrPortFrom(local.Addr(), to), nil
		}})
		ports[i] = serve(t, tr, here(fmt.Sprint("N", i))).Port
	}
	client := netbios.New(netbios.Config{})
	dial := func(called string) error {
		e := here(called)
		e.Port = ports[0]
		ctx := transport.WithGuard(t.Context(), func(a netip.Addr) error {
			if a != netip.MustParseAddr("127.0.0.1") {
				return errors.New("not there")
			}
			return nil
		})
		c, err := client.Dial(ctx, e)
		if err == nil {
			c.Close()
		}
		return err
	}
	if err := dial("N4"); err != nil { // four steps away
		t.Error(err)
	}
	for _, called := range []string{"SELF", "PAIR", "N5", "N6"} {
		if err := dial(called); !errors.As(err, new(*netbios.RetargetError)) || !strings.Contains(err.Error(), "netbios-retargets") {
			t.Errorf("%s: %v", called, err)
		}
	}
	if err := dial("GUARDED"); err == nil || !strings.Contains(err.Error(), "not there") {
		t.Errorf("past a guard: %v", err)
	}
	if err := dial("NOWHERE"); !errors.As(err, new(*netbios.FormError)) {
		t.Errorf("to nowhere: %v", err)
	}
}

// raw connects, without a session.
func raw(t *testing.T, e transport.Endpoint) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", e.Port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c.(*net.TCPConn)
}

var called, _ = nbname.New("TEST", nbname.DSOM, "")

// TestKeptAlive: packets that keep a session alive, messages without octets, and heads in pieces of one octet are no octets of the stream, and no news.
func TestKeptAlive(t *testing.T) {
	t.Parallel()
	l, err := netbios.New(netbios.Config{}).Listen(t.Context(), here("TEST"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := raw(t, l.Endpoint())
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.SetDeadline(time.Now().Add(time.Minute))
	if _, err := s.Write([]byte("x")); err == nil {
		t.Error("writes before there is a session")
	}
	alive := string(nbss.AppendHead(nil, nbss.KeepAlive, 0))
	go func() {
		for _, b := range []byte(alive + string(nbss.AppendRequest(nil, called, called)) + alive + "\x00\x00\x00\x00" + alive + "\x00\x00\x00\x02ab" + alive + "\x00\x00\x00\x01c") {
			c.Write([]byte{b})
		}
	}()
	got := make([]byte, 3)
	if _, err := io.ReadFull(s, got); err != nil || string(got) != "abc" {
		t.Fatalf("read %q, %v", got, err)
	}
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte(alive + alive + "\x00\x00")); err != nil {
		t.Fatal(err)
	}
	becomes(t, s, transport.Quiet) // they may be on their way
	if _, err := c.Write([]byte("\x00\x01!")); err != nil {
		t.Fatal(err)
	}
	becomes(t, s, transport.Waiting)
	b, n, err := s.ReadChunk()
	if err != nil || string(b[:n]) != "!" {
		t.Fatalf("read %q, %v", b[:n], err)
	}
	b.Free()
	c.Close()
	becomes(t, s, transport.Gone)
}

// becomes waits until the connection is in a state.
func becomes(t *testing.T, c transport.Conn, want transport.State) {
	t.Helper()
	for end := time.Now().Add(time.Minute); c.State() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("state %v, want %v", c.State(), want)
		}
	}
}

// TestFlood: who sends packets without octets and nothing else is heard up to MostControl in a second, by whichever way he is read, and then the session ends. Octets between
// them are no flood.
func TestFlood(t *testing.T) {
	t.Parallel()
	tr := netbios.New(netbios.Config{})
	l, err := tr.Listen(t.Context(), here("TEST"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	alive, empty := string(nbss.AppendHead(nil, nbss.KeepAlive, 0)), string(nbss.AppendHead(nil, nbss.Message, 0))
	most := strings.Repeat(alive, netbios.MostControl)
	const enough = 3 * time.Second // for a flood that has come to be taken, or it has lasted more than a second and was none
	ways := map[string]func(transport.Conn) (string, error){
		"Read": func(c transport.Conn) (string, error) {
			b := make([]byte, 16)
			n, err := c.Read(b)
			return string(b[:n]), err
		},
		"ReadChunk": func(c transport.Conn) (string, error) {
			b, n, err := c.ReadChunk()
			if err != nil {
				return "", err
			}
			defer b.Free()
			return string(b[:n]), nil
		},
		"State": func(c transport.Conn) (string, error) {
			for end := time.Now().Add(enough); time.Now().Before(end) && c.State() == transport.Quiet; {
				time.Sleep(time.Millisecond)
			}
			b := make([]byte, 16)
			n, err := c.Read(b)
			return string(b[:n]), err
		},
	}
	want := uint64(0)
	for way, read := range ways {
		for what, sent := range map[string]struct{ octets, got string }{
			"as many as may be": {most + "\x00\x00\x00\x01x" + most + "\x00\x00\x00\x01y", "xy"}, "one more": {most + alive, ""},
			"one more behind octets": {"\x00\x00\x00\x01x" + most + alive, "x"}, "without octets": {strings.Repeat(empty+alive, netbios.MostControl), ""},
		} {
			flood := !strings.HasSuffix(sent.octets, "y")
			meet := func() (got string, err error) {
				client := raw(t, l.Endpoint())
				s, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				s.SetDeadline(time.Now().Add(time.Minute))
				if _, err := client.Write([]byte(string(nbss.AppendRequest(nil, called, called)) + sent.octets)); err != nil {
					t.Fatal(err)
				}
				if err := s.(interface{ Handshake() error }).Handshake(); err != nil {
					t.Fatal(err)
				}
				if flood {
					s.SetDeadline(time.Now().Add(enough))
				}
				for err == nil && (got != sent.got || flood) {
					var more string
					more, err = read(s)
					got += more
				}
				return got, err
			}
			got, err := meet()
			for try := 1; try < 5 && flood && errors.Is(err, os.ErrDeadlineExceeded); try++ { // it took more than a second to take it
				got, err = meet()
			}
			if flood {
				want++
			}
			if got != sent.got || flood != (errors.As(err, new(*netbios.FormError)) && strings.Contains(err.Error(), "MostControl")) {
				t.Errorf("%s, %s: %q, %v", way, what, got, err)
			}
		}
	}
	if got := tr.Counts().Floods; got != want {
		t.Errorf("%d floods are counted, of %d", got, want)
	}
}

// TestBadClients: what does not keep to the protocol ends the connection, is named, and counted.
func TestBadClients(t *testing.T) {
	t.Parallel()
	tr := netbios.New(netbios.Config{})
	l, err := tr.Listen(t.Context(), here("TEST"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	request := string(nbss.AppendRequest(nil, called, called))
	form := uint64(0)
	for what, c := range map[string]struct {
		sent string
		form bool // it is said what is wrong; else it ends too early
		late bool // there is a session first
	}{
		"GIOP": {"GIOP\x01\x00\x01\x00", true, false}, "TLS": {"\x16\x03\x01\x02\x00\x01", true, false}, "HTTP": {"GET / HTTP/1.0\r\n\r\n", true, false},
		"zeros": {strings.Repeat("\x00", 64), true, false}, "a message first": {"\x00\x00\x00\x01x", true, false}, "an answer first": {"\x82\x00\x00\x00", true, false},
		"a request of 17 bits": {"\x81\x01\x00\x44", true, false}, "a long request": {"\x81\x00\x20\x00", true, false}, "a short request": {"\x81\x00\x00\x10", true, false},
		"no names": {"\x81\x00\x00\x44" + strings.Repeat("x", 68), true, false}, "a request with more": {"\x81\x00\x00\x45" + request[4:] + "x", true, false},
		"only alive": {strings.Repeat("\x85\x00\x00\x00", 9), true, false}, "half a request": {request[:30], false, false}, "half a head": {"\x81", false, false},
		"another request": {request + request, true, true}, "flags": {request + "\x00\x02\x00\x00", true, true}, "a type": {request + "\x7f\x00\x00\x00", true, true},
		"alive with more": {request + "\x85\x00\x00\x01x", true, true}, "half a message": {request + "\x00\x01\xff\xffxyz", false, true}, "half of a later head": {request + "\x00\x00\x00", false, true},
	} {
		client := raw(t, l.Endpoint())
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		s.SetDeadline(time.Now().Add(time.Minute))
		if _, err := client.Write([]byte(c.sent)); err != nil {
			t.Fatal(err)
		}
		client.CloseWrite()
		_, err = io.ReadAll(s)
		var bad *netbios.FormError
		if errors.As(err, &bad) != c.form || !c.form && !errors.Is(err, io.ErrUnexpectedEOF) || c.form && !strings.Contains(err.Error(), "session") {
			t.Errorf("%s: %v", what, err)
		}
		if !c.late {
			form++
		}
		s.Close()
	}
	if got := tr.Counts().Malformed; got != form {
		t.Errorf("%d are counted, of %d", got, form)
	}
}

// TestSlowClient: who does not ask for a session is not waited for.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	var lim limits.Limits
	lim.Set(limits.ConnectTimeout, int64(50*time.Millisecond))
	l, err := netbios.New(netbios.Config{Limits: &lim}).Listen(t.Context(), here("TEST"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := raw(t, l.Endpoint())
	if _, err := c.Write([]byte("\x81\x00")); err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.ReadChunk(); err == nil {
		t.Error("a client that is silent")
	}
	if n, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("he is not told: %d, %v", n, err)
	}
}

// TestBadServers: what a server may say that is none, or does not keep to the protocol.
func TestBadServers(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ sent, want string }{
		"GIOP": {"GIOP\x01\x00\x06\x00", "none"}, "a message": {"\x00\x00\x00\x00", "before there is a session"}, "a request": {string(nbss.AppendRequest(nil, called, called)), "before there is a session"},
		"a positive with more than is there": {"\x82\x00\x00\x01", "EOF"}, "a long positive": {"\x82\x00\xff\xff", "65535 octets"}, "half a retarget": {"\x84\x00\x00\x06\x01\x02", "EOF"}, "a retarget to port 0": {"\x84\x00\x00\x06\x7f\x00\x00\x01\x00\x00", "sent to"},
		"nothing": {"", "EOF"}, "refusal": {"\x83\x00\x00\x01\x81", "calling name"},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			s, err := l.Accept()
			if err != nil {
				return
			}
			io.ReadFull(s, make([]byte, len(nbss.AppendRequest(nil, called, called))))
			io.WriteString(s, c.sent)
			s.Close()
		}()
		e := here("TEST")
		e.Port = uint16(l.Addr().(*net.TCPAddr).Port)
		conn, err := netbios.New(netbios.Config{}).Dial(t.Context(), e)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", what, conn, err)
		}
		l.Close()
	}
}

// TestDialGivenUp: who calls one that never answers stops when his time is over.
func TestDialGivenUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	e := here("TEST")
	e.Port = uint16(l.Addr().(*net.TCPAddr).Port)
	if c, err := netbios.New(netbios.Config{}).Dial(ctx, e); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, %v", c, err)
	}
}

// TestPieces: octets in session messages of each size arrive in order, however they are cut. The seed is printed.
func TestPieces(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	l, err := netbios.New(netbios.Config{}).Listen(t.Context(), here("TEST"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var wire, want []byte
	wire = nbss.AppendRequest(nil, called, called)
	for range 200 {
		size := []int{0, 1, 3, 4, 5, 100, 1 << 14, nbss.MostMessage}[r.IntN(8)]
		if size == nbss.MostMessage && r.IntN(8) > 0 {
			size = r.IntN(5000)
		}
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(r.Uint32())
		}
		wire = append(nbss.AppendHead(wire, nbss.Message, size), body...)
		want = append(want, body...)
		if r.IntN(4) == 0 {
			wire = nbss.AppendHead(wire, nbss.KeepAlive, 0)
		}
	}
	c := raw(t, l.Endpoint())
	go func() {
		r := rand.New(rand.NewPCG(seed, 3))
		for len(wire) > 0 {
			n := min(len(wire), 1+r.IntN(1<<r.IntN(18)))
			if _, err := c.Write(wire[:n]); err != nil {
				return
			}
			wire = wire[n:]
		}
		c.CloseWrite()
	}()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.SetDeadline(time.Now().Add(20 * time.Second))
	var got []byte
	for {
		if r.IntN(2) == 0 {
			b, n, err := s.ReadChunk()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			got = append(got, b[:n]...)
			b.Free()
			continue
		}
		b := make([]byte, 1+r.IntN(1<<r.IntN(18)))
		n, err := s.Read(b)
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
	if string(got) != string(want) {
		t.Errorf("%d octets arrived, others than the %d that were sent", len(got), len(want))
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	tr := netbios.New(netbios.Config{Node: "ADA"})
	for in, want := range map[string]string{
		"netbios:ADA@127.0.0.1:139": "netbios:ADA:139", "netbios:BANK@127.0.0.1:4711": "netbios:BANK#53@ADA:139", "netbios:BANK@ADA:4711": "netbios:BANK#53@ADA:139",
	} {
		e, err := transport.ParseEndpoint(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := tr.Published(e).String(); got != want {
			t.Errorf("%s is published as %s, want %s", in, got, want)
		}
		if again, err := transport.ParseEndpoint(want); err != nil || tr.Published(again) != again {
			t.Errorf("%s: %v, %v", want, again, err)
		}
	}
	for _, host := range []string{"", "@127.0.0.1", "ADA@", "ADA@::1", "ADA@EVE@BOB", "a/b", "SIXTEEN-LETTERS-"} {
		if c, err := tr.Dial(t.Context(), transport.Endpoint{Network: netbios.Name, Host: host, Port: 1}); err == nil {
			t.Errorf("%q: %v", host, c)
		}
		if l, err := tr.Listen(t.Context(), transport.Endpoint{Network: netbios.Name, Host: host}); err == nil {
			t.Errorf("%q: listens at %v", host, l.Endpoint())
		}
	}
}
