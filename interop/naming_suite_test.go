package interop_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/gopeer/names"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// checkNaming holds a report of the suite of naming services against the row.
func checkNaming(t *testing.T, client, server, version string, r peer.Report) {
	t.Helper()
	document.CheckSuites(t, matrix.Row{Client: client, Server: server, Version: version}, []matrix.Suite{matrix.Naming}, r)
}

// checkVersion demands that there were requests, and that all were of a version of GIOP.
func checkVersion(t *testing.T, version string, tap *wiretap.Tap, sent bool) {
	t.Helper()
	request := func(m wiretap.Message) bool { return m.Sent == sent && m.Header.Type == giop.TypeRequest }
	all, other := tap.Count(request), tap.Count(func(m wiretap.Message) bool { return request(m) && m.Header.Version.String() != version })
	if all == 0 || other > 0 {
		t.Errorf("%d of %d requests were not of GIOP %s", other, all, version)
	}
}

// bindHub binds a hub of this project as names.HubName in the naming service at url, and returns its server.
func bindHub(t *testing.T, url string, form gopeer.Options) *gopeer.Server {
	t.Helper()
	s := gopeer.Start(t, form)
	ctx := t.Context()
	root, err := cosnaming.NamingContextExtClass.Bind(ctx, s.ORB.ORB, url)
	if err != nil {
		t.Fatal(err)
	}
	name, err := root.ToName(ctx, names.HubName)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(name); n++ {
		if _, err := root.BindNewContext(ctx, name[:n]); err != nil {
			t.Fatal(err)
		}
	}
	hub, err := s.ORB.Resolve(ctx, s.IOR)
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Bind(ctx, name, hub); err != nil {
		t.Fatal(err)
	}
	return s
}

// runNaming runs this project's client against the naming service at url, which says no version, in that of the options and under names of its own.
func runNaming(t *testing.T, url string, form gopeer.Options) peer.Report {
	t.Helper()
	url = strings.Replace(url, "corbaloc::", "corbaloc:iiop:"+form.Version+"@", 1)
	o := gopeer.NewORB(t, form)
	root, err := cosnaming.NamingContextExtClass.Bind(t.Context(), o.ORB, url)
	if err != nil {
		t.Fatal(err)
	}
	c := names.Client{
		ORB: o.ORB, Root: root, URL: url, Rand: rand.New(rand.NewPCG(uint64(peer.Seed(t)), uint64(slices.Index(omniorb.Versions, form.Version)))), Made: func() int { return o.Tap.Count(wiretap.Made) },
	}
	for _, own := range []*orb.Object{&c.A, &c.B} {
		ref, err := interop.Refs_ListenerClass.Activate(o.Root, servants.NewListener("own"))
		if err != nil {
			t.Fatal(err)
		}
		*own = ref
	}
	r := c.Run(t.Context())
	o.Stop(t)
	checkVersion(t, form.Version, o.Tap, true)
	return r
}

// ready reports whether the naming service at url answers.
func ready(t *testing.T, o *orb.ORB, url string) func() bool {
	t.Helper()
	return func() bool {
		root, err := o.Resolve(t.Context(), url)
		if err != nil {
			return false
		}
		gone, err := orb.RefOf(root).NonExistent(t.Context())
		return err == nil && !gone
	}
}

// A namedPeer is a peer in TestNamingSuite.
type namedPeer struct {
	matrix.Peer
	build func(*testing.T) namingPeer
}

// A namingPeer is a peer with a client of naming services, and a service of its own in which its server can bind its Hub.
type namingPeer struct {
	client  func(t testing.TB, url string) peer.Report
	service func(t *testing.T, port int, url string) // starts it, on that port, and ends it with the test
	server  func(t testing.TB, url string) *peer.Server
}

// program returns how a service is started that says not when it is ready, from the command that runs it.
func program(command func(t *testing.T, port int) []string) func(*testing.T, int, string) {
	return func(t *testing.T, port int, url string) {
		words := command(t, port)
		peer.Serve(t, ready(t, newORB(t, orb.Config{}), url), words[0], words[1:]...)
	}
}

func javaNaming(o *java.ORB, service func(*testing.T, int) []string) namingPeer {
	return namingPeer{o.CallNaming, program(service), func(t testing.TB, url string) *peer.Server {
		return o.Start(t, java.Options{Naming: url, Name: names.HubName})
	}}
}

