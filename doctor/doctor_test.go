package doctor_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/store/bbolt"
)

// A machine answers as a test has it.
type machine struct {
	hosts    map[string]string // addresses; "" is never answered
	owner    string
	now      time.Time
	unsynced bool
	open     uint64
	left     uint64
	filters  string
	blind    bool   // what filters packets is not told
	missing  string // program
	ports    []doctor.Interface
}

func (m *machine) Hostname() (string, error)            { return "atlas", nil }
func (m *machine) Network() probe.Network               { return unreached{} }
func (m *machine) Owner(context.Context, uint16) string { return m.owner }
func (m *machine) Now() time.Time                       { return m.now }
func (m *machine) Synchronised() (yes, known bool)      { return !m.unsynced, true }
func (m *machine) Files() uint64                        { return m.open }
func (m *machine) Filters() (in string, known bool)     { return m.filters, !m.blind }

func (m *machine) Interfaces() ([]doctor.Interface, error) {
	if m.ports == nil {
		return nil, errors.New("no interfaces are told")
	}
	return m.ports, nil
}

func (m *machine) Free(string) (left, all uint64, err error) { return m.left, 1 << 40, nil }

func (m *machine) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	a, ok := m.hosts[host]
	if a == "" && ok {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if !ok {
		return nil, errors.New("no such host")
	}
	return []netip.Addr{netip.MustParseAddr(a)}, nil
}

func (m *machine) Program(name string) error {
	if name == m.missing {
		return errors.New(name + ": no such file")
	}
	return nil
}

// unreached is a network in which nobody listens.
type unreached struct{}

func (unreached) Lookup(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.9")}, nil
}
func (unreached) Dial(context.Context, netip.AddrPort) (net.Conn, error) {
	return nil, errors.New("nobody listens")
}
func (unreached) DialUDP(context.Context, netip.AddrPort) (net.Conn, error) {
	return nil, errors.New("nobody listens")
}
func (unreached) Own() []netip.Prefix { return nil }

// well is a machine on which all is as it should be.
func well() *machine {
	return &machine{
		hosts: map[string]string{"localhost": "127.0.0.1", "atlas": "192.0.2.9"}, now: time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC), open: 65536, left: 1 << 34,
	}
}

// aDaemon answers as one with a status and servers.
func aDaemon(t *testing.T, s admin.Status, servers ...admin.Server) *admin.Client {
	t.Helper()
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any = s
		if r.URL.Path == "/v1/servers" {
			v = servers
		}
		_ = json.NewEncoder(w).Encode(v)
	}))
	t.Cleanup(h.Close)
	return admin.NewClient(admin.Access{Address: strings.TrimPrefix(h.URL, "http://"), Token: "x"})
}

