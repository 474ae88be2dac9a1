package giop_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/ior"
)

var (
	versions = []cdr.Version{cdr.V10, cdr.V11, cdr.V12}
	orders   = []bool{false, true}
	contexts = []giop.Context{{ID: giop.ContextCodeSets, Data: []byte{1, 0, 0, 0, 1, 0, 1, 0, 9, 1, 1, 0}}, {ID: 0x44534f4d, Data: []byte("odd")}}
)

// form is a version and a byte order.
type form struct {
	v      cdr.Version
	little bool
}

func (f form) String() string {
	if f.little {
		return "GIOP " + f.v.String() + " little-endian"
	}
	return "GIOP " + f.v.String() + " big-endian"
}

func forms() (all []form) {
	for _, v := range versions {
		for _, little := range orders {
			all = append(all, form{v, little})
		}
	}
	return all
}

// build returns the message that write writes, at an odd place of a buffer as in one that
// holds several.
func (f form) build(t testing.TB, write func(e *cdr.Encoder)) []byte {
	t.Helper()
	e := cdr.NewEncoder([]byte("odd"), f.little, &cdr.Env{Version: f.v})
	write(e)
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	return e.Bytes()[3:]
}

// rawIOR is the reference as it stands in a message of the form.
func (f form) rawIOR(r *ior.IOR) []byte {
	e := cdr.NewEncoder(nil, f.little, nil)
	ior.Put(e, r)
	return e.Bytes()
}

// sample is a kind of message.
type sample struct {
	name  string
	since cdr.Version
	write func(e *cdr.Encoder, f form)
	// read parses all of the message and returns its fields as text.
	read func(h giop.Header, d *cdr.Decoder) (string, error)
	want string
}

func readRequest(h giop.Header, d *cdr.Decoder) (string, error) {
	var r giop.Request
	if err := r.Parse(h, d); err != nil {
		return "", err
	}
	s := fmt.Sprintf("id %d flags %d key %q op %q principal %q target %d", r.ID, r.Flags, r.Key, r.Operation, r.Principal, r.Target.Kind)
	for c := r.Contexts; ; {
		id, data, ok := c.Next()
		if !ok {
			break
		}
		s += fmt.Sprintf(" context %d %x", id, data)
	}
	if strings.HasPrefix(string(r.Operation), "set") {
		s += fmt.Sprintf(" argument %v", d.Double())
	}
	return s, d.Err()
}

func readReply(h giop.Header, d *cdr.Decoder) (string, error) {
	var r giop.Reply
	if err := r.Parse(h, d); err != nil {
		return "", err
	}
	s := fmt.Sprintf("id %d %v", r.ID, r.Status)
	for c := r.Contexts; ; {
		id, data, ok := c.Next()
		if !ok {
			break
		}
		s += fmt.Sprintf(" context %d %x", id, data)
	}
	return readBody(s, d, int(r.Status), r.ID)
}

// readBody reads what follows a status; an odd request id says that a double does.
func readBody(s string, d *cdr.Decoder, status int, id uint32) (string, error) {
	switch giop.ReplyStatus(status) {
	case giop.NoException:
		if id%2 == 1 {
			s += fmt.Sprintf(" result %v", d.Double())
		}
	case giop.UserException:
		s += fmt.Sprintf(" %q", d.RawStringView())
	case giop.SystemException:
		x, err := giop.GetSystemException(d)
		if err != nil {
			return "", err
		}
		s += fmt.Sprintf(" %v", x)
	case giop.LocationForward, giop.LocationForwardPerm:
		r := ior.Get(d)
		if d.Err() == nil {
			s += fmt.Sprintf(" %s of %d profiles", r.TypeID, len(r.Profiles))
		}
	case giop.NeedsAddressingMode:
		s += fmt.Sprintf(" %d", d.UShort())
	}
	return s, d.Err()
}

func request(op string, ctxs []giop.Context, target func(form) *giop.Target) func(*cdr.Encoder, form) {
	return func(e *cdr.Encoder, f form) {
		head := giop.RequestHead{ID: 7, Flags: giop.SyncTarget, Key: []byte("key!!"), Operation: op, Contexts: ctxs, Principal: []byte("me")}
		if target != nil {
			head.Target = target(f)
		}
		m := giop.BeginRequest(e, f.v, &head)
		if strings.HasPrefix(op, "set") {
			e.Double(1.5)
		}
		giop.Finish(e, m)
	}
}

