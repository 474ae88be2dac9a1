package orb_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestReader: where the chunks of values end is decided by the ORB that a reference names, and by the byte order of a request, which is
// never little-endian if it is JacORB's: also where the connection was made in the other direction.
func TestReader(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	for made, want := range map[uint32]cdr.Reader{
		0: cdr.AnyReader, ior.ORBTypeJacORB: cdr.JacORB, ior.ORBTypeOmniORB: cdr.OmniORB, ior.ORBTypeDSOM: cdr.Other, ior.ORBTypeTAO: cdr.Other, 0x53554e00: cdr.Other,
	} {
		p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: 9, Key: []byte("x")}
		if made != 0 {
			p.Components = []ior.Component{ior.ORBTypeComponent(made)}
		}
		r := o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}})
		if got := orb.Reader(r); got != want {
			t.Errorf("the ORB %#x is the reader %d, want %d", made, got, want)
		}
	}
	for key, want := range map[string]cdr.Reader{
		"/1732861707/4711*/1732861707/4711.3": cdr.Combat, "/1732861707/4711/RootPOA/a*x": cdr.Combat, "/1/2*": cdr.Combat,
		"/1732861707/4711": cdr.AnyReader, "default/a*x": cdr.AnyReader, "/1/x*y": cdr.AnyReader, "/1*/2": cdr.AnyReader, "//2*x": cdr.AnyReader, "1/2*x": cdr.AnyReader, "": cdr.AnyReader,
	} {
		p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: 9, Key: []byte(key)}
		if got := orb.Reader(o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}})); got != want {
			t.Errorf("the key %q is of the reader %d, want %d", key, got, want)
		}
		p.Components = []ior.Component{ior.ORBTypeComponent(ior.ORBTypeOmniORB)}
		if got := orb.Reader(o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}})); got != cdr.OmniORB {
			t.Errorf("the key %q of an omniORB is of the reader %d", key, got)
		}
	}
	big := newClient(t, func(c *orb.Config) { c.BigEndian = true })
	for _, c := range []struct {
		o      *orb.ORB
		made   cdr.Reader
		little bool
		want   cdr.Reader
		ids    []uint32
	}{
		{o, cdr.AnyReader, false, cdr.OtherOrder, []uint32{0}},
		{o, cdr.AnyReader, true, cdr.NotJacORB, []uint32{2}},
		{big, cdr.AnyReader, false, cdr.AnyReader, []uint32{4, 6}},
		{big, cdr.AnyReader, true, cdr.NotJacORB, []uint32{0}},
		{o, cdr.JacORB, false, cdr.JacORB, []uint32{1}},
		{big, cdr.JacORB, false, cdr.JacORB, []uint32{1}},
		{o, cdr.OmniORB, true, cdr.OmniORB, []uint32{3}},
		{o, cdr.AnyReader, true, cdr.Other, []uint32{1}},
		{o, cdr.AnyReader, false, cdr.Other, []uint32{1, 2}},
		{big, cdr.AnyReader, false, cdr.Other, []uint32{2, 3, 4}},
	} {
		if got, err := orb.ReplyReader(c.o, c.made, c.little, c.ids...); got != c.want || err != nil {
			t.Errorf("who asks little-endian %v with the ids %d, over a connection to the reader %d, is the reader %d, %v, want %d", c.little, c.ids, c.made, got, err, c.want)
		}
	}
	for _, c := range []struct{ of, told, want cdr.Reader }{
		{cdr.JacORB, cdr.OtherOrder, cdr.JacORB}, {cdr.AnyReader, cdr.OtherOrder, cdr.OtherOrder}, {cdr.OmniORB, cdr.NotJacORB, cdr.OmniORB},
	} {
		if got, again := orb.WayBackReader(o, c.of, c.told); got != c.want || again != c.told {
			t.Errorf("the client %d, whose reference is that of the reader %d, is called back as %d, and another of it as %d, want %d and %d", c.told, c.of, got, again, c.want, c.told)
		}
	}
}
