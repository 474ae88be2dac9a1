package locate_test

import (
	"context"
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
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/locate"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func request(v cdr.Version, little bool, key string) []byte {
	e := cdr.NewEncoder(nil, little, &cdr.Env{Version: v})
	giop.PutLocateRequest(e, v, 7, []byte(key), nil)
	return e.Bytes()
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
		l := locate.New(server, func(ctx context.Context, key []byte) (bool, error) {
			switch string(key) {
			case "here":
				return true, nil
			case "slow":
				<-ctx.Done()
				return false, ctx.Err()
			case "panics":
				panic("at a key")
			}
			return false, nil
		})
		defer l.Close()
		if _, err := server.Open(3053, l.Take); err != nil {
			t.Fatal(err)
		}
		at := server.Addr()
		at.Socket = 3053
		for key, want := range map[string]giop.LocateStatus{"here": giop.ObjectHere, "gone": giop.UnknownObject, "slow": giop.ObjectHere, "panics": giop.ObjectHere} {
			if got, err := locate.Ask(t.Context(), client, at, []byte(key)); err != nil || got != want {
				t.Errorf("%s: %v, %v; want %v", key, got, err, want)
			}
		}
		nobody := at
		nobody.Socket = 99
		if got, err := locate.Ask(t.Context(), client, nobody, []byte("here")); !errors.Is(err, locate.ErrSilent) {
			t.Errorf("%v, %v", got, err)
		}
		socket, err := client.Open(0, func(*ipx.Packet) {})
		if err != nil {
			t.Fatal(err)
		}
		say := func(to ipx.Addr, kind uint8, data string) {
			_ = client.Send(&ipx.Packet{Type: kind, Dst: to, Src: ipx.Addr{Socket: socket}, Data: []byte(data)})
		}
		answers = 0
		for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
			for _, little := range []bool{false, true} {
				say(at, 0, string(request(v, little, "k")))
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
		say(all, 4, good)                                  // to all: they would all answer
		say(at, 17, good)                                  // NCP
		say(at, 4, good[:len(good)-1])                     // cut
		say(at, 4, good+"x")                               // more than it says
		say(at, 4, "")                                     //
		say(at, 4, strings.Repeat("\xff", 100))            //
		say(at, 4, "GIOP\x01\x02\x01\x05\x00\x00\x00\x00") // CloseConnection
		say(at, 4, string(request(cdr.V12, true, "")))     // of no key
		time.Sleep(time.Second)
		synctest.Wait()
		if n := l.Counts(); n.Malformed != before.Malformed+8 || answers != 6 {
			t.Errorf("%+v; %d answers", n, answers)
		}
		if octets > 3*asked {
			t.Errorf("%d octets in answer to %d", octets, asked)
		}
		answers = 0
		for range 1000 {
			say(at, 4, good)
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
			l := locate.New(s, func(context.Context, []byte) (bool, error) { return true, nil })
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
