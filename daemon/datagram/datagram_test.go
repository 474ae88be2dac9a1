package datagram_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/datagram"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport/miop"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var client = netip.MustParseAddrPort("192.0.2.1:4000")

// where is what a daemon knows.
func where(_ context.Context, _ net.Addr, key []byte) (datagram.Answer, error) {
	switch string(key) {
	case "here", "h":
		return datagram.Answer{Exists: true}, nil
	case "there":
		p := ior.IIOP{Version: cdr.V12, Host: "192.0.2.9", Port: 4711, Key: key}
		return datagram.Answer{Exists: true, Forward: &ior.IOR{Profiles: []ior.Profile{p.Profile()}}}, nil
	case "far":
		p := ior.IIOP{Version: cdr.V12, Host: "a-name-of-some-length.example.org", Port: 4711, Key: key}
		return datagram.Answer{Exists: true, Forward: &ior.IOR{Profiles: []ior.Profile{p.Profile()}}}, nil
	case "huge":
		p := ior.IIOP{Version: cdr.V12, Host: "192.0.2.9", Port: 4711, Key: make([]byte, 2000)}
		return datagram.Answer{Exists: true, Forward: &ior.IOR{Profiles: []ior.Profile{p.Profile()}}}, nil
	case "broken":
		return datagram.Answer{}, errors.New("not now")
	case "panics":
		panic("at a key")
	}
	return datagram.Answer{}, nil
}

// locate returns a LocateRequest with octets behind its end.
func locate(v cdr.Version, little bool, key string, pad int) []byte {
	e := cdr.NewEncoder(nil, little, nil)
	giop.PutLocateRequest(e, v, 7, []byte(key), nil)
	b := append(e.Bytes(), make([]byte, pad)...)
	giop.PatchSize(b)
	return b
}

func parse(t *testing.T, b []byte) (giop.LocateReply, *ior.IOR) {
	t.Helper()
	h, err := giop.ParseHeader(b)
	if err != nil || h.Type != giop.TypeLocateReply || int(h.Size) != len(b)-giop.HeaderSize {
		t.Fatalf("%x: %+v, %v", b, h, err)
	}
	var d cdr.Decoder
	d.Reset(b, giop.HeaderSize, h.Little, nil)
	var r giop.LocateReply
	if err := r.Parse(h, &d); err != nil {
		t.Fatal(err)
	}
	if r.Status != giop.ObjectForward {
		return r, nil
	}
	i := ior.Get(&d)
	if err := d.Done(); err != nil {
		t.Fatal(err)
	}
	return r, i
}

// TestAnswers: each question has its answer, in all versions and both byte orders, and none is longer than three times the question.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		for _, little := range []bool{false, true} {
			for _, c := range []struct {
				key  string
				pad  int
				what datagram.Event
				want giop.LocateStatus
			}{
				{"here", 0, datagram.Here, giop.ObjectHere}, {"h", 0, datagram.Here, giop.ObjectHere}, {"nowhere", 0, datagram.Unknown, giop.UnknownObject},
				{"there", 40, datagram.Forwarded, giop.ObjectForward}, {"far", 0, datagram.Shortened, giop.ObjectHere}, {"far", 20, datagram.Forwarded, giop.ObjectForward}, {"huge", 1400, datagram.Shortened, giop.ObjectHere},
				{"broken", 0, datagram.Unsaid, giop.ObjectHere}, {"panics", 0, datagram.Unsaid, giop.ObjectHere},
			} {
				q := locate(v, little, c.key, c.pad)
				b, what := datagram.New(datagram.Config{Locate: where}).Answer(client, q)
				if what != c.what || len(b) == 0 || len(b) > 3*len(q) || len(b) > datagram.MostReply {
					t.Errorf("GIOP %v, %s: %s, %d octets for %d", v, c.key, what, len(b), len(q))
					continue
				}
				r, to := parse(t, b)
				if r.ID != 7 || r.Status != c.want || (to != nil) != (c.want == giop.ObjectForward) || b[6]&1 == 1 != little || b[5] != v.Minor {
					t.Errorf("GIOP %v, %s: %+v, %v, %x", v, c.key, r, to, b)
				}
			}
		}
	}
}

