package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
)

// TestNameProperties sets, finds and removes properties.
func TestNameProperties(t *testing.T) {
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
	const object = "corbaloc:iiop:1.2@127.0.0.1:9/k"
	want(name("bind", "-p", "cars/1", object), 0, "", "")
	want(name("bind", "cars/2", object), 0, "", "")
	want(name("properties", "cars/1"), 0, "", "")
	want(name("properties", "cars/1", "class=Car", "speed=120", "far=12345678901", "id=\"007\"", "new=true", "w=-1.5e3", "note=a=b c"), 0,
		"class=\"Car\"\nfar=\"12345678901\"\nid=\"007\"\nnew=true\nnote=\"a=b c\"\nspeed=120\nw=-1500\n", "")
	want(name("properties", "cars/2", "class=Car", "speed=99"), 0, "class=\"Car\"\nspeed=99\n", "")
	want(name("find", "class=='Car'"), 0, "cars/1\ncars/2\n", "")
	want(name("find", "class=='Car' and speed > 99 and far == 12345678901 and id=='007' and new"), 0, "cars/1\n", "")
	want(name("find", "--in", "cars", "speed < 100"), 0, "2\n", "")
	want(name("find", "--depth", "0", "class=='Car'"), 1, "", "No name has such properties")
	want(name("find", "--json", "--depth", "0", "class=='Car'"), 1, "[]\n", "")
	want(name("find", "-l", "--in", "cars", "speed < 100"), 0, "NAME  PROPERTIES\n2     class=\"Car\" speed=99\n", "")
	want(name("find", "class='Car'"), statusUsage, "", "write ==")
	want(name("find", strings.Repeat("(", 100)), statusUsage, "", "constraint-depth")
	want(name("find", "--in", "none", "TRUE"), statusRaised, "", "was not found")
	want(name("properties", "cars/1", "--remove", "none"), statusRaised, "", `"cars/1" has no property none`)
	want(name("properties", "cars/1", "--remove", "none", "--json"), statusRaised, "", `"_exception":"IDL:ExtendedNaming/ExtendedNamingContext/PropertyNotFound:1.0"`)
	want(name("properties", "cars/1", "--clear", "x=1", "--json"), 0, `{"x":1}`+"\n", "")
	want(name("properties", "cars/1", "1=1"), statusRaised, "", "a property's name begins")
	want(name("properties", "cars/1", "nothing"), statusUsage, "", "write NAME=VALUE")
	want(name("properties", "cars/1", `x="y`), statusUsage, "", "as in JSON")
	want(name("properties", "none"), statusRaised, "", "was not found")
	want(name("properties", "cars/1", "big=18446744073709551615"), 0, "big=\"18446744073709551615\"\nx=1\n", "")
	want(name("find", "big==18446744073709551615"), 0, "cars/1\n", "")
	want(name("find", "big==18446744073709551614"), 1, "", "")
	want(name("bind", "--rebind", "cars/2", object), 0, "", "")
	want(name("properties", "cars/2"), 0, "class=\"Car\"\nspeed=99\n", "")
}