// named is a daemon with two names of NetBIOS.
func named(one, two string, disputed uint64) *admin.Status {
	return &admin.Status{PID: 7, Version: "1", Started: well().now.Add(-time.Hour), NetBIOS: &admin.NetBIOS{
		Address: "192.0.2.7", SessionPort: 139, Names: []admin.NetBIOSName{{Name: "ADA", State: one}, {Name: "GROUP", State: two}}, Counts: map[string]uint64{"disputed": disputed},
	}}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	status := admin.Status{PID: 7, Version: "1", Started: well().now.Add(-time.Hour)}
	public := status
	public.Addresses = []string{"198.51.100.1:3053"}
	for name, c := range map[string]struct {
		change  func(*machine)
		status  *admin.Status
		servers []admin.Server
		want    string // about, grade, and the beginning of what is said
		mend    string
	}{
		"no daemon":                {want: "daemon bad none runs with this state folder", mend: "dsom daemon"},
		"the port taken":           {change: func(m *machine) { m.owner = "nginx (process 8)" }, want: "daemon bad none runs, and port 3053 is taken by nginx", mend: "end that"},
		"a daemon":                 {status: &status, want: "daemon good process 7"},
		"of another version":       {status: &admin.Status{Version: "2"}, want: `daemon note its version is "2", and this program's is "1"`, mend: "--leave-servers"},
		"no room":                  {change: func(m *machine) { m.left = 1 << 20 }, want: "state folder bad STATE has 1.0 MiB left", mend: "make room"},
		"little room":              {change: func(m *machine) { m.left = 100 << 20 }, want: "state folder note STATE has 100.0 MiB left", mend: "make room"},
		"a clock before":           {change: func(m *machine) { m.now = time.Unix(0, 0) }, want: "clock bad it says 19", mend: "chrony"},
		"a clock put back":         {change: func(m *machine) { m.now = m.now.Add(-3 * time.Hour) }, status: &status, want: "clock bad it was put back: the daemon was started 2h0m0s from now", mend: "chrony"},
		"a clock alone":            {change: func(m *machine) { m.unsynced = true }, want: "clock note it says 2026-11-29", mend: "chrony"},
		"few files":                {change: func(m *machine) { m.open = 256 }, want: "open files note 256 at most", mend: "ulimit"},
		"localhost away":           {change: func(m *machine) { m.hosts["localhost"] = "192.0.2.9" }, want: "names of hosts bad localhost is not this machine", mend: "/etc/hosts"},
		"a machine unknown":        {change: func(m *machine) { delete(m.hosts, "atlas") }, want: "names of hosts note this machine's own, atlas, is not found", mend: "DNS"},
		"a machine on loopback":    {change: func(m *machine) { m.hosts["atlas"] = "::ffff:127.0.1.1" }, want: "names of hosts note atlas is [127.0.1.1]", mend: "/etc/hosts"},
		"who never answers":        {change: func(m *machine) { m.hosts["atlas"] = "" }, want: "names of hosts note this machine's own, atlas, is not found: context deadline"},
		"an address":               {status: &public, want: "address 198.51.100.1:3053 bad references name it, and the naming service is not reached"},
		"no address":               {status: &admin.Status{Addresses: []string{"a b"}}, want: "address a b bad it is none that a reference can name", mend: "--publish"},
		"a firewall":               {change: func(m *machine) { m.filters = "nftables" }, status: &public, want: "firewall note nftables is in use here", mend: "corbaloc::198.51.100.1:3053/NameService"},
		"no firewall known":        {status: &public, want: "firewall note none is known"},
		"firewalls not looked for": {change: func(m *machine) { m.blind = true }, status: &public, want: "firewall note this system was not asked", mend: "dsom ior --probe"},
		"no certificates":          {status: &public, want: "certificates note there are none for calls"},
		"NetBIOS":                  {status: named("registered", "registered", 0), want: "NetBIOS good ADA, GROUP registered at 192.0.2.7, sessions at port 139"},
		"a name in conflict":       {status: named("registered", "another has it too", 0), want: "NetBIOS bad the name GROUP is another machine's too", mend: "--netbios-name"},
		"a name refused":           {status: named("no name server answers", "registered", 0), want: "NetBIOS bad the name ADA is not registered: no name server answers", mend: "--netbios-servers"},
		"a name to come":           {status: named("being registered", "registered", 0), want: "NetBIOS note the name ADA is being registered", mend: "again"},
		"a name that others claim": {status: named("registered", "registered", 3), want: "NetBIOS note others have claimed a name of this machine's 3 times", mend: "log"},
		"datagrams":                {status: &admin.Status{PID: 7, Version: "1", UDP: &admin.UDP{Addresses: []string{"127.0.0.1:3053"}}}, want: "UDP bad the daemon is to hear datagrams at 127.0.0.1:3053, and was not heard to answer", mend: "filter"},
		"a program gone": {change: func(m *machine) { m.missing = "/opt/bank" }, status: &status, servers: []admin.Server{{Name: "bank", Command: []string{"/opt/bank", "-v"}}},
			want: "server bank bad its program cannot be run: /opt/bank: no such file", mend: "dsom server upgrade bank"},
		"one that its own PATH has": {change: func(m *machine) { m.missing = "bank" }, status: &status, servers: []admin.Server{{Name: "bank", Command: []string{"bank"}, Env: []string{"PATH=/opt"}}},
			want: "servers good 1 of 1"},
		"a server that fails": {status: &status, servers: []admin.Server{{Name: "bank", Run: admin.Run{State: admin.StateBackOff, Failures: 3, LastError: "exit status 1"}}},
			want: "server bank bad it has failed 3 times in a row: exit status 1", mend: "dsom server logs bank"},
		"a server lost": {status: &status, servers: []admin.Server{{Name: "bank", Run: admin.Run{State: admin.StateLost, PID: 9}}}, want: "server bank bad its process 9 lives"},
		"a server disabled": {status: &status, servers: []admin.Server{{Name: "bank", Disabled: true}, {Name: "till"}},
			want: "server bank note it is disabled", mend: "dsom server start bank"},
		"one of two": {status: &status, servers: []admin.Server{{Name: "bank", Disabled: true}, {Name: "till"}}, want: "servers good 1 of 2"},
		"a limit": {status: &status, servers: []admin.Server{{Name: "bank", Run: admin.Run{State: admin.StateReady, Unenforced: []string{"memory: no cgroup"}}}},
			want: "server bank note a limit is not enforced: memory: no cgroup", mend: "Delegate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := well()
			if c.change != nil {
				c.change(m)
			}
			p := doctor.Patient{State: t.TempDir(), Version: "1", Port: 3053, Machine: m, Timeout: 50 * time.Millisecond}
			if c.status != nil {
				p.Daemon = aDaemon(t, *c.status, c.servers...)
			}
			has(t, doctor.Look(t.Context(), p), strings.ReplaceAll(c.want, "STATE", p.State), c.mend)
		})
	}
}

