package orb_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/race"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// soakTime is how long TestExactSoak goes on, unless DSOM_SOAK says otherwise.
const soakTime = 10 * time.Second

const (
	soakServers  = 3                // the first is not killed: what grows in it is seen
	soakPatience = 30 * time.Second // within which every call must have ended; it is given 8
)

// TestExactSoak has a thousand clients make calls of all kinds (soakKinds), with callbacks among them, while servers are killed and
// started again, and connections are cut in the middle of messages. Every call must end, with the result it should have or
// an exception that may be, no more of which than connections were cut or refused: a client has one call under way. None is carried out twice, none
// that is said not to have been, and most oneways once; and neither memory nor
// goroutines grow, of the clients and of a server that is let live. It runs with the race detector and without.
func TestExactSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	d := soakTime
	if s := os.Getenv("DSOM_SOAK"); s != "" {
		var err error
		if d, err = time.ParseDuration(s); err != nil {
			t.Fatalf("DSOM_SOAK: %v", err)
		}
	}
	clients := 1000
	if race.Enabled {
		clients = 300 // each costs the race detector much memory
	}
	s := &soak{t: t, clients: clients, stop: make(chan struct{})}
	for i := range soakServers {
		s.servers = append(s.servers, s.newServer(i))
	}
	var users, vandals sync.WaitGroup
	for i := range clients {
		users.Go(func() { s.use(i) })
	}
	for _, server := range s.servers[1:] {
		vandals.Go(func() { s.killNowAndThen(server) })
	}
	var seen []usages
	for i := range soakSamples {
		seen = append(seen, s.after(d/soakSamples, fmt.Sprintf("%d of %d", i+1, soakSamples)))
	}
	close(s.stop)
	vandals.Wait()
	done := make(chan struct{})
	go func() { users.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(2 * soakPatience):
		buf := make([]byte, 1<<20)
		t.Fatalf("clients hang:\n%s", buf[:runtime.Stack(buf, true)])
	}
	notes, twice := s.servers[0].notes()
	for _, server := range s.servers {
		server.end()
	}
	t.Logf("%d calls in %v by %d clients: %d results, %d exceptions of the user's, %d deadlines, %d failures completed NO, %d MAYBE, %d timeouts, %d of callbacks; "+
		"%d servers killed, %d connections cut, %d refused; %d oneways of %d there",
		s.calls.Load(), d, clients, s.results.Load(), s.raised.Load(), s.late.Load(), s.no.Load(), s.maybe.Load(), s.timeouts.Load(), s.unknown.Load(),
		s.kills.Load(), s.cuts.Load(), s.refused.Load(), notes, s.noted.Load())
	if lost, may := s.no.Load()+s.maybe.Load()+s.timeouts.Load(), s.cuts.Load()+s.refused.Load(); lost > may {
		t.Errorf("%d calls failed, but only %d connections were cut or refused", lost, may)
	}
	if n := s.unknown.Load(); n > s.cuts.Load() {
		t.Errorf("%d callbacks failed, but only %d connections were cut", n, s.cuts.Load())
	}
	if sent := s.noted.Load(); twice != 0 || int64(notes) > s.notes.Load() || 2*int64(notes) < sent {
		t.Errorf("of %d oneways that were sent, %d were carried out, %d more than once", sent, notes, twice)
	}
	if s.results.Load() == 0 || s.kills.Load() == 0 || s.cuts.Load() == 0 {
		t.Error("nothing has been tested")
	}
	half, end := halves(seen)
	for who, u := range map[string][2]usage{"the clients": {half.clients, end.clients}, "the server": {half.server, end.server}} {
		if half, end := u[0], u[1]; half.grows(end, s.calls.Load(), clients) {
			t.Errorf("%s grow: in the second quarter %+v, in the last %+v", who, half, end)
		}
	}
}

// mean returns what is taken on the average: connections that have just been cut make single samples differ by a tenth.
func mean(all []usages) (m usages) {
	for _, u := range all {
		m.clients.heap += u.clients.heap
		m.clients.goroutines += u.clients.goroutines
		m.server.heap += u.server.heap
		m.server.goroutines += u.server.goroutines
	}
	n := len(all)
	m.clients.heap, m.server.heap = m.clients.heap/uint64(n), m.server.heap/uint64(n)
	m.clients.goroutines, m.server.goroutines = m.clients.goroutines/n, m.server.goroutines/n
	return m
}

