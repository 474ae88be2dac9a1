package ior_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
)

// TestSockets: which sockets are of this machine, and which of another, or of none.
func TestSockets(t *testing.T) {
	t.Parallel()
	here, there := [16]byte{1}, [16]byte{2}
	c := func(m [16]byte, names ...string) ior.Component {
		return ior.Endpoints{Machine: m, Names: names}.Component()
	}
	for name, x := range map[string]struct {
		components []ior.Component
		want       []string
	}{
		"none":      {nil, nil},
		"here":      {[]ior.Component{c(here, "unix:/a", "nb:X:1", "pipe:c", "unix:@b")}, []string{"unix:/a", "pipe:c", "unix:@b"}},
		"there":     {[]ior.Component{c(there, "unix:/a")}, nil},
		"anywhere":  {[]ior.Component{c([16]byte{}, "unix:/a")}, []string{"unix:/a"}},
		"omniORB":   {[]ior.Component{ior.OmniORBUnixComponent("vm", "/o")}, []string{"unix:/o"}},
		"another":   {[]ior.Component{ior.OmniORBUnixComponent("other", "/o")}, nil},
		"both":      {[]ior.Component{c(here, "unix:/a"), ior.OmniORBUnixComponent("vm", "/o")}, []string{"unix:/a", "unix:/o"}},
		"damaged":   {[]ior.Component{{Tag: ior.TagDSOMEndpoints, Data: []byte{1, 0}}, {Tag: ior.TagOmniORBUnix}, c(here, "unix:/a")}, []string{"unix:/a"}},
		"too long":  {[]ior.Component{c(here, "unix:/"+strings.Repeat("x", 300))}, nil},
		"too many":  {[]ior.Component{c(here, slices.Repeat([]string{"unix:/a"}, 65)...)}, nil},
		"no length": {[]ior.Component{{Tag: ior.TagDSOMEndpoints, Data: []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}}}, nil},
	} {
		p := ior.IIOP{Version: cdr.V12, Components: x.components}
		if got := p.Sockets(here, "vm"); !slices.Equal(got, x.want) {
			t.Errorf("%s: got %q, want %q", name, got, x.want)
		}
	}
}

// FuzzEndpoints: whatever components have, they are read or refused, and what is read comes back.
func FuzzEndpoints(f *testing.F) {
	f.Add(ior.Endpoints{Machine: [16]byte{1}, Names: []string{"unix:/a", "unix:@b"}}.Component().Data)
	f.Add(ior.OmniORBUnixComponent("vm", "/tmp/x").Data)
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := ior.Component{Tag: ior.TagDSOMEndpoints, Data: bytes.Clone(b)}
		if p, err := c.Endpoints(); err == nil {
			again, err := p.Component().Endpoints()
			if err != nil || again.Machine != p.Machine || !slices.Equal(again.Names, p.Names) {
				t.Errorf("%+v is read as %+v, %v", p, again, err)
			}
		}
		c.Tag = ior.TagOmniORBUnix
		if m, path, err := c.OmniORBUnix(); err == nil {
			if m2, path2, err := ior.OmniORBUnixComponent(m, path).OmniORBUnix(); err != nil || m2 != m || path2 != path {
				t.Errorf("%q, %q is read as %q, %q, %v", m, path, m2, path2, err)
			}
		}
	})
}

// TestNamed: endpoints of NetBIOS stand in a component of their own, which those who look for sockets do not take for one of theirs.
func TestNamed(t *testing.T) {
	t.Parallel()
	all := []string{"unix:/run/x", "netbios:ADA:139", "tcp:host:1", "netbios:BANK@ADA:139", "spx:ADA:3053"}
	p := ior.IIOP{Components: append(ior.NamedComponents(all), ior.LocalComponents([16]byte{7}, "", all[:1])...)}
	if got := p.Named(); !slices.Equal(got, []string{all[1], all[3], all[4]}) {
		t.Errorf("%q", got)
	}
	if got := p.Sockets([16]byte{7}, ""); !slices.Equal(got, []string{"unix:/run/x"}) {
		t.Errorf("%q", got)
	}
	if got := ior.NamedComponents(all[:1]); got != nil {
		t.Errorf("%v", got)
	}
	bad := ior.IIOP{Components: []ior.Component{{Tag: ior.TagDSOMEndpoints, Data: []byte{0, 1, 2}}}}
	if got := bad.Named(); got != nil {
		t.Errorf("%q", got)
	}
}

func TestNetBIOSURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"corbaloc:netbios:ADA/NameService": "netbios:ADA:139", "corbaloc:netbios:BANK@ADA:1139/k": "netbios:BANK@ADA:1139", "corbaloc:netbios:ADA%2353@192.0.2.1/k": "netbios:ADA#53@192.0.2.1:139",
		"corbaname:netbios:ADA#a/b":            "netbios:ADA:139",
		"corbaloc:spx:00003053.020000000001/k": "spx:00003053.020000000001:3053", "corbaloc:spx:ADA:19795/k": "spx:ADA:19795", "corbaname:spx:ADA#bank/main": "spx:ADA:3053",
	} {
		u, err := ior.ParseURL(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		b, err := u.Reference().Profiles[0].IIOP()
		if err != nil || b.Port != 0 || !slices.Equal(b.Named(), []string{want}) {
			t.Errorf("%s: %+v, %v", in, b, err)
		}
		if u.String() != in {
			t.Errorf("%s is written as %s", in, u)
		}
	}
	for _, in := range []string{"corbaloc:netbios:/k", "corbaloc:netbios:ADA:0/k", "corbaloc:netbios:ADA:x/k", "corbaloc:netbios:ADA:1:2/k", "corbaloc:netbios:%00/k", "corbaloc:netbios:%2Fx/k", "corbaloc:netbios:%z/k", "corbaloc:spx:/k", "corbaloc:spx:ADA:0/k", "corbaloc:spx:ADA:65536/k"} {
		if u, err := ior.ParseURL(in); err == nil {
			t.Errorf("%s: %v", in, u)
		}
	}
}
