package group_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport/miop"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var hearerInterface = &orb.Interface{ID: "IDL:Hearer:1.0"}

// A hearer is a servant of which hear, with a text, is oneway, and ask is not.
type hearer struct {
	mu    sync.Mutex
	heard []string
	peers []net.Addr
	who   []string
}

func (*hearer) Interface() *orb.Interface { return hearerInterface }
func (h *hearer) Implementation() any     { return h }
func (*hearer) Oneway(op string) bool     { return op == "hear" }
func (h *hearer) Dispatch(r *orb.ServerRequest) bool {
	if op := r.Operation(); op != "hear" && op != "ask" {
		return false
	}
	text := r.In.String()
	if r.Decoded() {
		h.mu.Lock()
		h.heard = append(h.heard, text)
		h.peers = append(h.peers, orb.Peer(r.Context()))
		h.who = append(h.who, orb.Caller(r.Context()).Name())
		h.mu.Unlock()
		r.Returned(nil)
	}
	return true
}

func (h *hearer) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.heard...)
}

// call calls an operation with a text.
func call(ctx context.Context, ref *orb.Ref, op, text string, flags orb.CallFlags) error {
	c := orb.StartCall(ctx, ref, op, flags)
	for c.Next() {
		c.Out.String(text)
	}
	c.Returned()
	return c.End()
}

func newORB(t *testing.T, cfg orb.Config) (*orb.ORB, *poa.Root, *group.Groups) {
	t.Helper()
	cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	if cfg.Listen == nil {
		cfg.Listen = []string{"tcp:127.0.0.1:0"}
	}
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return o, poa.New(o), group.New(o, group.Config{Interface: "127.0.0.1"})
}

