package orb_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestAddressedProfile holds that a target is named by the profile that is used, wherever it stands in its reference, and that the
// reference goes along whole.
func TestAddressedProfile(t *testing.T) {
	t.Parallel()
	foreign := ior.Profile{Tag: 0x4f4f4f4f, Data: []byte("of another protocol")}
	for _, how := range []giop.Addressing{giop.ProfileAddr, giop.ReferenceAddr} {
		for before := range 4 {
			var iiop ior.Profile
			plain, _ := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
				eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
					if r.Target.Kind == giop.KeyAddr {
						answer(t, c, h, msg, giop.NeedsAddressingMode, func(e *cdr.Encoder) { e.UShort(uint16(how)) })
						return
					}
					if r.Target.Kind != how || string(r.Key) != "x" {
						t.Errorf("in form %d, of %d: a target in form %d of key %q", how, before+2, r.Target.Kind, r.Key)
					}
					if how == giop.ProfileAddr && (r.Target.Tag != iiop.Tag || !bytes.Equal(r.Target.Profile, iiop.Data)) {
						t.Errorf("the target is named by the profile %#x %q", r.Target.Tag, r.Target.Profile)
					}
					if how == giop.ReferenceAddr {
						var d cdr.Decoder
						d.Reset(r.Target.IOR, 0, h.Little, nil)
						if got := ior.Get(&d); r.Target.Index != uint32(before) || len(got.Profiles) != before+2 || got.TypeID != echoID {
							t.Errorf("the target is profile %d, want %d, of %v", r.Target.Index, before, got)
						}
					}
					answer(t, c, h, msg, giop.NoException, nil)
				})
			})
			of := orb.RefOf(plain.(orb.Object)).IOR()
			iiop = of.Profiles[0]
			to := &ior.IOR{TypeID: echoID}
			for range before {
				to.Profiles = append(to.Profiles, foreign)
			}
			to.Profiles = append(to.Profiles, iiop, foreign)
			if err := EchoClass.Unchecked(newClient(t, nil).NewRef(to)).Ping(t.Context()); err != nil {
				t.Errorf("in form %d, the profile after %d others: %v", how, before, err)
			}
		}
	}
}
