package interop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	p := smalltalk.Program{File: filepath.Join(smalltalkFolder(t), "client.st"), Time: 3 * time.Minute, Stdout: &out, Stderr: &complaints,
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

func TestSmalltalkJacORB(t *testing.T) {
	t.Parallel()
	orb := jacorb.Build(t, &tally)
	for _, version := range []string{"1.0", "1.1", "1.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := orb.Start(t, java.Options{Version: version})
			smalltalkClient(t, s.IOR, version == "1.0", 0, int(version[2]-'0'))
			s.Stop(t)
		})
	}
}
