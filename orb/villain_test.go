package orb_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
	"github.com/opendsom/dsom/typecode"
)

// A villain is a server that answers a client's calls as a score says: for each request that comes to it a step, or several.
type villain struct {
	net    inside
	client *orb.ORB
	listen transport.Listener
	alive  Echo // of an ORB in its right mind, which the same client calls

	newClient func() // has another in the client's place

	mu    sync.Mutex
	score score
	conns map[transport.Conn]bool
	busy  sync.WaitGroup // with connections
}

// The steps of a villain's score.
const (
	villainReply    = iota // form, status, id to be added, contexts, body
	villainLocate          // form, status: a LocateReply, with the request's id
	villainRequest         // form, operation: asks the client, who has offered nothing
	villainRaw             // octets
	villainFragment        // form, whether more follow, id to be added, how many times, octets
	villainClose           // form: CloseConnection, and the end
	villainDrop            // the end
	numVillainSteps
)

// andAnother, in a step, has another one follow for the same request.
const andAnother = 0x80

// villainAddress is where it listens.
const villainAddress = "tcp:villain:1"

func newVillain(t testing.TB) *villain {
	t.Helper()
	v := &villain{net: inside{mem.New()}, conns: map[transport.Conn]bool{}}
	lim := new(limits.Limits)
	lim.Set(limits.DecodedSize, 4<<20)
	lim.Set(limits.MessageSize, 4<<20)
	lim.Set(limits.Fragments, 1000)
	set := transport.Set{v.net}
	_, root := newORB(t, func(c *orb.Config) { c.Transports, c.Listen = set, []string{"tcp:host:1"} })
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	v.newClient = func() {
		v.client = newClient(t, func(c *orb.Config) { c.Transports, c.Limits = set, lim })
		v.client.RegisterValue(beadType)
		v.alive = EchoClass.Unchecked(v.client.NewRef(ref.IOR()))
	}
	v.newClient()
	e, err := transport.ParseEndpoint(villainAddress)
	if err != nil {
		t.Fatal(err)
	}
	if v.listen, err = v.net.Listen(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	go v.accept()
	t.Cleanup(func() { v.listen.Close(); v.leave() })
	return v
}

// villainRef is the reference to its object, in which the server says that it speaks UTF-8 and UTF-16.
func villainRef(v cdr.Version, more ...ior.Component) *ior.IOR {
	sets := codeset.Component{Char: codeset.Support{Native: codeset.IDUTF8}, Wchar: codeset.Support{Native: codeset.IDUTF16}}
	p := ior.IIOP{Version: v, Host: "villain", Port: 1, Key: []byte("k")}
	if v.AtLeast(cdr.V11) {
		p.Components = append([]ior.Component{{Tag: ior.TagCodeSets, Data: sets.Append(nil)}}, more...)
	}
	return &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}}
}