// hostile are datagrams that have no answer.
func hostile() map[string]struct {
	b    []byte
	what datagram.Event
} {
	good := locate(cdr.V12, true, "here", 0)
	change := func(f func([]byte)) []byte { b := bytes.Clone(good); f(b); return b }
	e := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("here"), Operation: "_is_a"}))
	e2 := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e2, giop.BeginLocateReply(e2, cdr.V12, 7, giop.ObjectHere))
	p := miop.Packet{Of: 1, ID: []byte("1"), Data: e.Bytes()}
	e3 := cdr.NewEncoder(nil, true, nil)
	giop.PutLocateRequest(e3, cdr.V12, 7, nil, &giop.Target{Kind: giop.ProfileAddr, Tag: ior.TagInternetIOP, Profile: []byte{1}})
	return map[string]struct {
		b    []byte
		what datagram.Event
	}{
		"nothing":                  {nil, datagram.Garbage},
		"a zero":                   {[]byte{0}, datagram.Garbage},
		"zeros":                    {make([]byte, 100), datagram.Garbage},
		"HTTP":                     {[]byte("GET / HTTP/1.1\r\n\r\n"), datagram.Garbage},
		"a question of DNS":        {[]byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03"), datagram.Garbage},
		"GIO":                      {[]byte("GIO"), datagram.Garbage},
		"a header that is cut":     {good[:8], datagram.Malformed},
		"a message that is cut":    {good[:len(good)-1], datagram.Malformed},
		"more than a message":      {append(bytes.Clone(good), 0), datagram.Malformed},
		"a size of 4 GiB":          {change(func(b []byte) { binary.LittleEndian.PutUint32(b[8:], 1<<32-1) }), datagram.Malformed},
		"a fragment":               {change(func(b []byte) { b[6] |= 2 }), datagram.Malformed},
		"GIOP 1.3":                 {change(func(b []byte) { b[5] = 3 }), datagram.Malformed},
		"GIOP 2.0":                 {change(func(b []byte) { b[4] = 2 }), datagram.Malformed},
		"a type that there is not": {change(func(b []byte) { b[7] = 9 }), datagram.Malformed},
		"a key of 4 GiB":           {change(func(b []byte) { binary.LittleEndian.PutUint32(b[20:], 1<<32-1) }), datagram.Malformed},
		"a target of kind 7":       {change(func(b []byte) { b[16] = 7 }), datagram.Malformed},
		"no key":                   {locate(cdr.V12, true, "", 0), datagram.Malformed},
		"a profile that is cut":    {e3.Bytes(), datagram.Malformed},
		"a Request":                {e.Bytes(), datagram.Refused},
		"a LocateReply":            {e2.Bytes(), datagram.Refused},
		"a MessageError":           {giop.AppendMessageError(nil, cdr.V12, true), datagram.Refused},
		"a CloseConnection":        {giop.AppendCloseConnection(nil, cdr.V12, true), datagram.Refused},
		"a CancelRequest":          {giop.AppendCancelRequest(nil, cdr.V12, true, 7), datagram.Refused},
		"a packet of MIOP":         {p.Append(nil), datagram.Refused},
		"a request of 1473 octets": {locate(cdr.V12, true, "here", datagram.MostRequest), datagram.Long},
	}
}

// TestSilence: what is no question has no answer, and is told to whoever keeps account.
func TestSilence(t *testing.T) {
	t.Parallel()
	for name, c := range hostile() {
		if b, what := datagram.New(datagram.Config{Locate: where}).Answer(client, c.b); len(b) > 0 || what != c.what {
			t.Errorf("%s: %s, %x", name, what, b)
		}
	}
	for _, from := range []string{"192.0.2.1:0", "224.0.0.1:7", "255.255.255.255:7", "0.0.0.0:7", "[ff02::1]:7", "[::]:7"} {
		if b, what := datagram.New(datagram.Config{Locate: where}).Answer(netip.MustParseAddrPort(from), locate(cdr.V12, true, "here", 0)); len(b) > 0 || what != datagram.Stray {
			t.Errorf("from %s: %s, %x", from, what, b)
		}
	}
}

