package locate_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/locate"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func request(v cdr.Version, little bool, key string) []byte {
	e := cdr.NewEncoder(nil, little, &cdr.Env{Version: v})
	giop.PutLocateRequest(e, v, 7, []byte(key), nil)
	return e.Bytes()
}

// say answers a question as whoever has objects does: "here" and what is longer than an answer may be are said of keys, and what is no question has no answer.
func say(out []byte, _ ipx.Addr, b []byte) []byte {
	h, err := giop.ParseHeader(append(b[:len(b):len(b)], make([]byte, giop.HeaderSize)...))
	if err != nil || len(b) < giop.HeaderSize || int(h.Size) != len(b)-giop.HeaderSize || h.Type != giop.TypeLocateRequest {
		return nil
	}
	var d cdr.Decoder
	d.Reset(b, giop.HeaderSize, h.Little, &cdr.Env{Version: h.Version})
	var q giop.LocateRequest
	if q.Parse(h, &d) != nil || len(q.Key) == 0 {
		return nil
	}
	var e cdr.Encoder
	e.Reset(out, h.Little, &cdr.Env{Version: h.Version})
	begin := func(status giop.LocateStatus) giop.Mark { return giop.BeginLocateReply(&e, h.Version, q.ID, status) }
	forward := func(host string) {
		m := begin(giop.ObjectForward)
		p := ior.IIOP{Version: cdr.V12, Host: host, Port: 1, Key: q.Key}
		ior.Put(&e, &ior.IOR{Profiles: []ior.Profile{p.Profile()}})
		giop.Finish(&e, m)
	}
	switch string(q.Key) {
	case "here":
		giop.Finish(&e, begin(giop.ObjectHere))
	case "there":
		forward("192.0.2.9")
	case "far":
		forward(strings.Repeat("x", locate.MostReply))
	default:
		giop.Finish(&e, begin(giop.UnknownObject))
	}
	return e.Bytes()
}

// An unnumbered carrier is of a station that was told no network.
type unnumbered struct{ ipx.Carrier }

func (u unnumbered) Addr() ipx.Addr { return ipx.Addr{Node: u.Carrier.Addr().Node} }

