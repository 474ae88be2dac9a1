package dsom

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/typecode"
)

// RequestClass is a call that is made at run time (CORBA 1.1, clause 6.2). It belongs to one goroutine or thread, and is for one call.
var RequestClass = classOf[request]("Request", `
	add_arg I:sopiI/unsigned long(string,SOMDTypeCode,void*,long,unsigned long)
	invoke I:I/unsigned long(unsigned long)
	send I:I/unsigned long(unsigned long)
	get_response I:I/unsigned long(unsigned long)
	destroy I:/unsigned long()
	private1
	private2
	private3
	private4
	private5
	private6
	private7
	private8
	private9
	private10
	private11
	private12
	private13
	private14
`, som.WithVersion(2, 2))

type request struct {
	som.Base
	g          *Globals
	of         *dii.Request
	list       *nvList
	kept       []som.Ref // the list, and the context
	raises     []som.SignedRaise
	properties map[string]string
	filled     bool
	named      uintptr // where a program in C has the NamedValue for the result; 0: nowhere
	out        dyn.Any
}

// CreateRequest begins a call of an object (SOMDObject's create_request), wherever that is, with the arguments of an NVList, which has the values of
// inout and out parameters after it. Result is the type of the result, nil for none. The request is the caller's.
func CreateRequest(of som.Object, operation string, args som.Ref, result *typecode.TypeCode) (som.Ref, error) {
	r, q, err := newRequest(of, operation, args)
	if err == nil && result != nil {
		q.of.SetReturn(result)
	}
	return r, err
}

func newRequest(of som.Object, operation string, args som.Object) (som.Ref, *request, error) {
	g, err := current()
	if err != nil {
		return som.Ref{}, nil, err
	}
	ref, err := g.d.Target(of)
	if err != nil {
		return som.Ref{}, nil, err
	}
	if args == nil || args.SOM().IsNil() { // a call without arguments, or of those that add_arg adds
		none, err := newList()
		if err != nil {
			return som.Ref{}, nil, err
		}
		defer func() { _ = none.Release() }()
		args = none
	}
	l, ok := som.FindState[nvList](args.SOM())
	if !ok {
		return som.Ref{}, nil, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "the arguments are no NVList")
	}
	r, err := RequestClass.New()
	if err != nil {
		return som.Ref{}, nil, err
	}
	q, _ := som.FindState[request](r)
	q.g, q.of, q.list = g, dii.NewRequest(ref, operation), l
	if err := q.keep(args); err != nil {
		_ = r.Release()
		return som.Ref{}, nil, err
	}
	if s, err := somd.Declared(of, operation); err == nil {
		q.raises = s.Raises
		for i := range s.Raises {
			if t, err := exceptionType(&s.Raises[i]); err == nil {
				q.of.AddException(t)
			}
		}
	}
	return r, q, nil
}

// keep has an object last as long as the request.
func (q *request) keep(o som.Object) error {
	if err := o.SOM().Retain(); err != nil {
		return err
	}
	q.kept = append(q.kept, o.SOM())
	return nil
}

func (q *request) SomDestruct() {
	if q.g != nil {
		q.g.sent.forget(q)
	}
	for _, r := range q.kept {
		_ = r.Release()
	}
}

// errNotMade is of a request that is an object of the class and no more.
var errNotMade = exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "a request is made by create_request")

// fill adds the arguments, once.
func (q *request) fill() error {
	if q.of == nil {
		return errNotMade
	}
	if q.filled {
		return nil // it has been sent already, which the call says
	}
	type argument struct {
		Item
		typ *typecode.TypeCode
	}
	var all []argument
	for n := range q.list.items {
		e := &q.list.items[n]
		i := e.Item
		if i.Flags&ArgIn != 0 {
			var err error
			if i, err = e.read(); err != nil {
				return err
			}
			if i.Value.IsNull() && e.typeCode().Kind() > typecode.TkVoid {
				return exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "item %.100q goes in, and has no value", i.Name)
			}
		}
		if i.Flags&ArgInout == 0 {
			return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "item %.100q is neither in, out nor inout", i.Name)
		}
		all = append(all, argument{i, e.typeCode()})
	}
	for _, a := range all {
		switch a.Flags & ArgInout {
		case ArgIn:
			q.of.AddIn(a.Name, a.Value)
		case ArgInout:
			q.of.AddInOut(a.Name, a.Value)
		default:
			q.of.AddOut(a.Name, a.typ)
		}
	}
	q.filled = true
	return nil
}

// ended puts what has come into the list and where the result is wanted, or says what was raised.
func (q *request) ended(err error) error {
	if err != nil {
		return q.raised(err)
	}
	q.out = q.of.Result()
	for i, a := range q.of.Arguments() {
		if i < len(q.list.items) && q.list.items[i].Flags&ArgOut != 0 {
			err = errors.Join(err, q.list.items[i].put(a.Value))
		}
	}
	return errors.Join(err, q.putResult())
}

