package ior_test

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
)

// TestGroup: a reference to a group says the same as its URL, in either byte order, and each beginning of its profile is an error and no panic.
func TestGroup(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]struct {
		u ior.UIPMC
		g ior.Group
	}{
		"corbaloc:miop:1.2@1.0-TestDomain-5506/239.239.239.18:5678":    {ior.UIPMC{Version: cdr.V12, Address: "239.239.239.18", Port: 5678}, ior.Group{Domain: "TestDomain", ID: 5506}},
		"corbaloc:miop:1.0@1.0-NET-18446744073709551615-7/127.0.0.1:1": {ior.UIPMC{Version: cdr.V10, Address: "127.0.0.1", Port: 1}, ior.Group{Domain: "NET", ID: 1<<64 - 1, Version: 7}},
		"corbaloc:miop:1.2@1.0-a.b-0/[ff12::53]:3053":                  {ior.UIPMC{Version: cdr.V12, Address: "ff12::53", Port: 3053}, ior.Group{Domain: "a.b"}},
	} {
		u, err := ior.ParseURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if u.String() != url {
			t.Errorf("%s comes back as %s", url, u)
		}
		i := u.Reference()
		p, err := i.Profiles[0].UIPMC()
		if err != nil || len(i.Profiles) != 1 || p.Version != want.u.Version || p.Address != want.u.Address || p.Port != want.u.Port {
			t.Errorf("%s: %+v, %v", url, p, err)
			continue
		}
		g, err := p.Group()
		if err != nil || g != want.g {
			t.Errorf("%s: %+v, %v", url, g, err)
		}
		if at, err := p.At(); err != nil || at != netip.MustParseAddrPort(url[strings.IndexByte(url, '/')+1:]) {
			t.Errorf("%s: at %v, %v", url, at, err)
		}
		p.BigEndian = true
		again, err := p.Profile().UIPMC()
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%+v comes back as %+v, %v", p, again, err)
		}
		data := p.Profile().Data
		for n := range data {
			if q, err := (ior.Profile{Tag: ior.TagUIPMC, Data: data[:n]}).UIPMC(); err == nil {
				t.Errorf("%d octets of %d are %+v", n, len(data), q)
			}
		}
	}
	for _, bad := range []string{
		"miop:", "miop:1.0@1.0-D-1", "miop:1.0@1.0-D-1/", "miop:1.0@1.0-D-1/host:1", "miop:1.0@1.0-D-1/127.0.0.1", "miop:1.0@1.0-D-1/127.0.0.1:0", "miop:1.0@1.0-D-1/0.0.0.0:1",
		"miop:2.0@1.0-D-1/127.0.0.1:1", "miop:1.3@1.0-D-1/127.0.0.1:1", "miop:1.0@2.0-D-1/127.0.0.1:1", "miop:1.0@1.0--1/127.0.0.1:1", "miop:1.0@1.0-D-x/127.0.0.1:1", "miop:1.0@1.0-D-1-x/127.0.0.1:1",
		"miop:1.0@1.0-D-1-2-3/127.0.0.1:1", "miop:1.0@1.0-D-18446744073709551616/127.0.0.1:1", "miop:1.0@1.0-ü-1/127.0.0.1:1", "miop:1.0@1.0-D-1/127.0.0.1:1;iiop:1.2@h:1/k", ":h:1,miop:1.0@1.0-D-1/127.0.0.1:1",
	} {
		if u, err := ior.ParseURL("corbaloc:" + bad); err == nil {
			t.Errorf("%s is %+v", bad, u)
		}
	}
	if u, err := ior.ParseURL("corbaname:miop:1.0@1.0-D-1/127.0.0.1:1#x"); err == nil {
		t.Errorf("a name in a group is %+v", u)
	}
}