// has fails unless one of the findings begins so and is mended so, and all that are not good say how, but for what nobody can mend.
func has(t *testing.T, found []doctor.Finding, want, mend string) {
	t.Helper()
	var all []string
	ok, bad := false, false
	for _, f := range found {
		line := f.About + " " + string(f.Grade) + " " + f.Says
		all = append(all, line+"; "+f.Mend)
		if strings.HasPrefix(line, want) && strings.Contains(f.Mend, mend) {
			ok = true
		}
		bad = bad || f.Grade == doctor.Bad
		if f.Grade != doctor.Good && f.Grade != doctor.Lack && f.Mend == "" {
			t.Errorf("nothing is said about how to mend it: %s", line)
		}
	}
	if !ok {
		t.Errorf("got\n  %s\nwant %s; %s", strings.Join(all, "\n  "), want, mend)
	}
	if doctor.Sound(found) == bad {
		t.Errorf("sound is %t", !bad)
	}
}

// TestSound holds that nothing is bad of a machine and a daemon that are well.
func TestSound(t *testing.T) {
	t.Parallel()
	s := admin.Status{PID: 7, Version: "1", Started: well().now.Add(-time.Hour)}
	state := t.TempDir()
	if err := os.Chmod(state, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range doctor.Look(t.Context(), doctor.Patient{State: state, Version: "1", Machine: well(), Daemon: aDaemon(t, s)}) {
		if f.Grade != doctor.Good && f.Grade != doctor.Lack {
			t.Errorf("%+v", f)
		}
	}
}

// TestState holds what is said of the folder, and of the file in it, where no daemon has it.
func TestState(t *testing.T) {
	t.Parallel()
	look := func(state string) []doctor.Finding {
		return doctor.Look(t.Context(), doctor.Patient{State: state, Version: "1", Machine: well(), Timeout: time.Second})
	}
	none := filepath.Join(t.TempDir(), "none")
	has(t, look(none), "state folder good "+none+" is not there yet", "")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	has(t, look(file), "state folder bad "+file+" is no folder", "--state")

	state := t.TempDir()
	if runtime.GOOS != "windows" {
		for mode, want := range map[os.FileMode]string{0o777: "bad others can change", 0o755: "note others can see"} {
			if err := os.Chmod(state, mode); err != nil {
				t.Fatal(err)
			}
			has(t, look(state), "state folder "+want, "chmod 700")
		}
	}
	db := filepath.Join(state, "dsom.db")
	s, err := bbolt.Open(db, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" { // in one process, a file of its own each
		has(t, look(state), "state bad ", "end that process")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	has(t, look(state), "state good "+db+" is whole", "")
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	copy(b[len(b)/2:], strings.Repeat("\xff", 64))
	copy(b, strings.Repeat("\x7f", 8192))
	if err := os.WriteFile(db, b, 0o600); err != nil {
		t.Fatal(err)
	}
	has(t, look(state), "state bad ", "dsom restore")
}

// TestEnds holds that who is told to end looks at nothing more.
func TestEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := doctor.Patient{State: t.TempDir(), Machine: well(), Progress: func(about string) {
		if about == "clock" {
			cancel()
		}
		if about == "servers" {
			t.Error("it went on")
		}
	}}
	doctor.Look(ctx, p)
}

// onLink is a daemon that takes part on the link of port, beside others.
func onLink(t *testing.T, counts map[string]uint64, others ...admin.Neighbour) *admin.Client {
	t.Helper()
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any = admin.Status{PID: 7, Version: "1", Started: well().now.Add(-time.Hour), Link: &admin.LinkStatus{Interface: "port", Counts: counts}}
		switch r.URL.Path {
		case "/v1/servers":
			v = []admin.Server{}
		case "/v1/link":
			v = admin.Neighbours{Interface: "port", Daemons: others}
		}
		_ = json.NewEncoder(w).Encode(v)
	}))
	t.Cleanup(h.Close)
	return admin.NewClient(admin.Access{Address: strings.TrimPrefix(h.URL, "http://"), Token: "x"})
}

