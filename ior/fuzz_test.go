package ior_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/ior"
)

// referenceBound is what a reference may take to be read, and what the fuzzing beside it takes.
var referenceBound = bounded.Bound{PerOctet: bounded.Decoder.PerOctet, Least: 1 << 20, Time: bounded.Decoder.Time, Patience: bounded.Patience}

// FuzzReference: any octets are a reference or an error, of bounded cost; what is one is written so that it reads as the same, in either byte order
// and as a text, and so are the profiles and components in it.
func FuzzReference(f *testing.F) {
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, nil)
		ior.Put(e, sample())
		f.Add(little, e.Bytes())
		for _, at := range []string{"239.239.239.18:5678", "[ff12::53]:3053"} {
			e := cdr.NewEncoder(nil, little, nil)
			ior.Put(e, ior.Group{Domain: "TestDomain", ID: 5506, Version: 7}.Reference("IDL:Hearer:1.0", netip.MustParseAddrPort(at)))
			f.Add(little, e.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, little bool, data []byte) {
		var r *ior.IOR
		d := cdr.NewDecoder(data, little, nil)
		referenceBound.Run(t, len(data), func() { r = ior.Get(d) })
		if d.Err() != nil {
			return
		}
		skipping := cdr.NewDecoder(data, little, nil)
		if ior.Skip(skipping); skipping.Err() != nil || skipping.Pos() != d.Pos() {
			t.Fatalf("%x: read to %d, skipped to %d, %v", data, d.Pos(), skipping.Pos(), skipping.Err())
		}
		for _, little := range []bool{false, true} {
			e := cdr.NewEncoder(nil, little, nil)
			ior.Put(e, r)
			d := cdr.NewDecoder(e.Bytes(), little, nil)
			if again := ior.Get(d); d.Err() != nil || d.Remaining() != 0 || !again.Equal(r) {
				t.Fatalf("%+v became %+v, %v", r, again, d.Err())
			}
		}
		if u, err := ior.ParseURL(r.String()); err != nil || !u.Reference().Equal(r) {
			t.Fatalf("%+v is %s, and that is %+v, %v", r, r, u, err)
		}
		if r == nil {
			return
		}
		for _, p := range r.Profiles {
			if list, err := p.MultiComponent(); err == nil {
				look(list)
			}
			if u, err := p.UIPMC(); err == nil {
				if again, err := u.Profile().UIPMC(); err != nil || !reflect.DeepEqual(again, u) {
					t.Fatalf("%+v became %+v, %v", u, again, err)
				}
				group(t, u)
			}
			b, err := p.IIOP()
			if err != nil {
				continue
			}
			if again, err := b.Profile().IIOP(); err != nil || !reflect.DeepEqual(again, b) {
				t.Fatalf("%+v became %+v, %v", b, again, err)
			}
			b.Addresses()
			look(b.Components)
		}
	})
}

// group reads which group a profile is of, and where: what is written of either reads the same.
func group(t *testing.T, u ior.UIPMC) {
	if at, err := u.At(); err == nil && (!at.IsValid() || at.Port() != u.Port || at.Addr().IsUnspecified()) {
		t.Fatalf("%+v is at %v", u, at)
	}
	g, err := u.Group()
	if err != nil {
		return
	}
	if again, err := g.Component().Group(); err != nil || again != g {
		t.Fatalf("%+v became %+v, %v", g, again, err)
	}
}

// look reads what is in components.
func look(list []ior.Component) {
	for _, c := range list {
		_, _ = c.ORBType()
		_, _ = c.Group()
		_, _, _ = c.AlternateAddress()
		if c.Tag == ior.TagCodeSets {
			_, _ = codeset.ParseComponent(c.Data)
		}
	}
}
