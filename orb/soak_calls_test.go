package orb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/stock"
	"github.com/opendsom/dsom/emit/golang/testdata/ty"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// A soakUser is a client of the soak, and what it calls.
type soakUser struct {
	*soak
	orb    *orb.ORB
	own    *soakServer // whom it calls
	e      Echo
	none   Echo // there is no such object
	types  ty.T
	office stock.Office
	back   Echo // what it is called back by, or nil
	offers bool // over its own connection
	r      *rand.Rand
	begin  time.Time // of the call under way
}

func newSoakUser(s *soak, o *orb.ORB, i int, ref *orb.Ref, back Echo) *soakUser {
	u := &soakUser{soak: s, orb: o, own: s.servers[i%soakServers], e: EchoClass.Unchecked(ref), back: back, r: rand.New(rand.NewPCG(uint64(i), 1))}
	at := func(key string) *orb.Ref {
		ref, err := o.Resolve(context.Background(), u.own.corbaloc(key))
		if err != nil {
			s.t.Error(err)
		}
		return ref
	}
	u.none = EchoClass.Unchecked(at("none"))
	u.types, u.office = ty.TClass.Unchecked(at("types")), stock.OfficeClass.Unchecked(at("office"))
	return u
}

// wrong is a result that cannot be.
type wrong string

func (w wrong) Error() string { return string(w) }

func wrongf(format string, args ...any) error { return wrong(fmt.Sprintf(format, args...)) }

// errLate is a deadline of the caller's own that has come.
var errLate = errors.New("late, as told")

// errCallback is a callback that has failed over a connection of the client's that was cut.
var errCallback = errors.New("the callback was cut")

// soakKinds are the kinds of calls. Each returns what the call ended with, or a wrong.
var soakKinds = []struct {
	name string
	call func(u *soakUser, ctx context.Context) error
}{
	{"ping", func(u *soakUser, ctx context.Context) error { return u.e.Ping(ctx) }},
	{"text", func(u *soakUser, ctx context.Context) error {
		text := strings.Repeat("ä", u.r.IntN(100))
		got, err := u.e.Say(ctx, text)
		if err == nil && got != text {
			return wrongf("got %q for %q", got, text)
		}
		return err
	}},
	{"once", func(u *soakUser, ctx context.Context) error {
		id := u.ids.Add(1)
		got, err := u.e.Say(ctx, fmt.Sprint("once ", id))
		if err == nil && got != "once" {
			return wrongf("call %d was carried out: %s", id, got)
		}
		if sys := exc.From(err, exc.Maybe); sys != nil && sys.Completed == exc.No {
			if got, err := u.e.Say(ctx, fmt.Sprint("was ", id)); err == nil && got != "no" {
				return wrongf("call %d was carried out, though its completion is NO", id)
			}
		}
		return err
	}},
	{"blob", func(u *soakUser, ctx context.Context) error {
		b := make([]byte, u.r.IntN(200_000))
		for i := range b {
			b[i] = byte(i * 7)
		}
		got, err := u.e.Blob(ctx, b)
		if err == nil && !bytes.Equal(got, b) {
			return wrongf("a blob of %d octets came back as another of %d", len(b), len(got))
		}
		return err
	}},
	{"exception", func(u *soakUser, ctx context.Context) error {
		_, _, _, err := u.e.Add(ctx, -1, 0)
		var refused *Refused
		switch {
		case err == nil:
			return wrong("no exception")
		case errors.As(err, &refused) && (refused.Code != -1 || refused.Why != "negative"):
			return wrong(err.Error())
		case errors.As(err, &refused):
			u.raised.Add(1)
			return nil
		}
		return err
	}},
	{"oneway", func(u *soakUser, ctx context.Context) error {
		first := u.own == u.servers[0]
		if first {
			u.notes.Add(1)
		}
		err := u.e.Note(ctx, fmt.Sprint(u.ids.Add(1)))
		if first && err == nil {
			u.noted.Add(1)
		}
		return err
	}},
	{"deadline", func(u *soakUser, ctx context.Context) error {
		short, stop := context.WithTimeout(ctx, time.Duration(u.r.IntN(50))*time.Millisecond)
		defer stop()
		_, err := u.e.Say(short, "slowly")
		if errors.Is(err, exc.Timeout) {
			if !errors.Is(err, context.DeadlineExceeded) {
				return wrong("TIMEOUT, but not of the context: " + err.Error())
			}
			return errLate
		}
		return err
	}},
	{"callback", func(u *soakUser, ctx context.Context) error {
		if u.back == nil {
			return u.e.Ping(ctx)
		}
		got, err := u.e.Meet(ctx, u.back)
		var sys *exc.SystemException
		switch {
		case err == nil && got == nil:
			return wrong("nobody came back")
		case errors.As(err, &sys) && sys.Kind == exc.Unknown && sys.Remote && u.offers: // over a connection that was cut before
			return errCallback
		}
		return err
	}},
	{"no object", func(u *soakUser, ctx context.Context) error {
		err := u.none.Ping(ctx)
		switch {
		case err == nil:
			return wrong("an object that is none answers")
		case errors.Is(err, exc.ObjectNotExist):
			return nil
		}
		return err
	}},
	{"forward", func(u *soakUser, ctx context.Context) error {
		to := u.own.url(&u.own.moved)
		u.begin = time.Now() // a process that starts is waited for
		ref, err := u.orb.Resolve(ctx, to)
		if err != nil {
			return err
		}
		got, err := EchoClass.Unchecked(ref).Say(ctx, "moved")
		switch {
		case err == nil && got != "moved":
			return wrongf("got %q", got)
		case errors.Is(err, exc.ObjectNotExist): // of a process that has ended
			return nil
		}
		return err
	}},
	{"any", func(u *soakUser, ctx context.Context) error {
		a := soakAny(u.r)
		got, err := u.types.EAny(ctx, a)
		if err == nil && !dyn.Equal(a, got) {
			return wrongf("got %v for %v", got, a)
		}
		return err
	}},
	{"tree", func(u *soakUser, ctx context.Context) error {
		n := soakTree(u.r, 4)
		got, err := u.types.ENode(ctx, n)
		if err == nil && fmt.Sprint(got) != fmt.Sprint(n) {
			return wrongf("got %v for %v", got, n)
		}
		return err
	}},
	{"value", func(u *soakUser, ctx context.Context) error {
		n := new(stock.NodeState)
		n.Id, n.Next = u.r.Int32(), &stock.NodeState{Id: 1, Next: n} // a ring
		got, err := u.office.TakeNode(ctx, n)
		if err != nil {
			return err
		}
		if ring := got.AsNode(); ring.Id != n.Id || ring.Next.AsNode().Next.AsNode() != ring {
			return wrongf("the ring came back as %+v", ring)
		}
		return nil
	}},
	{"dynamic", func(u *soakUser, ctx context.Context) error {
		text := strings.Repeat("d", u.r.IntN(1000))
		arg, err := dyn.Of(typecode.String, text)
		if err != nil {
			return wrong(err.Error())
		}
		r := dii.NewRequest(orb.RefOf(u.e.(orb.Object)), "say")
		r.AddIn("text", arg)
		r.SetReturn(typecode.String)
		if err := r.Invoke(ctx); err != nil {
			return err
		}
		if got := r.Result().Value(); got != text {
			return wrongf("got %v for %q", got, text)
		}
		return nil
	}},
}

