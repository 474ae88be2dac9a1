package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/std/cosnaming"
)

func TestName(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--state", state}, args...)...)
	}
	want := func(got result, status int, out, errs string) {
		t.Helper()
		if got.status != status || got.out != out || !strings.Contains(got.err, errs) {
			t.Errorf("got %+v, want status %d, %q, and %q in the errors", got, status, out, errs)
		}
	}
	const object = "corbaloc:iiop:1.2@h:1/k"
	want(name("ls"), 0, "", "Nothing is bound here")
	want(name("ls", "--json"), 0, "[]\n", "")
	want(name("bind", "bank/main", object), statusRaised, "", "-p makes the contexts")
	want(name("bind", "-p", "bank/main", object), 0, "", "")
	want(name("bind", "bank/main", object), statusRaised, "", "--rebind")
	want(name("bind", "bank/main", object, "--json"), statusRaised, "", `{"_exception":"IDL:omg.org/CosNaming/NamingContext/AlreadyBound:1.0"`)
	want(name("bind", "--rebind", "bank/main", accountRef().String()), 0, "", "")
	want(name("bind", "bank/x\\.y.kind", object), 0, "", "")
	want(name("ls"), 0, "bank/\n", "")
	want(name("ls", "bank"), 0, "main\nx\\.y.kind\n", "")
	want(name("ls", "-R"), 0, "bank/\nbank/main\nbank/x\\.y.kind\n", "")
	if got := name("ls", "-l", "bank"); !strings.Contains(got.out, "IDL:Bank/Account:1.0  IOR:") || !strings.Contains(got.out, object) {
		t.Errorf("got %+v", got)
	}
	var list []shownBinding
	got := name("ls", "-l", "-R", "--json")
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 3 || list[0].Kind != "context" || list[1].Type != "IDL:Bank/Account:1.0" {
		t.Errorf("got %+v, %v", got, err)
	}
	got = name("resolve", "bank/main")
	if u, err := ior.ParseURL(got.out); err != nil || !u.IOR.Equal(accountRef()) {
		t.Errorf("got %+v, %v", got, err)
	}
	want(name("resolve", "bank/x\\.y.kind", "--json"), 0, fmt.Sprintf(`{"name":"bank/x\\.y.kind","type":"","url":%q}`+"\n", mustIOR(t, object)), "")
	want(name("resolve", "bank/none"), statusRaised, "", `"bank/none" was not found: nothing has this name at "none"`)
	want(name("resolve", "bank/main/x"), statusRaised, "", "an object, not a context")
	want(name("resolve", ""), statusUsage, "", "")
	want(name("ls", "none"), statusRaised, "", "was not found")
	want(name("ls", "bank/main"), statusFailed, "", "")
	want(name("unbind", "--destroy", "bank"), statusRaised, "", "not empty")
	want(name("unbind", "bank"), statusFailed, "", "bank is a naming context that holds names, bank/")
	want(name("unbind", "bank/main"), 0, "", "")
	want(name("unbind", "bank/main"), statusRaised, "", "was not found")
	want(name("unbind", "bank/x\\.y.kind", "--json"), 0, `{"unbound":"bank/x\\.y.kind"}`+"\n", "")
	want(name("unbind", "--destroy", "bank"), 0, "", "")
	want(name("ls"), 0, "", "")
	want(name("bind", "-p", "left/behind", object), 0, "", "")
	want(name("unbind", "--force", "left"), 0, "", "")
	want(name("ls"), 0, "", "")
	d := aDaemon(t)
	status, err := d.admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range [][]string{{"--state", d.state}, {"--at", status.Addresses[0]}, {"--at", "corbaloc::" + status.Addresses[0] + "/NameService"}} {
		own := func(verb string, args ...string) result {
			return dsom(t, "", slices.Concat([]string{"name", verb}, at, args)...)
		}
		want(own("bind", "--rebind", "日本", object), 0, "", "")
		want(own("ls"), 0, "日本\n", "")
		want(own("resolve", "日本"), 0, mustIOR(t, object)+"\n", "")
	}
	want(name("bind", "nil", new(ior.IOR).String()), statusFailed, "", "nil reference")
}

