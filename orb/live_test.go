package orb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
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
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
	"github.com/opendsom/dsom/typecode"
)

// A bead is a valuetype: a text and the next one.
type bead struct {
	text string
	next cdr.Value
}

var beadType = &cdr.ValueType{ID: "IDL:Bead:1.0", New: func() cdr.Value { return new(bead) }}

func (*bead) IDLValue() *cdr.ValueType { return beadType }
func (b *bead) MarshalState(e *cdr.Encoder) {
	e.String(b.text)
	e.Value(b.next, beadType)
}
func (b *bead) UnmarshalState(d *cdr.Decoder) {
	b.text = d.String()
	b.next = d.Value(beadType)
}

// A parrot is a servant that gives back what it is given, in each way that this ORB can read it.
type parrot struct{}

func (parrot) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:Parrot:1.0"} }
func (parrot) Implementation() any       { return parrot{} }

// parrotOperations are its operations, as programs number them.
var parrotOperations = []string{"any", "look", "value", "text", "wide", "char", "typecode", "object", "call", "dynamic", "say", "meet", "_is_a", "_non_existent", "none"}

var dynamicSignature = &dii.Signature{Operation: "dynamic", Result: typecode.Any,
	Params: []dii.Param{{Name: "a", Type: typecode.Any}, {Name: "s", Type: typecode.String}, {Name: "w", Type: typecode.WString}}}

func (parrot) Dispatch(r *orb.ServerRequest) bool {
	in, out := &r.In, &r.Out
	switch r.Operation() {
	case "any":
		if a := dyn.GetAny(in); r.Decoded() && r.Returned(nil) {
			dyn.PutAny(out, a)
		}
	case "look":
		if a := dyn.GetAny(in); r.Decoded() {
			a.Value()
			_, err := dyn.MarshalJSON(a)
			r.Returned(err)
		}
	case "value":
		if v := in.Value(nil); r.Decoded() && r.Returned(nil) {
			out.Value(v, nil)
		}
	case "text":
		if s := in.String(); r.Decoded() && r.Returned(nil) {
			out.String(s)
		}
	case "wide":
		if s := in.WString(); r.Decoded() && r.Returned(nil) {
			out.WString(s)
		}
	case "char":
		if c, w := in.Char(), in.WChar(); r.Decoded() && r.Returned(nil) {
			out.Char(c)
			out.WChar(w)
		}
	case "typecode":
		if tc := typecode.Get(in); r.Decoded() && r.Returned(nil) {
			typecode.Put(out, tc)
		}
	case "object":
		if o := in.Object(); r.Decoded() && r.Returned(nil) {
			out.Object(o, nil)
		}
	case "call":
		ref, _ := in.Object().(*orb.Ref)
		if r.Decoded() {
			var err error
			if ref != nil {
				_, err = ref.NonExistent(r.Context())
			}
			r.Returned(err)
		}
	case "dynamic":
		dii.Serve(r, dynamicSignature, func(_ context.Context, _ *dii.Signature, args []dyn.Any) (dii.Results, error) {
			return dii.Results{Return: args[0]}, nil
		})
	default:
		return false
	}
	return true
}

// A stage is a live ORB on which programs play.
type stage struct {
	net   inside
	orb   *orb.ORB
	keys  [][]byte // of its objects
	alive Echo
}