func reply(id uint32, s giop.ReplyStatus, ctxs []giop.Context, body func(*cdr.Encoder)) func(*cdr.Encoder, form) {
	return func(e *cdr.Encoder, f form) {
		m := giop.BeginReply(e, f.v, id, s, ctxs)
		if body != nil {
			body(e)
		}
		giop.Finish(e, m)
	}
}

var samples = []sample{
	{"request", cdr.V10, request("ping", nil, nil), readRequest, `id 7 flags 3 key "key!!" op "ping" principal "me" target 0`},
	{"request-contexts", cdr.V10, request("set", contexts, nil), readRequest,
		`id 7 flags 3 key "key!!" op "set" principal "me" target 0 context 1 010000000100010009010100 context 1146310477 6f6464 argument 1.5`},
	{"request-oneway", cdr.V10, func(e *cdr.Encoder, f form) {
		giop.Finish(e, giop.BeginRequest(e, f.v, &giop.RequestHead{ID: 1, Key: nil, Operation: "fire"}))
	}, readRequest, `id 1 flags 0 key "" op "fire" principal "" target 0`},
	{"request-profile", cdr.V12, request("ping", nil, func(f form) *giop.Target {
		return &giop.Target{Kind: giop.ProfileAddr, Profile: reference().Profiles[1].Data}
	}), readRequest, `id 7 flags 3 key "key!" op "ping" principal "" target 1`},
	{"request-reference", cdr.V12, request("set", contexts, func(f form) *giop.Target {
		return &giop.Target{Kind: giop.ReferenceAddr, Index: 1, IOR: f.rawIOR(reference())}
	}), readRequest, `id 7 flags 3 key "key!" op "set" principal "" target 2 context 1 010000000100010009010100 context 1146310477 6f6464 argument 1.5`},
	{"reply", cdr.V10, reply(6, giop.NoException, nil, nil), readReply, "id 6 NO_EXCEPTION"},
	{"reply-result", cdr.V10, reply(7, giop.NoException, contexts, func(e *cdr.Encoder) { e.Double(2.5) }), readReply,
		"id 7 NO_EXCEPTION context 1 010000000100010009010100 context 1146310477 6f6464 result 2.5"},
	{"reply-user", cdr.V10, reply(6, giop.UserException, nil, func(e *cdr.Encoder) { e.RawString("IDL:E:1.0") }), readReply, `id 6 USER_EXCEPTION "IDL:E:1.0"`},
	{"reply-system", cdr.V10, reply(6, giop.SystemException, nil, func(e *cdr.Encoder) {
		giop.PutSystemException(e, exc.New(exc.NoResources, 5, exc.Maybe, ""))
	}), readReply, `id 6 SYSTEM_EXCEPTION peer raised NO_RESOURCES (minor 0x00000005) completed MAYBE`},
	{"reply-forward", cdr.V10, reply(6, giop.LocationForward, nil, func(e *cdr.Encoder) { ior.Put(e, reference()) }), readReply,
		"id 6 LOCATION_FORWARD IDL:Bank/Account:1.0 of 2 profiles"},
	{"reply-forward-perm", cdr.V12, reply(6, giop.LocationForwardPerm, nil, func(e *cdr.Encoder) { ior.Put(e, reference()) }), readReply,
		"id 6 LOCATION_FORWARD_PERM IDL:Bank/Account:1.0 of 2 profiles"},
	{"reply-addressing", cdr.V12, reply(6, giop.NeedsAddressingMode, nil, func(e *cdr.Encoder) { e.UShort(uint16(giop.ReferenceAddr)) }), readReply,
		"id 6 NEEDS_ADDRESSING_MODE 2"},
	{"locate-request", cdr.V10, func(e *cdr.Encoder, f form) { giop.PutLocateRequest(e, f.v, 8, []byte("k"), nil) }, readLocate, `id 8 key "k" target 0`},
	{"locate-request-profile", cdr.V12, func(e *cdr.Encoder, f form) {
		giop.PutLocateRequest(e, f.v, 8, nil, &giop.Target{Kind: giop.ProfileAddr, Profile: reference().Profiles[1].Data})
	}, readLocate, `id 8 key "key!" target 1`},
	{"locate-reply", cdr.V10, locateReply(giop.ObjectHere, nil), readLocateReply, "id 8 OBJECT_HERE"},
	{"locate-reply-forward", cdr.V10, locateReply(giop.ObjectForward, func(e *cdr.Encoder) { ior.Put(e, reference()) }), readLocateReply,
		"id 8 OBJECT_FORWARD IDL:Bank/Account:1.0 of 2 profiles"},
	{"locate-reply-system", cdr.V12, locateReply(giop.LocSystemException, func(e *cdr.Encoder) {
		giop.PutSystemException(e, exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "x"))
	}), readLocateReply, "id 8 LOC_SYSTEM_EXCEPTION peer raised TRANSIENT (minor 0x4453400f, the daemon could not start the server) completed NO"},
	{"locate-reply-addressing", cdr.V12, locateReply(giop.LocNeedsAddressingMode, func(e *cdr.Encoder) { e.UShort(1) }), readLocateReply, "id 8 LOC_NEEDS_ADDRESSING_MODE 1"},
	{"cancel", cdr.V10, func(e *cdr.Encoder, f form) { e.Octets(giop.AppendCancelRequest(nil, f.v, f.little, 9)) },
		func(h giop.Header, d *cdr.Decoder) (string, error) {
			var c giop.CancelRequest
			err := c.Parse(h, d)
			return fmt.Sprint("id ", c.ID), err
		}, "id 9"},
	{"close", cdr.V10, func(e *cdr.Encoder, f form) { e.Octets(giop.AppendCloseConnection(nil, f.v, f.little)) }, readNothing, ""},
	{"error", cdr.V10, func(e *cdr.Encoder, f form) { e.Octets(giop.AppendMessageError(nil, f.v, f.little)) }, readNothing, ""},
	{"fragment", cdr.V11, func(e *cdr.Encoder, f form) {
		e.Octets(giop.AppendFragment(nil, f.v, f.little, true, 9, []byte("12345678")))
	}, nil, ""},
}