// TestNameCheck has a name of each sort.
func TestNameCheck(t *testing.T) {
	t.Parallel()
	d := aDaemon(t)
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--state", d.state}, args...)...)
	}
	good := func(got result) {
		t.Helper()
		if got.status != 0 {
			t.Fatalf("got %+v", got)
		}
	}
	good(name("bind", "-p", "in/gone", "corbaloc:iiop:1.2@127.0.0.1:1/k")) // nobody listens
	var at ior.IIOP
	if u, err := ior.ParseURL(strings.TrimSpace(name("resolve", "in").out)); err != nil || len(u.IOR.Profiles) == 0 {
		t.Fatal(err)
	} else if at, err = u.IOR.Profiles[0].IIOP(); err != nil {
		t.Fatal(err)
	}
	url := func(key []byte) string {
		return (&ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: at.Host, Port: at.Port, Key: key}.Profile()}}).String()
	}
	good(name("bind", "in/dead", url([]byte("no such object"))))
	good(name("bind", "in/forgotten", url(ior.AppendKey(nil, ior.Key{Server: [16]byte{1}, Adapter: "a", ID: []byte("x")}))))
	good(name("bind", "in/alive", url([]byte("NameService"))))
	program, err := os.Executable() // which is never run
	if err != nil {
		t.Fatal(err)
	}
	good(dsom(t, "", "server", "add", "--state", d.state, "--uuid", "01020304-0506-0708-090a-0b0c0d0e0f10", "sleeper", "--", program))
	good(name("bind", "in/asleep", url(ior.AppendKey(nil, ior.Key{Server: [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, Adapter: "a", ID: []byte("x")}))))
	got := name("check", "--json")
	var list []checkedName
	if err = json.Unmarshal([]byte(got.out), &list); err != nil || got.status != 1 {
		t.Fatalf("%+v: %v", got, err)
	}
	verdicts := map[string]string{}
	for _, x := range list {
		verdicts[x.Name] = x.Verdict
	}
	for n, v := range map[string]string{"in": "alive", "in/alive": "alive", "in/asleep": "asleep", "in/dead": "dead", "in/forgotten": "dead", "in/gone": "unreachable"} {
		if verdicts[n] != v {
			t.Errorf("%s is %s, want %s", n, verdicts[n], v)
		}
	}
	if got := dsom(t, "", "server", "list", "--state", d.state, "--json"); !strings.Contains(got.out, `"starts":0`) {
		t.Errorf("the question has started the server: %s", got.out)
	}
	if got := name("ls", "--dead"); got.out != "in/dead\nin/forgotten\n" {
		t.Errorf("got %+v", got)
	}
	if got := name("check", "in"); got.status != 1 || !strings.Contains(got.out, "in/asleep     asleep       its server sleeper does not run") || !strings.Contains(got.err, "1 alive, 1 asleep, 2 dead, 1 unreachable") {
		t.Errorf("got %+v", got)
	}
	// By its address it is known to be the same daemon; of another one servers are not started either.
	here := net.JoinHostPort(at.Host, strconv.Itoa(int(at.Port)))
	if got := name("check", "--at", here, "in"); !strings.Contains(got.err, "1 alive, 1 asleep, 2 dead, 1 unreachable") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "name", "check", "--state", t.TempDir(), "--at", here, "in"); !strings.Contains(got.err, "1 alive, 0 asleep, 1 dead, 1 unreachable, 2 not asked") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "server", "list", "--state", d.state, "--json"); !strings.Contains(got.out, `"starts":0`) {
		t.Errorf("the question has started the server: %s", got.out)
	}

	// The dead are unbound, under whatever names, and nobody else.
	for _, n := range []string{`two words/main`, `dot\.ted`, `back\\slash`, `quo"te'`, `-p`} {
		good(name("bind", "-p", "--", n, url([]byte("no such object"))))
	}
	good(name("bind", "-p", "main", url([]byte("NameService"))))
	if got := name("unbind", "--dead", "--force"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
	if got := name("unbind"); got.status != statusUsage || !strings.Contains(got.err, "--dead") {
		t.Errorf("got %+v", got)
	}
	if got := name("unbind", "--dead", "in"); got.status != 0 || got.out != "in/dead\nin/forgotten\n" {
		t.Errorf("got %+v", got)
	}
	if got := name("unbind", "--dead", "--json"); got.status != 0 || strings.Count(got.out, `","`) != 4 {
		t.Errorf("got %+v", got)
	}
	if got := name("ls", "-R"); got.out != "in/\nin/alive\nin/asleep\nin/gone\nmain\ntwo words/\n" {
		t.Errorf("left are %+v", got)
	}
}

// TestNameImport takes over a file of omniNames, twice.
func TestNameImport(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	name := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"name", verb, "--state", state}, args...)...)
	}
	const file = "../../svc/naming/omninames/testdata/names.dat"
	if got := name("import", file); got.status != 0 || got.out != "5 objects and 5 contexts bound\n" || !strings.Contains(got.err, "1 contexts have no name") {
		t.Errorf("got %+v", got)
	}
	if got := name("ls", "-l", "bank.dir"); !strings.Contains(got.out, "h:9/k") || !strings.Contains(got.out, "up/") {
		t.Errorf("got %+v", got)
	}
	if got := name("resolve", "bank.dir/up/again/plain"); got.status != 0 || got.out != name("resolve", "kept/plain").out { // a circle, and a second name
		t.Errorf("got %+v", got)
	}
	if got := name("import", file, "--json"); got.status != 0 || !strings.Contains(got.out, `"objects":0,"contexts":0,"kept":[`) {
		t.Errorf("got %+v", got)
	}
	if got := name("import", "--rebind", file); got.status != 0 || got.out != "5 objects and 0 contexts bound\n" {
		t.Errorf("got %+v", got)
	}
	bad := filepath.Join(t.TempDir(), "bad.dat")
	if err := os.WriteFile(bad, []byte("port 1\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := name("import", bad); got.status != 1 || !strings.Contains(got.err, `line 2 of the data file of omniNames: "nonsense" is no operation`) {
		t.Errorf("got %+v", got)
	}
	if got := name("import", bad+"x"); got.status != 1 {
		t.Errorf("got %+v", got)
	}
}
