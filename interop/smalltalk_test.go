package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/bind/smalltalk"
	emitsmalltalk "github.com/opendsom/dsom/emit/smalltalk"
	dsomidl "github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
)

// smalltalkFolder makes a folder with the suite's programs in Smalltalk, and what they know of its IDL.
func smalltalkFolder(t *testing.T) string {
	t.Helper()
	if err := (smalltalk.Program{}).Missing(); err != nil {
		peer.Lacking(t, err.Error())
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("smalltalk/src")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, idl.Files); err != nil {
		t.Fatal(err)
	}
	r, err := dsomidl.Compile(t.Context(), dsomidl.Options{}, filepath.Join(dir, "interop.idl"), filepath.Join(dir, "values.idl"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := emitsmalltalk.Emit(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range files.All() {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// smalltalkClient runs the client against a hub, and demands that all is as it should be.
func smalltalkClient(t *testing.T, url string, big bool, fragment, minor int, without ...string) {
	t.Helper()
	order := "little"
	if big {
		order = "big"
	}
	var out, complaints bytes.Buffer
	p := smalltalk.Program{File: filepath.Join(smalltalkFolder(t), "client.st"), Time: peer.Patience, Stdout: &out, Stderr: &complaints,
		Args: slices.Concat([]string{url, strconv.FormatInt(peer.Seed(t)&0x7fffffff, 10), order, strconv.Itoa(fragment), strconv.Itoa(minor)}, without)}
	p.Dir = filepath.Dir(p.File)
	status, err := p.Run(t.Context())
	ok := 0
	for line := range strings.Lines(out.String()) {
		switch {
		case strings.HasPrefix(line, "ok "):
			ok++
		default:
			t.Error(strings.TrimSpace(line))
		}
	}
	if err != nil || status != 0 || complaints.Len() > 0 || ok < 90-len(without) {
		t.Errorf("%d cases are well; status %d, %v\n%s", ok, status, err, complaints.String())
	}
}

// TestSmalltalkClient runs the client in Smalltalk against this project's server, in each version of GIOP, both orders of octets, whole and in fragments.
func TestSmalltalkClient(t *testing.T) {
	t.Parallel()
	forEachForm(t, func(t *testing.T, version string, form gopeer.Options) {
		form.Version = version
		minor := int(version[2] - '0')
		fragment := 0
		if form.Fragment > 0 {
			fragment = 400
		}
		s := gopeer.Start(t, form)
		smalltalkClient(t, s.IOR, form.BigEndian, fragment, minor)
		s.Stop(t)
	})
}

// TestSmalltalkOmniORB and the next: against servers in C++ and Java.
func TestSmalltalkOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := cpp.Start(t, omniorb.Options{Version: version})
			smalltalkClient(t, s.IOR, version == "1.1", 0, int(version[2]-'0'))
			s.Stop(t)
		})
	}
}

// In JacORB a discriminator that is no label becomes another, or an error; its server has no object that is forwarded for good, and its compiler no labels beyond 32767 or 32 bits.
func TestSmalltalkJacORB(t *testing.T) {
	t.Parallel()
	orb := jacorb.Build(t, &tally)
	for _, version := range []string{"1.0", "1.1", "1.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := orb.Start(t, java.Options{Version: version})
			smalltalkClient(t, s.IOR, version == "1.0", 0, int(version[2]-'0'), "other_labels", "forward_perm", "mirror_byshort", "mirror_bylonglong")
			s.Stop(t)
		})
	}
}

// smalltalkServer runs the server until the function returned is called, and returns its hub's reference.
func smalltalkServer(t *testing.T, big bool, fragment, minor int) (url string, stop func()) {
	t.Helper()
	order := "little"
	if big {
		order = "big"
	}
	dir := smalltalkFolder(t)
	in, out := io.Pipe()
	var complaints bytes.Buffer
	p := smalltalk.Program{File: filepath.Join(dir, "server.st"), Dir: dir, Time: peer.Patience, Stdout: out, Stderr: &complaints, Args: []string{order, strconv.Itoa(fragment), strconv.Itoa(minor), filepath.Join(dir, "end")}}
	ctx, cancel := context.WithCancel(context.Background())
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, err := p.Run(ctx)
		if err == nil && status != 0 {
			err = fmt.Errorf("status %d\n%s", status, complaints.String())
		}
		failed = err
		out.CloseWithError(io.EOF)
	}()
	t.Cleanup(func() {
		cancel()
		in.Close()
		<-done
	})
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	ready := false
	for !ready && lines.Scan() {
		if ready = lines.Text() == "ready"; !ready {
			url = lines.Text()
		}
	}
	if !ready {
		<-done
		t.Fatalf("it has ended before it was ready: %v\n%s", failed, complaints.String())
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return url, func() {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "end"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		<-done
		if failed != nil {
			t.Error(failed)
		}
	}
}