// halves returns what was taken in the second quarter of a run and in the last.
func halves(seen []usages) (half, end usages) {
	return mean(seen[soakSamples/4 : soakSamples/2]), mean(seen[soakSamples*3/4:])
}

// soakWarm is after how many calls each a thousand clients take little more than they will: by then each has made those of most kinds, been called back, and
// met connections that were cut. Up to there what they take grows as the logarithm of the calls, however long that lasts.
const soakWarm = 60

// grows reports whether a run of so many calls that has taken u in its second quarter, and end in its last, leaks. What is allowed while clients
// warm up shrinks with the calls of each behind that, and what remains is noise.
func (u usage) grows(end usage, calls int64, clients int) bool {
	warm := min(1, soakWarm*float64(clients)/max(float64(calls), 1))
	heap := 1<<20 + float64(u.heap)/25 + warm*(6<<20+float64(u.heap)/16)
	goroutines := float64(u.goroutines)/10 + float64(clients)/20 + warm*float64(clients)
	return float64(end.heap)-float64(u.heap) > heap || float64(end.goroutines-u.goroutines) > goroutines
}

// TestSoakSees holds what a soak takes for a leak: in ten minutes, with 300,000 calls in the half that is looked at, an object of 16 octets a
// call; in ten seconds, much.
func TestSoakSees(t *testing.T) {
	t.Parallel()
	half := usage{37 << 20, 3100}
	for name, c := range map[string]struct {
		calls int64
		end   usage
		grows bool
	}{
		"nothing":             {600_000, half, false},
		"less":                {600_000, usage{30 << 20, 2000}, false},
		"noise":               {600_000, usage{half.heap + 1<<20, half.goroutines + 300}, false},
		"16 octets a call":    {600_000, usage{half.heap + 300_000*16, half.goroutines}, true},
		"one in a thousand":   {600_000, usage{half.heap, half.goroutines + 600}, true},
		"clients warm up":     {10_000, usage{half.heap + 6<<20, half.goroutines + 1000}, false},
		"much in a short run": {10_000, usage{half.heap + 20<<20, half.goroutines}, true},
		"many in a short run": {10_000, usage{half.heap, half.goroutines + 2000}, true},
		"no call":             {0, half, false},
	} {
		if got := half.grows(c.end, c.calls, 1000); got != c.grows {
			t.Errorf("%s: got %v, want %v", name, got, c.grows)
		}
	}
}

// warmUp is what a thousand clients and the server had taken behind so many calls of each client, in runs of 10, 40 and 300 seconds.
var warmUp = []struct {
	calls float64
	usages
}{
	{1, usages{usage{29180 << 10, 1617}, usage{907 << 10, 147}}}, {2, usages{usage{31309 << 10, 1714}, usage{1353 << 10, 216}}},
	{4.5, usages{usage{33991 << 10, 1778}, usage{1837 << 10, 305}}}, {8.4, usages{usage{36981 << 10, 1800}, usage{2221 << 10, 382}}},
	{15.7, usages{usage{40472 << 10, 1813}, usage{2500 << 10, 476}}}, {28, usages{usage{43749 << 10, 1904}, usage{2600 << 10, 580}}},
	{42, usages{usage{46169 << 10, 1864}, usage{2700 << 10, 662}}}, {73, usages{usage{47800 << 10, 1907}, usage{3142 << 10, 749}}},
	{110, usages{usage{49700 << 10, 1880}, usage{3186 << 10, 770}}}, {166, usages{usage{50281 << 10, 1900}, usage{3500 << 10, 800}}},
	{295, usages{usage{50770 << 10, 1948}, usage{3600 << 10, 825}}}, {100_000, usages{usage{51500 << 10, 1960}, usage{3700 << 10, 840}}},
}

// warmAt returns what is taken behind so many calls of each client.
func warmAt(calls float64) usages {
	i := 1
	for i < len(warmUp)-1 && warmUp[i].calls < calls {
		i++
	}
	a, b := warmUp[i-1], warmUp[i]
	share := (calls - a.calls) / (b.calls - a.calls)
	between := func(a, b usage) usage {
		return usage{uint64(float64(a.heap) + share*(float64(b.heap)-float64(a.heap))), a.goroutines + int(share*float64(b.goroutines-a.goroutines))}
	}
	return usages{between(a.clients, b.clients), between(a.server, b.server)}
}

