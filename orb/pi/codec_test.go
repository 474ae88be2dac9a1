package pi_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
	"github.com/opendsom/dsom/typecode"
)

func codec(t *testing.T, s *pi.Setup, minor byte) *pi.Codec {
	t.Helper()
	c, err := s.CodecFactory().CreateCodec(pi.Encoding{Format: pi.EncodingCDREncaps, Major: 1, Minor: minor})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCodec holds that what is encoded is decoded, with and without its type, in all versions, before and after the ORB is made.
func TestCodec(t *testing.T) {
	t.Parallel()
	point := typecode.Struct("IDL:test/Point:1.0", "Point", typecode.Member{Name: "x", Type: typecode.Double}, typecode.Member{Name: "name", Type: typecode.String})
	made, err := dyn.Of(point, map[string]any{"x": 1.5, "name": "größer"})
	if err != nil {
		t.Fatal(err)
	}
	var cfg orb.Config
	early, err := pi.Configure(&cfg, pi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, late := newORB(t, false)
	for _, s := range []*pi.Setup{early, late} {
		for minor := range byte(3) {
			c := codec(t, s, minor)
			for _, a := range []dyn.Any{{}, dyn.Long.Any(-7), dyn.Double.Any(0.25), dyn.String.Any("text"), dyn.LongLong.Any(1 << 40), dyn.AnyType.Any(dyn.Octet.Any(1)), made} {
				data, err := c.Encode(a)
				if err != nil {
					t.Errorf("1.%d: %v", minor, err)
					continue
				}
				if got, err := c.Decode(data); err != nil || !dyn.Equal(got, a) {
					t.Errorf("1.%d: got %v, %v, want %v", minor, got, err, a)
				}
				if data, err = c.EncodeValue(a); err != nil {
					t.Errorf("1.%d: %v", minor, err)
					continue
				}
				if got, err := c.DecodeValue(data, a.Type()); err != nil || !dyn.Equal(got, a) {
					t.Errorf("1.%d: got %v, %v, want %v", minor, got, err, a)
				}
			}
			// What one version cannot hold, another can.
			var invalid *pi.InvalidTypeForEncoding
			data, err := c.Encode(dyn.WString.Any("wide"))
			if minor == 0 != errors.As(err, &invalid) {
				t.Errorf("1.%d: wide characters: %v", minor, err)
			}
			if minor > 0 {
				if a, err := c.Decode(data); err != nil || !dyn.Equal(a, dyn.WString.Any("wide")) {
					t.Errorf("1.%d: got %v, %v", minor, a, err)
				}
			}
		}
	}
}

// TestCodecOctets holds the octets, and that both byte orders are understood.
func TestCodecOctets(t *testing.T) {
	t.Parallel()
	_, s := newORB(t, false)
	c := codec(t, s, 2)
	data, err := c.EncodeValue(dyn.Double.Any(1))
	if got := hex.EncodeToString(data); err != nil || got != "0100000000000000"+"000000000000f03f" {
		t.Errorf("got %s, %v", got, err)
	}
	big, _ := hex.DecodeString("0000000000000003" + "00000007")
	if a, err := c.Decode(big); err != nil || !dyn.Equal(a, dyn.Long.Any(7)) {
		t.Errorf("got %v, %v", a, err)
	}
}

// TestCodecMismatch holds what is no encapsulation, what holds no value of the type, and which encodings there are.
func TestCodecMismatch(t *testing.T) {
	t.Parallel()
	_, s := newORB(t, false)
	c := codec(t, s, 2)
	whole, err := c.Encode(dyn.String.Any("some text"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		var format *pi.FormatMismatch
		if _, err := c.Decode(whole[:n]); !errors.As(err, &format) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	var format *pi.FormatMismatch
	var typ *pi.TypeMismatch
	for _, c := range []struct {
		err  error
		want any
	}{
		{errOf(c.Decode(nil)), &format},
		{errOf(c.Decode([]byte{7, 0, 0, 0})), &format},
		{errOf(c.Decode(append(bytes.Clone(whole), make([]byte, 16)...))), &format},
		{errOf(c.DecodeValue(nil, typecode.Long)), &format},
		{errOf(c.DecodeValue([]byte{1, 0, 0, 0, 5, 0}, typecode.Long)), &typ},
		{errOf(c.DecodeValue([]byte{1, 0, 0, 0, 255, 255, 255, 255}, typecode.String)), &typ},
		{errOf(c.DecodeValue([]byte{1, 9}, typecode.Boolean)), &typ},
		{errOf(c.DecodeValue([]byte{1, 0, 0, 0, 255, 255, 255, 255, 0}, typecode.Sequence(typecode.Double, 0))), &typ},
	} {
		if !errors.As(c.err, c.want) {
			t.Errorf("got %v, want a %T", c.err, c.want)
		}
	}
	for _, e := range []pi.Encoding{{Format: 1, Major: 1}, {Major: 1, Minor: 3}, {Major: 2}, {Format: -1, Major: 1, Minor: 2}} {
		var unknown *pi.UnknownEncoding
		if _, err := s.CodecFactory().CreateCodec(e); !errors.As(err, &unknown) {
			t.Errorf("%v: %v", e, err)
		}
	}
}

// TestCodecReferences holds that object references are encoded, when the ORB has been made.
func TestCodecReferences(t *testing.T) {
	t.Parallel()
	o, s := newORB(t, true)
	ref := activate(t, o, new(servant))
	a, err := dyn.Of(typecode.ObjRef(iface.ID, "Thing"), ref)
	if err != nil {
		t.Fatal(err)
	}
	c := codec(t, s, 2)
	data, err := c.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Decode(data)
	if err != nil || !strings.Contains(got.Type().String(), "Thing") {
		t.Fatalf("got %v, %v", got, err)
	}
	again, err := c.Encode(got)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("got other octets, %v", err)
	}
}

func FuzzCodec(f *testing.F) {
	var cfg orb.Config
	s, err := pi.Configure(&cfg, pi.Options{})
	if err != nil {
		f.Fatal(err)
	}
	for minor := range byte(3) {
		c, err := s.CodecFactory().CreateCodec(pi.Encoding{Major: 1, Minor: minor})
		if err != nil {
			f.Fatal(err)
		}
		for _, a := range []dyn.Any{dyn.Long.Any(7), dyn.String.Any("text"), dyn.AnyType.Any(dyn.Octet.Any(1)), dyn.TypeCode.Any(typecode.Sequence(typecode.Any, 3))} {
			data, err := c.Encode(a)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(minor, data)
		}
	}
	f.Fuzz(func(t *testing.T, minor byte, data []byte) {
		c, err := s.CodecFactory().CreateCodec(pi.Encoding{Major: 1, Minor: minor % 3})
		if err != nil {
			t.Fatal(err)
		}
		a, err := c.Decode(data)
		if err != nil {
			return
		}
		again, err := c.Encode(a)
		if err != nil {
			return // what is read in one code set may have no place in another
		}
		if b, err := c.Decode(again); err != nil || !dyn.Equal(a, b) {
			t.Errorf("got %v, %v of %v", b, err, a)
		}
	})
}
