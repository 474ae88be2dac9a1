package orb_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestReader: where the chunks of values end is decided by the ORB that a reference names, and by the byte order of a request, which is
// never little-endian if it is JacORB's.
func TestReader(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	for made, want := range map[uint32]cdr.Reader{
		0: cdr.AnyReader, ior.ORBTypeJacORB: cdr.JacORB, ior.ORBTypeOmniORB: cdr.NotJacORB, ior.ORBTypeDSOM: cdr.NotJacORB, 0x53554e00: cdr.NotJacORB,
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
	for little, want := range map[bool]cdr.Reader{false: cdr.AnyReader, true: cdr.NotJacORB} {
		if got, err := orb.ReplyReader(o, little); got != want || err != nil {
			t.Errorf("who asks little-endian %v is the reader %d, %v, want %d", little, got, err, want)
		}
	}
}