func newStage(f *testing.F) *stage {
	f.Helper()
	s := &stage{net: inside{mem.New()}}
	lim := new(limits.Limits)
	lim.Set(limits.DecodedSize, 4<<20)
	lim.Set(limits.MessageSize, 4<<20)
	lim.SetTime(limits.CallTimeout, 20*time.Second)
	var root *poa.Root
	s.orb, root = newORB(f, func(c *orb.Config) {
		c.Transports, c.Listen, c.Limits = transport.Set{s.net}, []string{"tcp:host:1"}, lim
		accepts(c)
		c.BiDir.Offer = true
	})
	s.orb.RegisterValue(beadType)
	locating, err := root.Create("locating", poa.Options{ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, IDAssignment: poa.UserID,
		ServantLocator: poa.LocatorFunc(func(_ context.Context, id string) (orb.Servant, error) {
			if id == "gone" {
				return nil, nil
			}
			return parrot{}, nil
		})})
	if err != nil {
		f.Fatal(err)
	}
	standing, err := root.Create("standing", poa.Options{RequestProcessing: poa.UseDefaultServant, IDUniqueness: poa.MultipleID, IDAssignment: poa.UserID, DefaultServant: parrot{}})
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range []struct {
		adapter *poa.POA
		id      string
	}{{locating, "here"}, {locating, "gone"}, {standing, "any"}} {
		ref, err := x.adapter.Reference(x.id, parrot{}.Interface())
		if err != nil {
			f.Fatal(err)
		}
		p, err := ref.IOR().Profiles[0].IIOP()
		if err != nil {
			f.Fatal(err)
		}
		s.keys = append(s.keys, p.Key)
	}
	for key, servant := range map[string]orb.Servant{"Parrot": parrot{}, "Echo": EchoClass.Servant(new(echo))} {
		if _, err := root.ActivateKey(key, servant); err != nil {
			f.Fatal(err)
		}
	}
	s.keys = append(s.keys, []byte("Parrot"), []byte("Echo"))
	client := newClient(f, func(c *orb.Config) { c.Transports = transport.Set{s.net} })
	if s.alive, err = EchoClass.Bind(f.Context(), client, "corbaloc:iiop:1.2@host:1/Echo"); err != nil {
		f.Fatal(err)
	}
	return s
}

// A score is a program: octets that are read as steps with their operands. What is missing is zero.
type score []byte

func (p *score) octet() byte {
	if len(*p) == 0 {
		return 0
	}
	o := (*p)[0]
	*p = (*p)[1:]
	return o
}

// octets reads a count of two octets, and as many of those there are.
func (p *score) octets() []byte {
	n := int(p.octet()) | int(p.octet())<<8
	n = min(n, len(*p))
	b := (*p)[:n]
	*p = (*p)[n:]
	return b
}

// The steps of a score.
const (
	stepRequest = iota // form, object, operation, contexts, arguments
	stepLocate         // form, object
	stepCancel         // number
	stepRaw            // octets
	stepAnew           // another connection
	numSteps
)

// Bits of a message's form, above its version of two bits.
const (
	formLittle    = 4
	formOneway    = 8
	formFragments = 16
	formProfile   = 32
	formReference = 64
)

// contexts are the kinds that a score numbers; its octets follow.
var scoreContexts = []uint32{giop.ContextCodeSets, giop.ContextBiDirIIOP, giop.ContextInvocationPolicy, giop.ContextExceptionDetail}

// message reads a request, or the question where an object is.
func (s *stage) message(p *score, locate bool, id uint32) []byte {
	form := p.octet()
	v := []cdr.Version{cdr.V12, cdr.V11, cdr.V10, cdr.V12}[form&3]
	h := giop.RequestHead{ID: id, Flags: giop.SyncTarget}
	if form&formOneway != 0 {
		h.Flags = giop.SyncNone
	}
	if n := int(p.octet()); n < len(s.keys) {
		h.Key = s.keys[n]
	} else {
		h.Key = p.octets()
	}
	e := cdr.NewEncoder(nil, form&formLittle != 0, &cdr.Env{Version: v})
	switch {
	case form&formProfile != 0:
		h.Target = &giop.Target{Kind: giop.ProfileAddr, Profile: p.octets()}
	case form&formReference != 0:
		of := cdr.NewEncoder(nil, e.Little(), nil)
		ior.Put(of, &ior.IOR{Profiles: []ior.Profile{{Data: p.octets()}, ior.IIOP{Version: v, Host: "host", Port: 1, Key: h.Key}.Profile()}})
		h.Target = &giop.Target{Kind: giop.ReferenceAddr, Index: uint32(p.octet()), IOR: of.Bytes()}
	}
	if locate {
		giop.PutLocateRequest(e, v, id, h.Key, h.Target)
		return e.Bytes()
	}
	h.Operation = parrotOperations[int(p.octet())%len(parrotOperations)]
	for range p.octet() % 4 {
		h.Contexts = append(h.Contexts, giop.Context{ID: scoreContexts[int(p.octet())%len(scoreContexts)], Data: p.octets()})
	}
	m := giop.BeginRequest(e, v, &h)
	e.Octets(p.octets())
	giop.Finish(e, m)
	msg := e.Bytes()
	if form&formFragments != 0 && v.AtLeast(cdr.V12) {
		if cut, err := giop.Split(nil, msg, 64); err == nil {
			return cut
		}
	}
	return msg
}

