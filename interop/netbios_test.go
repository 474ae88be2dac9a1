//go:build linux

package interop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/cable"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/samba"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbds"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/nbss"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// soon waits for something that must come.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// answered runs a program that asks, at an end of a cable, until what it writes has all of that: it waits for the answer a quarter of a second, or two, and a busy machine may
// be later.
func answered(t *testing.T, at *cable.End, command []string, all ...string) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		out := says(at, command[0], command[1:]...)
		if !slices.ContainsFunc(all, func(s string) bool { return !strings.Contains(out, s) }) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%q: %s", command, out)
		}
	}
}

// says runs a program at an end of a cable, and returns what it writes.
func says(at *cable.End, name string, args ...string) string {
	cmd := at.Command(name, args...)
	out, _ := cmd.CombinedOutput()
	return string(out)
}

func nbName(t *testing.T, s string) nbname.Name {
	t.Helper()
	n, err := nbname.Parse(s, nbname.DSOM)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A tapped is a carrier that counts what comes of each kind.
type tapped struct {
	node.Carrier
	refreshed, asked *atomic.Int32 // answers to registrations and refreshes; questions about names
}

func (c tapped) ReadFrom(b []byte) (int, netip.AddrPort, error) {
	n, from, err := c.Carrier.ReadFrom(b)
	if p, bad := nbns.Parse(b[:n]); err == nil && bad == nil {
		switch {
		case p.Response && p.Op == nbns.OpRegistration && p.Code == nbns.OK:
			c.refreshed.Add(1)
		case !p.Response && p.Op == nbns.OpQuery:
			c.asked.Add(1)
		}
	}
	return n, from, err
}

// nodeAt starts a node of this project's at an end of a cable, with an address there.
func nodeAt(t *testing.T, at *cable.End, address string, kind nbns.NodeType, serve bool, servers ...string) (*node.Node, tapped) {
	t.Helper()
	var unicast, broadcast node.Carrier
	i := node.Interface{Addr: netip.MustParseAddr(address), All: netip.MustParseAddr(cable.All)}
	var err error
	at.Do(t, func() { unicast, broadcast, err = i.Open(t.Context(), nbns.Port, kind != nbns.P) })
	if err != nil {
		t.Fatal(err)
	}
	tap := tapped{unicast, new(atomic.Int32), new(atomic.Int32)}
	c := node.Config{Type: kind, Unicast: tap, Broadcast: broadcast, Addr: i.Addr, All: i.All, Serve: serve}
	for _, s := range servers {
		c.Servers = append(c.Servers, netip.AddrPortFrom(netip.MustParseAddr(s), nbns.Port))
	}
	n, err := node.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n, tap
}

// TestNetBIOSNames has a name of ours at Samba's nmbd, as WINS: it is registered, found by nmblookup and nbtscan, told again in time, defended when another wants it,
// and released. Names of Samba's are found by ours, from the name server and from all.
func TestNetBIOSNames(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nmbd", Package: "samba"}, peer.Tool{Name: "nmblookup", Package: "samba-common-bin"}, peer.Tool{Name: "nbtscan", Package: "nbtscan"})
	near, far := cable.Lay(t)
	samba.Start(t, near, cable.Near, "nmbd")
	n, tap := nodeAt(t, far, cable.Far, nbns.H, false, cable.Near)
	wins := func(name string) []string { return []string{"nmblookup", "-U", cable.Near, "--recursion", name} }
	answered(t, near, wins(samba.Host+"#20"), cable.Near)

	ours := nbName(t, "DSOMD")
	if err := n.Register(t.Context(), ours, false); err != nil {
		t.Fatalf("register: %v", err)
	}
	answered(t, near, wins("DSOMD#53"), cable.Far+" DSOMD<53>")
	answered(t, near, []string{"nmblookup", "-B", cable.All, "DSOMD#53"}, cable.Far+" DSOMD<53>")
	answered(t, near, []string{"nmblookup", "-A", cable.Far}, "DSOMD", "<53>", "<ACTIVE>")
	answered(t, near, []string{"nbtscan", "-v", cable.Far}, "DSOMD", "<53>")
	for what, server := range map[string]string{samba.Host + "#20": cable.Near, "DSOMD": cable.Far} {
		got, err := n.Lookup(t.Context(), nbName(t, what))
		if err != nil || len(got) != 1 || got[0].Addr.String() != server {
			t.Errorf("ours finds %s at %v, %v", what, got, err)
		}
	}
	b, _ := nodeAt(t, far, "127.0.0.1", nbns.P, false, cable.Near) // without an address on the cable, as it is: nobody answers
	if _, err := b.Lookup(timeLimited(t, time.Second), nbName(t, samba.Host+"#20")); err == nil {
		t.Error("found by nobody's answer")
	}
	if st, err := n.Status(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(cable.Near), nbns.Port)); err != nil || len(st.Names) < 3 {
		t.Errorf("the status of nmbd: %+v, %v", st, err)
	}

	before := tap.refreshed.Load() // the name is given for four seconds
	soon(t, "the name is told again, three times", func() bool { return tap.refreshed.Load() >= before+3 })
	answered(t, near, wins("DSOMD#53"), cable.Far)

	if out := says(far, "ip", "addr", "add", "10.77.0.3/24", "brd", "+", "dev", cable.Interface); out != "" {
		t.Fatal(out)
	}
	rival, _ := nodeAt(t, far, "10.77.0.3", nbns.P, false, cable.Near)
	asked := tap.asked.Load()
	var no *node.NameError
	if err := rival.Register(t.Context(), ours, false); !errors.As(err, &no) || no.Code != nbns.ActiveErr {
		t.Errorf("another registers the name: %v", err)
	}
	if tap.asked.Load() == asked {
		t.Error("nmbd has not asked the owner")
	}

	if err := n.Release(t.Context(), ours); err != nil {
		t.Errorf("release: %v", err)
	}
	if out := says(near, "nmblookup", wins("DSOMD#53")[1:]...); strings.Contains(out, "<53>") || !strings.Contains(out, "failed") {
		t.Errorf("nmblookup after the release: %s", out)
	}
	if err := rival.Register(t.Context(), ours, false); err != nil {
		t.Errorf("another registers the name that was released: %v", err)
	}
	if c := n.Counts(); c.Conflicts != 0 || c.Malformed != 0 || c.Elsewhere != 0 {
		t.Errorf("%+v", c)
	}
}