func readNothing(giop.Header, *cdr.Decoder) (string, error) { return "", nil }

func readLocate(h giop.Header, d *cdr.Decoder) (string, error) {
	var r giop.LocateRequest
	err := r.Parse(h, d)
	return fmt.Sprintf("id %d key %q target %d", r.ID, r.Key, r.Target.Kind), err
}

func locateReply(s giop.LocateStatus, body func(*cdr.Encoder)) func(*cdr.Encoder, form) {
	return func(e *cdr.Encoder, f form) {
		m := giop.BeginLocateReply(e, f.v, 8, s)
		if body != nil {
			body(e)
		}
		giop.Finish(e, m)
	}
}

func readLocateReply(h giop.Header, d *cdr.Decoder) (string, error) {
	var r giop.LocateReply
	if err := r.Parse(h, d); err != nil {
		return "", err
	}
	body := map[giop.LocateStatus]giop.ReplyStatus{giop.ObjectForward: giop.LocationForward, giop.ObjectForwardPerm: giop.LocationForward,
		giop.LocSystemException: giop.SystemException, giop.LocNeedsAddressingMode: giop.NeedsAddressingMode}[r.Status]
	return readBody(fmt.Sprintf("id %d %v", r.ID, r.Status), d, int(body), r.ID)
}