// play plays a score as a peer of the stage, over one connection after another, and returns when the stage is done with them. It waits
// for answers only so long: a score may damage the questions. It returns the answers.
func (s *stage) play(t testing.TB, p score, patience time.Duration) (answers []string) {
	var c *audience
	leave := func() {
		if c == nil {
			return
		}
		if c.expected.Load() > 0 {
			select {
			case <-c.answered:
			case <-c.ended:
			case <-time.After(patience):
			}
		}
		c.CloseWrite()
		<-c.ended
		if c.err != nil {
			t.Errorf("the ORB sent what is not GIOP: %v", c.err)
		}
		c.Close()
		answers = append(answers, c.answers...)
		c = nil
	}
	send := func(b []byte, answered bool) {
		if c == nil {
			to, err := s.net.Dial(t.Context(), s.orb.Endpoints()[0])
			if err != nil {
				t.Fatal(err)
			}
			to.SetDeadline(time.Now().Add(20 * time.Second))
			c = &audience{Conn: to, answered: make(chan struct{}, 1), ended: make(chan struct{})}
			go c.listen()
		}
		if answered {
			c.expected.Add(1)
			select {
			case <-c.answered: // all but this
			default:
			}
		}
		_, _ = c.Write(b) // the ORB may have closed it
	}
	for id := uint32(0); len(p) > 0; id += 2 {
		switch p.octet() % numSteps {
		case stepRequest:
			oneway := len(p) > 0 && p[0]&formOneway != 0
			send(s.message(&p, false, id), !oneway)
		case stepLocate:
			send(s.message(&p, true, id), true)
		case stepCancel:
			send(giop.AppendCancelRequest(nil, cdr.V12, true, uint32(p.octet())), false)
		case stepRaw:
			send(p.octets(), false)
		case stepAnew:
			leave()
		}
	}
	leave()
	until(t, func() bool { return s.orb.Connections() <= 1 }) // that of the client who sees that it lives
	return answers
}

// An audience hears what the ORB says on a connection, and answers when it is called.
type audience struct {
	transport.Conn
	expected atomic.Int32
	answered chan struct{} // as many answers as expected have come
	ended    chan struct{} // closed at the end; then there are
	answers  []string
	err      error // what it said that is not GIOP
}

func (c *audience) listen() {
	defer close(c.ended)
	for c.err == nil {
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				c.err = err
			}
			return
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			c.err = err
			return
		}
		msg := append(head, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			c.err = err
			return
		}
		c.err = c.take(h, msg)
	}
}

// take takes a message.
func (c *audience) take(h giop.Header, msg []byte) error {
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	switch h.Type {
	case giop.TypeReply:
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			return err
		}
		c.answers = append(c.answers, r.Status.String())
	case giop.TypeLocateReply:
		var r giop.LocateReply
		if err := r.Parse(h, &d); err != nil {
			return err
		}
		c.answers = append(c.answers, fmt.Sprint("located ", int(r.Status)))
	case giop.TypeRequest:
		var r giop.Request
		if err := r.Parse(h, &d); err != nil {
			return err
		}
		c.answers = append(c.answers, "called back: "+string(r.Operation))
		c.expected.Add(1)
		e := cdr.NewEncoder(nil, true, nil)
		m := giop.BeginReply(e, h.Version, r.ID, giop.NoException, nil)
		e.Boolean(false)
		giop.Finish(e, m)
		_, _ = c.Write(e.Bytes()) // the ORB may have closed it
	}
	if len(c.answers) >= int(c.expected.Load()) {
		select {
		case c.answered <- struct{}{}:
		default:
		}
	}
	return nil
}

// liveBound is what a score may cost both sides: connections, replies, and what a parrot makes of its arguments.
var liveBound = bounded.Bound{PerOctet: 16 << 10, Least: 16 << 20, Time: time.Millisecond, Patience: bounded.Patience}

// FuzzLive plays programs against a live ORB with its adapters, code sets, anys, valuetypes, references and callbacks. Whatever they do
// is bounded in memory and time, is answered in GIOP or not at all, and the ORB serves others afterwards.
func FuzzLive(f *testing.F) {
	s := newStage(f)
	for _, x := range scores(f) {
		if got := strings.Join(s.play(f, x.score, 10*time.Second), ", "); got != x.want {
			f.Errorf("the score %x is answered %q, want %q", x.score, got, x.want)
		}
		f.Add([]byte(x.score))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 4096 {
			return
		}
		liveBound.Run(t, len(p), func() { s.play(t, p, 20*time.Millisecond) })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if got, err := s.alive.Say(ctx, "alive"); got != "alive" || err != nil {
			t.Fatalf("the ORB does not answer any more: %q, %v", got, err)
		}
	})
}

