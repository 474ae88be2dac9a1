package giop_test

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// Any octets are a message or an error; what is a message can be written and reads the same.
func FuzzMessage(f *testing.F) {
	for _, s := range samples {
		for _, fm := range forms() {
			if fm.v.AtLeast(s.since) {
				f.Add(fm.build(f, func(e *cdr.Encoder) { s.write(e, fm) }))
			}
		}
	}
	group := ior.Group{Domain: "TestDomain", ID: 5506}.Reference("", netip.MustParseAddrPort("239.239.239.18:5678")).Profiles[0].Data
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		for _, little := range []bool{false, true} {
			f.Add(groupRequest(v, little, string(group)))
		}
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		h, err := giop.ParseHeader(msg)
		if err != nil {
			return
		}
		_, _ = giop.RequestID(h, msg)
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		switch h.Type {
		case giop.TypeRequest:
			var r giop.Request
			if r.Parse(h, &d) == nil {
				fuzzRequest(t, h, &r)
			}
			fuzzGroup(t, h, msg)
		case giop.TypeReply:
			var r giop.Reply
			if r.Parse(h, &d) != nil {
				return
			}
			if r.Status == giop.SystemException {
				if x, err := giop.GetSystemException(&d); err == nil {
					_ = x.Error()
				}
			}
			for c := r.Contexts; ; {
				id, data, ok := c.Next()
				if !ok {
					break
				}
				switch id {
				case giop.ContextExceptionDetail:
					giop.ParseExceptionDetail(data)
				case giop.ContextInvocationPolicy:
					new(giop.InvocationPolicies).Parse(data)
				case giop.ContextBiDirIIOP:
					_, _ = giop.ParseListenPoints(data, nil)
				}
			}
		case giop.TypeLocateRequest:
			var r giop.LocateRequest
			_ = r.Parse(h, &d)
		case giop.TypeLocateReply:
			var r giop.LocateReply
			if r.Parse(h, &d) == nil && r.Status == giop.ObjectForward {
				ior.Get(&d)
			}
		case giop.TypeCancelRequest:
			var c giop.CancelRequest
			_ = c.Parse(h, &d)
		}
	})
}

// fuzzGroup: the octets of a request are one to a group or an error, and what it says of its group is within them.
func fuzzGroup(t *testing.T, h giop.Header, msg []byte) {
	var d cdr.Decoder
	var r giop.Request
	giop.Open(&d, h, msg, nil)
	if r.ParseGroup(h, &d) != nil {
		return
	}
	if !h.Version.AtLeast(cdr.V12) && (r.Target.Kind != giop.ProfileAddr || len(r.Key) > 0) {
		t.Fatalf("a request to a group in GIOP %v is for %+v, key %x", h.Version, r.Target, r.Key)
	}
	if len(r.Target.Profile)+len(r.Operation)+len(r.Principal) > len(msg) {
		t.Fatalf("%d octets hold %+v", len(msg), r)
	}
	if p := (ior.Profile{Tag: r.Target.Tag, Data: r.Target.Profile}); r.Target.Kind == giop.ProfileAddr {
		if u, err := p.UIPMC(); err == nil {
			_, _ = u.Group()
		}
	}
}

func fuzzRequest(t *testing.T, h giop.Header, r *giop.Request) {
	if bytes.IndexByte(r.Operation, 0) >= 0 {
		return // nobody's operation, and cannot be written
	}
	head := giop.RequestHead{ID: r.ID, Flags: r.Flags, Key: r.Key, Operation: string(r.Operation), Principal: r.Principal}
	for c := r.Contexts; ; {
		id, data, ok := c.Next()
		if !ok {
			break
		}
		head.Contexts = append(head.Contexts, giop.Context{ID: id, Data: data})
	}
	if r.Target.Kind != giop.KeyAddr {
		head.Target = &r.Target
	}
	e := cdr.NewEncoder(nil, h.Little, nil)
	giop.Finish(e, giop.BeginRequest(e, h.Version, &head))
	h2, err := giop.ParseHeader(e.Bytes())
	if err != nil || e.Err() != nil {
		t.Fatal(err, e.Err())
	}
	var d cdr.Decoder
	giop.Open(&d, h2, e.Bytes(), nil)
	var r2 giop.Request
	if err := r2.Parse(h2, &d); err != nil {
		t.Fatalf("%+v cannot be read again: %v", head, err)
	}
	if r2.ID != r.ID || r2.Flags != r.Flags || !bytes.Equal(r2.Key, r.Key) || !bytes.Equal(r2.Operation, r.Operation) || !bytes.Equal(r2.Principal, r.Principal) {
		t.Fatalf("%+v became %+v", r, r2)
	}
}

// Any sequence of messages goes through an Assembler, which never holds more than it was given.
func FuzzAssembler(f *testing.F) {
	for _, fm := range forms() {
		msg := long(f, fm, 1, 100, false)
		b, err := giop.Split(nil, msg, 48)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var a giop.Assembler
		given := 0
		for len(b) >= giop.HeaderSize {
			h, err := giop.ParseHeader(b)
			if err != nil {
				return
			}
			n := giop.HeaderSize + int(h.Size)
			if uint64(h.Size)+giop.HeaderSize > uint64(len(b)) {
				return
			}
			given += n
			h2, whole, err := a.Add(h, b[:n])
			if err != nil {
				if exc.From(err, exc.No).Kind == exc.Unknown {
					t.Fatalf("an odd error: %v", err)
				}
				return
			}
			if a.Held() > given {
				t.Fatalf("%d octets held of %d given", a.Held(), given)
			}
			if whole != nil {
				if h2.More || int(h2.Size) != len(whole)-giop.HeaderSize {
					t.Fatalf("a message of %d octets with the header %+v", len(whole), h2)
				}
				_, _ = giop.RequestID(h2, whole)
				var d cdr.Decoder
				giop.Open(&d, h2, whole, nil)
				var r giop.Reply
				if h2.Type == giop.TypeReply && r.Parse(h2, &d) == nil {
					for d.Err() == nil {
						d.Octet()
						d.Double()
					}
				}
			}
			b = b[n:]
		}
	})
}
