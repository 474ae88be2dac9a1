package giop

import "github.com/opendsom/dsom/cdr"

// A LocateRequest asks where an object is, without calling it (clause 9.4.5). The slices are
// views of the message.
type LocateRequest struct {
	ID     uint32
	Key    []byte
	Target Target // in version 1.2
}

// Parse reads a LocateRequest from d, which stands behind the message header h; see [Open].
func (r *LocateRequest) Parse(h Header, d *cdr.Decoder) error {
	*r = LocateRequest{ID: d.ULong()}
	if h.Version.AtLeast(cdr.V12) {
		r.Key = r.Target.parse(d)
	} else {
		r.Key = d.OctetSeqView()
	}
	return d.Err()
}

// PutLocateRequest writes a whole LocateRequest. target is nil, or another form than the key;
// it is used in version 1.2 only.
func PutLocateRequest(e *cdr.Encoder, v cdr.Version, id uint32, key []byte, target *Target) {
	start := begin(e, v, TypeLocateRequest)
	e.ULong(id)
	switch {
	case !v.AtLeast(cdr.V12):
		putOctets(e, key)
	case target != nil:
		target.put(e, key)
	default:
		e.UShort(uint16(KeyAddr))
		putOctets(e, key)
	}
	Finish(e, Mark{start: start, head: e.Len(), body: e.Len()})
}

// A LocateStatus says what is known of an object (clause 9.4.6.1).
type LocateStatus uint32

// The locate statuses. The last three are of version 1.2.
const (
	UnknownObject          LocateStatus = iota // no such object
	ObjectHere                                 // this server takes requests for it
	ObjectForward                              // a reference follows
	ObjectForwardPerm                          // a reference follows that replaces the one used
	LocSystemException                         // see GetSystemException
	LocNeedsAddressingMode                     // a short: the Addressing that the server wants
)

var locateStatusNames = [...]string{"UNKNOWN_OBJECT", "OBJECT_HERE", "OBJECT_FORWARD", "OBJECT_FORWARD_PERM", "LOC_SYSTEM_EXCEPTION", "LOC_NEEDS_ADDRESSING_MODE"}

// String returns the status as the specification spells it.
func (s LocateStatus) String() string {
	if int(s) < len(locateStatusNames) {
		return locateStatusNames[s]
	}
	return "unknown locate status"
}

// A LocateReply answers a LocateRequest.
type LocateReply struct {
	ID     uint32
	Status LocateStatus
}

// Parse reads the header of a LocateReply from d, which stands behind the message header h
// (see [Open]), and leaves d at the body. Other than that of a Reply, it is not aligned to 8.
func (r *LocateReply) Parse(_ Header, d *cdr.Decoder) error {
	*r = LocateReply{ID: d.ULong(), Status: LocateStatus(d.ULong())}
	if r.Status > LocNeedsAddressingMode {
		d.Fail(protocolError("locate reply of unknown status %d", r.Status))
	}
	return d.Err()
}

// BeginLocateReply writes the header of a LocateReply. The body follows, then [Finish].
func BeginLocateReply(e *cdr.Encoder, v cdr.Version, id uint32, status LocateStatus) Mark {
	start := begin(e, v, TypeLocateReply)
	e.ULong(id)
	e.ULong(uint32(status))
	return Mark{start: start, head: e.Len(), body: e.Len()}
}
