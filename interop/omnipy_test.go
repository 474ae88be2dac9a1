package interop_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestOmniORBpy runs all cases between this project and omniORBpy, in both directions and each version of GIOP.
func TestOmniORBpy(t *testing.T) {
	t.Parallel()
	py := omnipy.Build(t, &tally)
	for _, version := range omnipy.Peer.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			checkClient(t, omnipy.Peer.Name, version, func(url string, cases ...string) peer.Report {
				return py.Run(t, omnipy.Options{Version: version}, url, cases...)
			})
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			checkServer(t, omnipy.Peer.Name, version, py.Start(t, omnipy.Options{Version: version}))
		})
	}
}

// TestOmniORBpyPassesForOmniORB: nothing tells omniORBpy from omniORB before anything is sent, nor when the first reply has come, so that it is written to as to
// that. Their references are the same but for address and key, and the keys of the same form; what they answer to the same requests is the same octets.
func TestOmniORBpyPassesForOmniORB(t *testing.T) {
	t.Parallel()
	for _, version := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		text := fmt.Sprint(version)
		python := omnipy.Build(t, &tally).Start(t, omnipy.Options{Version: text})
		cxx := omniorb.Build(t, &tally).Start(t, omniorb.Options{Version: text})
		o := gopeer.NewORB(t, gopeer.Options{Version: text})
		of, there := basics(t, o, cxx.IOR)
		from, here := basics(t, o, python.IOR)
		if of.TypeID != from.TypeID || len(of.Profiles) != len(from.Profiles) || there.Version != here.Version || !reflect.DeepEqual(there.Components, here.Components) {
			t.Errorf("GIOP %s: the references tell them apart: %+v of omniORB, and %+v", text, there, here)
		}
		if a, b := keyForm(there.Key), keyForm(here.Key); a != b {
			t.Errorf("GIOP %s: the keys tell them apart: %q of omniORB, and %q", text, there.Key, here.Key)
		}
		for _, c := range here.Components {
			if made, err := c.ORBType(); err == nil && made != ior.ORBTypeOmniORB {
				t.Errorf("its ORB type is %#x, not omniORB's any more", made)
			}
		}
		for _, operation := range []string{"_non_existent", "_is_a", "no_such_operation", ""} {
			a, b := ask(t, there, operation), ask(t, here, operation)
			if !bytes.Equal(a, b) {
				t.Errorf("GIOP %s: the answers to %q tell them apart: % x of omniORB, and % x", text, operation, a, b)
			}
		}
	}
}

// basics returns the reference of an object of the root adapter of a peer's server.
func basics(t *testing.T, o *gopeer.ORB, url string) (*ior.IOR, ior.IIOP) {
	t.Helper()
	hub, err := interop.HubClass.Bind(t.Context(), o.ORB, url)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hub.BasicValues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := orb.RefOf(b.(orb.Object)).IOR()
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	return i, p
}

// keyForm returns of a key what is the same in each process: its length, and the octets that are no numbers.
func keyForm(key []byte) string {
	if len(key) > 0 && key[0] == 0xfe { // transient: 8 octets that tell the process, and the number of the object
		return fmt.Sprint(len(key), " ", key[0])
	}
	return string(key)
}

// ask sends the object of a profile a request, or one for its location if there is no operation, and returns the answer.
func ask(t *testing.T, p ior.IIOP, operation string) []byte {
	t.Helper()
	c, err := net.Dial("tcp", net.JoinHostPort(p.Host, fmt.Sprint(p.Port)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: p.Version})
	if operation == "" {
		giop.PutLocateRequest(e, p.Version, 2, p.Key, nil)
	} else {
		h := giop.RequestHead{ID: 2, Flags: giop.SyncTarget, Key: p.Key, Operation: operation}
		if p.Version != cdr.V10 {
			h.Contexts = []giop.Context{{ID: giop.ContextCodeSets, Data: codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}.Append(nil)}}
		}
		m := giop.BeginRequest(e, p.Version, &h)
		if operation == "_is_a" {
			e.RawString("IDL:omg.org/CORBA/Object:1.0")
		}
		giop.Finish(e, m)
	}
	if _, err := c.Write(e.Bytes()); err != nil {
		t.Fatal(err)
	}
	msg := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, msg); err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		t.Fatal(err)
	}
	msg = append(msg, make([]byte, h.Size)...)
	if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
		t.Fatal(err)
	}
	return msg
}

// TestOmnipyLimits demands that the minimal reproductions of what omniORBpy cannot do still show it.
func TestOmnipyLimits(t *testing.T) {
	t.Parallel()
	orb := omnipy.Build(t, &tally)
	files, err := filepath.Glob("omnipy/limits/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no limits of omniORBpy: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			orb.CheckLimit(t, file)
		})
	}
}
