package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"peers/axis"
	"peers/peer"
)

// TestMain is also what the tests start as peers: under the names of their programs.
func TestMain(m *testing.M) {
	var err error
	switch filepath.Base(os.Args[0]) {
	case "gopeer":
		err = peer.Main(os.Args[1:])
	case "axispeer":
		err = axis.Main(os.Args[1:])
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// built puts the peers' programs where run finds them: the test itself stands for those in Go, and what others
// there are in the folder of the build is taken along.
func built(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	here := t.TempDir()
	for _, name := range []string{"gopeer", "axispeer"} {
		if err := os.Symlink(self, filepath.Join(here, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"omni-server", "omni-client", "omni-axes"} {
		if p, err := filepath.Abs(filepath.Join("../../../build", name)); err == nil {
			if _, err := os.Stat(p); err == nil {
				if err := os.Symlink(p, filepath.Join(here, name)); err != nil {
					t.Fatal(err)
				}
				continue
			}
		}
		t.Logf("%s is not built: ./run -build does that", name)
	}
	*dir, *scale, *rounds, *tries, *wait, *noCount, *seed = here, 0.004, 2, 1, 0, false, 1
	*only = "dsom,dsom-unix,dsom-tls,dsom-ws,dsom-netbios,dsom-spx,udp,go-mux,omniorb,omniorb-watch,omniorb-64c"
	*variants = "raw:lean:leadg:net"
	*most = 2
	newCounter = nil
}

// TestSections runs every section as small as it can be, keeps the results, and shows them again. What this
// project's ORB measures must be there; omniORB's too if it is built.
func TestSections(t *testing.T) {
	built(t)
	kept := filepath.Join(t.TempDir(), "results.json")
	for _, s := range sections() {
		if s.name == "lab" || s.variant == "5000" {
			continue // as the others, with peers of its own
		}
		t.Run(strings.Trim(s.name+" "+s.variant, " "), func(t *testing.T) {
			got := s.measure()
			sizes := s.within()
			want := len(sizes) * *rounds
			if s.rounds == 1 {
				want = 1
			}
			mine := 0
			for _, r := range got.Runs {
				if r.Peer == ours {
					mine++
				}
				if r.Sample["n"] < 1 {
					t.Errorf("%s measured %v calls", r.Peer, r.Sample["n"])
				}
			}
			if mine != want {
				t.Errorf("%d runs of %s, not %d", mine, ours, want)
			}
			for what, why := range got.Failed {
				t.Errorf("%s failed: %s", what, why)
			}
			r := &Results{Rounds: *rounds, Tables: []*Table{got}}
			if err := r.save(kept); err != nil {
				t.Fatal(err)
			}
			back, err := load(kept)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := s.show(got, true), s.show(back.Tables[0], true); a != b {
				t.Errorf("shown again it is another table:\n%s\n%s", a, b)
			}
		})
	}
}

// TestSystemCalls holds that system calls are counted where the machine lets them be.
func TestSystemCalls(t *testing.T) {
	built(t)
	findCounter()
	if newCounter == nil {
		const why = "neither perf nor strace may look into processes here"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip("SKIPPED: " + why)
	}
	*only = ours
	*scale = 0.2
	got := sections()[0].measure()
	if len(got.Counted) != 1 {
		t.Fatalf("counted %v", got.Counted)
	}
	for _, key := range []string{"cli_calls", "srv_calls"} {
		if n := got.Counted[0].Sample[key]; n < 2 || n > 40 {
			t.Errorf("%s: %v a ping; a write and a read are the least", key, n)
		}
	}
}

// TestPage holds what -from, -into and the gates make of results.
func TestPage(t *testing.T) {
	here := t.TempDir()
	run := func(peer string, round int, s Sample) Run { return Run{peer, 0, round, s} }
	lat := &Table{Section: "lat", Title: "ping(), one caller"}
	for i, x := range []float64{1, 2, 9} {
		lat.Runs = append(lat.Runs, run("dsom", i, Sample{"p50_ns": x * 1000}), run("omniorb", i, Sample{"p50_ns": 2000}), run("grpc", i, Sample{"p50_ns": 6000}))
	}
	ways := &Table{Section: "ways", Variant: "ping", Title: "ways: ping()", Runs: []Run{run("dsom", 0, Sample{"p50_ns": 1000}), run("dsom-unix", 0, Sample{"p50_ns": 700}), run("dsom-tls", 0, Sample{"p50_ns": 1300})}}
	for what, want := range map[string]string{"by a socket of the machine": "holds", "by TLS": "does not hold"} {
		if got := gatesOf(&Results{Rounds: 1, Tables: []*Table{ways}}, wayGates).text(true); !regexp.MustCompile(what + `.*\| \**` + want).MatchString(got) {
			t.Errorf("%s: not %q in\n%s", what, want, got)
		}
	}
	objects := &Table{Section: "objects", Title: "objects", Runs: []Run{{"dsom", 1, 0, Sample{"p50_ns": 10000}}, {"dsom", 100, 0, Sample{"p50_ns": 30000}}}, Failed: map[string]string{"omniorb 1": "it ended"}}
	kept := filepath.Join(here, "kept.json")
	if err := (&Results{Rounds: 3, Tables: []*Table{lat, objects}}).save(kept); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(here, "page.md")
	text := "# Page\n\n" + mark("gates") + "\nstale\n" + endMark + "\nbetween\n" + mark("objects") + endMark + "\nafter\n"
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	*from, *into = kept, page
	defer func() { *from, *into = "", "" }()
	for range 2 { // the second time changes nothing
		if err := runQuietly(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| ping p50, one caller | ≤ 1.5 × omniorb | 1.00 | 0.50–4.50 | holds |",
		"| ping p50, one caller | ≤ 0.25 × grpc | 0.33 | 0.17–1.50 | **does not hold** |",
		endMark + "\nbetween\n",
		"× 3.00 (3.00–3.00)", "omniorb 1 failed: it ended.", endMark + "\nafter\n",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the page has no %q:\n%s", want, b)
		}
	}
	if strings.Contains(string(b), "stale") || strings.Count(string(b), endMark) != 2 {
		t.Errorf("the page kept what was to be replaced:\n%s", b)
	}
}

// offPage are the sections of which docs/performance.md has no table: of these no run is kept.
var offPage = []string{"lab", "setup", "cold", "idle"}

// TestMarks holds that the page has a table, and no empty place, of every section that belongs there, and each place its end.
func TestMarks(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"machine", "gates", "rounds"}
	for _, s := range sections() {
		if !slices.Contains(offPage, s.name) {
			names = append(names, s.name)
		}
	}
	for _, n := range names {
		_, rest, ok := strings.Cut(string(b), mark(n))
		inside, _, ended := strings.Cut(rest, endMark)
		if !ok || !ended || strings.Contains(inside, "<!--") || strings.TrimSpace(inside) == "" {
			t.Errorf("the page has no %s, or nothing behind it, or no %s behind that", mark(n), endMark)
		}
	}
}

func runQuietly(names ...string) error { return run(io.Discard, names) }

// TestRefused holds that bad arguments and bad files are errors.
func TestRefused(t *testing.T) {
	defer func() { *from = "" }()
	if err := runQuietly("speed"); err == nil || !strings.Contains(err.Error(), `"speed"`) {
		t.Errorf("an unknown section: %v", err)
	}
	if err := runQuietly(); err == nil {
		t.Error("no section was taken")
	}
	*from = filepath.Join(t.TempDir(), "none.json")
	if err := runQuietly(); err == nil {
		t.Error("a file that is not there was read")
	}
	if err := os.WriteFile(*from, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := runQuietly(); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("half a file: %v", err)
	}
}

// TestKept holds that the file of results is JSON with a line for each run.
func TestKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kept.json")
	r := &Results{Tables: []*Table{{Section: "lat", Runs: []Run{{"dsom", 0, 0, Sample{"n": 1}}, {"dsom", 0, 1, Sample{"n": 2}}}}}}
	if err := r.save(file); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Fatalf("it is no JSON: %s", b)
	}
	if n := strings.Count(string(b), "\n{\"peer\""); n != 2 {
		t.Errorf("%d lines of runs, not 2:\n%s", n, b)
	}
}

// TestTold: what is kept of a command has no folder of a machine.
func TestTold(t *testing.T) {
	got := told([]string{"-dir", "/home/me/build", "-rounds", "9", "-json", "/home/me/x.json", "lat"})
	if want := []string{"-rounds", "9", "-json", "x.json", "lat"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
