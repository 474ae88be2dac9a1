// Package ior holds object references: what is inside them, how they travel, and how they
// are written as text (CORBA 3.3 part 2, clauses 7.6 and 9.7; URLs: part 2, clause 7.6.10).
//
// A reference that came from outside is kept octet by octet. Profiles and components of
// kinds that nobody here knows pass through unchanged.
package ior

import (
	"bytes"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// The tags of profiles.
const (
	TagInternetIOP        uint32 = 0
	TagMultipleComponents uint32 = 1
)

// A Profile is one way to reach an object. Data is an encapsulation, as it was received.
type Profile struct {
	Tag  uint32
	Data []byte
}

// An IOR is an object reference. One without profiles is nil, whatever its TypeID;
// so is a nil *IOR. References are shared: they are not to be changed once in use.
type IOR struct {
	TypeID   string
	Profiles []Profile
}

// IsNil reports whether r refers to no object.
func (r *IOR) IsNil() bool { return r == nil || len(r.Profiles) == 0 }

// Equal reports whether both references have the same type id and the same profiles, octet
// by octet. Two that differ may still be the same object.
func (r *IOR) Equal(o *IOR) bool {
	if r.IsNil() || o.IsNil() {
		return r.IsNil() && o.IsNil()
	}
	if r.TypeID != o.TypeID || len(r.Profiles) != len(o.Profiles) {
		return false
	}
	for i, p := range r.Profiles {
		if !p.Equal(o.Profiles[i]) {
			return false
		}
	}
	return true
}

// Equal reports whether both profiles have the same tag and octets.
func (p Profile) Equal(o Profile) bool { return p.Tag == o.Tag && bytes.Equal(p.Data, o.Data) }

// Put writes a reference. A nil r is written as the nil reference.
func Put(e *cdr.Encoder, r *IOR) {
	if r == nil {
		e.RawString("")
		e.ULong(0)
		return
	}
	e.RawString(r.TypeID)
	e.Count(len(r.Profiles))
	for i := range r.Profiles {
		e.ULong(r.Profiles[i].Tag)
		e.OctetSeq(r.Profiles[i].Data)
	}
}

// Get reads a reference. It returns nil for a nil reference that has no type id either, and
// after an error. The number of profiles is limited by [limits.Profiles].
func Get(d *cdr.Decoder) *IOR {
	id := text(d)
	n := count(d)
	if d.Err() != nil || n == 0 && id == "" {
		return nil
	}
	r := &IOR{TypeID: id, Profiles: make([]Profile, n)}
	for i := range r.Profiles {
		r.Profiles[i] = Profile{d.ULong(), d.OctetSeq()}
	}
	if d.Err() != nil {
		return nil
	}
	return r
}

// Skip reads a reference and returns it as it stands in the buffer: a view, aligned to 4 at
// its start, in the byte order of d.
func Skip(d *cdr.Decoder) []byte {
	d.Align(4)
	start := *d
	d.RawStringView()
	n := count(d)
	for range n {
		d.ULong()
		d.OctetSeqView()
	}
	if d.Err() != nil {
		return nil
	}
	return start.OctetsView(d.Pos() - start.Pos())
}

// count reads the number of profiles or components, within [limits.Profiles].
func count(d *cdr.Decoder) int {
	n := d.Count(8)
	if most := d.Env().Limits.Int(limits.Profiles); n > most {
		d.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", d.Env().Limits.Exceeded(limits.Profiles, int64(n))))
		return 0
	}
	return n
}

// text reads a string that will be written again, so that it may hold no zero octet.
func text(d *cdr.Decoder) string {
	b := d.RawStringView()
	if bytes.IndexByte(b, 0) >= 0 {
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "string with a zero octet inside a reference"))
		return ""
	}
	return string(b)
}

// open makes a decoder of an encapsulation that stands alone.
func open(data []byte) *cdr.Decoder {
	d := cdr.NewDecoder(data, false, nil)
	little := d.Boolean()
	d.Reset(data, min(1, len(data)), little, nil)
	if len(data) == 0 {
		d.Octet() // fails
	}
	return d
}

// seal makes an encapsulation that stands alone.
func seal() *cdr.Encoder {
	e := cdr.NewEncoder(nil, true, nil)
	e.Boolean(true)
	return e
}
