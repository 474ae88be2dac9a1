package peer_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/interop/peer"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestMissing(t *testing.T) {
	t.Parallel()
	got := peer.Missing(
		peer.Tool{Name: "sh", Package: "dash"},
		peer.Tool{Name: "no-such-program-anywhere", Package: "a"},
		peer.Tool{Name: "/no/such/file", Package: "b"},
		peer.Tool{Name: "/no/such/other/file", Package: "b"},
	)
	if want := []string{"a", "b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseReport(t *testing.T) {
	t.Parallel()
	got, err := peer.ParseReport("ok ping calls=2\nfail struct got 1, want 2\nexpected wchar INV_OBJREF\nunsupported fixed has none\nmade 7\nserved 3\noneways 1\n")
	want := peer.Report{
		Outcomes: []peer.Outcome{
			{Case: "ping", Verdict: peer.OK, Calls: 2},
			{Case: "struct", Verdict: peer.Fail, Detail: "got 1, want 2"},
			{Case: "wchar", Verdict: peer.Expected, Detail: "INV_OBJREF"},
			{Case: "fixed", Verdict: peer.Unsupported, Detail: "has none"},
		},
		Made: 7, Served: 3, Oneways: 1,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, bad := range []string{"", "ok ping calls=2\n", "ok ping\nmade 1\n", "made many\n", "Segmentation fault\nmade 1\n"} {
		if r, err := peer.ParseReport(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, r)
		}
	}
}

// Servers and clients in shell are all that is needed to test how they are run.

func TestServer(t *testing.T) {
	t.Parallel()
	var tally peer.Tally
	s := peer.Start(t, &tally, "sh", "-c", `echo IOR:00; echo ready; cat >/dev/null; echo answered 5; echo oneways 2; echo made 1`)
	if s.IOR != "IOR:00" {
		t.Errorf("got reference %q, want IOR:00", s.IOR)
	}
	if got, want := s.Stop(t), (peer.Counts{Answered: 5, Oneways: 2, Made: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	s.Stop(t)
	if made, answered := tally.Calls(); made != 1 || answered != 5 {
		t.Errorf("the tally has %d made and %d answered, want 1 and 5", made, answered)
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	var tally peer.Tally
	s := peer.Start(t, &tally, "sh", "-c", `echo IOR:00; echo ready; read line; echo answered 5`)
	s.Kill(t)
	if got := s.Stop(t); got != (peer.Counts{}) {
		t.Errorf("got %+v of a server that was killed, want nothing", got)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var tally peer.Tally
	r := peer.Run(t, &tally, "sh", "-c", `echo fail a b; echo made 3; echo served 4; exit 1`)
	if made, answered := tally.Calls(); len(r.Outcomes) != 1 || made != 3 || answered != 4 {
		t.Errorf("got %+v, %d made and %d answered", r, made, answered)
	}
}

// TestBuild asks for a build from several tests at once, which is made once, and again with another source.
func TestBuild(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	log := filepath.Join(t.TempDir(), "log")
	recipe := func(source string) peer.Recipe {
		return peer.Recipe{
			Name:    "test",
			Sources: []fs.FS{fstest.MapFS{"in": {Data: []byte(source)}}},
			Key:     []peer.Command{{"uname"}},
			Stages:  [][]peer.Command{{{"sh", "-c", "echo built >>" + log}, {"cp", "in", "one"}}, {{"cp", "one", "out"}}},
		}
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			dir := peer.Build(t, recipe("first"))
			if got, err := os.ReadFile(filepath.Join(dir, "out")); err != nil || string(got) != "first" {
				t.Errorf("built %q, %v, want first", got, err)
			}
		})
	}
	all.Wait()
	if dir := peer.Build(t, recipe("second")); dir == peer.Build(t, recipe("first")) {
		t.Errorf("two sources share the build %s", dir)
	}
	got, err := os.ReadFile(log)
	if want := strings.Repeat("built\n", 2); err != nil || string(got) != want {
		t.Errorf("log of builds: got %q, %v, want %q", got, err, want)
	}
}

// A recorder stands for a test and remembers how it ended.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return "TestSomething" }
func (r *recorder) Skipf(format string, args ...any) {
	r.ended = "skipped: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.ended = "failed: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestNeed(t *testing.T) {
	log := filepath.Join(t.TempDir(), "calls")
	t.Setenv(peer.CallsFile, log)
	for _, c := range []struct{ ci, want string }{
		{"", "skipped: no peer: missing packages: orb"},
		{"true", "failed: CI demands the peers: missing packages: orb"},
	} {
		t.Setenv("CI", c.ci)
		r := &recorder{}
		var ended sync.WaitGroup
		ended.Go(func() { peer.Need(r, peer.Tool{Name: "/no/such/orb", Package: "orb"}) })
		ended.Wait()
		if r.ended != c.want {
			t.Errorf("CI=%s: the test %s, want %s", c.ci, r.ended, c.want)
		}
	}
	got, err := os.ReadFile(log)
	if want := "skipped TestSomething: missing packages: orb\n"; err != nil || string(got) != want {
		t.Errorf("log: got %q, %v, want %q", got, err, want)
	}
}

// TestPromised: a reproduction without a first line that says what it shows is none.
func TestPromised(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "limit.tcl")
	if err := os.WriteFile(file, []byte("# prints: no such thing\nputs x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := peer.Promised(t, file, "# prints: "); got != "no such thing" {
		t.Errorf("got %q", got)
	}
	r := &recorder{}
	var ended sync.WaitGroup
	ended.Go(func() { peer.Promised(r, file, "// prints: ") })
	ended.Wait()
	if !strings.Contains(r.ended, "says not how it fails") {
		t.Errorf("the test %q", r.ended)
	}
}

// TestSeed: a seed that is given is taken; otherwise it is another in each run, and said.
func TestSeed(t *testing.T) {
	t.Setenv(peer.SeedVariable, "77")
	if got := peer.Seed(t); got != 77 {
		t.Errorf("got %d, want 77", got)
	}
	t.Setenv(peer.SeedVariable, "")
	if a, b := peer.Seed(t), peer.Seed(t); a == b || a == 0 || b == 0 {
		t.Errorf("got %d and %d", a, b)
	}
}

// TestServe waits for a program that has done what it is to do, and ends it.
func TestServe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ready")
	peer.Serve(t, func() bool { _, err := os.Stat(file); return err == nil }, "sh", "-c", "touch "+file+"; exec sleep 100")
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