func (v *villain) accept() {
	for {
		c, err := v.listen.Accept()
		if err != nil {
			return
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		v.mu.Lock()
		v.conns[c] = true
		v.busy.Go(func() { v.serve(c) })
		v.mu.Unlock()
	}
}

// leave ends all its connections in order, since the client may begin a call on one in this very moment, and waits for their ends: what is left of a score is not for the next call.
func (v *villain) leave() {
	v.mu.Lock()
	for c := range v.conns {
		c.SetDeadline(time.Unix(1, 0))
	}
	clear(v.conns)
	v.mu.Unlock()
	v.busy.Wait()
}

func (v *villain) serve(c transport.Conn) {
	defer c.Close()
	if !v.talk(c) {
		c.SetDeadline(time.Now().Add(time.Second))
		_, _ = c.Write(giop.AppendCloseConnection(nil, cdr.V12, true)) // the client may have closed it
	}
}

// talk answers what comes, and reports whether the score has ended the connection.
func (v *villain) talk(c transport.Conn) bool {
	for {
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			return false
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			return false
		}
		msg := append(head, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			return false
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.Request
		if h.Type != giop.TypeRequest || r.Parse(h, &d) != nil {
			continue
		}
		for again := true; again; {
			var answer []byte
			var end bool
			if answer, again, end = v.answer(r.ID); len(answer) > 0 {
				_, _ = c.Write(answer) // the client may have closed it
			}
			if end {
				return true
			}
		}
	}
}

// answer plays a step for a request. Where the score is at its end the answer is a result without anything in it.
func (v *villain) answer(id uint32) (octets []byte, another, end bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := &v.score
	if len(*p) == 0 {
		return villainMessage(0, giop.NoException, id, nil, nil), false, false
	}
	step := p.octet()
	another = step&andAnother != 0
	switch step &^ andAnother % numVillainSteps {
	case villainReply:
		form, status := p.octet(), giop.ReplyStatus(p.octet())
		id += uint32(int8(p.octet()))
		var contexts []giop.Context
		for range p.octet() % 4 {
			contexts = append(contexts, giop.Context{ID: scoreContexts[int(p.octet())%len(scoreContexts)], Data: p.octets()})
		}
		octets = villainMessage(form, status, id, contexts, p.octets())
	case villainLocate:
		e := cdr.NewEncoder(nil, p.octet()&formLittle != 0, nil)
		giop.Finish(e, giop.BeginLocateReply(e, cdr.V12, id, giop.LocateStatus(p.octet())))
		octets = e.Bytes()
	case villainRequest:
		e := cdr.NewEncoder(nil, p.octet()&formLittle != 0, nil)
		giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("k"), Operation: parrotOperations[int(p.octet())%len(parrotOperations)]}))
		octets = e.Bytes()
	case villainRaw:
		octets = p.octets()
	case villainFragment:
		form, more := p.octet(), p.octet()&1 != 0
		id += uint32(int8(p.octet()))
		times := int(p.octet())
		data := p.octets()
		for range times + 1 {
			octets = giop.AppendFragment(octets, villainVersion(form), form&formLittle != 0, more, id, data)
		}
	case villainClose:
		return giop.AppendCloseConnection(nil, villainVersion(p.octet()), true), false, true
	case villainDrop:
		return nil, false, true
	}
	return octets, another, false
}

func villainVersion(form byte) cdr.Version {
	return []cdr.Version{cdr.V12, cdr.V11, cdr.V10, cdr.V12}[form&3]
}

// villainMessage is a reply in a form; formFragments leaves the last fragment out.
func villainMessage(form byte, status giop.ReplyStatus, id uint32, contexts []giop.Context, body []byte) []byte {
	v := villainVersion(form)
	e := cdr.NewEncoder(nil, form&formLittle != 0, &cdr.Env{Version: v})
	m := giop.BeginReply(e, v, id, status, contexts)
	e.Octets(body)
	giop.Finish(e, m)
	msg := e.Bytes()
	if form&formFragments != 0 && v.AtLeast(cdr.V11) {
		msg[6] |= 2
	}
	return msg
}

// victimCalls are what the client calls: each way in which this ORB reads results. A score numbers them.
var victimCalls = []struct {
	name string
	call func(ctx context.Context, at *orb.Ref) error
}{
	{"say", func(ctx context.Context, at *orb.Ref) error {
		_, err := EchoClass.Unchecked(at).Say(ctx, "x")
		return err
	}},
	{"add", func(ctx context.Context, at *orb.Ref) error {
		_, _, _, err := EchoClass.Unchecked(at).Add(ctx, 1, 2)
		return err
	}},
	{"meet", func(ctx context.Context, at *orb.Ref) error {
		other, err := EchoClass.Unchecked(at).Meet(ctx, nil)
		if err == nil && other != nil {
			err = other.Ping(ctx)
		}
		return err
	}},
	{"blob", func(ctx context.Context, at *orb.Ref) error {
		_, err := EchoClass.Unchecked(at).Blob(ctx, nil)
		return err
	}},
	{"note", func(ctx context.Context, at *orb.Ref) error {
		return EchoClass.Unchecked(at).Note(orb.WithPolicies(ctx, orb.Policies{Sync: orb.SyncWithTarget}), "x")
	}},
	{"any", func(ctx context.Context, at *orb.Ref) error {
		r, err := dii.Call(ctx, at, &dii.Signature{Operation: "any", Result: typecode.Any, Raises: []*typecode.TypeCode{refusedCode}})
		if err == nil {
			r.Return.Value()
			_, _ = dyn.MarshalJSON(r.Return) // not each value has a text
		}
		return err
	}},
	{"value", func(ctx context.Context, at *orb.Ref) error {
		return victimReads(ctx, at, func(d *cdr.Decoder) { d.Value(nil) })
	}},
	{"wide", func(ctx context.Context, at *orb.Ref) error {
		return victimReads(ctx, at, func(d *cdr.Decoder) { d.WString(); d.WChar(); d.Char() })
	}},
	{"typecode", func(ctx context.Context, at *orb.Ref) error {
		return victimReads(ctx, at, func(d *cdr.Decoder) { typecode.Get(d) })
	}},
	{"is a", func(ctx context.Context, at *orb.Ref) error {
		_, err := at.IsA(ctx, "IDL:Other:1.0")
		return err
	}},
	{"interface", func(ctx context.Context, at *orb.Ref) error {
		_, err := at.Interface(ctx)
		return err
	}},
}