// TestSocket: over loopback questions of many clients are answered to who asked, and what is said otherwise is counted and told.
func TestSocket(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	told := map[datagram.Event]int{}
	s := datagram.New(datagram.Config{Locate: where, PerHost: 100_000, InAll: 100_000, Visit: func(_ netip.AddrPort, what datagram.Event, _ []byte) {
		mu.Lock()
		defer mu.Unlock()
		told[what]++
	}})
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s.Serve(c)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	bad := hostile()
	var names []string
	for n := range bad {
		names = append(names, n)
	}
	want := map[datagram.Event]int{}
	for range 20 {
		u, err := net.Dial("udp4", c.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = u.SetDeadline(time.Now().Add(20 * time.Second))
		for range 10 {
			b := bad[names[r.IntN(len(names))]]
			if _, err := u.Write(b.b); err != nil {
				t.Fatal(err)
			}
			want[b.what]++
			if _, err := u.Write(locate(cdr.V12, true, "there", 100)); err != nil {
				t.Fatal(err)
			}
			reply := make([]byte, 2000)
			n, err := u.Read(reply)
			if err != nil {
				t.Fatalf("behind %x: %v", b.b, err)
			}
			if got, _ := parse(t, reply[:n]); got.Status != giop.ObjectForward {
				t.Fatalf("%+v", got)
			}
		}
		_ = u.Close()
	}
	counts := s.Counts()
	mu.Lock()
	for what, n := range want {
		if counts[what] != uint64(n) || told[what] != n {
			t.Errorf("%s: %d were sent, %d counted, %d told", what, n, counts[what], told[what])
		}
	}
	mu.Unlock()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	late, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s.Serve(late) // which is closed
	if _, _, err := late.ReadFrom(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// TestToldBeforeCounted: a datagram that is counted was told of.
func TestToldBeforeCounted(t *testing.T) {
	t.Parallel()
	var s *datagram.Server
	counted := make(chan uint64, 1)
	s = datagram.New(datagram.Config{Locate: where, Visit: func(_ netip.AddrPort, what datagram.Event, _ []byte) { counted <- s.Counts()[what] }})
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s.Serve(c)
	defer s.Close()
	if _, err := c.WriteTo([]byte("GET / HTTP/1.1"), c.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if n := <-counted; n != 0 {
		t.Error("it was counted before")
	}
}

// TestTime: the search for an object has the time that was given, or what cannot be told at once is left to TCP.
func TestTime(t *testing.T) {
	t.Parallel()
	for given, want := range map[time.Duration]time.Duration{0: 100 * time.Millisecond, time.Hour: time.Hour} {
		var within time.Duration
		l := &datagram.Locator{Time: given, Locate: func(ctx context.Context, _ net.Addr, _ []byte) (datagram.Answer, error) {
			end, _ := ctx.Deadline()
			within = time.Until(end)
			return datagram.Answer{Exists: true}, nil
		}}
		if _, what := l.Answer(nil, nil, locate(cdr.V12, true, "there", 100), datagram.MostReply); what != datagram.Here || within > want || given > 0 && within < want/2 {
			t.Errorf("given %v: %s, within %v", given, what, within)
		}
	}
}

// FuzzAnswer: whatever comes, an answer is a LocateReply that is not too long.
func FuzzAnswer(f *testing.F) {
	for _, c := range hostile() {
		f.Add(c.b)
	}
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		f.Add(locate(v, true, "there", 100))
		f.Add(locate(v, false, "here", 0))
	}
	s := datagram.New(datagram.Config{Locate: where, PerHost: 1e9, InAll: 1e9})
	f.Fuzz(func(t *testing.T, b []byte) {
		reply, _ := s.Answer(client, b)
		if len(reply) == 0 {
			return
		}
		if len(reply) > 3*len(b) || len(reply) > datagram.MostReply {
			t.Fatalf("%d octets for %d", len(reply), len(b))
		}
		parse(t, reply)
	})
}