// A rehearsal is a score and how it is answered.
type rehearsal struct {
	score score
	want  string
}

// scores are programs to begin with: calls as they should be, of each kind.
func scores(f *testing.F) []rehearsal {
	counted := func(b []byte) []byte { return append(binary.LittleEndian.AppendUint16(nil, uint16(len(b))), b...) }
	arguments := func(v cdr.Version, put func(e *cdr.Encoder)) []byte {
		e := cdr.NewEncoder(nil, true, &cdr.Env{Version: v, Narrow: codeset.UTF8, Wide: codeset.UTF16})
		put(e)
		if e.Err() != nil {
			f.Fatal(e.Err())
		}
		return e.Bytes()
	}
	sets := codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}.Append(nil)
	offer := giop.AppendListenPoints(nil, []giop.ListenPoint{{Host: "far", Port: 7}})
	context := func(kind byte, data []byte) []byte { return append([]byte{kind}, counted(data)...) }
	request := func(form, object, operation byte, contexts [][]byte, args []byte) score {
		p := score{stepRequest, form | formLittle, object, operation, byte(len(contexts))}
		for _, c := range contexts {
			p = append(p, c...)
		}
		return append(p, counted(args)...)
	}
	announced := [][]byte{context(0, sets)}
	rosary := &bead{text: "a"}
	rosary.next = &bead{"b", rosary}
	back := &ior.IOR{TypeID: "IDL:Echo:1.0", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "far", Port: 7, Key: []byte("k")}.Profile()}}
	text, err := dyn.Of(typecode.String, "text")
	if err != nil {
		f.Fatal(err)
	}
	anys := arguments(cdr.V12, func(e *cdr.Encoder) { dyn.PutAny(e, text) })
	values := arguments(cdr.V12, func(e *cdr.Encoder) { e.Value(rosary, nil) })
	wide := arguments(cdr.V12, func(e *cdr.Encoder) { e.WString("wide") })
	const fine, refused = "NO_EXCEPTION", "SYSTEM_EXCEPTION"
	all := []rehearsal{
		{request(0, 3, 0, announced, anys), fine},
		{request(0, 0, 1, nil, anys), fine},
		{request(formFragments, 2, 2, nil, values), fine},
		{request(0, 3, 3, announced, arguments(cdr.V12, func(e *cdr.Encoder) { e.String("tëxt") })), fine},
		{request(0, 3, 4, announced, wide), fine},
		{request(1, 3, 4, announced, arguments(cdr.V11, func(e *cdr.Encoder) { e.WString("wide") })), fine},
		{request(0, 3, 6, nil, arguments(cdr.V12, func(e *cdr.Encoder) { typecode.Put(e, typecode.String) })), fine},
		{request(0, 3, 7, nil, arguments(cdr.V12, func(e *cdr.Encoder) { ior.Put(e, back) })), fine},
		{request(0, 3, 8, [][]byte{context(1, offer)}, arguments(cdr.V12, func(e *cdr.Encoder) { ior.Put(e, back) })), "called back: _non_existent, " + fine},
		{request(0, 2, 9, announced, arguments(cdr.V12, func(e *cdr.Encoder) { dyn.PutAny(e, text); e.String("s"); e.WString("w") })), fine},
		{append(request(formOneway, 4, 10, [][]byte{context(2, giop.AppendRelativeRT(nil, time.Second))}, arguments(cdr.V12, func(e *cdr.Encoder) { e.String("say") })), stepLocate, 0, 3), "located 1"},
		{request(2, 1, 13, nil, nil), fine},
		{score{stepLocate, formLittle, 1}, "located 0"}, {score{stepLocate, formLittle | formProfile, 0, 2, 0, 1, 2}, "located 4"}, {score{stepLocate, formReference, 0, 0, 0, 1}, "located 1"},
		{append(request(0, 3, 0, nil, anys), stepAnew, stepCancel, 0, stepAnew, stepLocate, 0, 3), fine + ", located 1"},
		{append(request(0, 3, 14, nil, nil), append(score{stepRaw}, counted([]byte("GIOP\x01\x02\x01\x00\xff\x00\x00\x00"))...)...), refused},
	}
	return all
}