var refusedCode = typecode.Exception("IDL:Echo/Refused:1.0", "Refused", typecode.Member{Name: "code", Type: typecode.Long}, typecode.Member{Name: "why", Type: typecode.String})

func victimReads(ctx context.Context, at *orb.Ref, read func(*cdr.Decoder)) error {
	c := orb.StartCall(ctx, at, "get", 0)
	for c.Next() {
	}
	if c.Returned(RefusedType) {
		read(&c.In)
	}
	return c.End()
}

// call has the client call while the villain answers by p, and returns how that ends. The time of a call is patience.
func (v *villain) call(t testing.TB, which int, p score, patience time.Duration) error {
	v.mu.Lock()
	v.score = p
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	at := v.client.NewRef(villainRef(cdr.V12)) // one that nothing has been learnt of
	return victimCalls[which%len(victimCalls)].call(ctx, at)
}

// works fails unless the client still calls others. The villain's connections end.
func (v *villain) works(t testing.TB) {
	t.Helper()
	v.leave()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got, err := v.alive.Say(ctx, "alive"); got != "alive" || err != nil {
		t.Fatalf("the client cannot call others any more: %q, %v", got, err)
	}
}

// villainBound is what a score may cost: the calls that it is for, and what they read.
var villainBound = bounded.Bound{PerOctet: 16 << 10, Least: 16 << 20, Time: time.Millisecond, Patience: villainPatience}

// villainPatience is how long a call may take that is to end by itself.
const villainPatience = time.Minute

// A crime is what a villain does to one call, and how that is to end.
type crime struct {
	name string
	call string
	does score
	want string // the exception, or result
	also string // a text in the error
}

// TestHostileServer: whatever a server answers, a call ends in time with what the answer is worth, in bounded memory, and
// others are not concerned.
func TestHostileServer(t *testing.T) { // not beside others: memory is counted
	v := newVillain(t)
	v.works(t)
	for _, c := range crimes() {
		for which, call := range victimCalls {
			if call.name != c.call {
				continue
			}
			villainBound.Run(t, len(c.does), func() {
				patience := villainPatience
				if c.want == "TIMEOUT" {
					patience = 100 * time.Millisecond
				}
				err := v.call(t, which, c.does, patience)
				if got := brief(err); got != c.want || c.also != "" && !strings.Contains(err.Error(), c.also) {
					t.Errorf("%s, %s: the call ended with %s (%v), want %s %s", c.name, c.call, got, err, c.want, c.also)
				}
			})
			v.works(t)
			if c.want == "TIMEOUT" { // perhaps in the middle of a message: no end of that connection is in order, and a call may begin on it in this very moment
				v.newClient()
			}
		}
	}
}

// FuzzServer plays programs as a server against a live client.
func FuzzServer(f *testing.F) {
	v := newVillain(f)
	for _, c := range crimes() {
		for which, call := range victimCalls {
			if call.name == c.call && len(c.does) < 4096 {
				f.Add(byte(which), []byte(c.does))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which byte, p []byte) {
		if len(p) > 4096 {
			return
		}
		villainBound.Run(t, len(p), func() { _ = v.call(t, int(which), p, 20*time.Millisecond) })
		v.works(t)
	})
}

// villainBody returns what put writes as the body of a reply.
func villainBody(put func(e *cdr.Encoder)) []byte {
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: cdr.V12, Narrow: codeset.UTF8, Wide: codeset.UTF16})
	put(e)
	if e.Err() != nil {
		panic(e.Err())
	}
	return e.Bytes()
}