// TestUnnumbered: who knows no number of its network hears the answer of one who does.
func TestUnnumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{})
		server, client := ipx.NewStation(w.Port(ipxtest.Node(1))), ipx.NewStation(unnumbered{w.Port(ipxtest.Node(2))})
		defer server.Close()
		defer client.Close()
		l := locate.New(server, say)
		defer l.Close()
		if _, err := server.Open(3053, l.Take); err != nil {
			t.Fatal(err)
		}
		if got, _, err := locate.Ask(t.Context(), client, ipx.Addr{Node: ipxtest.Node(1), Socket: 3053}, []byte("here")); err != nil || got != giop.ObjectHere {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestLocate: questions in each version and order are answered, with no more than three times their octets, and so often; what is no question is not answered; tshark takes them for what they are.
func TestLocate(t *testing.T) {
	var r ipxtest.Recording
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
		lost := 1
		answers, octets, asked := 0, 0, 0
		w.Saw = func(to ipx.Node, b []byte) {
			r.Saw(ipx.EthernetII, to, b)
			if to == ipxtest.Node(2) {
				answers++
				octets += len(b)
			} else {
				asked += len(b)
			}
		}
		w.Drop = func([]byte) bool { lost--; return lost >= 0 }
		server, client := ipx.NewStation(w.Port(ipxtest.Node(1))), ipx.NewStation(w.Port(ipxtest.Node(2)))
		defer server.Close()
		defer client.Close()
		l := locate.New(server, say)
		defer l.Close()
		if _, err := server.Open(3053, l.Take); err != nil {
			t.Fatal(err)
		}
		at := server.Addr()
		at.Socket = 3053
		for key, want := range map[string]giop.LocateStatus{"here": giop.ObjectHere, "gone": giop.UnknownObject, "there": giop.ObjectForward} {
			if got, to, err := locate.Ask(t.Context(), client, at, []byte(key)); err != nil || got != want || (to != nil) != (key == "there") {
				t.Errorf("%s: %v, %v, %v; want %v", key, got, to, err, want)
			}
		}
		if got, _, err := locate.Ask(t.Context(), client, at, []byte("far")); !errors.Is(err, locate.ErrSilent) || l.Counts().Silent != 3 {
			t.Errorf("an answer that is too long: %v, %v, %+v", got, err, l.Counts())
		}
		nobody := at
		nobody.Socket = 99
		if got, _, err := locate.Ask(t.Context(), client, nobody, []byte("here")); !errors.Is(err, locate.ErrSilent) {
			t.Errorf("%v, %v", got, err)
		}
		socket, err := client.Open(0, func(*ipx.Packet) {})
		if err != nil {
			t.Fatal(err)
		}
		send := func(to ipx.Addr, kind uint8, data string) {
			_ = client.Send(&ipx.Packet{Type: kind, Dst: to, Src: ipx.Addr{Socket: socket}, Data: []byte(data)})
		}
		answers = 0
		for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
			for _, little := range []bool{false, true} {
				send(at, 0, string(request(v, little, "k")))
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if answers != 6 {
			t.Errorf("%d answers to questions in six forms", answers)
		}
		good := string(request(cdr.V12, true, "here"))
		all := ipx.Addr{Node: ipx.Broadcast, Socket: 3053}
		before := l.Counts()
		send(all, 4, good)                                  // to all: they would all answer
		send(at, 17, good)                                  // NCP
		send(at, 4, good[:len(good)-1])                     // cut
		send(at, 4, good+"x")                               // more than it says
		send(at, 4, "")                                     //
		send(at, 4, strings.Repeat("\xff", 100))            //
		send(at, 4, "GIOP\x01\x02\x01\x05\x00\x00\x00\x00") // CloseConnection
		send(at, 4, string(request(cdr.V12, true, "")))     // of no key
		time.Sleep(time.Second)
		synctest.Wait()
		if n := l.Counts(); n.Silent != before.Silent+8 || answers != 6 {
			t.Errorf("%+v; %d answers", n, answers)
		}
		if octets > 3*asked {
			t.Errorf("%d octets in answer to %d", octets, asked)
		}
		answers = 0
		for range 1000 {
			send(at, 4, good)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := l.Counts(); answers > 101 || answers < 60 || n.Limited < 890 {
			t.Errorf("%d answers to a thousand, %+v", answers, n)
		}
	})
	giop := []string{"-X", "lua_script:" + writeLua(t)}
	out := strings.Join(r.Decode(t, giop, "giop", "giop.type", "ipx.src.node"), "\n")
	for _, want := range []string{"3\t02:00:00:00:00:02", "4\t02:00:00:00:00:01"} {
		if !strings.Contains(out, want) {
			t.Errorf("tshark sees no %q in %.300q", want, out)
		}
	}
}

// FuzzTake: whatever comes, the server lives, and says no more than it may.
func FuzzTake(f *testing.F) {
	f.Add(request(cdr.V12, true, "key"))
	f.Add(request(cdr.V10, false, "key"))
	f.Fuzz(func(t *testing.T, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := ipxtest.New(ipxtest.Faults{})
			w.Saw = func(_ ipx.Node, answer []byte) {
				if len(answer) > 3*(ipx.HeaderSize+len(b)) {
					t.Errorf("%d octets in answer to %d", len(answer), ipx.HeaderSize+len(b))
				}
			}
			s := ipx.NewStation(w.Port(ipxtest.Node(1)))
			defer s.Close()
			l := locate.New(s, say)
			defer l.Close()
			l.Take(&ipx.Packet{Type: 4, Dst: s.Addr(), Src: ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(2), Socket: 1}, Data: b})
			synctest.Wait()
		})
	})
}

// writeLua writes what tells tshark that GIOP is at the daemon's socket.
func writeLua(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "giop.lua")
	if err := os.WriteFile(name, []byte(`DissectorTable.get("ipx.socket"):add(3053, Dissector.get("giop"))`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
