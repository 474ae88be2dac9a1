package omninames_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/naming/omninames"
)

// flat writes what a file holds, a line a name.
func flat(f *omninames.File) []string {
	var all []string
	var walk func(key, above string)
	seen := map[string]bool{}
	walk = func(key, above string) {
		if seen[key] {
			return
		}
		seen[key] = true
		for _, n := range f.Contexts[key].Order {
			b := f.Contexts[key].Bound[n]
			line := above + n.String()
			switch u, _ := b.Ref.Corbaloc(); {
			case b.Own != "":
				all = append(all, line+"/")
				walk(b.Own, line+"/")
			case b.Context:
				all = append(all, line+" ~ "+u.String())
			default:
				all = append(all, line+" = "+u.String())
			}
		}
	}
	walk(f.Root, "")
	return all
}

// TestNames reads a file that omniNames 4.2 has written: testdata/names.dat, made by nameclt, and
// no checkpoint taken, so that it has all that came to pass.
func TestNames(t *testing.T) {
	t.Parallel()
	in, err := os.Open("testdata/names.dat")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := omninames.Read(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"bank.dir/", "bank.dir/main = corbaloc:iiop:h:9/k", "bank.dir/up/",
		`back\\slash.k\.ind x = corbaloc:iiop:h:2/k`, "new\nline\ttab = corbaloc:iiop:h:2/k", "ü = corbaloc:iiop:h:3/k",
		"kept/", "kept/plain = corbaloc:iiop:h:5/p", "again/", "far ~ corbaloc:iiop:127.0.0.1:28092/NameService",
	}
	if diff := cmp.Diff(want, flat(f)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if f.Unfinished || len(f.Contexts) != 4 { // the one without a name, too
		t.Errorf("got %d contexts, unfinished %v", len(f.Contexts), f.Unfinished)
	}
}

// TestCut reads what a crash has left: each beginning of the file is what was there at that time, or no file yet.
func TestCut(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/names.dat")
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		f, err := omninames.Read(strings.NewReader(string(b[:n])))
		if err != nil {
			if n > 100 {
				t.Fatalf("%d octets of it: %v", n, err)
			}
			continue
		}
		if f.Unfinished != (b[n-1] != '\n') {
			t.Errorf("%d octets: unfinished %v", n, f.Unfinished)
		}
	}
}

// The pieces of files by hand: of a release without the line persistent.
const (
	head = "port 2809\ncreate 4e616d6553657276696365\n"
	obj  = "IOR:010000000100000000000000010000000000000011000000010100000200000068000100010000006b"
)

func TestWrong(t *testing.T) {
	t.Parallel()
	root := (&ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "h", Port: 2809, Key: []byte("NameService")}.Profile()}}).String()
	for text, want := range map[string]string{
		"":                                       "line 1 of the data file of omniNames: the file ends without a root context",
		"port 2809":                              "without a root context",
		"hello world\n":                          `line 1 of the data file of omniNames: "hello" is no operation`,
		head + "\n":                              "line 3",
		head + "create\n":                        "create has 1 words, not 2",
		head + "create xy\n":                     `"xy" is no object key`,
		head + "create 4e616d6553657276696365\n": "created twice",
		head + "bind " + root + " a  nobject\n":  "bind has 5 words",
		head + "bind " + root + " a  object " + obj + "\n":                        `"object" is neither`,
		head + "bind " + root + " a  nobject IOR:zz\n":                            "cannot be read",
		head + "bind " + root + " a  nobject corbaloc:iiop:h:1/k\n":               "is no stringified reference",
		head + "bind " + obj + " a  nobject " + obj + "\n":                        "of no context that the file has created",
		head + "unbind " + root + " a \n":                                         `"a" is unbound, which was not bound`,
		head + "destroy " + root + "\nbind " + root + " a  nobject " + obj + "\n": "of no context",
		head + strings.Repeat("x", omninames.MaxLine+1):                           "limit omninames-line-octets",
	} {
		_, err := omninames.Read(strings.NewReader(text))
		var line *omninames.LineError
		if !errors.As(err, &line) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %q", text, err, want)
		}
	}
	if f, err := omninames.Read(strings.NewReader(head + "bind " + root + " a  nobject " + obj + "\nunbind " + root + " a \nbind " + root + " a  ncontext " + root + "\nx")); err != nil || fmt.Sprint(flat(f)) != "[a/]" || !f.Unfinished {
		t.Errorf("got %v, %v", f, err)
	}
}

func FuzzRead(f *testing.F) {
	b, err := os.ReadFile("testdata/names.dat")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add(head)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := omninames.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		flat(file)
		for _, c := range file.Contexts {
			if len(c.Order) != len(c.Bound) {
				t.Errorf("%d names in order of %d", len(c.Order), len(c.Bound))
			}
		}
	})
}
