package giop_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/ior"
)

// annotate prints a message with a note beside each field, as this package reads it.
func annotate(t *testing.T, msg []byte) string {
	t.Helper()
	h, err := giop.ParseHeader(msg)
	if err != nil {
		t.Fatal(err)
	}
	p := binfmt.New(msg)
	p.Text("%v of GIOP %v, little-endian %v, more fragments %v", h.Type, h.Version, h.Little, h.More)
	p.To(4, "magic")
	p.To(6, "version")
	p.To(7, "flags")
	p.To(8, "message type")
	p.To(12, "size %d", h.Size)
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	w := &notes{p: p, d: &d, h: h}
	switch h.Type {
	case giop.TypeRequest:
		w.request()
	case giop.TypeReply:
		w.reply()
	case giop.TypeLocateRequest:
		w.ulong("request id")
		w.target()
	case giop.TypeLocateReply:
		w.ulong("request id")
		w.status(giop.ReplyStatus(w.ulong("locate status")), map[giop.ReplyStatus]int{2: 3, 3: 4, 4: 2, 5: 5})
	case giop.TypeCancelRequest:
		w.ulong("request id")
	case giop.TypeFragment:
		if h.Version.AtLeast(cdr.V12) {
			w.ulong("request id")
		}
	}
	if err := d.Err(); err != nil {
		p.Text("%v", err)
	}
	p.Rest("data")
	return p.String()
}

// notes walks a message with a decoder of its own; what it knows of the layout is written
// from the specification, apart from the code under test.
type notes struct {
	p *binfmt.Printer
	d *cdr.Decoder
	h giop.Header
}

func (w *notes) align(n int) {
	w.d.Align(n)
	w.p.To(w.d.Pos(), "padding")
}

func (w *notes) ulong(what string) uint32 {
	w.align(4)
	v := w.d.ULong()
	w.p.To(w.d.Pos(), "%s %d", what, v)
	return v
}

func (w *notes) seq(what string) {
	w.align(4)
	at := w.d.Pos()
	b := w.d.OctetSeqView()
	w.p.To(at+4, "%s: length %d", what, len(b))
	w.p.To(w.d.Pos(), "%s", what)
}

func (w *notes) string(what string) {
	w.align(4)
	at := w.d.Pos()
	b := w.d.RawStringView()
	w.p.To(at+4, "%s: length %d", what, len(b)+1)
	w.p.To(w.d.Pos(), "%s %q", what, b)
}

func (w *notes) contexts() {
	for range w.ulong("service contexts:") {
		w.ulong("context")
		w.seq("context data")
	}
}

func (w *notes) target() {
	if !w.h.Version.AtLeast(cdr.V12) {
		w.seq("object key")
		return
	}
	kind := w.d.UShort()
	w.p.To(w.d.Pos(), "addressing %d", kind)
	switch giop.Addressing(kind) {
	case giop.KeyAddr:
		w.seq("object key")
	case giop.ProfileAddr:
		w.ulong("profile tag")
		w.seq("profile")
	case giop.ReferenceAddr:
		w.ulong("profile index")
		w.reference()
	}
}

func (w *notes) reference() {
	w.string("type id")
	for range w.ulong("profiles:") {
		w.ulong("profile tag")
		w.seq("profile")
	}
}

func (w *notes) octet(n int, what string) {
	w.d.OctetsView(n)
	w.p.To(w.d.Pos(), "%s", what)
}

func (w *notes) request() {
	if w.h.Version.AtLeast(cdr.V12) {
		w.ulong("request id")
		w.octet(1, "response flags")
		w.octet(3, "reserved")
		w.target()
		w.string("operation")
		w.contexts()
		w.body()
		return
	}
	w.contexts()
	w.ulong("request id")
	w.octet(1, "response expected")
	if w.h.Version.AtLeast(cdr.V11) {
		w.octet(3, "reserved")
	}
	w.seq("object key")
	w.string("operation")
	w.seq("principal")
}

func (w *notes) body() {
	if w.d.Remaining() > 0 {
		w.align(8)
	}
}

func (w *notes) reply() {
	var status uint32
	if w.h.Version.AtLeast(cdr.V12) {
		w.ulong("request id")
		status = w.ulong("reply status")
		w.contexts()
		w.body()
	} else {
		w.contexts()
		w.ulong("request id")
		status = w.ulong("reply status")
	}
	w.status(giop.ReplyStatus(status), map[giop.ReplyStatus]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5})
}

// status prints the body that a status announces.
func (w *notes) status(s giop.ReplyStatus, body map[giop.ReplyStatus]int) {
	switch body[s] {
	case 1:
		w.string("user exception")
	case 2:
		w.string("system exception")
		w.ulong("minor")
		w.ulong("completed")
	case 3, 4:
		w.reference()
	case 5:
		v := w.d.UShort()
		w.p.To(w.d.Pos(), "addressing wanted %d", v)
	}
}

// reference is one with two profiles, the first of another protocol.
func reference() *ior.IOR {
	return &ior.IOR{TypeID: "IDL:Bank/Account:1.0", Profiles: []ior.Profile{
		{Tag: 77, Data: []byte{1, 2, 3}},
		ior.IIOP{Version: cdr.V12, Host: "host", Port: 3053, Key: []byte("key!")}.Profile(),
	}}
}