func sender(t *testing.T, size int) *miop.Sender {
	s := miop.NewSender(miop.SenderConfig{Interface: "127.0.0.1", PacketSize: size})
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func activate(t *testing.T, root *poa.Root) (*hearer, *orb.Ref) {
	t.Helper()
	h := new(hearer)
	ref, err := root.Activate(h)
	if err != nil {
		t.Fatal(err)
	}
	return h, ref
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// freePort returns a port of UDP that was free a moment ago.
func freePort(t *testing.T) uint16 {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// takes returns an address of a host, at a port that was free a moment ago, and that listen has taken: it may have become another's.
func takes(t *testing.T, host string, listen func(netip.AddrPort) error) netip.AddrPort {
	t.Helper()
	for try := 1; ; try++ {
		at := netip.AddrPortFrom(netip.MustParseAddr(host), freePort(t))
		err := listen(at)
		if err == nil {
			return at
		}
		if try == 20 {
			t.Fatal(err)
		}
	}
}

func bind(t *testing.T, o *orb.ORB, url string) *orb.Ref {
	t.Helper()
	u, err := ior.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return o.NewRef(u.Reference())
}

// TestCalled: by one call each member of a group is called that is there, in whichever ORB, by a short message and by one of many packets; who has left is not, nor is another group at the same address.
func TestCalled(t *testing.T) {
	t.Parallel()
	_, ra, ga := newORB(t, orb.Config{})
	_, rb, gb := newORB(t, orb.Config{BigEndian: true})
	for _, big := range []bool{false, true} {
		client, _, _ := newORB(t, orb.Config{Multicaster: sender(t, 600), BigEndian: big})
		h1, m1 := activate(t, ra)
		h2, m2 := activate(t, ra)
		h3, m3 := activate(t, rb)
		g := ior.Group{Domain: "NET", ID: 7}
		var ref *orb.Ref
		var leaves []func()
		join := func(by *group.Groups, m *orb.Ref) error {
			leave, err := by.Join(ref, m)
			leaves = append(leaves, leave)
			return err
		}
		at := takes(t, "239.255.77.1", func(at netip.AddrPort) error {
			ref, leaves = group.NewReference(client, hearerInterface.ID, g, at), nil
			return join(ga, m1)
		})
		url := bind(t, client, "corbaloc:miop:1.2@1.0-NET-7/"+at.String())
		other := bind(t, client, "corbaloc:miop:1.2@1.0-NET-8/"+at.String())
		if err := errors.Join(join(ga, m2), join(gb, m3)); err != nil {
			t.Fatal(err)
		}
		long := strings.Repeat("ü", 30_000)
		if err := call(t.Context(), ref, "hear", "short", orb.Oneway); err != nil {
			t.Fatal(err)
		}
		if err := call(t.Context(), other, "hear", "not for them", orb.Oneway); err != nil {
			t.Fatal(err)
		}
		if err := call(t.Context(), url, "hear", long, orb.Oneway); err != nil {
			t.Fatal(err)
		}
		for i, h := range []*hearer{h1, h2, h3} {
			eventually(t, "both are heard", func() bool { return len(h.texts()) >= 2 })
			if got := h.texts(); got[0] != "short" || got[1] != long {
				t.Errorf("member %d has heard %d texts, the first %.20q", i, len(got), got[0])
			}
			h.mu.Lock()
			if p, ok := h.peers[0].(*net.UDPAddr); !ok || !p.IP.IsLoopback() || h.who[0] != "" {
				t.Errorf("it is told that it is called from %v by %q", h.peers[0], h.who[0])
			}
			h.mu.Unlock()
		}
		if all, err := ga.Members(ref); err != nil || len(all) != 2 || string(all[0]) != m1.ObjectKey() {
			t.Errorf("%q, %v", all, err)
		}
		leaves[0]()
		leaves[0]()
		if err := call(t.Context(), ref, "hear", "after", orb.Oneway); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the others hear", func() bool { return len(h2.texts()) == 3 && len(h3.texts()) == 3 })
		if len(h1.texts()) != 2 {
			t.Errorf("who has left has heard %q", h1.texts()[2:])
		}
		leaves[1]()
		leaves[2]()
		if c := gb.Counts(); c.Foreign == 0 || c.Malformed > 0 || c.Overlaps > 0 {
			t.Errorf("%+v", c)
		}
	}
}

// TestNotCalled: what a group cannot do, or this ORB is not to do, has its exception, and nothing is sent.
func TestNotCalled(t *testing.T) {
	t.Parallel()
	var hear *net.UDPConn
	at := takes(t, "127.0.0.1", func(at netip.AddrPort) (err error) {
		hear, err = miop.Listen(at, "")
		return err
	})
	defer hear.Close()
	s := sender(t, 0)
	for name, c := range map[string]struct {
		cfg   orb.Config
		flags orb.CallFlags
		sync  bool
		kind  exc.Kind
		minor uint32
	}{
		"an operation with a reply":   {cfg: orb.Config{Multicaster: s}, kind: exc.InvObjref, minor: exc.MinorGroupReply},
		"one to be waited for":        {cfg: orb.Config{Multicaster: s}, flags: orb.Oneway, sync: true, kind: exc.InvObjref, minor: exc.MinorGroupReply},
		"without a Multicaster":       {flags: orb.Oneway, kind: exc.NoImplement, minor: exc.MinorNoDatagrams},
		"by TLS alone":                {cfg: orb.Config{Multicaster: s, CallTLSOnly: true}, flags: orb.Oneway, kind: exc.NoPermission, minor: exc.MinorNeedsTLS},
		"an address that is refused":  {cfg: orb.Config{Multicaster: s, Connect: "127.0.0.0/8=@refuse"}, flags: orb.Oneway, kind: exc.NoPermission, minor: exc.MinorConnectRefused},
		"one that leads to elsewhere": {cfg: orb.Config{Multicaster: s, Connect: "127.0.0.0/8=127.0.0.9"}, flags: orb.Oneway, kind: exc.NoPermission, minor: exc.MinorConnectRefused},
	} {
		o, _, _ := newORB(t, c.cfg)
		ref := group.NewReference(o, hearerInterface.ID, ior.Group{Domain: "NET", ID: 1}, at)
		ctx := t.Context()
		if c.sync {
			ctx = orb.WithPolicies(ctx, orb.Policies{Sync: orb.SyncWithServer})
		}
		err := call(ctx, ref, "hear", "x", c.flags)
		if e := (*exc.SystemException)(nil); !errors.As(err, &e) || e.Kind != c.kind || e.Minor != c.minor || e.Completed != exc.No {
			t.Errorf("%s: %v", name, err)
		}
	}
	o, root, g := newORB(t, orb.Config{Multicaster: s})
	for name, u := range map[string]ior.UIPMC{
		"no group":   {Version: cdr.V12, Address: "127.0.0.1", Port: at.Port()},
		"a name":     {Version: cdr.V12, Address: "localhost", Port: at.Port(), Components: []ior.Component{ior.Group{Domain: "D"}.Component()}},
		"no port":    {Version: cdr.V12, Address: "127.0.0.1", Components: []ior.Component{ior.Group{Domain: "D"}.Component()}},
		"everywhere": {Version: cdr.V12, Address: "0.0.0.0", Port: 1, Components: []ior.Component{ior.Group{Domain: "D"}.Component()}},
	} {
		bad := o.NewRef(&ior.IOR{Profiles: []ior.Profile{u.Profile()}})
		if err := call(t.Context(), bad, "hear", "x", orb.Oneway); !errors.Is(err, exc.Transient) {
			t.Errorf("%s: %v", name, err)
		}
		_, m := activate(t, root)
		if leave, err := g.Join(bad, m); err == nil {
			leave()
			t.Errorf("%s can be joined", name)
		}
	}
	_ = hear.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if n, err := hear.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d octets were sent", n)
	}
}

// old returns a request to a group as there are in GIOP 1.0 and 1.1.
func old(v cdr.Version, little bool, g ior.Group, text string) []byte {
	d := cdr.NewEncoder(nil, little, nil)
	d.Octets(giop.AppendHeader(nil, giop.Header{Version: v, Little: little, Type: giop.TypeRequest}))
	d.ULong(0) // service contexts
	d.ULong(3)
	d.Boolean(false)
	if v.AtLeast(cdr.V11) {
		d.Octets([]byte{0, 0, 0})
	}
	d.Octets([]byte("MIOP"))
	p := g.Reference("", netip.MustParseAddrPort("127.0.0.1:1")).Profiles[0]
	d.ULong(p.Tag)
	d.OctetSeq(p.Data)
	d.RawString("hear")
	d.OctetSeq(nil)
	d.RawString(text)
	b := d.Bytes()
	giop.PatchSize(b)
	return b
}

// TestHostile: what comes to a group's address and is no request to it, or not one that can be taken, is counted, and the next is heard.
func TestHostile(t *testing.T) {
	t.Parallel()
	o, root, g := newORB(t, orb.Config{})
	own := ior.Group{Domain: "NET", ID: 9}
	h, m := activate(t, root)
	at := takes(t, "127.0.0.1", func(at netip.AddrPort) error {
		_, err := g.Join(group.NewReference(o, "", own, at), m)
		return err
	})
	u, err := net.Dial("udp4", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	n := byte(0)
	send := func(msg []byte) {
		t.Helper()
		n++
		p := miop.Packet{Little: true, Stop: true, Of: 1, ID: []byte{n, 0}, Data: msg}
		if _, err := u.Write(p.Append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	request := func(flags byte, target giop.Target, op string) []byte {
		e := cdr.NewEncoder(nil, true, nil)
		k := giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 1, Flags: flags, Key: []byte(m.ObjectKey()), Target: &target, Operation: op})
		e.RawString("x")
		giop.Finish(e, k)
		return e.Bytes()
	}
	to := func(g ior.Group) giop.Target {
		p := g.Reference("", at).Profiles[0]
		return giop.Target{Kind: giop.ProfileAddr, Tag: p.Tag, Profile: p.Data}
	}
	good := request(giop.SyncNone, to(own), "hear")
	for _, raw := range [][]byte{nil, []byte("GIOP"), []byte("MIOP"), make([]byte, 60_000), good} { // not in a packet
		if _, err := u.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	malformed := 5
	for _, msg := range [][]byte{
		good[:len(good)-1], good[:8], append(append([]byte(nil), good...), 0), giop.AppendCloseConnection(nil, cdr.V12, true), {1},
		request(giop.SyncNone, giop.Target{}, "hear"), // by the key of the member
		request(giop.SyncNone, giop.Target{Kind: giop.ProfileAddr, Tag: ior.TagUIPMC, Profile: []byte{1, 1, 2}}, "hear"),
		request(giop.SyncNone, giop.Target{Kind: giop.ProfileAddr, Tag: ior.TagInternetIOP, Profile: ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: []byte("k")}.Profile().Data}, "hear"),
	} {
		send(msg)
		malformed++
	}
	send(request(giop.SyncNone, to(ior.Group{Domain: "NET", ID: 10}), "hear"))
	send(request(giop.SyncNone, to(ior.Group{Domain: "net", ID: 9}), "hear"))
	send(request(giop.SyncTarget, to(own), "hear"))
	send(request(giop.SyncServer, to(own), "hear"))
	send(request(giop.SyncNone, to(own), "there_is_no_such_operation"))
	send(good)
	for _, v := range []cdr.Version{cdr.V10, cdr.V11} {
		for _, little := range []bool{true, false} {
			send(old(v, little, own, "old "+v.String()))
		}
	}
	eventually(t, "the good ones are heard", func() bool { return len(h.texts()) == 5 })
	if got := strings.Join(h.texts(), ", "); got != "x, old 1.0, old 1.0, old 1.1, old 1.1" {
		t.Errorf("heard: %s", got)
	}
	var c group.Counts
	eventually(t, "all are counted", func() bool { c = g.Counts(); return c.Delivered == 6 })
	if c.Malformed != uint64(malformed) || c.Foreign != 2 || c.Refused != 2 || c.Full != 0 {
		t.Errorf("%+v, want %d malformed, 2 foreign, 2 refused", c, malformed)
	}
	_ = u.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if n, err := u.Read(make([]byte, 100)); err == nil {
		t.Errorf("an answer of %d octets", n)
	}
}

// TestJoin: who can be a member, how many there are at most, and that all ends with the ORB.
func TestJoin(t *testing.T) {
	t.Parallel()
	o, root, g := newORB(t, orb.Config{})
	other, otherRoot, _ := newORB(t, orb.Config{})
	_, m := activate(t, root)
	var ref *orb.Ref
	at := takes(t, "127.0.0.1", func(at netip.AddrPort) error {
		ref = group.NewReference(o, "", ior.Group{Domain: "D", ID: 1}, at)
		_, err := g.Join(ref, m)
		return err
	})
	_, foreign := activate(t, otherRoot)
	for name, c := range map[string]struct {
		ref, m orb.Object
	}{
		"no group": {m, m}, "nil": {nil, m}, "another ORB's": {ref, foreign}, "a reference to another's object": {ref, o.NewRef(foreign.IOR())}, "no member": {ref, nil},
		"another ORB's reference to it": {ref, other.NewRef(m.IOR())},
	} {
		if _, err := g.Join(c.ref, c.m); !errors.Is(err, exc.BadParam) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var err error
	for range group.MostMembers - 1 {
		if _, err = g.Join(ref, m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = g.Join(ref, m); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "group-members") {
		t.Errorf("%v", err)
	}
	for i := 2; ; i++ {
		far := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 1, byte(i)}), at.Port())
		if _, err = g.Join(group.NewReference(o, "", ior.Group{Domain: "D", ID: 1}, far), m); err != nil {
			if i != group.MostAddresses+1 || !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "group-addresses") {
				t.Errorf("%d: %v", i, err)
			}
			break
		}
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err = g.Join(ref, m); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("after the end: %v", err)
	}
	again, err := miop.Listen(at, "") // which is free
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
}

// TestDeliverRefuses: an ORB that takes calls of identified callers, or over TLS, alone, has none carried out that came by a datagram.
func TestDeliverRefuses(t *testing.T) {
	t.Parallel()
	o, root, _ := newORB(t, orb.Config{RequireIdentity: true})
	h, m := activate(t, root)
	msg := old(cdr.V10, true, ior.Group{Domain: "D"}, "x")
	if err := o.Deliver(msg, []byte(m.ObjectKey()), &net.UDPAddr{}); !errors.Is(err, exc.NoPermission) || len(h.texts()) > 0 {
		t.Errorf("%v, heard %q", err, h.texts())
	}
}