// TestSoakOfAnyLength takes no warming up for a leak, however long a soak lasts and however fast the machine is, and each leak that shows in its time.
func TestSoakOfAnyLength(t *testing.T) {
	t.Parallel()
	const clients = 1000
	run := func(seconds, rate, leak, stuck float64) (grows bool) { // calls a second of each client; KiB and goroutines a second that leak
		var seen []usages
		for i := range soakSamples {
			at := seconds * float64(i+1) / soakSamples
			u := warmAt(at * rate)
			u.clients.heap += uint64(at * leak * (1 << 10))
			u.clients.goroutines += int(at * stuck)
			seen = append(seen, u)
		}
		half, end := halves(seen)
		calls := int64(seconds * rate * clients)
		return half.clients.grows(end.clients, calls, clients) || half.server.grows(end.server, calls, clients)
	}
	for _, seconds := range []float64{10, 20, 30, 40, 60, 90, 120, 200, 300, 600, 3600, 36000} {
		for _, rate := range []float64{0.5, 1, 1.7} {
			if run(seconds, rate, 0, 0) {
				t.Errorf("%v seconds, %v calls a second of each client: warming up is taken for a leak", seconds, rate)
			}
		}
	}
	for _, c := range []struct{ seconds, leak, stuck float64 }{
		{10, 4000, 0}, {40, 500, 0}, {60, 300, 0}, {120, 100, 0}, {300, 32, 0}, {600, 16, 0}, {3600, 2, 0},
		{10, 0, 400}, {40, 0, 80}, {120, 0, 20}, {600, 0, 2}, {3600, 0, 0.2},
	} {
		if !run(c.seconds, 1, c.leak, c.stuck) {
			t.Errorf("%v seconds: a leak of %v KiB and %v goroutines a second is not noticed", c.seconds, c.leak, c.stuck)
		}
	}
}

type soak struct {
	t       *testing.T
	clients int
	servers []*soakServer
	stop    chan struct{}
	pause   sync.RWMutex // read by who calls

	calls, results, raised, late, no, maybe, kills, ids atomic.Int64

	timeouts, unknown atomic.Int64 // calls that the server's absence, or a callback that was cut, made fail
	cuts, refused     atomic.Int64 // connections that ended because the proxy or a kill ended them, and that were not let in
	notes, noted      atomic.Int64 // oneways to the first server that were begun, and that were sent

	proxies atomic.Int64 // goroutines of the proxies, which are in the clients' process
}

// usage is what a process takes.
type usage struct {
	heap       uint64
	goroutines int
}

func used() usage {
	runtime.GC() // what lies in pools goes at the second one
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{m.HeapAlloc, runtime.NumGoroutine()}
}

// soakSamples is how often is looked: a multiple of 4.
const soakSamples = 16

type usages struct{ clients, server usage }

// after lets the clients work for d, then has them pause, so that what is under way does not count, and returns what is taken.
func (s *soak) after(d time.Duration, what string) usages {
	time.Sleep(d)
	s.pause.Lock()
	defer s.pause.Unlock()
	u := usages{used(), s.servers[0].usage()}
	u.clients.goroutines -= int(s.proxies.Load())
	s.t.Logf("%s: %d KiB and %d goroutines here, %d KiB and %d there, %d calls", what,
		u.clients.heap>>10, u.clients.goroutines, u.server.heap>>10, u.server.goroutines, s.calls.Load())
	return u
}

func (s *soak) over() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// use is a client: an ORB of its own that calls until the end.
func (s *soak) use(i int) {
	l := new(limits.Limits)
	l.SetTime(limits.CallTimeout, 8*time.Second)
	cfg := orb.Config{Logger: quiet(), Limits: l, BigEndian: i%2 == 0}
	switch i % 10 {
	case 0:
		cfg.Listen = []string{"tcp:127.0.0.1:0"}
	case 1:
		cfg.BiDir.Offer = true
	}
	if i%3 == 0 {
		cfg.FragmentSize = 1000
	}
	o, err := orb.New(cfg)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), soakPatience)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			s.t.Errorf("client %d: shutdown: %v", i, err)
		}
	}()
	var back Echo
	if cfg.Listen != nil || cfg.BiDir.Offer {
		a, err := poa.New(o).Create("callbacks", poa.Options{Bidirectional: poa.Both})
		if err != nil {
			s.t.Error(err)
			return
		}
		called, err := EchoClass.Activate(a, new(echo))
		if err != nil {
			s.t.Error(err)
			return
		}
		back = EchoClass.Unchecked(called)
	}
	ref, err := o.Resolve(context.Background(), s.servers[i%soakServers].corbaloc("soak"))
	if err != nil {
		s.t.Error(err)
		return
	}
	u := newSoakUser(s, o, i, ref, back)
	u.offers = cfg.BiDir.Offer
	for !s.over() {
		s.pause.RLock()
		u.call()
		s.pause.RUnlock()
		select {
		case <-s.stop:
		case <-time.After(time.Duration(u.r.IntN(2*s.clients)) * time.Millisecond):
		}
	}
}

