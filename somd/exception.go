package somd

import (
	"context"
	"errors"
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// An exception is one that a method's signature names.
type exception struct {
	of   *som.SignedRaise
	d    *Domain // whose call it is; nil in a method's own list
	ctx  context.Context
	from string // the server that raises it, empty where it is raised
	last *read  // what was read last, if that is it
}

// A read is an exception whose references are still to be taken.
type read struct {
	values
	err   error  // it
	whole func() // what is to be done then
}

// takeRaised takes the references in the exception of raises if a call has ended with it; with another error, as of a body that cannot be read to its end, nobody gets them. Its error ends the call instead.
func takeRaised(raises []orb.Exception, ended error) error {
	for _, r := range raises {
		if x, ok := r.(*exception); ok && x.last != nil && errors.Is(ended, x.last.err) {
			if err := taken(exc.Yes, true, &x.last.values); err != nil {
				x.last.release()
				return err
			}
			x.last.whole()
		}
	}
	return nil
}

// readers are the exceptions of a method as a call of the domain has them.
func (d *Domain) readers(ctx context.Context, raises []orb.Exception, from string) []orb.Exception {
	if len(raises) == 0 {
		return nil
	}
	all := make([]orb.Exception, len(raises))
	for i, x := range raises {
		switch x := x.(type) {
		case *exception:
			all[i] = &exception{of: x.of, d: d, ctx: ctx, from: from}
		case anyException:
			all[i] = anyException{d, ctx}
		}
	}
	return all
}

func (x *exception) ExceptionID() string { return x.of.ID }

// raised returns the members of err, or of what it wraps, if that is the exception of the id, or the first of any if that is empty.
func raised(err error, id string) (which string, members reflect.Value, ok bool) {
	for err != nil {
		if x, is := err.(som.Raised); is {
			if own, m := x.Raised(); id == "" || own == id {
				return own, reflect.ValueOf(m), true
			}
		}
		if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && !v.IsNil() {
			if own, is := som.ExceptionID(v.Type().Elem()); is && (id == "" || own == id) {
				return own, v.Elem(), true
			}
		}
		switch u := err.(type) {
		case interface{ Unwrap() []error }:
			for _, e := range u.Unwrap() {
				if which, members, ok = raised(e, id); ok {
					return which, members, true
				}
			}
			return "", members, false
		default:
			err = errors.Unwrap(err)
		}
	}
	return "", members, false
}

// releaseRaised gives back the references in an exception, which are whoever's who gets it.
func releaseRaised(err error) {
	if _, members, ok := raised(err, ""); ok && members.IsValid() {
		each(members, func(r som.Ref) { _ = r.Release() })
	}
}

func (x *exception) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	_, members, ok := raised(err, x.of.ID)
	if !ok {
		return false
	}
	types := x.of.Members
	if x.of.Err != nil { // Go's type tells what the signature does not
		t := (*som.SignedType)(nil)
		if members.IsValid() {
			t = typeOf(members.Type(), false)
		}
		if t == nil {
			return false
		}
		types = t.Members
	}
	if len(types) > 0 && (!members.IsValid() || members.NumField() < len(types)) {
		return false
	}
	head(e, x.of.ID)
	v := values{d: x.d, ctx: x.ctx, why: given}
	for i, t := range types {
		v.put(e, t, members.Field(i))
	}
	return true
}

func (x *exception) Read(d *cdr.Decoder) error {
	if x.last != nil { // and has to be read in another way
		x.last.again()
	}
	x.last = &read{values: values{d: x.d, ctx: x.ctx, from: x.from, defers: true}, whole: func() {}}
	x.last.err = x.read(d)
	return x.last.err
}

// read reads the members into what is returned.
func (x *exception) read(d *cdr.Decoder) error {
	types, v := x.of.Members, &x.last.values
	if g := som.ExceptionType(x.of.ID); g != nil && reflect.PointerTo(g).Implements(errorType) {
		if t := typeOf(g, false); x.of.Err != nil && t != nil {
			types = t.Members
		}
		at := reflect.New(g)
		if g.NumField() == len(types) {
			for i, t := range types {
				v.get(d, t, at.Elem().Field(i))
			}
			return at.Interface().(error)
		}
	}
	u := &som.UserException{ID: x.of.ID}
	g, err := x.of.MembersType()
	if err != nil {
		d.Fail(wrong("the members of %s cannot be read: %v", x.of.ID, err))
		return u
	}
	if g != nil {
		at := reflect.New(g).Elem()
		for i, t := range types {
			v.get(d, t, at.Field(i))
		}
		x.last.whole = func() { u.Members = at.Interface() }
		x.last.whole()
	}
	return u
}

// anyException is any exception that generated code knows: a method without a signature does not say which it raises.
type anyException struct {
	d   *Domain
	ctx context.Context
}

func (anyException) ExceptionID() string     { return "" }
func (anyException) Read(*cdr.Decoder) error { return nil }
func (x anyException) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	id, _, ok := raised(err, "")
	if !ok {
		return false
	}
	_, members, _ := raised(err, id)
	raise := &som.SignedRaise{ID: id}
	if members.IsValid() && members.NumField() > 0 {
		t := typeOf(members.Type(), false)
		if t == nil {
			return false
		}
		raise.Members = t.Members
	}
	return (&exception{of: raise, d: x.d, ctx: x.ctx}).PutIf(e, err, head)
}

var _ orb.Exception = (*exception)(nil)
