package giop

import (
	"encoding/binary"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// The ids of service contexts that the ORB knows (part 2, clause 7.7.1). Others are carried
// past those who do not know them.
const (
	ContextTransaction      uint32 = 0
	ContextCodeSets         uint32 = 1  // CONV_FRAME::CodeSetContext
	ContextBiDirIIOP        uint32 = 5  // IIOP::BiDirIIOPServiceContext
	ContextSendingRunTime   uint32 = 6  // of Java ORBs
	ContextInvocationPolicy uint32 = 7  // Messaging::PolicyValueSeq
	ContextExceptionDetail  uint32 = 14 // a text about an exception
	ContextSAS              uint32 = 15 // CSIv2

	ContextPadding uint32 = 0x44534001 // of our own: octets that mean nothing, see [InsertContexts]
	ContextTrace   uint32 = 0x44534002 // of our own: W3C trace context
)

// A Context is a service context to send: an id and an encapsulation.
type Context struct {
	ID   uint32
	Data []byte
}

// Contexts is the list of service contexts of a message that was received. It is an
// iterator over the message's own octets, valid as long as they are; copy it to iterate twice.
type Contexts struct {
	raw    []byte // begins at a multiple of 4, the lengths inside have been checked
	little bool
}

// Next returns the next service context and steps behind it; ok is false at the end.
// data is a view.
func (c *Contexts) Next() (id uint32, data []byte, ok bool) {
	if len(c.raw) < 8 {
		return 0, nil, false
	}
	var n int
	if c.little {
		id, n = binary.LittleEndian.Uint32(c.raw), int(binary.LittleEndian.Uint32(c.raw[4:]))
	} else {
		id, n = binary.BigEndian.Uint32(c.raw), int(binary.BigEndian.Uint32(c.raw[4:]))
	}
	data = c.raw[8 : 8+n : 8+n]
	c.raw = c.raw[min(8+(n+3)&^3, len(c.raw)):]
	return id, data, true
}

// Find returns the data of the first service context of that id, a view.
func (c Contexts) Find(id uint32) ([]byte, bool) {
	for {
		got, data, ok := c.Next()
		if !ok || got == id {
			return data, ok
		}
	}
}

// parse reads the list and checks its lengths, so that iterating need not.
func (c *Contexts) parse(d *cdr.Decoder) {
	n := d.Count(8)
	if most := d.Env().Limits.Int(limits.ServiceContexts); n > most {
		d.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", d.Env().Limits.Exceeded(limits.ServiceContexts, int64(n))))
		return
	}
	start := *d
	for range n {
		d.ULong()
		d.OctetSeqView()
	}
	if d.Err() != nil {
		return
	}
	c.raw, c.little = start.OctetsView(d.Pos()-start.Pos()), d.Little()
}

func putContexts(e *cdr.Encoder, list []Context) {
	e.Count(len(list))
	for i := range list {
		e.ULong(list[i].ID)
		putOctets(e, list[i].Data)
	}
}