// soakAny returns an any of some kind.
func soakAny(r *rand.Rand) dyn.Any {
	var a dyn.Any
	var err error
	switch r.IntN(3) {
	case 0:
		a, err = dyn.Of(typecode.Long, r.Int32())
	case 1:
		a, err = dyn.Of(typecode.String, strings.Repeat("a", r.IntN(300)))
	default:
		tc := typecode.Sequence(typecode.Double, 0)
		list := make([]any, r.IntN(100))
		for i := range list {
			list[i] = r.Float64()
		}
		a, err = dyn.Of(tc, list)
	}
	if err != nil {
		panic(err)
	}
	return a
}

func soakTree(r *rand.Rand, depth int) ty.Node {
	n := ty.Node{Id: r.Int32()}
	if depth > 0 {
		for range r.IntN(4) {
			n.Kids = append(n.Kids, soakTree(r, depth-1))
		}
	}
	return n
}

// call makes a call of some kind, and judges how it ends.
func (u *soakUser) call() {
	u.begin = time.Now()
	kind := soakKinds[u.r.IntN(len(soakKinds))]
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := kind.call(u, ctx)
	u.calls.Add(1)
	took := time.Since(u.begin)
	if took > soakPatience {
		u.t.Errorf("%s took %v", kind.name, took)
	}
	var sys *exc.SystemException
	switch {
	case err == nil:
		u.results.Add(1)
	case err == errLate:
		u.late.Add(1)
	case err == errCallback:
		u.unknown.Add(1)
	case !errors.As(err, &sys):
		u.t.Errorf("%s: %v", kind.name, err)
	case (sys.Kind == exc.CommFailure || sys.Kind == exc.Transient) && sys.Completed != exc.Yes:
		if sys.Completed == exc.No {
			u.no.Add(1)
		} else {
			u.maybe.Add(1)
		}
	case sys.Kind == exc.Timeout && took > 7*time.Second: // the server was away for long
		u.timeouts.Add(1)
	default:
		u.t.Errorf("%s: %v", kind.name, err)
	}
}