func timeLimited(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestNetBIOSServer has nmblookup find names at our own name server, and a name of Samba's registered there by nmbd.
func TestNetBIOSServer(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nmblookup", Package: "samba-common-bin"}, peer.Tool{Name: "nmbd", Package: "samba"})
	near, far := cable.Lay(t)
	n, _ := nodeAt(t, far, cable.Far, nbns.P, true, cable.Far)
	if err := n.Register(t.Context(), nbName(t, "DSOMD"), false); err != nil {
		t.Fatal(err)
	}
	if err := n.Register(t.Context(), nbName(t, "DSOM"), true); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"DSOMD#53", "DSOM#53"} {
		answered(t, near, []string{"nmblookup", "-U", cable.Far, "--recursion", what}, cable.Far+" ")
	}
	if out := says(near, "nmblookup", "-U", cable.Far, "--recursion", "NOBODY#53"); strings.Contains(out, "<53>") {
		t.Errorf("nmblookup for a name that nobody has: %s", out)
	}
	samba.StartClient(t, near, cable.Near, cable.Far, "nmbd")
	soon(t, "nmbd has registered its name at our name server", func() bool {
		got, err := n.Lookup(t.Context(), nbName(t, samba.Host+"#20"))
		return err == nil && len(got) == 1 && got[0].Addr.String() == cable.Near
	})
}

