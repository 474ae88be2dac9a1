package byudp

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// FuzzParse: whatever comes back, it is an answer to the question, whole and alone in its datagram, or no answer.
func FuzzParse(f *testing.F) {
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		for s := giop.UnknownObject; s <= giop.LocNeedsAddressingMode; s++ {
			e := cdr.NewEncoder(nil, s%2 == 0, &cdr.Env{Version: v})
			m := giop.BeginLocateReply(e, v, 7, s)
			if s == giop.ObjectForward {
				ior.Put(e, &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ior.IIOP{Version: v, Host: "h", Port: 1, Key: []byte("k")}.Profile()}})
			}
			giop.Finish(e, m)
			f.Add(e.Bytes())
		}
	}
	f.Add(giop.LocateQuestion(7, []byte("k"), 0, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parse(b, 7)
		if err != nil {
			return
		}
		h, err := giop.ParseHeader(b)
		if err != nil || int(h.Size) != len(b)-giop.HeaderSize || h.Type != giop.TypeLocateReply {
			t.Errorf("%x is an answer: %+v, %v", b, h, err)
		}
		if forward := a.Status == giop.ObjectForward || a.Status == giop.ObjectForwardPerm; forward != (a.Forward != nil) {
			t.Errorf("%v with %v", a.Status, a.Forward)
		}
	})
}
