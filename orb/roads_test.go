package orb_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// By which network the ORBs of a test's process call one another where the test does not say, and the files for TLS: TestRoads has the tests run with each.
const (
	roadVariable  = "DSOM_TEST_ROAD"
	filesVariable = "DSOM_TEST_ROAD_FILES" // the certificate, its key, and who is trusted
)

// roads are the networks besides TCP. Each gives where an ORB listens, and there alone, and its transport.
var roads = map[string]func(t testing.TB) (listen string, by transport.Set){
	"unix": func(t testing.TB) (string, transport.Set) {
		return "unix:" + filepath.Join(shortDir(t), "s"), transport.Set{unix.New()}
	},
	"tls": func(testing.TB) (string, transport.Set) { return "tls:127.0.0.1:0", transport.Set{roadSealing()} },
	"ws": func(testing.TB) (string, transport.Set) {
		return "ws:127.0.0.1:0", transport.Set{must1(ws.New(ws.Config{}))}
	},
	"wss": func(testing.TB) (string, transport.Set) {
		return "wss:127.0.0.1:0", transport.Set{must1(ws.New(ws.Config{TLS: roadSealing()}))}
	},
	"netbios": func(testing.TB) (string, transport.Set) {
		return "netbios:TEST@127.0.0.1:0", transport.Set{netbios.New(netbios.Config{Resolver: allHere{}})}
	},
	"spx": func(t testing.TB) (string, transport.Set) {
		n := roadNodes.Add(1)
		node := ipx.Node{2, 0, 0, byte(n >> 16), byte(n >> 8), byte(n)}
		x := spx.New(spx.Config{Open: func(context.Context) (*ipx.Station, error) {
			return ipx.NewStation(roadWire().Port(node)), nil
		}})
		t.Cleanup(func() { _ = x.Close() })
		return "spx::0", transport.Set{x}
	},
}

var (
	onTheRoad sync.Map // names of tests
	roadNodes atomic.Int32
	roadWire  = sync.OnceValue(func() *ipxtest.Wire { return ipxtest.New(ipxtest.Faults{}) })
)

func roadSealing() *tls.Transport {
	files := strings.Split(os.Getenv(filesVariable), "\n")
	return must(tls.New(tls.Config{Certificate: files[0], Key: files[1], Authorities: files[2], Logger: quiet()}))
}

// onRoad has an ORB call and be called by the network of this run. A test is skipped whose first ORB says itself by which: it would be run once more as it is.
func onRoad(t testing.TB, c *orb.Config) {
	way := roads[os.Getenv(roadVariable)]
	if way == nil {
		return
	}
	test, _, _ := strings.Cut(t.Name(), "/")
	if c.Transports != nil || len(c.Listen) > 1 || len(c.Listen) == 1 && c.Listen[0] != "tcp:127.0.0.1:0" {
		if _, begun := onTheRoad.Load(test); !begun {
			t.Skip("its ORBs call as the test says")
		}
		return
	}
	if c.MaxVersion == cdr.V10 && len(c.Listen) > 0 {
		t.Skip("references of IIOP 1.0 have no room for another network")
	}
	if _, begun := onTheRoad.LoadOrStore(test, true); !begun {
		os.Stdout.WriteString(goes + test + "\n")
	}
	listen, by := way(t)
	if c.Transports = append(by, tcp.New()); len(c.Listen) > 0 { // others of the tests take calls by TCP
		c.Listen = []string{listen}
	}
}

// ofTCP are tests that are not run by other networks, by what they do with TCP that another has not. Those that count a process's whole work, and this one, are none either.
var ofTCP = map[string]string{
	"octets are written and read at a port by hand, also where the tests' hostileServer is": `CodeSetContext CodeSetNonsense ConnectionLimits ConnectionsOneAfterAnother DamagedRequests ForwardPermanent
		GreatLengths Hold HostileOffers LocateRaises MalformedRequestEndsTheConnection PanicInFind PointsOfNothing RandomOctets RepliesKeepTheirContexts SlowClient ToldTimesAreHeeded TotalConnections
		TruncatedMessages UnreadableTarget`,
	"a corbaloc URL names a port": `ForwardIntoAHole ForwardIsRefused HeldToTheEnd NamedAndCalledBack NextCallBeginsElsewhere OnlyOwnKindSucceeds Redial SeveralAddresses UnicodeBackAtTheOriginal UnicodeFailover
		UnicodeFallsBack UnicodeForwardedByInterceptor UnicodeThroughCorbaloc Unknown`,
	"a rule names a host and a port: Daemon, by which servers say who knows where they are, Connect, or Publish": `ConnectRules Forward ForwardFailures PublishedInsideAny Rebind SetDaemon SharedComponents SomebodyElsesAddress`,
	"references are made, or changed, by host and port": `AfterShutdown AtEndWithinAnEnd ComesBack Failover FailoverAndForward FailoverIsBounded ForwardAndOriginalFail ForwardPermanentAndBack ForwardPlaceTaken
		SameServerWithoutObjects SlowServerKeepsItsCalls`,
	"a client that listens offers hosts and ports, by which it is known who calls it back; an ORB that has TCP alone calls": `CalledBack ShutdownWhileCalledBack`,
	"it is told by host and port who was cut off": `ShutdownEndsWithItsContext`,
	"the caller by TCP is told from that by TLS":  `Caller`,
}

// oneByOne are limits with which an address is tried when those before it have failed, and not because a busy machine was slow to connect.
func oneByOne() *limits.Limits {
	lim := new(limits.Limits)
	lim.Set(limits.HeadStart, int64(time.Minute))
	return lim
}

// TestRoads runs this package's tests of calls over each network; DSOM_TEST_ROADS=spx,ws over those alone.
func TestRoads(t *testing.T) {
	if os.Getenv(roadVariable) != "" {
		t.Skip("this is such a run")
	}
	if testing.Short() {
		t.Skip("-short: the tests are run by TCP alone")
	}
	named := os.Getenv("DSOM_TEST_ROADS")
	for _, name := range strings.Split(named, ",") {
		if named != "" && roads[name] == nil {
			t.Fatalf("DSOM_TEST_ROADS: there is no network %q", name)
		}
	}
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	skip := "^(TestExact.*|TestRoads|Test(" + strings.Join(strings.Fields(strings.Join(slices.Collect(maps.Values(ofTCP)), " ")), "|") + "))$"
	for name := range roads {
		if named != "" && !slices.Contains(strings.Split(named, ","), name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.skip", skip, "-test.run", "^Test", "-test.timeout", "20m")
			cmd.Env = append(os.Environ(), roadVariable+"="+name, filesVariable+"="+strings.Join([]string{own.Cert, own.Key, ca.File}, "\n"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			n := bytes.Count(out, []byte(goes))
			if t.Logf("%d tests", n); n == 0 {
				t.Errorf("none has an ORB that calls or is called by this network:\n%s", out)
			}
		})
	}
}

// goes is written in such a run when a test has its first ORB by the network of the run, with the test's name behind it.
const goes = "by the network of this run: "