// Every message in every form: the octets, with notes, are golden; it reads as what was
// written; and no proper prefix of it is a message.
func TestMessages(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			for _, f := range forms() {
				if !f.v.AtLeast(s.since) {
					continue
				}
				msg := f.build(t, func(e *cdr.Encoder) { s.write(e, f) })
				text.WriteString(annotate(t, msg) + "\n")
				h, err := giop.ParseHeader(msg)
				if err != nil || int(h.Size) != len(msg)-giop.HeaderSize || h.Version != f.v || h.Little != f.little {
					t.Fatalf("%v: header %+v, %v", f, h, err)
				}
				if s.read == nil {
					continue
				}
				want := s.want
				if f.v != cdr.V12 {
					want = strings.Replace(want, "target 1", "target 0", 1)
				} else {
					want = strings.Replace(want, `principal "me"`, `principal ""`, 1)
				}
				var d cdr.Decoder
				giop.Open(&d, h, msg, nil)
				if got, err := s.read(h, &d); err != nil || got != want || d.Remaining() != 0 {
					t.Errorf("%v: got %s, %v (%d octets left), want %s", f, got, err, d.Remaining(), want)
				}
				for n := giop.HeaderSize; n < len(msg); n++ {
					cut := bytes.Clone(msg[:n])
					giop.PatchSize(cut)
					giop.Open(&d, h, cut, nil)
					if got, err := s.read(h, &d); err == nil {
						t.Errorf("%v: %d of %d octets read as %s", f, n, len(msg), got)
					}
				}
				for n := range giop.HeaderSize {
					if _, err := giop.ParseHeader(msg[:n]); err == nil {
						t.Errorf("%v: %d octets are a header", f, n)
					}
				}
			}
			golden.Check(t, s.name+".txt", text.String())
		})
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	want := map[giop.Type]uint32{giop.TypeLocateRequest: 8, giop.TypeLocateReply: 8, giop.TypeCancelRequest: 9, giop.TypeFragment: 9}
	for _, s := range samples {
		for _, f := range forms() {
			if !f.v.AtLeast(s.since) {
				continue
			}
			msg := f.build(t, func(e *cdr.Encoder) { s.write(e, f) })
			h, _ := giop.ParseHeader(msg)
			id, err := giop.RequestID(h, msg)
			none := h.Type == giop.TypeCloseConnection || h.Type == giop.TypeMessageError || h.Type == giop.TypeFragment && f.v == cdr.V11
			if none != (err != nil) {
				t.Errorf("%s in %v: %d, %v", s.name, f, id, err)
			}
			if w, ok := want[h.Type]; ok && err == nil && id != w || !ok && err == nil && id != 1 && id != 6 && id != 7 {
				t.Errorf("%s in %v: id %d", s.name, f, id)
			}
			if _, err := giop.RequestID(h, msg[:giop.HeaderSize]); err == nil {
				t.Errorf("%s in %v has a request id without octets", s.name, f)
			}
		}
	}
}

// A body that turns out empty has no padding before it; one that is there begins at a multiple of 8.
func TestBodyAlignment(t *testing.T) {
	t.Parallel()
	for n := range 9 {
		key := bytes.Repeat([]byte("k"), n)
		for _, f := range forms() {
			var bare int
			for _, args := range []int{0, 1} {
				msg := f.build(t, func(e *cdr.Encoder) {
					m := giop.BeginRequest(e, f.v, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: key, Operation: strings.Repeat("o", n+1)})
					if m.HasBody(e) {
						t.Error("a body before there is one")
					}
					for range args {
						e.Octet(0xee)
					}
					if m.HasBody(e) != (args > 0) {
						t.Error("the body is not noticed")
					}
					giop.Finish(e, m)
				})
				h, _ := giop.ParseHeader(msg)
				var r giop.Request
				var d cdr.Decoder
				giop.Open(&d, h, msg, nil)
				if err := r.Parse(h, &d); err != nil {
					t.Fatal(err)
				}
				at := bytes.IndexByte(msg, 0xee)
				switch {
				case args == 0:
					bare = len(msg)
					if d.Remaining() != 0 {
						t.Errorf("%v, key of %d: %d octets behind the header", f, n, d.Remaining())
					}
				case d.Pos() != at:
					t.Errorf("%v, key of %d: body at %d, read at %d", f, n, at, d.Pos())
				case f.v == cdr.V12 && at != (bare+7)&^7, f.v != cdr.V12 && at != bare:
					t.Errorf("%v, key of %d: header ends at %d, body at %d", f, n, bare, at)
				}
			}
		}
	}
}

