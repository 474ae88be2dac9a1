package giop

import "github.com/opendsom/dsom/cdr"

// A ReplyStatus says what the body of a Reply holds (clause 9.4.3.1).
type ReplyStatus uint32

// The reply statuses. The last two are of version 1.2.
const (
	NoException         ReplyStatus = iota // return value, inout and out parameters
	UserException                          // repository id and members
	SystemException                        // see GetSystemException
	LocationForward                        // a reference, for this request and those to come
	LocationForwardPerm                    // a reference that replaces the one used
	NeedsAddressingMode                    // a short: the Addressing that the server wants
)

var replyStatusNames = [...]string{"NO_EXCEPTION", "USER_EXCEPTION", "SYSTEM_EXCEPTION", "LOCATION_FORWARD", "LOCATION_FORWARD_PERM", "NEEDS_ADDRESSING_MODE"}

// String returns the status as the specification spells it.
func (s ReplyStatus) String() string {
	if int(s) < len(replyStatusNames) {
		return replyStatusNames[s]
	}
	return "unknown reply status"
}

// A Reply answers a Request.
type Reply struct {
	ID       uint32
	Status   ReplyStatus
	Contexts Contexts // a view
}

// Parse reads the header of a Reply from d, which stands behind the message header h (see
// [Open]), and leaves d at the body.
func (r *Reply) Parse(h Header, d *cdr.Decoder) error {
	*r = Reply{}
	d.SetSeams(h.Seams)
	if h.Version.AtLeast(cdr.V12) {
		r.ID = d.ULong()
		r.Status = ReplyStatus(d.ULong())
		r.Contexts.parse(d)
		d.AlignIfMore(8)
	} else {
		r.Contexts.parse(d)
		r.ID = d.ULong()
		r.Status = ReplyStatus(d.ULong())
	}
	if r.Status > NeedsAddressingMode {
		d.Fail(protocolError("reply of unknown status %d", r.Status))
	}
	return d.Err()
}

// BeginReply writes the header of a Reply. The encoder must have been Reset where the
// message is to begin. The body follows, then [Finish].
func BeginReply(e *cdr.Encoder, v cdr.Version, id uint32, status ReplyStatus, contexts []Context) Mark {
	start := begin(e, v, TypeReply)
	if v.AtLeast(cdr.V12) {
		e.ULong(id)
		e.ULong(uint32(status))
		putContexts(e, contexts)
	} else {
		putContexts(e, contexts)
		e.ULong(id)
		e.ULong(uint32(status))
	}
	return body(e, v, start)
}