// TestLink holds what is found of the interface on which daemons find each other, of what was heard there, and of who answers.
func TestLink(t *testing.T) {
	t.Parallel()
	four, six := []netip.Addr{netip.MustParseAddr("192.0.2.7")}, []netip.Addr{netip.MustParseAddr("fe80::7")}
	port := doctor.Interface{Name: "port", Up: true, Running: true, Multicast: true, Addresses: append(six, four...)}
	change := func(how func(*doctor.Interface)) []doctor.Interface {
		p := port
		how(&p)
		return []doctor.Interface{{Name: "lo", Up: true, Running: true, Loopback: true, Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, p}
	}
	said := map[string]uint64{"said": 3}
	status := admin.Status{PID: 7, Version: "1", Started: well().now.Add(-time.Hour)}
	for name, c := range map[string]struct {
		ports  []doctor.Interface
		told   string // by the configuration
		daemon *admin.Client
		want   string
		mend   string
	}{
		"all is well":           {change(func(*doctor.Interface) {}), "port", onLink(t, said), "link good port (192.0.2.7) has multicast", ""},
		"by its address":        {change(func(*doctor.Interface) {}), "192.0.2.7", nil, "link good port (192.0.2.7) has multicast", ""},
		"no such interface":     {change(func(*doctor.Interface) {}), "none0", nil, "link bad this machine has no interface none0", "one of these with --link, or give it an address: lo, port"},
		"IPv6 alone":            {change(func(i *doctor.Interface) { i.Addresses = six }), "port", nil, "link bad port has no address of IPv4", "IPv4 alone"},
		"switched off":          {change(func(i *doctor.Interface) { i.Up = false }), "port", nil, "link bad port is switched off", "ip link set port up"},
		"no cable":              {change(func(i *doctor.Interface) { i.Running = false }), "port", nil, "link bad nothing is at the other end of port", "plugged"},
		"a tunnel":              {change(func(i *doctor.Interface) { i.Multicast = false }), "port", nil, "link bad no group can be heard by port", "multicast on"},
		"loopback":              {change(func(*doctor.Interface) {}), "lo", nil, "link note lo is this machine's loopback", "--link"},
		"nothing is known":      {nil, "port", nil, "link note it is not known which interfaces", "ip -br address"},
		"not taken up":          {change(func(*doctor.Interface) {}), "port", aDaemon(t, status), "link bad the configuration says that daemons on the link of port are looked for", "again"},
		"another":               {change(func(*doctor.Interface) {}), "lo", onLink(t, said), "link note the configuration names lo, and the daemon that runs is on the link of port", "again"},
		"nothing could be said": {change(func(*doctor.Interface) {}), "", onLink(t, map[string]uint64{"said": 0}), "link bad the daemon could not say on the link that it is there", "239.255.30.53"},
		"a flood":               {change(func(*doctor.Interface) {}), "", onLink(t, map[string]uint64{"said": 1, "limited": 9}), "link note 9 datagrams were not looked at", "dsom link list"},
		"strangers":             {change(func(*doctor.Interface) {}), "", onLink(t, map[string]uint64{"said": 1, "refused": 1, "foreign": 2}), "link note 3 datagrams came", "239.255.30.53"},
		"nobody else":           {change(func(*doctor.Interface) {}), "", onLink(t, said), "link note no other daemon is heard on the link of port", "IGMP"},
		"one that answers":      {change(func(*doctor.Interface) {}), "", onLink(t, said, admin.Neighbour{Name: "ada", At: "192.0.2.8:3053", Answers: true}), "daemon ada good answers at 192.0.2.8:3053", ""},
		"one that does not": {change(func(*doctor.Interface) {}), "", onLink(t, said, admin.Neighbour{Name: "eve", From: "192.0.2.9", Why: "nobody answers at 192.0.2.9:3053 within 2s"}),
			"daemon eve note it was heard from 192.0.2.9 on the link of port, and does not answer: nobody answers at 192.0.2.9:3053", "filter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := well()
			m.ports = c.ports
			has(t, doctor.Look(t.Context(), doctor.Patient{State: t.TempDir(), Version: "1", Port: 3053, Machine: m, Timeout: time.Second, Daemon: c.daemon, Link: c.told}), c.want, c.mend)
		})
	}
	m := well()
	m.ports = change(func(*doctor.Interface) {})
	for _, f := range doctor.Look(t.Context(), doctor.Patient{State: t.TempDir(), Version: "1", Machine: m, Timeout: time.Second, Daemon: aDaemon(t, status)}) {
		if f.About == "link" {
			t.Errorf("nobody wants a link: %+v", f)
		}
	}
}