func mustIOR(t *testing.T, url string) string {
	t.Helper()
	u, err := ior.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return u.Reference().String()
}

// TestUnbindOfAnother unbinds contexts that are within another daemon's naming service, and hold names, without being told to, and none that is of this one.
func TestUnbindOfAnother(t *testing.T) {
	t.Parallel()
	d, other := aDaemon(t), aDaemon(t)
	address := func(d *runningDaemon) string {
		s, err := d.admin.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Addresses[0]
	}
	here, there := address(d), address(other)
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--at"}, args...)...)
	}
	for _, got := range []result{
		name("bind", there, "-p", "within/deep/z", "corbaloc::h:1/k"), name("bind", here, "-p", "own/y", "corbaloc::h:1/k"),
		name("bind", here, "--context", "part", "corbaname::"+there+"#within"), name("bind", here, "--context", "own/part", "corbaname::"+there+"#within/deep"),
		name("bind", here, "--context", "again", "corbaname::"+here+"#own"),
		name("unbind", here, "part"), name("unbind", here, "own/part"),
	} {
		if got.status != 0 {
			t.Errorf("got %+v", got)
		}
	}
	for _, own := range []string{"own", "again"} {
		if got := name("unbind", here, own); got.status != statusFailed || !strings.Contains(got.err, "--force") {
			t.Errorf("%s: got %+v", own, got)
		}
	}
	if got := name("ls", there, "-R"); got.out != "within/\nwithin/deep/\nwithin/deep/z\n" {
		t.Errorf("got %+v", got)
	}
}

// TestNameAt holds that any naming service can be meant, and that a context can be bound in another.
func TestNameAt(t *testing.T) {
	t.Parallel()
	d, other := aDaemon(t), aDaemon(t)
	address := func(d *runningDaemon) string {
		s, err := d.admin.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Addresses[0]
	}
	here, there := address(d), address(other)
	steps := [][]string{
		{"bind", "--at", there, "x", "corbaloc::h:1/k"},
		{"bind", "--at", here, "--context", "other", "corbaloc:iiop:1.2@" + there + "/NameService"},
		{"bind", "--at", "corbaname::" + here + "#other", "y", "corbaloc::h:1/k"},
	}
	for _, args := range steps {
		if got := dsom(t, "", append([]string{"name"}, args...)...); got.status != 0 {
			t.Fatalf("%q: got %+v", args, got)
		}
	}
	if got := dsom(t, "", "name", "ls", "-R", "--at", "dsom://"+here); got.out != "other/\nother/x\nother/y\n" {
		t.Errorf("got %+v", got)
	}
	// What is in another naming service is not lost with the name; what is in this one is.
	for _, args := range [][]string{{"bind", "-p", "--at", here, "own/x", "corbaloc::h:1/k"}, {"unbind", "--at", here, "other"}} {
		if got := dsom(t, "", append([]string{"name"}, args...)...); got.status != 0 {
			t.Errorf("%q: got %+v", args, got)
		}
	}
	if got := dsom(t, "", "name", "unbind", "--at", here, "own"); got.status != statusFailed || !strings.Contains(got.err, "--force") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "name", "ls", "--at", there); got.out != "x\ny\n" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "name", "ls", "--at", "::"); got.status != statusFailed || got.err == "" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "name", "ls", "--at", "127.0.0.1:1"); got.status != statusFailed || !strings.Contains(got.err, "127.0.0.1:1") {
		t.Errorf("got %+v", got)
	}
}

