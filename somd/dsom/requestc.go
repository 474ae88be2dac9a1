package dsom

import (
	"context"
	"errors"
	"reflect"
	"strconv"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/typecode"
)

// A namedValue is a NamedValue as C has it.
type namedValue struct {
	name   uintptr
	tc     uintptr
	value  uintptr
	length int32
	flags  uint32
}

// CreateRequest begins a call for a program in C: result is the place of a NamedValue, whose any has the result's type; where that has no place for the value, one is made.
func (o *processObject) CreateRequest(_ context.Context, target, with som.Object, operation string, args som.Object, result uintptr, flags uint32) (som.Object, error) {
	if flags != 0 {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "create_request: the flags %#x are not known: lists keep no copies of arguments (IN_COPY_VALUE, OUT_LIST_MEMORY), nor others' lists (DEPENDENT_LIST)", flags)
	}
	r, q, err := newRequest(target, operation, args)
	if err != nil {
		return nil, err
	}
	if err = q.wants(result); err == nil {
		err = q.goesWith(with)
	}
	if err != nil {
		_ = r.Release()
		return nil, err
	}
	return r, nil
}

// wants notes where a program in C wants the result.
func (q *request) wants(result uintptr) error {
	if result == 0 {
		return nil
	}
	v := (*namedValue)(place(result))
	if v.tc == 0 {
		return nil
	}
	a, err := foreignMemory()
	if err != nil {
		return err
	}
	t, err := a.Type(v.tc)
	if err != nil {
		return err
	}
	if _, _, err := layoutOf(t); err != nil {
		return err
	}
	q.of.SetReturn(t)
	q.named = result
	return nil
}

// goesWith sends the properties of a context along, all that it has: who makes the request says by giving one that the operation has a context clause.
func (q *request) goesWith(with som.Object) error {
	if with == nil || with.SOM().IsNil() {
		return nil
	}
	c, ok := som.FindState[contextObject](with.SOM())
	if !ok {
		return exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "an object of class %s is no Context", with.SOM().Class())
	}
	q.properties = c.all()
	q.of.SetContext("*")
	return nil
}

// putResult writes the result where a program in C wants it.
func (q *request) putResult() error {
	if q.named == 0 || q.out.IsNull() {
		return nil
	}
	a, err := foreignMemory()
	if err != nil {
		return err
	}
	v := (*namedValue)(place(q.named))
	if v.value != 0 {
		return a.Write(place(v.value), q.out, false)
	}
	p, err := a.New(q.out)
	v.value = uintptr(p)
	if size, _, err := layoutOf(q.out.Type()); err == nil {
		v.length = int32(size)
	}
	return err
}

// CreateRequestArgs returns a list with an item for each parameter of a method, which have no values yet, and gives the NamedValue at result the type of what the method returns.
func (o *processObject) CreateRequestArgs(_ context.Context, target som.Object, operation string, result uintptr) (som.Object, error) {
	if target == nil || target.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no object")
	}
	s, err := somd.Declared(target, operation)
	if err != nil {
		return nil, err
	}
	var items []entry
	for i, p := range s.Params {
		t, err := typeCodeOf(p.Type)
		if err != nil {
			return nil, err
		}
		items = append(items, entry{Item: Item{Name: "arg" + strconv.Itoa(i+1), Flags: map[byte]uint32{'i': ArgIn, 'o': ArgOut, 'x': ArgInout}[p.How]}, typ: t})
	}
	if result != 0 {
		a, err := foreignMemory()
		if err != nil {
			return nil, err
		}
		t := typecode.Void
		if s.Result.Kind != som.Void {
			if t, err = typeCodeOf(s.Result); err != nil {
				return nil, err
			}
		}
		at, err := a.Place(t)
		if err != nil {
			return nil, err
		}
		*(*namedValue)(place(result)) = namedValue{tc: at, flags: ArgOut}
	}
	return given(newList(items...))
}

// raised is what a call has raised as methods raise it: a user exception that the object's class declares has its members.
func (q *request) raised(err error) error {
	var x *dii.UserException
	if !errors.As(err, &x) {
		return err
	}
	for _, r := range q.raises {
		if r.ID != x.ID {
			continue
		}
		v, _ := x.Value.Value().(dyn.Exception)
		if len(r.Members) == 0 {
			return &som.UserException{ID: x.ID}
		}
		form := &som.SignedType{Kind: som.Struct, Members: r.Members}
		t, err := form.GoType()
		if err != nil {
			break
		}
		to := reflect.New(t).Elem()
		if err := q.g.fill(to, form, v.Members); err != nil {
			return err
		}
		return &som.UserException{ID: x.ID, Members: to.Interface()}
	}
	return &som.UserException{ID: x.ID}
}

// fill sets a Go value, as the object model has it, to one that dyn has.
func (g *Globals) fill(to reflect.Value, t *som.SignedType, v any) error {
	switch t.Kind {
	case som.Struct:
		all, _ := v.(dyn.Struct)
		for i := range min(len(all), len(t.Members)) {
			if err := g.fill(to.Field(i), t.Members[i], all[i].Value); err != nil {
				return err
			}
		}
	case som.Sequence, som.Array:
		if octets, is := v.([]byte); is {
			if t.Kind == som.Sequence {
				to.Set(reflect.MakeSlice(to.Type(), len(octets), len(octets)))
			}
			reflect.Copy(to, reflect.ValueOf(octets))
			return nil
		}
		all, _ := v.([]any)
		if t.Kind == som.Sequence {
			to.Set(reflect.MakeSlice(to.Type(), len(all), len(all)))
		}
		for i := range min(len(all), to.Len()) {
			if err := g.fill(to.Index(i), t.Elem, all[i]); err != nil {
				return err
			}
		}
	case som.UnionType:
		u, _ := v.(dyn.Union)
		if err := g.fill(to.Field(0), t.Tag, u.Label); err != nil {
			return err
		}
		if n := som.UnionArm(to); n > 0 {
			return g.fill(to.Field(n), t.Members[n-1], u.Value)
		}
	case som.ObjectType:
		if v == nil {
			return nil
		}
		r, err := g.objectOf(v)
		if err == nil {
			to.Set(reflect.ValueOf(r))
		}
		return err
	default:
		if x := reflect.ValueOf(v); x.IsValid() && x.CanConvert(to.Type()) {
			to.Set(x.Convert(to.Type()))
		}
	}
	return nil
}