// killNowAndThen kills a server and starts it again.
func (s *soak) killNowAndThen(server *soakServer) {
	for {
		select {
		case <-s.stop:
			return
		case <-time.After(time.Second + rand.N(2*time.Second)):
			server.kill()
			s.kills.Add(1)
			server.start()
		}
	}
}

// A soakServer is a server process, and before it something that cuts connections.
type soakServer struct {
	s     *soak
	proxy net.Listener
	front sync.WaitGroup

	mu  sync.Mutex
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	at  string // where the process listens

	ior, moved string // references to its object, and to one that answers with forwards to it
}

func (s *soak) newServer(i int) *soakServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	server := &soakServer{s: s, proxy: l}
	server.front.Go(server.forward)
	server.start()
	return server
}

// url returns a reference, of the process as it is now.
func (x *soakServer) url(to *string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return *to
}

func (x *soakServer) corbaloc(key string) string {
	return "corbaloc:iiop:1.2@" + x.proxy.Addr().String() + "/" + key
}

// start starts the process, and waits until it serves.
func (x *soakServer) start() {
	x.mu.Lock()
	defer x.mu.Unlock()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), soakServerEnv+"="+x.proxy.Addr().String())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // the process ends with it
	if err != nil {
		x.s.t.Error(err)
		return
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		x.s.t.Error(err)
		return
	}
	x.cmd, x.in, x.out = cmd, in, bufio.NewReader(out)
	for _, to := range []*string{&x.at, &x.ior, &x.moved} {
		line, err := x.out.ReadString('\n')
		if err != nil {
			x.s.t.Errorf("a server did not start: %v", err)
		}
		*to = strings.TrimSpace(line)
	}
}

// usage asks the process what it takes.
func (x *soakServer) usage() (u usage) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, err := fmt.Fprintln(x.in, "usage"); err != nil {
		x.s.t.Error(err)
	}
	if _, err := fmt.Fscanln(x.out, &u.heap, &u.goroutines); err != nil {
		x.s.t.Errorf("what the server takes is not known: %v", err)
	}
	return u
}

// notes asks the process how many oneways it has carried out, and how many of them more than once.
func (x *soakServer) notes() (once, twice int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, err := fmt.Fprintln(x.in, "notes"); err != nil {
		x.s.t.Error(err)
	}
	if _, err := fmt.Fscanln(x.out, &once, &twice); err != nil {
		x.s.t.Errorf("what the server was told is not known: %v", err)
	}
	return once, twice
}

func (x *soakServer) kill() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at = ""
	x.cmd.Process.Kill()
	x.cmd.Wait()
	x.in.Close()
}

func (x *soakServer) end() {
	x.kill()
	x.proxy.Close()
	x.front.Wait()
}

// gone reports whether the process that listened at is killed.
func (x *soakServer) gone(at string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.at != at
}

// forward passes connections on to the process, and cuts them.
func (x *soakServer) forward() {
	for {
		client, err := x.proxy.Accept()
		if err != nil {
			return
		}
		x.mu.Lock()
		at := x.at
		x.mu.Unlock()
		server, err := net.Dial("tcp", at)
		if err != nil || at == "" {
			x.s.refused.Add(1)
			client.Close()
			continue
		}
		there, back := rand.Int64N(1<<rand.IntN(24)), rand.Int64N(1<<rand.IntN(24))
		var cut sync.Once
		end := func(whole bool) { // whole: as much has passed as may
			cut.Do(func() {
				client.(*net.TCPConn).SetLinger(0)
				client.Close()
				server.Close()
				if whole || x.gone(at) {
					x.s.cuts.Add(1)
				}
			})
		}
		pass := func(to, from net.Conn, n int64) {
			x.s.proxies.Add(1)
			x.front.Go(func() {
				defer x.s.proxies.Add(-1)
				_, err := io.CopyN(to, from, n)
				end(err == nil)
			})
		}
		pass(server, client, there)
		pass(client, server, back)
	}
}
