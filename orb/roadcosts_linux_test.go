package orb_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
)

// The child of TestExactRoads finds in its environment the file that it writes to before its calls, between them and behind them.
const envRoadMark = "DSOM_TEST_ROAD_MARK"

// How often it calls.
const (
	roadPings  = 200
	roadEchoes = 20 // of 64 KiB
)

// A roadCost is what a call has the system do, for client and server together. A machine that is busy changes none of it.
type roadCost struct {
	writes, reads float64 // that have moved octets
	octets        float64 // written
	woken         float64 // returns of the poller with something to be done, but for timers, and those who wake it on purpose
}

// roadCosts are the gates. Writes and octets are exact but for SPX, which acknowledges, repeats, and keeps a tunnel open; octets are those that TCP has not.
// Who is woken once more than needed, as both sides were by the octets that a socket's peer had read, makes 3.2 of the 1.8 times that there are for TCP.
var roadCosts = []struct {
	network    string
	ping       roadCost
	echo       roadCost // of 64 KiB; its reads depend on how much is there at a time
	allocation float64  // allocations of a ping
	slack      float64  // of writes and octets: what may be added, as a part of them
}{
	{"tcp", roadCost{2, 2, 0, 2.5}, roadCost{writes: 2}, 0, 0},
	{"unix", roadCost{2, 2, 0, 2.5}, roadCost{writes: 2}, 0, 0},
	// A record has 16 KiB and 22 octets around them, is written for itself, and allocates where crypto/tls reads it.
	{"tls", roadCost{2, 2, 2 * 22, 2.5}, roadCost{writes: 2 * 5, octets: 2 * 5 * 22}, 2, 0},
	// A client masks in pieces of 16 KiB.
	{"ws", roadCost{2, 2, 6 + 2, 2.5}, roadCost{writes: 5 + 1, octets: 14 + 10}, 0, 0},
	{"wss", roadCost{2, 2, 6 + 2 + 2*22, 2.5}, roadCost{writes: 2 * 5, octets: 14 + 10 + 2*5*22}, 2, 0},
	{"netbios", roadCost{2, 2, 2 * 4, 2.5}, roadCost{writes: 2, octets: 2 * 4}, 0, 0},
	// A packet of DOSBox's tunnel has 1,380 octets behind 44 of its head. Each ping is acknowledged twice. The tunnel's server allocates what is for its own node.
	{spxByUDP, roadCost{4, 4, 4 * 44, 5}, roadCost{writes: 2 * 48, octets: 2 * 48 * 44}, 2, 0.25},
}

// TestExactRoads holds what calls cost by each network in system calls and octets, beside TCP in the same run: that is what their times come from, as far as it is ours (docs/performance.md).
func TestExactRoads(t *testing.T) {
	if os.Getenv(envRoadMark) != "" {
		callByRoad(t)
		return
	}
	exact.Start(t)
	strace, err := exec.LookPath("strace")
	if err != nil {
		absent.Skip(t, "strace is not installed, so system calls are not counted; interop/install-peers installs it")
	}
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	files := filesVariable + "=" + strings.Join([]string{own.Cert, own.Key, ca.File}, "\n")
	var ping, echo roadCost // by TCP
	for i, want := range roadCosts {
		for tries := 3; ; { // what the machine does besides only adds
			p, e := roadCostsBy(t, strace, want.network, files)
			if i == 0 {
				ping, echo = p, e
			}
			bad := slices.Concat(p.beyond("ping", want.ping, ping.octets, want.slack), e.beyond("echo", want.echo, echo.octets, want.slack))
			if tries--; len(bad) > 0 && tries > 0 {
				continue
			}
			t.Logf("%s: ping %+v, echo of 64 KiB %+v", want.network, p, e)
			for _, what := range bad {
				t.Errorf("%s: %s", want.network, what)
			}
			break
		}
	}
}

// beyond says where c is not as it is to be. octets are those by TCP.
func (c roadCost) beyond(call string, want roadCost, octets, slack float64) (all []string) {
	for _, x := range []struct {
		what       string
		got, least float64
		most       float64
	}{
		{"writes", c.writes, want.writes, want.writes * (1 + slack)},
		{"octets", c.octets, octets + want.octets, (octets + want.octets) * (1 + slack)},
		{"reads", c.reads, want.reads, want.reads * (1 + slack)},
		{"times that the poller finds something", c.woken, 0, want.woken},
	} {
		if x.most > 0 && (x.got < x.least || x.got > x.most) {
			all = append(all, fmt.Sprintf("%s: %.2f %s, from %.2f to %.2f are to be", call, x.got, x.what, x.least, x.most))
		}
	}
	return all
}

// TestExactRoadAllocations holds what a ping allocates by each network, on both sides together.
func TestExactRoadAllocations(t *testing.T) {
	exact.Start(t)
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	t.Setenv(filesVariable, strings.Join([]string{own.Cert, own.Key, ca.File}, "\n"))
	for _, c := range roadCosts {
		t.Run(c.network, func(t *testing.T) {
			t.Setenv(roadVariable, c.network)
			if got := pingAllocations(t, serveByRoad(t, c.network)); math.Abs(got-c.allocation) > 0.1 {
				t.Errorf("%.2f allocations, want %v", got, c.allocation)
			}
		})
	}
}