var namingPeers = []namedPeer{
	{omnipy.Peer, func(t *testing.T) namingPeer {
		o := omnipy.Build(t, &tally)
		return namingPeer{
			o.CallNaming,
			program(func(t *testing.T, port int) []string { return o.NamingCommand(strconv.Itoa(port), t.TempDir()) }),
			func(t testing.TB, url string) *peer.Server {
				return o.Start(t, omnipy.Options{Naming: url, Name: names.HubName})
			},
		}
	}},
	{jacorb.Peer, func(t *testing.T) namingPeer {
		o := jacorb.Build(t, &tally)
		return javaNaming(o, func(t *testing.T, port int) []string { return jacorb.NamingCommand(o, port, t.TempDir()) })
	}},
	{glassfish.Peer, func(t *testing.T) namingPeer {
		o := glassfish.Build(t, &tally)
		return javaNaming(o, func(_ *testing.T, port int) []string { return glassfish.NamingCommand(o, port) })
	}},
	{combat.Peer, func(t *testing.T) namingPeer {
		o := combat.Build(t, &tally)
		return namingPeer{
			o.CallNaming,
			func(t *testing.T, port int, _ string) { o.StartNaming(t, port) },
			func(t testing.TB, url string) *peer.Server {
				return o.Start(t, combat.Options{Naming: url, Name: names.HubName})
			},
		}
	}},
}

// TestNamingSuite runs the suite of naming services between this project and each peer in both directions: the peer's client
// in this project's service, and this project's client in the peer's, where the peer's server has bound its Hub; and lets the
// peer's server bind its Hub in this project's service, and this project's client call it by its name there.
func TestNamingSuite(t *testing.T) {
	t.Parallel()
	for _, p := range namingPeers {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			n := p.build(t)
			for _, version := range p.Versions {
				t.Run(version+" client", func(t *testing.T) {
					t.Parallel()
					testNamingClient(t, p.Peer, version, n.client)
				})
			}
			t.Run("service", func(t *testing.T) {
				t.Parallel()
				port := freeport.Hold(t)
				url := namingURL("", port)
				n.service(t, port, url)
				n.server(t, url)
				for _, version := range p.Versions {
					r := runNaming(t, url, gopeer.Options{Version: version})
					checkNaming(t, matrix.Self, p.Name, version, r)
					tally.Add(0, r.Made)
				}
				limits := matrix.Of(p.Limits, false, "1.2")
				maps.DeleteFunc(limits, func(name string, _ matrix.Limit) bool { return !slices.Contains(matrix.Naming.Cases, name) })
				if len(limits) > 0 { // which shows without this project, too
					for _, w := range matrix.Alone(n.client(t, url), nil, limits) {
						t.Error(w)
					}
				}
			})
			t.Run("server", func(t *testing.T) {
				t.Parallel()
				url, _ := startNaming(t, freeport.Hold(t))
				s := n.server(t, url)
				byName := strings.Replace(url, "corbaloc:", "corbaname:", 1) + "#" + names.HubName
				if r := gopeer.Run(t, gopeer.Options{}, byName, "hub", "ping", "struct", "callback"); len(r.By(peer.OK)) != 4 {
					t.Errorf("by corbaname: %v", r)
				}
				if counts := s.Stop(t); counts.Answered < 4 || counts.Made == 0 {
					t.Errorf("the server answered %d calls and made %d", counts.Answered, counts.Made)
				}
			})
		})
	}
}

// testNamingClient runs a peer's client in this project's naming service, whose references, like that of the Hub which is bound there, and whose URL are of a version of GIOP.
func testNamingClient(t *testing.T, p matrix.Peer, version string, run func(t testing.TB, url string) peer.Report) {
	t.Helper()
	url, o := startNamingIn(t, gopeer.Options{Port: freeport.Hold(t), Version: version})
	hub := bindHub(t, url, gopeer.Options{Version: version})
	checkNaming(t, p.Name, matrix.Self, version, run(t, url))
	checkVersion(t, version, o.Tap, false)
	checkVersion(t, version, hub.Tap, false)
}

// TestNamingSuiteOwn runs this project's client in its own service, in the other byte order on either side.
func TestNamingSuiteOwn(t *testing.T) {
	t.Parallel()
	for _, version := range bigEndian.Versions {
		for _, big := range []bool{false, true} {
			port := freeport.Hold(t)
			startNamingIn(t, gopeer.Options{Port: port, BigEndian: !big, Version: version})
			url := namingURL("", port)
			bindHub(t, url, gopeer.Options{Version: version})
			row := ownRow(version, big, !big)
			checkNaming(t, row.Client, row.Server, version, runNaming(t, url, gopeer.Options{BigEndian: big, Version: version}))
		}
	}
}

