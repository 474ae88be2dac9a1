package interop_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
)

// wide are the cases that need GIOP 1.2.
var wide = []string{"wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide"}

// tooWide are the cases that must fail in that version, because they need 1.2.
func tooWide(version string) []string {
	if version == "1.2" {
		return nil
	}
	return wide
}

// checkReport demands that every case went well, and that those expected to fail, and no others, failed as they should.
func checkReport(t *testing.T, r peer.Report, expected []string) {
	t.Helper()
	got, want := slices.Sorted(slices.Values(r.Names(peer.Expected))), slices.Sorted(slices.Values(expected))
	if !slices.Equal(got, want) {
		t.Errorf("cases that failed as expected: got %q, want %q", got, want)
	}
	lacking := slices.DeleteFunc(r.Names(peer.Unsupported), func(name string) bool { return slices.Contains(matrix.Custom, name) })
	if len(r.By(peer.Fail)) > 0 || len(lacking) > 0 {
		t.Errorf("not every case went well:\n%v", r)
	}
	if len(r.Outcomes) < 157 { // of 159, two are run only when asked for
		t.Errorf("only %d cases were run", len(r.Outcomes))
	}
}

// TestOmniORB runs all cases between omniORB's client and its server, either of them limited to each GIOP version, records
// what crosses the wire, and holds the three counts, of client, server and tshark, against each other.
func TestOmniORB(t *testing.T) {
	t.Parallel()
	orb := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		for _, limited := range []string{"server", "client"} {
			t.Run(version+" by the "+limited, func(t *testing.T) {
				t.Parallel()
				server := omniorb.Options{Port: freeport.Hold(t)}
				client := omniorb.Options{Port: freeport.Hold(t)}
				if limited == "server" {
					server.Version = version
				} else {
					client.Version = version
				}
				capture := tshark.Start(t, server.Port, client.Port)
				s := orb.Start(t, server)
				r := orb.Run(t, client, s.IOR)
				counts := s.Stop(t)
				checkReport(t, r, tooWide(version))
				messages := capture.Stop(t)
				for _, m := range tshark.Troubled(messages) {
					t.Errorf("tshark: %v", m)
				}
				calls := func(m tshark.Message) bool { return m.Type == tshark.Request && m.To == server.Port }
				backs := func(m tshark.Message) bool { return m.Type == tshark.Request && m.To == client.Port }
				// A reply that cannot be sent (wide characters before GIOP 1.2) becomes a MessageError.
				replies := func(m tshark.Message) bool {
					return m.From == server.Port && (m.Type == tshark.MessageError || m.Type == tshark.Reply &&
						m.Status != tshark.LocationForward && m.Status != tshark.LocationForwardPerm)
				}
				other := func(m tshark.Message) bool { return m.Version != version && m.To == server.Port }
				for _, c := range []struct {
					what      string
					got, want int
				}{
					{"requests of the client", r.Made, tshark.Count(messages, calls)},
					{"callbacks of the server", counts.Made, tshark.Count(messages, backs)},
					{"replies of the server", counts.Answered, tshark.Count(messages, replies)},
					{"messages of another version", 0, tshark.Count(messages, other)},
				} {
					if c.got != c.want {
						t.Errorf("%s: counted %d, tshark saw %d", c.what, c.got, c.want)
					}
				}
			})
		}
	}
}

// TestIdleClose lets the server close an idle connection, of which the client is to notice nothing.
func TestIdleClose(t *testing.T) {
	t.Parallel()
	orb := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := omniorb.Options{Version: version, Port: freeport.Hold(t), IdleClose: time.Second}
			capture := tshark.Start(t, server.Port)
			s := orb.Start(t, server)
			r := orb.Run(t, omniorb.Options{Idle: 10 * time.Second}, s.IOR, "rebind")
			if len(r.By(peer.OK)) != 1 {
				t.Errorf("rebind: %v", r)
			}
			messages := capture.Stop(t)
			streams := map[int]bool{}
			for _, m := range messages {
				if m.Operation == "ping" {
					streams[m.Stream] = true
				}
			}
			if len(streams) < 2 {
				t.Errorf("the pings went over %d connections, want 2: the server closed none", len(streams))
			}
			if n := tshark.Count(messages, tshark.Of(tshark.CloseConnection)); n == 0 && version == "1.2" {
				t.Error("no CloseConnection was sent")
			}
		})
	}
}