var (
	straceCall = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>`)
	straceBack = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
	straceEnds = regexp.MustCompile(`\) += (-?\d+)`)
)

// roadCostsBy counts what calls by a network do in a process that is client and server.
func roadCostsBy(t *testing.T, strace, road, files string) (ping, echo roadCost) {
	t.Helper()
	dir := t.TempDir()
	out, mark := filepath.Join(dir, "calls"), filepath.Join(dir, "mark")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-y", "-s", "0", "-o", out,
		"-e", "trace=read,write,readv,writev,sendto,sendmsg,recvfrom,recvmsg,epoll_wait,epoll_pwait,epoll_pwait2", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), files, roadVariable+"="+road, envRoadMark+"="+mark)
	if b, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(b, []byte("PTRACE")) || bytes.Contains(b, []byte("ptrace")) {
			absent.Skip(t, "this machine does not let processes be traced: %s", b)
		}
		t.Fatalf("%v: %s", err, b)
	}
	log, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var of [4]roadCost        // behind so many marks
	marks := 0                // that were passed
	at := map[string]string{} // of a thread in a system call: the file that it is about
	for line := range strings.Lines(string(log)) {
		var call, file string
		if m := straceCall.FindStringSubmatch(line); m != nil {
			call, file = m[2], m[3]
			at[m[1]] = file
		} else if m := straceBack.FindStringSubmatch(line); m != nil {
			call, file = m[2], at[m[1]]
		}
		end := straceEnds.FindAllStringSubmatch(line, -1)
		if end == nil {
			continue
		}
		n, err := strconv.Atoi(end[len(end)-1][1])
		c := &of[min(marks, len(of)-1)]
		switch {
		case err != nil:
			t.Fatalf("%s: %s", road, line)
		case file == mark:
			marks++
		case strings.HasPrefix(call, "epoll"):
			if n > 0 {
				c.woken++
			}
		case strings.Contains(file, "[timerfd]") || strings.Contains(file, "[eventfd]"):
			if n > 0 && call == "read" {
				c.woken--
			}
		case !strings.HasPrefix(file, "socket:") && !strings.Contains(file, "UNIX"):
		case strings.HasPrefix(call, "write") || strings.HasPrefix(call, "send"):
			if n > 0 {
				c.writes++
				c.octets += float64(n)
			}
		case n > 0:
			c.reads++
		}
	}
	if marks != 3 {
		t.Fatalf("%s: the calls stand between %d marks, want 3:\n%.2000s", road, marks, log)
	}
	return of[1].of(roadPings), of[2].of(roadEchoes)
}

// of returns what one of n calls costs.
func (c roadCost) of(n float64) roadCost {
	return roadCost{c.writes / n, c.reads / n, c.octets / n, c.woken / n}
}

// callByRoad is the child.
func callByRoad(t *testing.T) {
	mark, err := os.Create(os.Getenv(envRoadMark))
	if err != nil {
		t.Fatal(err)
	}
	defer mark.Close()
	e := serveByRoad(t, os.Getenv(roadVariable))
	ctx, body := context.Background(), make([]byte, 64<<10)
	call := func(n int, body []byte) {
		for range n {
			if body == nil {
				err = e.Ping(ctx)
			} else {
				_, err = e.Blob(ctx, body)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := mark.WriteString("|"); err != nil {
			t.Fatal(err)
		}
	}
	call(10, nil) // connect, and whatever else there is once
	call(roadPings, nil)
	call(roadEchoes, body)
}

// spxByUDP is SPX over UDP, which tests of calls have in memory.
const spxByUDP = "SPX over UDP"

// serveByRoad is serve by a network of TestRoads, or spxByUDP.
func serveByRoad(t *testing.T, road string) Echo {
	if road != spxByUDP {
		return serve(t, new(echo))
	}
	s, err := tunnel.Listen(t.Context(), "127.0.0.1:0", 0x3053)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tunnel.Dial(t.Context(), s.At().String(), 0x3053, nil)
	if err != nil {
		t.Fatal(err)
	}
	side := func(carrier ipx.Carrier) transport.Set {
		x := spx.New(spx.Config{Open: func(context.Context) (*ipx.Station, error) { return ipx.NewStation(carrier), nil }})
		t.Cleanup(func() {
			_ = x.Close()
			_ = carrier.Close()
		})
		return transport.Set{x, tcp.New()}
	}
	o, root := newORB(t, func(cfg *orb.Config) { cfg.Transports, cfg.Listen = side(s), []string{"spx::0"} })
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, func(cfg *orb.Config) { cfg.Transports = side(c) })
	return EchoClass.Unchecked(client.NewRef(ref.IOR()))
}
