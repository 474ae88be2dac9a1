package giop

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// An Addressing says how a request of version 1.2 names its target
// (AddressingDisposition, clause 9.4.2.1).
type Addressing uint16

// The ways to address a target.
const (
	KeyAddr       Addressing = iota // by object key
	ProfileAddr                     // by a profile of its reference
	ReferenceAddr                   // by its whole reference, and which of the profiles was taken
)

// A Target is the address in a request of version 1.2, as it was sent: views of the message.
type Target struct {
	Kind    Addressing
	Tag     uint32 // of the profile, in ProfileAddr
	Profile []byte // the profile's data, in ProfileAddr
	Index   uint32 // of the profile taken, in ReferenceAddr
	IOR     []byte // in ReferenceAddr: the reference as CDR in the message's byte order, aligned at its start

	// NoKey, of a target that was read, says why there is no object key in it: its profile is malformed, or is not one of the
	// reference's. The message can be read all the same, and its sender be answered; nil also for a profile that is not of IIOP.
	NoKey error
}

// parse reads a target and returns the object key inside it; nil when the profile is not of IIOP, or there is none.
func (t *Target) parse(d *cdr.Decoder) []byte {
	switch t.Kind = Addressing(d.UShort()); t.Kind {
	case KeyAddr:
		return d.OctetSeqView()
	case ProfileAddr:
		t.Tag = d.ULong()
		t.Profile = d.OctetSeqView()
		return t.keyOf(d, t.Tag, t.Profile)
	case ReferenceAddr:
		return t.parseReference(d)
	}
	if d.Err() == nil {
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "target address of unknown kind %d", t.Kind))
	}
	return nil
}

// parseReference reads a profile index and a reference.
func (t *Target) parseReference(d *cdr.Decoder) []byte {
	t.Index = d.ULong()
	if t.IOR = ior.Skip(d); d.Err() != nil {
		return nil
	}
	var in cdr.Decoder
	in.Reset(t.IOR, 0, d.Little(), d.Env())
	in.RawStringView()
	n := in.ULong()
	for i := range n {
		if tag, data := in.ULong(), in.OctetSeqView(); i == t.Index {
			return t.keyOf(d, tag, data)
		}
	}
	t.NoKey = exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "target address names profile %d of a reference that has %d", t.Index, n)
	return nil
}

// keyOf returns the object key in a profile of IIOP. That a profile is malformed is t's to say, not d's.
func (t *Target) keyOf(d *cdr.Decoder, tag uint32, profile []byte) []byte {
	if tag != ior.TagInternetIOP || d.Err() != nil {
		return nil
	}
	var in cdr.Decoder
	in.Reset(profile, 0, false, d.Env())
	little := in.Boolean()
	in.Reset(profile, min(1, len(profile)), little, d.Env())
	in.Octet() // IIOP version
	in.Octet()
	in.RawStringView() // host
	in.UShort()        // port
	key := in.OctetSeqView()
	if err := in.Err(); err != nil {
		t.NoKey = exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "the profile of a target address is malformed: %w", err)
		return nil
	}
	return key
}

// put writes the target; key is what KeyAddr sends.
func (t *Target) put(e *cdr.Encoder, key []byte) {
	e.UShort(uint16(t.Kind))
	switch t.Kind {
	case ProfileAddr:
		e.ULong(t.Tag)
		putOctets(e, t.Profile)
	case ReferenceAddr:
		e.ULong(t.Index)
		e.Octets(t.IOR)
	default:
		putOctets(e, key)
	}
}