// What the peers of older days send.
func TestLenient(t *testing.T) {
	t.Parallel()
	f := form{cdr.V11, true}
	msg := f.build(t, func(e *cdr.Encoder) { request("ping", nil, nil)(e, f) })
	msg[20] = 0x80 // response_expected
	h, _ := giop.ParseHeader(msg)
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	var r giop.Request
	if err := r.Parse(h, &d); err != nil || !r.Expected() {
		t.Errorf("response expected of 0x80: %v, %v", r.Flags, err)
	}
	// A system exception of another ORB, and a completion status that is none.
	e := cdr.NewEncoder(nil, false, nil)
	e.RawString("IDL:acme.com/Odd:1.0")
	e.ULong(3)
	e.ULong(9)
	x, err := giop.GetSystemException(cdr.NewDecoder(e.Bytes(), false, nil))
	if err != nil || x.Kind != exc.Unknown || x.Reason != "IDL:acme.com/Odd:1.0" || x.Completed != exc.Maybe || x.Minor != 3 || !x.Remote {
		t.Errorf("got %+v, %v", x, err)
	}
	// A CORBA 2.2 ORB's id.
	e = cdr.NewEncoder(nil, false, nil)
	e.RawString("IDL:CORBA/TRANSIENT:1.0")
	e.ULong(0)
	e.ULong(1)
	if x, err := giop.GetSystemException(cdr.NewDecoder(e.Bytes(), false, nil)); err != nil || x.Kind != exc.Transient {
		t.Errorf("got %+v, %v", x, err)
	}
	// What somFree's DSOM sends.
	e = cdr.NewEncoder(nil, false, nil)
	e.RawString("::StExcep::BAD_OPERATION")
	e.ULong(0)
	e.ULong(1)
	if x, err := giop.GetSystemException(cdr.NewDecoder(e.Bytes(), false, nil)); err != nil || x.Kind != exc.BadOperation {
		t.Errorf("got %+v, %v", x, err)
	}
	for _, s := range []giop.ReplyStatus{6, 0xffffffff} {
		msg := form{cdr.V12, true}.build(t, func(e *cdr.Encoder) { giop.Finish(e, giop.BeginReply(e, cdr.V12, 1, s, nil)) })
		h, _ := giop.ParseHeader(msg)
		giop.Open(&d, h, msg, nil)
		var r giop.Reply
		if err := r.Parse(h, &d); err == nil {
			t.Errorf("a reply of status %d is taken", s)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	key := []byte("a key of some length")
	ctxs := []giop.Context{{ID: giop.ContextCodeSets, Data: make([]byte, 12)}}
	var left [giop.RelativeRTSize]byte
	var policies giop.InvocationPolicies
	for _, f := range forms() {
		env := &cdr.Env{Version: f.v}
		buf := make([]byte, 0, 512)
		var e cdr.Encoder
		var d cdr.Decoder
		n := testing.AllocsPerRun(200, func() {
			e.Reset(buf, f.little, env)
			list := [2]giop.Context{ctxs[0], {ID: giop.ContextInvocationPolicy, Data: giop.AppendRelativeRT(left[:0], 5e9)}}
			m := giop.BeginRequest(&e, f.v, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: key, Operation: "ping", Contexts: list[:]})
			giop.Finish(&e, m)
			h, err := giop.ParseHeader(e.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			giop.Open(&d, h, e.Bytes(), env)
			var r giop.Request
			if err := r.Parse(h, &d); err != nil {
				t.Fatal(err)
			}
			if data, ok := r.Contexts.Find(giop.ContextInvocationPolicy); !ok {
				t.Fatal("a context is missing")
			} else if ok := policies.Parse(data); !ok || policies.RelativeRT != 5e9 {
				t.Fatalf("remaining time %v", policies.RelativeRT)
			}
			if string(r.Operation) != "ping" {
				t.Fatal("wrong operation")
			}
			e.Reset(buf, f.little, env)
			giop.Finish(&e, giop.BeginReply(&e, f.v, r.ID, giop.NoException, nil))
			if h, err = giop.ParseHeader(e.Bytes()); err != nil {
				t.Fatal(err)
			}
			giop.Open(&d, h, e.Bytes(), env)
			var p giop.Reply
			if err := p.Parse(h, &d); err != nil || p.ID != 1 {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%v: %v allocations in a ping", f, n)
		}
	}
}
