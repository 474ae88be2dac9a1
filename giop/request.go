package giop

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// Response flags of a Request: whom the caller waits for (clause 9.4.2.1). Versions 1.0 and
// 1.1 know the first and the last only.
const (
	SyncNone   byte = 0 // nobody: no reply is sent
	SyncServer byte = 1 // the server, before it calls the object
	SyncTarget byte = 3 // the object
)

// A Request asks for an operation of an object. All slices are views of the message.
type Request struct {
	ID        uint32
	Flags     byte   // SyncNone, SyncServer or SyncTarget in all versions
	Key       []byte // the object key, out of whatever form the target has
	Target    Target // as it was sent, in version 1.2
	Operation []byte // without its terminating zero
	Contexts  Contexts
	Principal []byte // in versions 1.0 and 1.1
}

// Expected reports whether the caller waits for a reply.
func (r *Request) Expected() bool { return r.Flags&SyncServer != 0 }

// Parse reads the header of a Request from d, which stands behind the message header h (see
// [Open]), and leaves d at the first argument.
func (r *Request) Parse(h Header, d *cdr.Decoder) error {
	*r = Request{}
	d.SetSeams(h.Seams)
	if h.Version.AtLeast(cdr.V12) {
		r.ID = d.ULong()
		r.Flags = d.Octet() & 3
		d.OctetsView(3) // reserved
		r.Key = r.Target.parse(d)
		r.Operation = d.RawStringView()
		r.Contexts.parse(d)
		d.AlignIfMore(8)
		return d.Err()
	}
	r.Contexts.parse(d)
	r.ID = d.ULong()
	if d.Octet() != 0 { // response_expected; some ORBs send other values than 1
		r.Flags = SyncTarget
	}
	if h.Version.AtLeast(cdr.V11) {
		d.OctetsView(3) // reserved
	}
	r.Key = d.OctetSeqView()
	r.Operation = d.RawStringView()
	r.Principal = d.OctetSeqView()
	return d.Err()
}

// ParseGroup is Parse for a request to a group of objects (clause 11.4). In version 1.2 it names the group by a profile; before, where there is no room for one, there are the letters MIOP and the profile
// in the place of the object key. Target is the profile in any version.
func (r *Request) ParseGroup(h Header, d *cdr.Decoder) error {
	if h.Version.AtLeast(cdr.V12) {
		return r.Parse(h, d)
	}
	*r = Request{}
	d.SetSeams(h.Seams)
	r.Contexts.parse(d)
	r.ID = d.ULong()
	if d.Octet() != 0 {
		r.Flags = SyncTarget
	}
	if h.Version.AtLeast(cdr.V11) {
		d.OctetsView(3) // reserved
	}
	if magic := d.OctetsView(4); string(magic) != "MIOP" && d.Err() == nil {
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "a request to a group that names no group"))
	}
	r.Target = Target{Kind: ProfileAddr, Tag: d.ULong(), Profile: d.OctetSeqView()}
	r.Operation = d.RawStringView()
	r.Principal = d.OctetSeqView()
	return d.Err()
}

// A RequestHead is what the header of a Request to be sent says.
type RequestHead struct {
	ID        uint32
	Flags     byte // SyncNone, SyncServer or SyncTarget
	Key       []byte
	Target    *Target // nil, or another form than Key; in version 1.2 only
	Operation string
	Contexts  []Context
	Principal []byte // in versions 1.0 and 1.1
}

// BeginRequest writes the header of a Request. The encoder must have been Reset where the
// message is to begin. Arguments follow, then [Finish].
func BeginRequest(e *cdr.Encoder, v cdr.Version, r *RequestHead) Mark {
	start := begin(e, v, TypeRequest)
	if v.AtLeast(cdr.V12) {
		e.ULong(r.ID)
		e.Octet(r.Flags)
		e.Octet(0)
		e.Octet(0)
		e.Octet(0)
		if r.Target != nil {
			r.Target.put(e, r.Key)
		} else {
			e.UShort(uint16(KeyAddr))
			putOctets(e, r.Key)
		}
		e.RawString(r.Operation)
		putContexts(e, r.Contexts)
		return body(e, v, start)
	}
	putContexts(e, r.Contexts)
	e.ULong(r.ID)
	e.Boolean(r.Flags&SyncServer != 0)
	if v.AtLeast(cdr.V11) {
		e.Octet(0)
		e.Octet(0)
		e.Octet(0)
	}
	putOctets(e, r.Key)
	e.RawString(r.Operation)
	putOctets(e, r.Principal)
	return body(e, v, start)
}
