package interop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
)

// firstProfile returns the first profile of a stringified reference.
func firstProfile(t *testing.T, url string) (*ior.IOR, ior.IIOP) {
	t.Helper()
	u, err := ior.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	return u.IOR, p
}

// TestEndpointsOfOmniORB: its references of several endpoints, as it is told to publish them, are
// read, and lead to it when all addresses but one are dead, whichever that is.
func TestEndpointsOfOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	dead := freeport.Dead(t)
	for name, c := range map[string]struct {
		options   []string
		addresses int // that the reference names; a number of them is dead already
	}{
		"several endpoints":   {[]string{"-ORBendPoint", "giop:tcp:127.0.0.2:", "-ORBendPoint", "giop:tcp:127.0.0.3:"}, 3},
		"published":           {[]string{"-ORBendPointPublish", "giop:tcp:" + dead + ",addr"}, 2},
		"a name that is none": {[]string{"-ORBendPointPublish", "giop:tcp:dead.invalid:1,addr"}, 2},
		"all addresses":       {[]string{"-ORBendPoint", "giop:tcp::", "-ORBendPointPublish", "all(addr)"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := cpp.Start(t, omniorb.Options{ORB: c.options})
			r, p := firstProfile(t, s.IOR)
			all := p.Addresses()
			if len(all) < c.addresses {
				t.Fatalf("the reference names %v, want %d", all, c.addresses)
			}
			client := gopeer.NewORB(t, gopeer.Options{})
			call := func(r *ior.IOR) {
				t.Helper()
				hub := interop.HubClass.Unchecked(client.NewRef(r))
				if _, err := hub.Lookup(t.Context(), "basics"); err != nil {
					t.Errorf("%v: %v", p.Addresses(), err)
				}
			}
			call(r)
			if name != "several endpoints" {
				return // the others are dead, or not everybody's
			}
			for alive := range all {
				moved := make([]ior.Address, len(all))
				for i := range all {
					if moved[i] = all[i]; i != alive {
						moved[i].Port = 1
					}
				}
				call(&ior.IOR{TypeID: r.TypeID, Profiles: p.At(moved)})
			}
		})
	}
}

// TestEndpointsForOmniORB: it reaches an object of ours by an address that is not the first in the
// reference. Before IIOP 1.2, where each address has a profile, it looks at the first alone.
func TestEndpointsForOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	dead := freeport.Dead(t)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := gopeer.Start(t, gopeer.Options{Version: version})
			r, p := firstProfile(t, s.IOR)
			_, port, _ := strings.Cut(dead, ":")
			first := p.Addresses()[0]
			var n uint16
			fmt.Sscan(port, &n)
			r = &ior.IOR{TypeID: r.TypeID, Profiles: p.At([]ior.Address{{Host: "127.0.0.1", Port: n}, first})}
			report := cpp.Run(t, omniorb.Options{}, r.String(), "boolean", "octet")
			if reached := len(report.By(peer.OK)) == 2; reached != (version == "1.2") {
				t.Errorf("it is reached: %v\n%s", reached, report)
			}
		})
	}
}