// TestNaming starts omniNames, lets the server bind its hub, and finds it by nameclt and by corbaname.
func TestNaming(t *testing.T) {
	t.Parallel()
	orb := omniorb.Build(t, &tally)
	names := omniorb.StartNaming(t)
	s := orb.Start(t, omniorb.Options{Naming: names.URL, Name: "interop/cpp.servers/hub"})
	for _, c := range []struct{ args, want string }{
		{"list", `(?m)^interop/$`},
		{"list interop", `(?m)^cpp.servers/$`},
		{"list interop/cpp.servers", `(?m)^hub$`},
		{"resolve interop/cpp.servers/hub", "^" + regexp.QuoteMeta(s.IOR) + "$"},
	} {
		got, err := omniorb.NameClt(t, &tally, names.URL, strings.Fields(c.args)...)
		if err != nil || !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("nameclt %s: got %q, %v, want %s", c.args, got, err, c.want)
		}
	}
	if _, err := omniorb.NameClt(t, &tally, names.URL, "bind", "again", s.IOR); err != nil {
		t.Error(err)
	}
	if _, err := omniorb.NameClt(t, &tally, names.URL, "bind", "again", s.IOR); err == nil {
		t.Error("a name was bound twice")
	}
	url := strings.Replace(names.URL, "corbaloc:", "corbaname:", 1) + "#again"
	if r := orb.Run(t, omniorb.Options{}, url, "ping", "struct"); len(r.By(peer.OK)) != 2 {
		t.Errorf("by corbaname: %v", r)
	}
}

// TestURLs names the hub by corbaloc, and has catior say what is in its reference.
func TestURLs(t *testing.T) {
	t.Parallel()
	orb := omniorb.Build(t, &tally)
	port := freeport.Hold(t)
	s := orb.Start(t, omniorb.Options{Port: port})
	for _, url := range []string{
		fmt.Sprintf("corbaloc::127.0.0.1:%d/interop", port),
		fmt.Sprintf("corbaloc:iiop:1.0@127.0.0.1:%d/interop", port),
		fmt.Sprintf("corbaloc::127.0.0.1:%d,iiop:1.2@127.0.0.1:%d/interop", freeport.Hold(t), port),
	} {
		if r := orb.Run(t, omniorb.Options{}, url, "hub", "ping"); len(r.By(peer.OK)) != 2 {
			t.Errorf("%s: %v", url, r)
		}
	}
	got := omniorb.CatIOR(t, s.IOR)
	for _, want := range []string{"IDL:interop.opendsom.org/Interop/Hub:1.0", fmt.Sprintf("IIOP 1.2 127.0.0.1 %d", port), `"interop"`} {
		if !strings.Contains(got, want) {
			t.Errorf("catior printed no %s:\n%s", want, got)
		}
	}
}

// TestCasesAreDocumented holds the list of the client's cases against the IDL, which says what each of them is.
func TestCasesAreDocumented(t *testing.T) {
	t.Parallel()
	orb := omniorb.Build(t, &tally)
	if got, want := slices.Sorted(slices.Values(orb.Cases(t))), documentedCases(t); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// documentedCases returns the cases that the IDL names, sorted.
func documentedCases(t *testing.T) []string {
	t.Helper()
	var documented []string
	for _, name := range []string{"interop.idl", "fixed.idl", "types.idl", "graphs.idl", "custom.idl"} {
		text, err := idl.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		documented = append(documented, casesIn(string(text))...)
	}
	slices.Sort(documented)
	return documented
}

// casesIn finds "Case a", "Case a, b, c:" and "Case a (…)." in comments.
func casesIn(text string) []string {
	text = regexp.MustCompile(`\n *//`).ReplaceAllString(text, "")
	var names []string
	for _, m := range regexp.MustCompile(`Case ([a-z_0-9]+(?: \([^)]*\))?(?:, [a-z_0-9]+(?: \([^)]*\))?)*)`).FindAllStringSubmatch(text, -1) {
		for _, name := range regexp.MustCompile(` \([^)]*\)`).Split(m[1], -1) {
			for _, one := range strings.Split(name, ",") {
				if one = strings.TrimSpace(one); one != "" && !slices.Contains(names, one) {
					names = append(names, one)
				}
			}
		}
	}
	return names
}

// TestOmniORBLimits demands that the minimal reproductions of what omniORB cannot do still fail as they say.
func TestOmniORBLimits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("omniorb/limits/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no limits of omniORB: %v", err)
	}
	for _, file := range files {
		omniorb.CheckLimit(t, file)
	}
}
