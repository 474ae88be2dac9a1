package ior_test

import (
	"bytes"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
)

func TestSSL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		data []byte
		want ior.SSL
		text string
		good bool
	}{
		{[]byte{1, 0, 0x66, 0, 0x26, 0, 0xac, 2}, ior.SSL{Supports: 0x66, Requires: 0x26, Port: 684}, "Integrity Confidentiality EstablishTrustInTarget", true},
		{[]byte{0, 0, 0, 0x7f, 0, 1, 0x0b, 0xef}, ior.SSL{Supports: 0x7f, Requires: 1, Port: 3055}, "NoProtection", true},
		{[]byte{0, 0, 0, 0, 0, 0, 0, 0, 9, 9}, ior.SSL{}, "none", true}, // with what is behind it
		{[]byte{0, 0, 0, 0, 0, 0, 0}, ior.SSL{}, "", false},
		{[]byte{0}, ior.SSL{}, "", false},
		{nil, ior.SSL{}, "", false},
	} {
		got, err := ior.Component{Tag: ior.TagSSLSecTrans, Data: c.data}.SSL()
		if (err == nil) != c.good || c.good && got != c.want {
			t.Errorf("%x: got %+v, %v", c.data, got, err)
		}
		if c.good && got.Requires.String() != c.text {
			t.Errorf("%x: requires %v", c.data, got.Requires)
		}
	}
	want := ior.SSL{Supports: ior.Sealed | ior.EstablishTrustInTarget, Requires: ior.Integrity, Port: 3055}
	if got, err := want.Component().SSL(); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := (ior.Component{Tag: 1}).SSL(); err == nil {
		t.Error("a component of another tag was read")
	}
	p := ior.IIOP{Version: cdr.V12, Components: []ior.Component{
		{Tag: ior.TagSSLSecTrans, Data: []byte{0}}, ior.SSL{Supports: ior.NoProtection, Port: 5}.Component(), ior.SSL{Supports: ior.Integrity}.Component(), want.Component(),
	}}
	if got, ok := p.TLS(); !ok || got != want {
		t.Errorf("got %+v, %v", got, ok)
	}
	if _, ok := p.Without(ior.TagSSLSecTrans).TLS(); ok {
		t.Error("still there")
	}
}

// FuzzSSL: whatever a component has, it is read or refused; what is read is written and read again as the same.
func FuzzSSL(f *testing.F) {
	f.Add([]byte{1, 0, 0x66, 0, 0x26, 0, 0xac, 2})
	f.Add([]byte{0, 0, 0, 0x7f, 0, 1, 0x0b, 0xef, 1})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := ior.Component{Tag: ior.TagSSLSecTrans, Data: bytes.Clone(b)}
		s, err := c.SSL()
		if !bytes.Equal(c.Data, b) {
			t.Error("the component was changed")
		}
		if err != nil {
			return
		}
		if again, err := s.Component().SSL(); err != nil || again != s {
			t.Errorf("%+v is read as %+v, %v", s, again, err)
		}
		_ = s.Supports.String()
	})
}
