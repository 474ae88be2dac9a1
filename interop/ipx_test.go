//go:build linux

package interop_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/cable"
	"github.com/opendsom/dsom/interop/dosbox"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/ether"
	"github.com/opendsom/dsom/transport/ipx/rfc1234"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
)

const ipxNet = 0x3053

// ipxHears opens a socket of a station, and counts the packets with a text that come to it.
func ipxHears(t *testing.T, s *ipx.Station, socket uint16, text string) *atomic.Int64 {
	t.Helper()
	n := new(atomic.Int64)
	if _, err := s.Open(socket, func(p *ipx.Packet) {
		if string(p.Data) == text {
			n.Add(1)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// ipxAt makes a station of a carrier that is made at an end of a cable.
func ipxAt[C ipx.Carrier](t *testing.T, at *cable.End, open func() (C, error)) (*ipx.Station, C) {
	t.Helper()
	var c C
	var err error
	at.Do(t, func() { c, err = open() })
	if err != nil {
		t.Fatal(err)
	}
	s := ipx.NewStation(c)
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

// TestIPXDOSBoxServes has two clients of ours at DOSBox's server: they are registered, reach each other and all, and many packets go there and back.
func TestIPXDOSBoxServes(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "dosbox", Package: "dosbox"})
	near, far := cable.Lay(t)
	dos := dosbox.Start(t, near, `ipxnet startserver 213 > c:\srv.txt`, `echo up > c:\up.txt`)
	soon(t, "DOSBox serves", func() bool { return strings.Contains(dos.File("srv.txt"), "started") && dos.File("up.txt") != "" })
	dial := func() (*tunnel.Client, error) { return tunnel.Dial(timeLimited(t, 20*time.Second), cable.Near, 0, nil) }
	a, ac := ipxAt(t, far, dial)
	b, bc := ipxAt(t, far, dial)
	for _, c := range []*tunnel.Client{ac, bc} {
		n := c.Addr().Node
		if netip.AddrFrom4([4]byte(n[:4])).String() != cable.Far || c.Server().String() != "0000000000d5" {
			t.Errorf("registered as %v at %v", n, c.Server())
		}
	}
	atA, atB := ipxHears(t, a, 0x4d53, "hello"), ipxHears(t, b, 0x4d53, "hello")
	send := func(s *ipx.Station, to ipx.Node) {
		t.Helper()
		if err := s.Send(&ipx.Packet{Dst: ipx.Addr{Node: to, Socket: 0x4d53}, Data: []byte("hello")}); err != nil {
			t.Error(err)
		}
	}
	for i := range int64(50) {
		send(a, b.Addr().Node)
		soon(t, "a packet is relayed", func() bool { return atB.Load() == i+1 })
		send(b, a.Addr().Node)
		soon(t, "a packet is relayed back", func() bool { return atA.Load() == i+1 })
	}
	send(a, ipx.Broadcast)
	soon(t, "one for all is", func() bool { return atB.Load() == 51 })
}

// TestIPXDOSBoxConnects has DOSBox register at our server, and ping all: the server and another client of ours answer.
func TestIPXDOSBoxConnects(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "dosbox", Package: "dosbox"})
	near, far := cable.Lay(t)
	_, server := ipxAt(t, far, func() (*tunnel.Server, error) { return tunnel.Listen(t.Context(), cable.Far+":213", ipxNet) })
	_, client := ipxAt(t, far, func() (*tunnel.Client, error) {
		return tunnel.Dial(timeLimited(t, 20*time.Second), cable.Far, ipxNet, nil)
	})
	dos := dosbox.Start(t, near, `ipxnet connect `+cable.Far+` 213`, `ipxnet ping > c:\ping.txt`, `ipxnet status > c:\stat.txt`, `echo up > c:\up.txt`)
	soon(t, "DOSBox has done its work", func() bool { return dos.File("up.txt") != "" })
	pinged := dos.File("ping.txt")
	for _, n := range []ipx.Node{server.Addr().Node, client.Addr().Node} {
		want := fmt.Sprintf("Response from %v, port %d", netip.AddrFrom4([4]byte(n[:4])), int(n[4])<<8|int(n[5]))
		if !strings.Contains(pinged, want) {
			t.Errorf("pinging: no %q in:\n%s", want, pinged)
		}
	}
	if server.Clients() != 2 {
		t.Errorf("%d clients: %s", server.Clients(), dos.File("stat.txt"))
	}
}

// recorded has dumpcap record at an end of a cable; done ends that, when packets that pass a filter are recorded, and returns the file.
func recorded(t *testing.T, at *cable.End) (done func(filter string, packets int) string) {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"})
	file := filepath.Join(t.TempDir(), "cable.pcapng")
	cmd := at.Command("dumpcap", "-q", "-i", cable.Interface, "-w", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	soon(t, "recording", func() bool { _, err := os.Stat(file); return err == nil })
	return func(filter string, packets int) string {
		t.Helper()
		soon(t, "all is recorded", func() bool {
			out, _ := exec.Command("tshark", "-n", "-r", file, "-Y", filter).Output() // of a recording under way, whose end may be half a packet
			return strings.Count(string(out), "\n") >= packets
		})
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
		return file
	}
}

func tsharkFields(t *testing.T, file string, options []string, filter string, fields ...string) string {
	t.Helper()
	args := append([]string{"-n", "-r", file, "-Y", filter, "-T", "fields"}, options...)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	return string(out)
}

// TestIPXFrames has two machines speak IPX in frames of Ethernet, in each framing, and tshark decode what was on the cable.
func TestIPXFrames(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"})
	near, far := cable.Lay(t)
	done := recorded(t, near)
	for f := range ipx.Framing(4) {
		open := func() (*ether.Carrier, error) {
			return ether.Open(t.Context(), ether.Config{Interface: cable.Interface, Framing: f, Net: ipxNet + uint32(f)})
		}
		a, _ := ipxAt(t, near, open)
		b, _ := ipxAt(t, far, open)
		long := strings.Repeat("x", f.Most()-ipx.HeaderSize)
		atA, atB, longAtB := ipxHears(t, a, 0x4d53, "odd"), ipxHears(t, b, 0x4d53, "odd"), ipxHears(t, b, 0x4d54, long)
		send := func(s *ipx.Station, to ipx.Node, socket uint16, text string) {
			t.Helper()
			if err := s.Send(&ipx.Packet{Dst: ipx.Addr{Node: to, Socket: socket}, Data: []byte(text)}); err != nil {
				t.Errorf("%v: %v", f, err)
			}
		}
		soon(t, "a packet comes in framing "+f.String(), func() bool {
			send(a, b.Addr().Node, 0x4d53, "odd") // the cable may not be up yet
			return atB.Load() > 0
		})
		send(b, ipx.Broadcast, 0x4d53, "odd")
		send(a, b.Addr().Node, 0x4d54, long)
		soon(t, "packets come in framing "+f.String(), func() bool { return atA.Load() == 1 && longAtB.Load() == 1 })
	}
	file := done("ipx.dst.socket == 0x4d54", 4)
	for f, filter := range []string{"eth.type == 0x8137 && !llc", "!llc && !(eth.type == 0x8137)", "llc.dsap == 0xe0", "llc.dsap == 0xaa && llc.type == 0x8137"} {
		out := tsharkFields(t, file, nil, "ipx && "+filter, "ipx.src.net", "ipx.dst.socket", "ipx.len")
		net := fmt.Sprintf("0x%08x", ipxNet+f)
		for _, want := range []string{net + "\t0x4d53\t33\n", fmt.Sprintf("%s\t0x4d54\t%d\n", net, ipx.Framing(f).Most())} {
			if !strings.Contains(out, want) {
				t.Errorf("framing %v: no %q in %q", ipx.Framing(f), want, out)
			}
		}
	}
	if out := tsharkFields(t, file, nil, "_ws.malformed", "frame.number"); out != "" {
		t.Errorf("malformed: %s", out)
	}
}

// TestIPXRFC1234 has two machines speak IPX by RFC 1234, at its own port, and tshark decode it.
func TestIPXRFC1234(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"})
	near, far := cable.Lay(t)
	done := recorded(t, near)
	open := func(at *cable.End, local, peer string) *ipx.Station {
		s, _ := ipxAt(t, at, func() (*rfc1234.Carrier, error) {
			return rfc1234.Listen(t.Context(), rfc1234.Config{Local: netip.MustParseAddr(local), Net: ipxNet, Peers: []netip.Addr{netip.MustParseAddr(peer)}})
		})
		return s
	}
	a, b := open(near, cable.Near, cable.Far), open(far, cable.Far, cable.Near)
	atA, atB := ipxHears(t, a, 0x4d53, "hello"), ipxHears(t, b, 0x4d53, "hello")
	soon(t, "a packet comes", func() bool {
		_ = a.Send(&ipx.Packet{Dst: ipx.Addr{Net: ipxNet, Node: b.Addr().Node, Socket: 0x4d53}, Data: []byte("hello")})
		return atB.Load() > 0
	})
	if err := b.Send(&ipx.Packet{Dst: ipx.Addr{Node: ipx.Broadcast, Socket: 0x4d53}, Data: []byte("hello")}); err != nil {
		t.Fatal(err)
	}
	soon(t, "one for all comes", func() bool { return atA.Load() == 1 })
	out := tsharkFields(t, done("udp.port == 213", 2), []string{"-d", "udp.port==213,ipx"}, "ipx && udp.srcport == 213 && udp.dstport == 213", "ipx.src", "ipx.dst", "ipx.checksum", "ipx.len")
	for _, want := range []string{
		"00003053.00000a4d0001\t00003053.00000a4d0002\t0xffff\t35\n", "00003053.00000a4d0002\t00000000.ffffffffffff\t0xffff\t35\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
}

// ipxDaemon starts a daemon at an end of a cable that takes part in IPX, in frames of 802.2.
func ipxDaemon(t *testing.T, at *cable.End, address, name string) *nbDaemon {
	t.Helper()
	program, err := dsomProgram()
	if err != nil {
		t.Fatal(err)
	}
	d := &nbDaemon{t: t, at: at, program: program, state: filepath.Join(t.TempDir(), name), log: new(peer.Buffer), env: []string{"DSOM_IPX=ether:" + cable.Interface, "DSOM_IPX_NET=3053", "DSOM_IPX_FRAMING=802.2"}}
	cmd := at.Command(program, "daemon", "--console", "off", "--state", d.state, "--publish", address, "--ipx", "ether:"+cable.Interface, "--ipx-net", "3053", "--ipx-framing", "802.2", "--ipx-name", name)
	cmd.Stderr = d.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the daemon %s: %v", name, err)
		}
		if t.Failed() {
			t.Logf("%s says:\n%s", name, d.log.String())
		}
	})
	soon(t, name+" takes calls", func() bool { return strings.Contains(d.log.String(), "daemon ready") })
	return d
}