// TestNetBIOSDatagrams sends a datagram to nmbd's name, which says what it thinks of it, and takes those that nmbd sends to its group.
func TestNetBIOSDatagrams(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nmbd", Package: "samba"})
	near, far := cable.Lay(t)
	n, _ := nodeAt(t, far, cable.Far, nbns.B, false)
	group := nbName(t, "DSOMGRP#1E")
	if err := n.Register(t.Context(), group, true); err != nil {
		t.Fatal(err)
	}
	var sends, hears node.Carrier
	var err error
	far.Do(t, func() {
		sends, hears, err = node.Interface{Addr: n.Addr(), All: netip.MustParseAddr(cable.All)}.Open(t.Context(), nbds.Port, true)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, in := netbios.NewDatagrams(n, sends, netip.MustParseAddr(cable.All), 0), netbios.NewDatagrams(n, hears, netip.Addr{}, 0)
	defer out.Close()
	heard := make(chan netbios.Datagram, 1)
	go func() {
		for {
			d, err := in.Receive()
			if err != nil {
				return
			}
			select {
			case heard <- d:
			default:
			}
		}
	}()
	defer in.Close()
	s := samba.Start(t, near, cable.Near, "nmbd")
	select {
	case d := <-heard:
		if !d.Group || d.To != group || d.From.Base() != samba.Host || !bytes.HasPrefix(d.Data, []byte("\xffSMB")) {
			t.Errorf("%+v", d)
		}
	case <-time.After(60 * time.Second):
		t.Error("nothing for the group")
	}
	soon(t, "nmbd is told", func() bool {
		if err := out.Send(t.Context(), nbName(t, "DSOMD"), nbName(t, samba.Host+"#00"), []byte("GIOP\x01\x02\x00\x03\x00\x00\x00\x00")); err != nil {
			t.Logf("send: %v", err)
		}
		return strings.Contains(s.Log.String(), "too short dgram packet (12) sent to name "+samba.Host+"<00>")
	})
}

// negotiate is what a client of SMB says first: in the oldest form, which also asks for the newer.
var negotiate = append(append([]byte("\xffSMBr\x00\x00\x00\x00\x18\x53\xc8"), make([]byte, 20)...), append([]byte{0, 23, 0}, "\x02NT LM 0.12\x00\x02SMB 2.002\x00"...)...)

// TestNetBIOSSessions has smbd, and impacket's server, take a session of ours, and smbclient and impacket ask us for one.
func TestNetBIOSSessions(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "smbd", Package: "samba"}, peer.Tool{Name: "smbclient", Package: "smbclient"})
	if err := exec.Command("/usr/bin/python3", "-c", "import impacket").Run(); err != nil {
		peer.Lacking(t, "missing packages: python3-impacket")
	}
	near, far := cable.Lay(t)
	samba.Start(t, near, cable.Near, "smbd")
	ours := netbios.New(netbios.Config{})
	speak := func(at *cable.End, host string) ([]byte, error) {
		e := transport.Endpoint{Network: netbios.Name, Host: host, Port: nbss.Port}
		var c transport.Conn
		var err error
		at.Do(t, func() { c, err = ours.Dial(timeLimited(t, 20*time.Second), e) })
		if err != nil {
			return nil, err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := c.Write(negotiate); err != nil {
			return nil, err
		}
		b := make([]byte, 64)
		_, err = io.ReadFull(c, b)
		return b, err
	}
	var answer []byte
	soon(t, "smbd answers", func() (ok bool) {
		var err error
		answer, err = speak(far, samba.Host+"#20@"+cable.Near)
		return err == nil
	})
	if !bytes.HasPrefix(answer[1:], []byte("SMB")) {
		t.Errorf("smbd answers %x", answer)
	}

	server := far.Command("/usr/bin/python3", "-c", `
from impacket import smbserver
s = smbserver.SimpleSMBServer(listenAddress="`+cable.Far+`", listenPort=139)
s.addShare("X", "/tmp")
s.setSMB2Support(True)
s.start()
`)
	var said peer.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	soon(t, "impacket's server answers", func() bool {
		var err error
		answer, err = speak(near, "IMPACKET#20@"+cable.Far)
		return err == nil
	})
	if !bytes.HasPrefix(answer[1:], []byte("SMB")) {
		t.Errorf("impacket answers %x; it says %s", answer, said.String())
	}

	const another = "10.77.0.3" // they ask for a session at port 139 alone
	if out := says(far, "ip", "addr", "add", another+"/24", "brd", "+", "dev", cable.Interface); out != "" {
		t.Fatal(out)
	}
	var l transport.Listener
	var err error
	far.Do(t, func() {
		l, err = ours.Listen(t.Context(), transport.Endpoint{Network: netbios.Name, Host: "DSOMGO#20@" + another, Port: nbss.Port})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	met := make(chan string, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				b := make([]byte, 8)
				if _, err := io.ReadFull(c, b); err != nil {
					met <- err.Error()
					return
				}
				met <- string(b[1:4])
			}()
		}
	}()
	says(near, "smbclient", "-s", "/dev/null", "-N", "-p", "139", "-I", another, "//DSOMGO/x")
	if got := <-met; got != "SMB" {
		t.Errorf("smbclient: %s", got)
	}
	impacket := func(called string) string {
		return says(near, "/usr/bin/python3", "-c", `
from impacket import nmb
try:
    s = nmb.NetBIOSTCPSession("ME", "`+called+`", "`+another+`", sess_port=139)
    s.send_packet(b"\xffSMB....")
    print("session")
except nmb.NetBIOSError as e:
    print("refused", e)
`)
	}
	if out := impacket("DSOMGO"); !strings.Contains(out, "session") {
		t.Errorf("impacket: %s", out)
	}
	if got := <-met; got != "SMB" {
		t.Errorf("impacket: %s", got)
	}
	if out := impacket("WRONG"); !strings.Contains(out, "refused") {
		t.Errorf("impacket calls a name that is not there: %s", out)
	}
	if got := <-met; !strings.Contains(got, "not there") {
		t.Errorf("our server says of that: %s", got)
	}
}

// A nbDaemon is dsom daemon at an end of a cable.
type nbDaemon struct {
	t       *testing.T
	at      *cable.End
	program string
	state   string
	env     []string
	log     *peer.Buffer
}

// daemonAt starts a daemon with a name at an end of a cable.
func daemonAt(t *testing.T, at *cable.End, address, name string, more ...string) *nbDaemon {
	t.Helper()
	program, err := dsomProgram()
	if err != nil {
		t.Fatal(err)
	}
	d := &nbDaemon{t: t, at: at, program: program, state: filepath.Join(t.TempDir(), name), log: new(peer.Buffer), env: []string{"DSOM_NETBIOS=" + cable.Interface}}
	cmd := at.Command(program, append([]string{"daemon", "--console", "off", "--state", d.state, "--publish", address, "--netbios", cable.Interface, "--netbios-name", name}, more...)...)
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
	soon(t, name+" has its name", func() bool { return strings.Contains(d.log.String(), "a name of NetBIOS is this machine's") })
	return d
}

// dsom runs the program beside the daemon.
func (d *nbDaemon) dsom(args ...string) (string, error) {
	cmd := d.at.Command(d.program, args...)
	cmd.Env = append(os.Environ(), append(d.env, "DSOM_STATE="+d.state)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("dsom %s: %w: %s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), err
}

func (d *nbDaemon) must(args ...string) string {
	d.t.Helper()
	out, err := d.dsom(args...)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// cut has an end of a cable throw away clients that come by TCP to some ports, such as != 139.
func cut(t *testing.T, at *cable.End, ports string) {
	t.Helper()
	for _, line := range []string{"add table ip dsom", "add chain ip dsom in { type filter hook input priority 0; }",
		`add rule ip dsom in iifname "` + cable.Interface + `" tcp flags & (syn|ack) == syn tcp dport ` + ports + ` drop`} {
		if out := says(at, "nft", line); out != "" {
			t.Fatalf("nft %s: %s", line, out)
		}
	}
}

// TestNetBIOSAlone has two daemons find and call each other by name, with TCP to any other port than 139 cut: what each has bound the other reads. The recording has GIOP at 139, and nothing malformed, as tshark sees it.
func TestNetBIOSAlone(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nft", Package: "nftables"}, peer.Tool{Name: "tshark", Package: "tshark"})
	near, far := cable.Lay(t)
	cut(t, near, "!= 139")
	cut(t, far, "!= 139")
	file := filepath.Join(t.TempDir(), "cable.pcapng")
	record := near.Command("dumpcap", "-q", "-i", cable.Interface, "-w", file)
	var recorder peer.Buffer
	record.Stderr = &recorder
	if err := record.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = record.Process.Kill(); _ = record.Wait() }()
	soon(t, "recording", func() bool { _, err := os.Stat(file); return err == nil })
	ada, eve := daemonAt(t, near, cable.Near, "ada"), daemonAt(t, far, cable.Far, "eve")
	for _, x := range []struct {
		d     *nbDaemon
		other string
		host  string
	}{{ada, "eve", cable.Far}, {eve, "ada", cable.Near}} {
		if out, err := x.d.dsom("call", "--timeout", "2s", "corbaloc::"+x.host+":3053/NameService", "_non_existent"); err == nil {
			t.Fatalf("TCP is not cut: %s", out)
		}
		at := "corbaloc:netbios:" + x.other + "/NameService"
		x.d.must("name", "bind", "--at", "corbaloc::127.0.0.1:3053/NameService", "to-"+x.other, at)
		if out := x.d.must("call", at, "_is_a", "IDL:omg.org/CosNaming/NamingContext:1.0"); strings.TrimSpace(out) != "true" {
			t.Errorf("calling %s: %s", x.other, out)
		}
	}
	if out := ada.must("name", "ls", "--at", "corbaloc:netbios:eve/NameService"); !strings.Contains(out, "to-ada") {
		t.Errorf("ada reads eve's names: %q", out)
	}
	if out := eve.must("name", "ls", "--at", "corbaloc:netbios:ada/NameService"); !strings.Contains(out, "to-eve") {
		t.Errorf("eve reads ada's names: %q", out)
	}
	heuristic := filepath.Join(t.TempDir(), "giop.lua")
	if err := os.WriteFile(heuristic, []byte(`local giop = Dissector.get("giop")
local p = Proto("dsom_nbss", "GIOP in sessions of NetBIOS")
p:register_heuristic("netbios", function(tvb, pinfo, tree)
  if tvb:len() < 12 or tvb(0, 4):string() ~= "GIOP" then return false end
  giop:call(tvb, pinfo, tree)
  return true
end)
`), 0o600); err != nil {
		t.Fatal(err)
	}
	decode := func(filter string, fields ...string) string {
		args := []string{"-X", "lua_script:" + heuristic, "-r", file, "-Y", filter, "-T", "fields"}
		for _, f := range fields {
			args = append(args, "-e", f)
		}
		out, _ := exec.Command("tshark", args...).Output() // of a recording under way, whose end may be half a packet
		return string(out)
	}
	calls := ""
	soon(t, "calls of both are in the recording", func() bool {
		calls = decode("giop && tcp.dstport == 139", "giop.request_op")
		return strings.Count(calls, "_is_a") >= 2 && len(strings.Fields(calls)) >= 4
	})
	t.Logf("called at 139, as tshark decodes it: %s", strings.Join(strings.Fields(calls), " "))
	if err := record.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = record.Wait()
	if out := decode("nbns.flags.opcode == 5", "_ws.col.Info"); !strings.Contains(out, "ADA<53>") || !strings.Contains(out, "EVE<53>") {
		t.Errorf("registrations: %s", out)
	}
	if out := decode("_ws.malformed", "frame.number", "_ws.col.Info"); out != "" {
		t.Errorf("malformed: %s", out)
	}
	if out := decode("!(tcp.port == 139) && tcp.flags.syn == 1 && tcp.flags.ack == 1", "frame.number"); out != "" {
		t.Errorf("there were connections to other ports: %s", out)
	}
}

// TestNetBIOSRetarget has a client call a server's name at the daemon's port: the server is started, and the client sent to it, in the protocol's own words. A reference
// whose TCP leads nowhere is called by the name beside it.
func TestNetBIOSRetarget(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nft", Package: "nftables"})
	near, far := cable.Lay(t)
	ada, eve := daemonAt(t, near, cable.Near, "ada"), daemonAt(t, far, cable.Far, "eve")
	eve.must("server", "add", "bank", "--", eve.program, "__demo-bank-server", "--data", filepath.Join(eve.state, "data"))
	eve.must("server", "start", "bank")
	u, err := ior.ParseURL(strings.TrimSpace(ada.must("name", "resolve", "--at", "corbaloc:netbios:eve/NameService", "bank/branch")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Named(); len(got) != 1 || got[0] != "netbios:EVE#53:139" {
		t.Errorf("the reference names %q beside %s:%d", got, p.Host, p.Port)
	}
	eve.must("server", "stop", "bank")
	called := &ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "netbios", Host: "bank@eve", Port: 139}}, Key: p.Key}
	if out := ada.must("call", "--idl", "../demo/bank/bank.idl", called.String(), "list"); strings.TrimSpace(out) == "" {
		t.Errorf("the branch lists %q", out)
	}
	if out := eve.must("server", "list"); !strings.Contains(out, "ready") {
		t.Errorf("the bank was not started: %s", out)
	}
	cut(t, far, "3053")
	if out := ada.must("call", "--timeout", "30s", "--idl", "../demo/bank/bank.idl", u.String(), "list"); strings.TrimSpace(out) == "" {
		t.Errorf("by the name beside the address: the branch lists %q", out)
	}
	missing := &ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "netbios", Host: "nobody@eve", Port: 139}}, Key: p.Key}
	if out, err := ada.dsom("call", "--idl", "../demo/bank/bank.idl", missing.String(), "list"); err == nil || !strings.Contains(err.Error(), "called name is not there") {
		t.Errorf("a server that there is not: %s, %v", out, err)
	}
}