// TestNamingSuiteOmniORB runs this project's client in omniNames, and omniORB's nameclt and client, which find names by URL, in
// this project's service. Each run of nameclt is a case, or a part of one.
func TestNamingSuiteOmniORB(t *testing.T) {
	t.Parallel()
	testNamingOmniORB(t, omniorb.Peer, omniorb.Build(t, &tally))
}

// testNamingOmniORB is that for the omniORB of a machine.
func testNamingOmniORB(t *testing.T, p matrix.Peer, cpp *omniorb.ORB) {
	t.Helper()
	t.Run("naming service", func(t *testing.T) {
		t.Parallel()
		service := cpp.StartNaming(t)
		cpp.Start(t, omniorb.Options{Naming: service.URL, Name: names.HubName})
		for _, version := range omniorb.Versions {
			r := runNaming(t, service.URL, gopeer.Options{Version: version})
			checkNaming(t, matrix.Self, p.Name, version, r)
			tally.Add(0, r.Made)
		}
	})
	for _, version := range omniorb.Versions {
		t.Run(version+" naming client", func(t *testing.T) {
			t.Parallel()
			testNameClt(t, p, cpp, version)
		})
	}
}

// testNameClt runs nameclt and omniORB's client in this project's service, as testNamingClient does a peer's client.
func testNameClt(t *testing.T, p matrix.Peer, cpp *omniorb.ORB, version string) {
	url, o := startNamingIn(t, gopeer.Options{Port: freeport.Hold(t), Version: version})
	bound := bindHub(t, url, gopeer.Options{Version: version})
	hub := bound.IOR
	dir := fmt.Sprintf("dir%d.folder", peer.Seed(t))
	var ior [2]string
	for i := range ior {
		object, err := o.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:9/object%d", i))
		if err != nil {
			t.Fatal(err)
		}
		ior[i] = object.String()
	}
	var r peer.Report
	run := func(name string, want string, fails bool, args ...string) {
		t.Helper()
		got, err := cpp.NameClt(t, &tally, url, args...)
		if strings.HasPrefix(got, "IOR:") { // in the byte order of its machine
			same, err := o.Resolve(t.Context(), got)
			if err != nil {
				t.Fatalf("nameclt %q: %v", args, err)
			}
			got = same.String()
		}
		verdict := peer.OK
		if (err != nil) != fails || want != "" && got != want {
			t.Errorf("nameclt %q: got %q, %v, want %q", args, got, err, want)
			verdict = peer.Fail
		}
		r.Outcomes = append(r.Outcomes, peer.Outcome{Case: name, Verdict: verdict, Calls: 1})
	}
	object := dir + "/main.object"
	run("name_context", "", false, "bind_new_context", dir)
	run("name_bind", "", false, "bind", object, ior[0])
	run("name_resolve", ior[0], false, "resolve", object)
	run("name_twice", "", true, "bind", object, ior[1])
	run("name_missing", "", true, "resolve", dir+"/none")
	run("name_rebind", "", false, "-advanced", "rebind", object, ior[1])
	run("name_rebind", ior[1], false, "resolve", object)
	special := dir + `/a\.b\/c\\d.k`
	run("name_text", "", false, "bind", special, ior[0])
	run("name_text", ior[0], false, "resolve", special)
	run("name_text", "", false, "unbind", special)
	var want []string
	for i := range 25 {
		want = append(want, fmt.Sprintf("n%02d", i))
		run("name_list", "", false, "bind", dir+"/"+want[i], ior[0])
	}
	listed, err := cpp.NameClt(t, &tally, url, "list", dir)
	if got := slices.Sorted(strings.FieldsSeq(listed)); err != nil || !slices.Equal(got, slices.Sorted(slices.Values(append(want, "main.object")))) {
		t.Errorf("listed %q, %v", got, err)
	}
	run("name_full", "", true, "remove_context", dir)
	run("name_hub", hub, false, "resolve", names.HubName)
	byName := cpp.Run(t, omniorb.Options{}, strings.Replace(url, "corbaloc:", "corbaname:", 1)+"#"+names.HubName, "hub")
	for _, k := range byName.Outcomes {
		k.Case = "name_url"
		r.Outcomes = append(r.Outcomes, k)
	}
	checkNaming(t, p.Name, matrix.Self, version, r)
	checkVersion(t, version, o.Tap, false)
	checkVersion(t, version, bound.Tap, false)
}