// smalltalkServed are the cases that the server in Smalltalk has: all but those of valuetypes and fixed numbers, of anys, whose types it does not describe
// in words, and of objects that are forwarded.
var smalltalkServed = []string{
	"hub", "boolean", "char", "octet", "short", "ushort", "long", "ulong", "longlong", "ulonglong", "float", "double", "string", "latin1", "tag", "prims",
	"enum", "struct", "structs", "longs", "alias", "booleans", "doubles", "strings", "tags", "table", "octets", "array", "arrays", "array_strings", "array_octets", "node", "tree",
	"versioned", "renamed", "union_enum", "union_boolean", "union_implicit", "union_long", "union_char", "union_inline", "union_recursive",
	"params", "params_swap", "params_split", "params_objects", "params_keywords", "ex_empty", "ex_members", "ex_detailed", "ex_undeclared", "ex_crash", "ex_system", "ex_system_all",
	"ping", "threads", "pause", "pause_parallel", "oneway", "oneway_many", "big_out", "big_in", "big_strings", "non_existent", "is_a", "attributes", "factory", "destroy",
	"inherit", "inherit_attributes", "inherit_is_a", "inherit_narrow", "callback", "callback_exception", "callback_many", "callback_oneway", "callback_nested", "callback_kept",
	"refs", "refs_object", "refs_sequence", "refs_nil", "refs_same", "refs_narrow", "lookup",
}

// smalltalkJudge demands that all of the cases went well.
func smalltalkJudge(t *testing.T, r peer.Report, cases []string) {
	t.Helper()
	for _, v := range []peer.Verdict{peer.Fail, peer.Unsupported, peer.Expected} {
		for _, o := range r.By(v) {
			t.Errorf("%s %s: %s", v, o.Case, o.Detail)
		}
	}
	if got := len(r.By(peer.OK)); got != len(cases) {
		t.Errorf("%d cases of %d", got, len(cases))
	}
}

// TestSmalltalkServer runs this project's client against the server in Smalltalk.
func TestSmalltalkServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		big             bool
		fragment, minor int
	}{{"1.0 little", false, 0, 0}, {"1.1 big", true, 0, 1}, {"1.2 little", false, 0, 2}, {"1.2 big, in fragments", true, 400, 2}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, stop := smalltalkServer(t, c.big, c.fragment, c.minor)
			cases := append([]string{"locate", "ex_unknown_key", "ex_unknown_op"}, smalltalkServed...)
			if c.minor == 2 {
				cases = append(cases, "wchar", "wstring", "widetag")
			}
			smalltalkJudge(t, gopeer.Run(t, gopeer.Options{}, url, cases...), cases)
			stop()
		})
	}
}

// TestSmalltalkServerOmniORB and the next: clients in C++ and Java.
func TestSmalltalkServerOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for minor := range 3 {
		t.Run(strconv.Itoa(minor), func(t *testing.T) {
			t.Parallel()
			url, stop := smalltalkServer(t, minor == 0, 0, minor)
			smalltalkJudge(t, cpp.Run(t, omniorb.Options{}, url, smalltalkServed...), smalltalkServed)
			stop()
		})
	}
}

func TestSmalltalkServerJacORB(t *testing.T) {
	t.Parallel()
	orb := jacorb.Build(t, &tally)
	for minor := range 3 {
		t.Run(strconv.Itoa(minor), func(t *testing.T) {
			t.Parallel()
			url, stop := smalltalkServer(t, minor == 1, 0, minor)
			smalltalkJudge(t, orb.Run(t, java.Options{}, url, smalltalkServed...), smalltalkServed)
			stop()
		})
	}
}