// AddArg adds an argument behind those of the list, as a program in C has it.
func (q *request) AddArg(ctx context.Context, name string, typ som.Object, at uintptr, length int32, flags uint32) (uint32, error) {
	if q.list == nil {
		return 0, errNotMade
	}
	if q.filled {
		return 0, exc.New(exc.BadInvOrder, exc.MinorRequestSent, exc.No, "the request has been sent already")
	}
	return q.list.AddItem(ctx, name, typ, at, length, flags)
}

// Add is AddArg in Go.
func (q *request) Add(name string, value dyn.Any, flags uint32) error {
	if q.list == nil {
		return errNotMade
	}
	return q.list.Add(name, value, flags)
}

func (q *request) with(ctx context.Context) context.Context {
	if q.properties != nil {
		return orb.WithProperties(ctx, q.properties)
	}
	return ctx
}

// Invoke makes the call, and waits for its end unless the flags say InvNoResponse.
func (q *request) Invoke(ctx context.Context, flags uint32) (uint32, error) {
	if err := q.fill(); err != nil {
		return 0, err
	}
	if flags&InvNoResponse != 0 {
		return 0, q.of.SendOneway(q.with(ctx))
	}
	return 0, q.ended(q.of.Invoke(q.with(ctx)))
}

// Send makes the call and waits for nothing: get_response does, or get_next_response.
func (q *request) Send(ctx context.Context, flags uint32) (uint32, error) {
	if err := q.fill(); err != nil {
		return 0, err
	}
	if flags&InvNoResponse != 0 {
		return 0, q.of.SendOneway(q.with(ctx))
	}
	err := q.of.Send(q.with(ctx))
	if err == nil {
		err = q.g.sent.add(q)
	}
	return 0, err
}

// GetResponse waits for the end of what Send began. With RespNoWait it returns the status SOMDERROR_NoMessages where that is not there yet.
func (q *request) GetResponse(ctx context.Context, flags uint32) (uint32, error) {
	if q.of == nil {
		return 0, errNotMade
	}
	if flags&RespNoWait != 0 {
		if there, err := q.of.PollResponse(); err != nil || !there {
			return uint32(wire.NoMessages), err
		}
	}
	return 0, q.response(ctx)
}

func (q *request) response(ctx context.Context) error {
	err := q.of.GetResponse(ctx)
	select {
	case <-q.of.Done(): // it was taken; else ctx has ended before
		q.g.sent.forget(q)
	default:
	}
	return q.ended(err)
}

// Destroy gives the caller's reference to the request back. One that was sent goes on, and what it brings nobody gets.
func (q *request) Destroy(context.Context) (uint32, error) { return 0, q.SOM().Release() }

// Result is what the call has returned.
func (q *request) Result() (dyn.Any, error) { return q.out, nil }

// requests are those that were sent, and of which nobody has the response yet, in the order in which they were sent.
type requests struct {
	sync.Mutex
	all []*request
}

func (s *requests) add(q *request) error {
	s.Lock()
	defer s.Unlock()
	if len(s.all) >= MaxItems {
		return tooMany(len(s.all) + 1)
	}
	s.all = append(s.all, q)
	return nil
}

func (s *requests) forget(q *request) {
	s.Lock()
	defer s.Unlock()
	s.all = slices.DeleteFunc(s.all, func(x *request) bool { return x == q })
}

// next returns the first request whose response is there, with a reference of the caller's own, and waits for one unless it is not to; nil if there is none.
func (s *requests) next(ctx context.Context, wait bool) (*request, error) {
	for {
		s.Lock()
		if len(s.all) == 0 {
			s.Unlock()
			return nil, exc.New(exc.BadInvOrder, exc.MinorRequestNotSent, exc.No, "get_next_response: no request was sent of which the response has not been taken")
		}
		for i, q := range s.all {
			if there, _ := q.of.PollResponse(); there {
				err := q.SOM().Retain()
				s.all = slices.Delete(s.all, i, i+1)
				s.Unlock()
				return q, err
			}
		}
		all := make([]<-chan struct{}, len(s.all))
		for i, q := range s.all {
			all[i] = q.of.Done()
		}
		s.Unlock()
		if !wait {
			return nil, nil
		}
		if err := first(ctx, all); err != nil {
			return nil, err
		}
	}
}

// first waits until one of the channels is closed.
func first(ctx context.Context, all []<-chan struct{}) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	one := make(chan struct{}, len(all))
	for _, c := range all {
		go func() {
			select {
			case <-c:
				one <- struct{}{}
			case <-ctx.Done():
			}
		}()
	}
	select {
	case <-one:
		return nil
	case <-ctx.Done():
		return exc.From(ctx.Err(), exc.Maybe)
	}
}

// NextResponse returns the next request that was sent whose response is there, of which get_response then tells: get_next_response. It is nil where there is none yet, and the flags are RespNoWait.
func (o *processObject) NextResponse(ctx context.Context, flags uint32) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	q, err := g.sent.next(ctx, flags&RespNoWait == 0)
	if err != nil || q == nil {
		return nil, err
	}
	return q.SOM(), nil
}