// TestIPXAlone is the demonstration of the bank over SPX alone: two machines, with nothing but IPX in frames of Ethernet between them, since all of IP is cut. The daemon is found by its name, starts the
// bank's server and sends the client to it; the server is killed, and the next call starts it again. tshark decodes the calls, and nothing malformed.
func TestIPXAlone(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nft", Package: "nftables"}, peer.Tool{Name: "tshark", Package: "tshark"})
	near, far := cable.Lay(t)
	for _, line := range []string{"add table ip dsom", "add chain ip dsom in { type filter hook input priority 0; }", `add rule ip dsom in iifname "` + cable.Interface + `" drop`} {
		for _, end := range []*cable.End{near, far} {
			if out := says(end, "nft", line); out != "" {
				t.Fatalf("nft %s: %s", line, out)
			}
		}
	}
	done := recorded(t, near)
	eve := ipxDaemon(t, far, cable.Far, "eve")
	ada := &nbDaemon{t: t, at: near, program: eve.program, state: t.TempDir(), env: eve.env}
	eve.must("server", "add", "bank", "--", eve.program, "__demo-bank-server", "--data", filepath.Join(eve.state, "data"))
	eve.must("server", "start", "bank")
	if out, err := ada.dsom("call", "--timeout", "2s", "corbaloc::"+cable.Far+":3053/NameService", "_non_existent"); err == nil {
		t.Fatalf("TCP is not cut: %s", out)
	}
	name := "corbaname:spx:EVE#bank/main"
	call := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(ada.must(append([]string{"call", "--idl", "../demo/bank/bank.idl", name}, args...)...))
	}
	call("deposit", "100")
	if got := call("balance"); got != "100" {
		t.Errorf("the balance is %s", got)
	}
	call("withdraw", "12.5")
	if out, err := ada.dsom("call", "--idl", "../demo/bank/bank.idl", name, "withdraw", "1e9"); err == nil || !strings.Contains(err.Error(), "InsufficientFunds") {
		t.Errorf("too much is withdrawn: %s, %v", out, err)
	}
	eve.must("server", "stop", "bank")
	if got := call("balance"); got != "87.5" {
		t.Errorf("after the server was started anew, the balance is %s", got)
	}
	if out := ada.must("ior", "--probe", name); !strings.Contains(out, "spx:00003053.") || !strings.Contains(out, "reachable") {
		t.Errorf("the probe says %s", out)
	}
	giop := filepath.Join(t.TempDir(), "giop.lua")
	if err := os.WriteFile(giop, []byte(`local giop = Dissector.get("giop")
local p = Proto("dsom_spx", "GIOP over SPX")
function p.dissector(tvb, pinfo, tree)
  if tvb:len() < 12 or tvb(0, 4):string() ~= "GIOP" then return 0 end
  giop:call(tvb, pinfo, tree)
end
for socket = 0x4100, 0x7fff do DissectorTable.get("spx.socket"):add(socket, p) end
DissectorTable.get("spx.socket"):add(3053, p)
`), 0o600); err != nil {
		t.Fatal(err)
	}
	file := done("spx.type == 0xff", 4)
	calls := tsharkFields(t, file, []string{"-X", "lua_script:" + giop}, "giop && spx", "giop.request_op")
	for _, op := range []string{"deposit", "balance", "withdraw"} {
		if !strings.Contains(calls, op) {
			t.Errorf("tshark sees no call of %s: %q", op, calls)
		}
	}
	if out := tsharkFields(t, file, []string{"-X", "lua_script:" + giop}, "_ws.malformed", "frame.number", "_ws.col.Info"); out != "" {
		t.Errorf("malformed: %s", out)
	}
	if out := tsharkFields(t, file, nil, "tcp.flags.ack == 1", "frame.number"); out != "" {
		t.Errorf("something went over TCP: %s", out)
	}
}