// TestNamePages holds that a list in several pages is whole.
func TestNamePages(t *testing.T) {
	t.Parallel()
	n, err := namingFlags{stateFlag: stateFlag{State: aDaemon(t).state}}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	o, err := n.orb.Resolve(t.Context(), "corbaloc::h:1/k")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		name, err := parseName(fmt.Sprintf("n%02d", i))
		if err != nil {
			t.Fatal(err)
		}
		if err := n.root.Bind(t.Context(), name, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, page := range []uint32{1, 3, 5, 10, 11} {
		n.page = page
		l := &listing{namingClient: n, seen: map[string]bool{}}
		if err := l.list(t.Context(), n.root, nil, 0); err != nil {
			t.Fatal(err)
		}
		list := l.found
		seen := map[string]bool{}
		for _, b := range list {
			seen[b.Name] = true
		}
		if len(seen) != 10 || len(list) != 10 {
			t.Errorf("pages of %d: got %d names, %d of them different", page, len(list), len(seen))
		}
	}
}

// TestNameLsUnreachable holds that what can be listed is, when a part of it cannot.
func TestNameLsUnreachable(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--state", state}, args...)...)
	}
	for _, args := range [][]string{{"-p", "a/b", "corbaloc::h:1/x"}, {"--context", "m", "corbaloc::127.0.0.1:1/NameService"}, {"-p", "z/y", "corbaloc::h:1/x"}} {
		if got := name("bind", args...); got.status != 0 {
			t.Fatalf("%q: got %+v", args, got)
		}
	}
	const all = "a/\na/b\nm/\nz/\nz/y\n"
	if got := name("ls", "-R"); got.status != statusFailed || got.out != all || !strings.Contains(got.err, "m: TRANSIENT") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("got %+v", got)
	}
	if got := name("ls", "-R", "-l"); got.status != statusFailed || strings.Count(got.out, "\n") != 6 || !strings.Contains(got.err, "m: TRANSIENT") {
		t.Errorf("got %+v", got)
	}
	if got := name("ls", "-l"); got.status != 0 || strings.Count(got.out, "\n") != 4 {
		t.Errorf("what is not entered need not be reached: got %+v", got)
	}
	var list []shownBinding
	got := name("ls", "-R", "--json")
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || got.status != statusFailed || len(list) != 5 || !strings.HasPrefix(got.err, `{"error":"m: TRANSIENT`) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestNameLsCircles holds that a context is listed once, however often it is bound.
func TestNameLsCircles(t *testing.T) {
	t.Parallel()
	d := aDaemon(t)
	s, err := d.admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root := "corbaloc:iiop:1.2@" + s.Addresses[0] + "/NameService"
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--state", d.state}, args...)...)
	}
	for _, args := range [][]string{{"-p", "a/x", "corbaloc::h:1/x"}, {"--context", "one", root}, {"--context", "two", root}} {
		if got := name("bind", args...); got.status != 0 {
			t.Fatalf("%q: got %+v", args, got)
		}
	}
	a := name("resolve", "a")
	if got := name("bind", "--context", "a/up", strings.TrimSpace(a.out)); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if got := name("ls", "-R"); got.status != 0 || got.out != "a/\na/up/\na/x\none/\ntwo/\n" {
		t.Errorf("got %+v", got)
	}
	if got := name("ls", "-R", "one"); got.status != 0 || got.out != "a/\na/up/\na/x\none/\ntwo/\n" {
		t.Errorf("got %+v", got)
	}
}

// TestNameLsMeanwhile holds that names that come and go while they are listed are no error.
func TestNameLsMeanwhile(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	n, err := namingFlags{stateFlag: stateFlag{State: state}}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	ctx, stop := context.WithCancel(t.Context())
	var changing sync.WaitGroup
	for i := range 4 {
		changing.Go(func() {
			for ctx.Err() == nil {
				at := cosnaming.Name{{Id: fmt.Sprint("c", i)}}
				in, err := n.root.BindNewContext(t.Context(), at)
				if err == nil {
					err = in.Destroy(t.Context())
				}
				if err == nil {
					err = n.root.Unbind(t.Context(), at)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 40 {
		for _, flags := range [][]string{{"-R"}, {"-R", "-l"}} {
			if got := dsom(t, "", append([]string{"name", "ls", "--state", state}, flags...)...); got.status != 0 {
				t.Errorf("%q: got %+v", flags, got)
			}
		}
	}
	stop()
	changing.Wait()
	in, err := n.root.BindNewContext(t.Context(), cosnaming.Name{{Id: "ended"}})
	if err == nil {
		err = in.Destroy(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := dsom(t, "", "name", "ls", "-R", "--state", state); got.status != statusFailed || got.out != "ended/\n" || !strings.Contains(got.err, "ended: ") {
		t.Errorf("a context that was ended and goes on to be bound: got %+v", got)
	}
}