// villainSays is a step that replies.
func villainSays(form byte, status giop.ReplyStatus, idOff int8, contexts [][]byte, body []byte) score {
	p := score{villainReply, form | formLittle, byte(status), byte(idOff), byte(len(contexts))}
	for _, c := range contexts {
		p = append(p, c...)
	}
	return append(p, villainOctets(body)...)
}

func villainOctets(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint16(nil, uint16(len(b))), b...)
}

func also(p score) score { p[0] |= andAnother; return p }

func steps(all ...score) (p score) {
	for _, s := range all {
		p = append(p, s...)
	}
	return p
}

func crimes() []crime {
	text := villainBody(func(e *cdr.Encoder) { e.String("text") })
	good := villainSays(0, giop.NoException, 0, nil, text)
	raw := func(b string) score { return append(score{villainRaw}, villainOctets([]byte(b))...) }
	words := func(all ...uint32) []byte {
		var b []byte
		for _, w := range all {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return b
	}
	forward := func(status giop.ReplyStatus, to *ior.IOR) score {
		return villainSays(0, status, 0, nil, villainBody(func(e *cdr.Encoder) { ior.Put(e, to) }))
	}
	times := func(n int, p score) (all score) {
		for range n {
			all = append(all, p...)
		}
		return all
	}
	crowd := &ior.IOR{TypeID: echoID}
	for i := range 65 {
		crowd.Profiles = append(crowd.Profiles, ior.IIOP{Version: cdr.V12, Host: fmt.Sprint("nobody", i), Port: 1, Key: []byte("k")}.Profile())
	}
	odd := codeset.Component{Char: codeset.Support{Native: 0xdeadbeef}, Wchar: codeset.Support{Native: 0xbadc0de}}
	oddly := villainRef(cdr.V12)
	oddly.Profiles = []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "villain", Port: 1, Key: []byte("k"), Components: []ior.Component{{Tag: ior.TagCodeSets, Data: odd.Append(nil)}}}.Profile()}
	fragment := func(form, more, idOff, times byte, data []byte) score {
		return append(score{villainFragment, form | formLittle, more, idOff, times}, villainOctets(data)...)
	}
	exception := func(put func(e *cdr.Encoder)) score {
		return villainSays(0, giop.UserException, 0, nil, villainBody(put))
	}
	system := func(put func(e *cdr.Encoder)) score {
		return villainSays(0, giop.SystemException, 0, nil, villainBody(put))
	}
	detail := func(data []byte) [][]byte { return [][]byte{append([]byte{3}, villainOctets(data)...)} }
	transient := villainBody(func(e *cdr.Encoder) { e.RawString("IDL:omg.org/CORBA/TRANSIENT:1.0"); e.ULong(7); e.ULong(1) })
	value := func(w ...uint32) score { return villainSays(0, giop.NoException, 0, nil, words(w...)) }
	nested := words(0x7fffff0a, 13, 0x3a4c4449, 0x64616542, 0x302e313a, 0) // a bead, whose state is in chunks
	var deep []byte
	for range 1000 { // each in the chunk of the one before
		deep = append(append(deep, nested...), words(12, 5, 0x61616161, 0)...)
	}
	loop := villainBody(func(e *cdr.Encoder) { // a sequence of a sequence of … that is not there
		for range 500 {
			e.ULong(19)
			e.ULong(1 << 20)
			e.Octet(1)
		}
	})
	return []crime{
		{"as it should be", "say", good, "result", ""},
		{"big endian, in GIOP 1.0", "say", score{villainReply, 2, 0, 0, 0, 9, 0, 0, 0, 0, 5, 't', 'e', 'x', 't', 0}, "result", ""},

		{"an id that was not given", "say", villainSays(0, giop.NoException, 100, nil, text), "COMM_FAILURE", ""},
		{"an id of its own side", "say", villainSays(0, giop.NoException, 1, nil, text), "COMM_FAILURE", ""},
		{"an earlier id, and then the right one", "say", steps(also(villainSays(0, giop.NoException, 0, nil, text)), good), "result", ""},
		{"twice", "meet", steps(also(villainSays(0, giop.NoException, 0, nil, villainBody(func(e *cdr.Encoder) { ior.Put(e, villainRef(cdr.V12)) }))),
			villainSays(0, giop.NoException, 0, nil, text)), "result", ""},

		{"a LocateReply", "say", score{villainLocate, formLittle, 1}, "MARSHAL", "LocateReply"},
		{"a request", "say", score{villainRequest, formLittle, 0}, "COMM_FAILURE", ""},
		{"a CancelRequest", "say", raw(string(giop.AppendCancelRequest(nil, cdr.V12, true, 0))), "COMM_FAILURE", ""},
		{"a MessageError", "say", raw(string(giop.AppendMessageError(nil, cdr.V12, true))), "COMM_FAILURE", ""},
		{"another protocol", "say", raw("HTTP/1.1 400 Bad Request\r\n\r\n"), "COMM_FAILURE", ""},
		{"GIOP 9.9", "say", raw("GIOP\x09\x09\x01\x01\x00\x00\x00\x00"), "COMM_FAILURE", ""},
		{"a reply of 4 GiB", "say", raw("GIOP\x01\x02\x01\x01\xff\xff\xff\xff"), "IMP_LIMIT", "message-size"},
		{"a reply without end", "say", raw("GIOP\x01\x02\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00"), "TIMEOUT", ""},
		{"nothing", "say", raw(""), "TIMEOUT", ""},
		{"the end", "say", score{villainDrop}, "COMM_FAILURE", ""},
		{"always the end in order", "say", times(9, score{villainClose, 0}), "TRANSIENT", ""},
		{"the end in order, once", "say", steps(score{villainClose, 0}, good), "result", ""},
		{"a status that does not exist", "say", villainSays(0, 77, 0, nil, text), "COMM_FAILURE", "unknown status 77"},

		{"a first fragment and no other", "say", villainSays(formFragments, giop.NoException, 0, nil, text), "TIMEOUT", ""},
		{"fragments of nothing", "say", fragment(0, 1, 0, 3, []byte("data")), "COMM_FAILURE", ""},
		{"fragments without end", "blob", steps(also(villainSays(formFragments, giop.NoException, 0, nil, words(1<<31))), also(fragment(0, 1, 0, 255, make([]byte, 60_000))), score{villainDrop}), "IMP_LIMIT", "message-size"},
		{"empty fragments without end", "blob", steps(also(villainSays(formFragments, giop.NoException, 0, nil, words(1<<31))), times(8, also(fragment(0, 1, 0, 255, nil))), score{villainDrop}), "IMP_LIMIT", "fragments"},
		{"fragments of GIOP 1.1 to GIOP 1.2", "say", steps(also(villainSays(formFragments, giop.NoException, 0, nil, text)), fragment(1, 0, 0, 0, []byte("data"))), "COMM_FAILURE", ""},

		{"forwarded to itself for ever", "say", times(50, forward(giop.LocationForward, villainRef(cdr.V12))), "TRANSIENT", "forwards"},
		{"forwarded for good to itself for ever", "say", times(50, forward(giop.LocationForwardPerm, villainRef(cdr.V12))), "TRANSIENT", "forwards"},
		{"asked for another addressing for ever", "say", times(50, villainSays(0, giop.NeedsAddressingMode, 0, nil, []byte{2, 0})), "TRANSIENT", ""},
		{"asked for an addressing that does not exist", "say", villainSays(0, giop.NeedsAddressingMode, 0, nil, []byte{9, 0}), "MARSHAL", ""},
		{"forwarded nowhere", "say", forward(giop.LocationForward, nil), "INV_OBJREF", ""},
		{"forwarded to a crowd", "say", forward(giop.LocationForward, crowd), "MARSHAL", "profiles"},
		{"forwarded to what is no reference", "say", villainSays(0, giop.LocationForward, 0, nil, words(5, 1<<31)), "MARSHAL", ""},
		{"forwarded to a reference of 4 Gi profiles", "say", villainSays(0, giop.LocationForward, 0, nil, words(1, 0, 1<<32-1)), "MARSHAL", ""},
		{"forwarded to code sets of nonsense", "say", steps(forward(giop.LocationForward, oddly), good), "CODESET_INCOMPATIBLE", ""},

		{"a user exception of a false length", "add", exception(func(e *cdr.Encoder) { e.ULong(1<<32 - 1) }), "MARSHAL", "completed YES"},
		{"a user exception that ends in its members", "add", exception(func(e *cdr.Encoder) { e.RawString("IDL:Echo/Refused:1.0"); e.Long(1); e.ULong(1 << 30) }), "MARSHAL", ""},
		{"a user exception that nobody declares", "add", exception(func(e *cdr.Encoder) { e.RawString("IDL:Other:1.0") }), "UNKNOWN", ""},
		{"a user exception, to dynamic calls", "any", exception(func(e *cdr.Encoder) { e.RawString("IDL:Echo/Refused:1.0"); e.Long(1); e.ULong(1 << 30) }), "MARSHAL", ""},
		{"a user exception of a oneway", "note", exception(func(e *cdr.Encoder) { e.RawString("IDL:Other:1.0") }), "UNKNOWN", ""},
		{"a system exception of a false length", "say", system(func(e *cdr.Encoder) { e.ULong(1<<32 - 1) }), "MARSHAL", ""},
		{"a system exception without its members", "say", system(func(e *cdr.Encoder) { e.RawString("IDL:omg.org/CORBA/TRANSIENT:1.0") }), "MARSHAL", ""},
		{"a system exception completed 77", "say", system(func(e *cdr.Encoder) { e.RawString("IDL:omg.org/CORBA/NO_RESOURCES:1.0"); e.ULong(0); e.ULong(77) }), "NO_RESOURCES", "completed MAYBE"},
		{"a system exception that does not exist", "say", system(func(e *cdr.Encoder) { e.RawString("IDL:omg.org/CORBA/NONSENSE:1.0"); e.ULong(0); e.ULong(0) }), "UNKNOWN", ""},
		{"details of a false length", "say", villainSays(0, giop.SystemException, 0, detail(words(1, 1<<32-1)), transient), "TRANSIENT", ""},
		{"4 Gi service contexts", "say", raw("GIOP\x01\x02\x01\x01\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"), "COMM_FAILURE", ""},

		{"a result that is too short", "say", villainSays(0, giop.NoException, 0, nil, words(100)), "MARSHAL", ""},
		{"a result that is too long", "say", villainSays(0, giop.NoException, 0, nil, append(text, make([]byte, 40)...)), "MARSHAL", ""},
		{"a text that is no UTF-8", "say", villainSays(0, giop.NoException, 0, nil, append(words(5), 0xff, 0xfe, 0xc0, 0x80, 0)), "DATA_CONVERSION", ""},
		{"a wide text of an odd length", "wide", villainSays(0, giop.NoException, 0, nil, append(words(3), 0, 'a', 0)), "MARSHAL", ""},
		{"half a pair of UTF-16", "wide", villainSays(0, giop.NoException, 0, nil, append(words(2), 0xd8, 0)), "DATA_CONVERSION", ""},
		{"octets of 2 GiB", "blob", villainSays(0, giop.NoException, 0, nil, words(1<<31)), "MARSHAL", ""},
		{"a reference of false lengths", "meet", villainSays(0, giop.NoException, 0, nil, words(1, 0, 1, 0, 1<<31)), "MARSHAL", ""},
		{"a boolean that is none", "is a", villainSays(0, giop.NoException, 0, nil, []byte{7}), "MARSHAL", ""},
		{"an interface that is no reference", "interface", villainSays(0, giop.NoException, 0, nil, words(9)), "MARSHAL", ""},

		{"a value's indirection to nowhere", "value", value(0xffffffff, 0xfffffff0), "MARSHAL", ""},
		{"a value's indirection to itself", "value", value(0xffffffff, 0xfffffffc), "MARSHAL", ""},
		{"a value of 2 Gi types", "value", value(0x7fffff0e, 1<<31), "MARSHAL", "value-ids"},
		{"a value of a type that nobody knows", "value", villainSays(0, giop.NoException, 0, nil, append(words(0x7fffff02, 6), "IDL:x\x00"...)), "MARSHAL", ""},
		{"values within values", "value", villainSays(0, giop.NoException, 0, nil, deep), "MARSHAL", ""},
		{"a type of 500 levels", "typecode", villainSays(0, giop.NoException, 0, nil, loop), "MARSHAL", ""},
		{"an indirection of a type to itself", "typecode", villainSays(0, giop.NoException, 0, nil, words(0xffffffff, 0xfffffffc)), "BAD_TYPECODE", ""},
		{"an array of 4 Gi nothings", "any", villainSays(0, giop.NoException, 0, nil, words(20, 16, 1, 0, 1<<32-1, 0)), "BAD_TYPECODE", ""},
	}
}
