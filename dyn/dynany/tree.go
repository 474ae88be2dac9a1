package dynany

import (
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/typecode"
)

// A tree is what all components of a value have in common.
type tree struct {
	origin dyn.Any // what it was made of
	limits *limits.Limits
	spent  int64 // memory of the components that were made
	objs   map[*dyn.Valuetype]*object
}

// An object is a valuetype's, of which several components may be.
type object struct {
	tc    *typecode.TypeCode // its own type
	plain *dyn.Valuetype     // nil: it has default values
	parts []*Value           // once they were asked for: never nil then
}

// spend charges n components.
func (t *tree) spend(n int) error { return t.charge(n, int64(unsafe.Sizeof(Value{}))) }

// charge charges n components, or parts of a copy, of size octets each.
func (t *tree) charge(n int, size int64) error {
	most := t.limits.Get(limits.DecodedSize)
	if int64(n) > (most-t.spent)/size { // n may be as large as an int is
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d more components of a value: %w", n, t.limits.Exceeded(limits.DecodedSize, most+1))
	}
	t.spent += int64(n) * size
	return nil
}

// afford reports whether all elements of an array, and of those in it, could be paid for.
func (t *tree) afford(tc *typecode.TypeCode) error {
	most := t.limits.Get(limits.DecodedSize) / int64(unsafe.Sizeof(Value{}))
	n := int64(1)
	for ; tc.Kind() == typecode.TkArray; tc = tc.Content().Unalias() {
		if n *= int64(tc.Length()); n > most {
			return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the components of an array: %w", t.limits.Exceeded(limits.DecodedSize, n*int64(unsafe.Sizeof(Value{}))))
		}
	}
	return nil
}

// wrap returns a value that stands for plain.
func (t *tree) wrap(tc *typecode.TypeCode, plain any) *Value {
	v := &Value{tc: tc, kind: tc.Unalias().Kind(), in: t}
	v.put(plain)
	return v
}

// fresh returns a value that has the default of its type.
func (t *tree) fresh(tc *typecode.TypeCode) *Value {
	v := &Value{tc: tc, kind: tc.Unalias().Kind(), in: t, fresh: true}
	v.rewind()
	return v
}

// put makes plain what v stands for.
func (v *Value) put(plain any) {
	v.in.spent -= v.paid
	v.plain, v.fresh, v.parts, v.obj, v.paid = plain, false, nil, nil, 0
	if vt, ok := plain.(*dyn.Valuetype); ok && vt != nil {
		v.obj = v.in.object(vt)
	}
	v.rewind()
}

// object returns what stands for vt, so that it stays one.
func (t *tree) object(vt *dyn.Valuetype) *object {
	if o := t.objs[vt]; o != nil {
		return o
	}
	if t.objs == nil {
		t.objs = map[*dyn.Valuetype]*object{}
	}
	o := &object{tc: vt.Type, plain: vt}
	t.objs[vt] = o
	return o
}

// isValuetype reports whether values of the kind may be null, and have an identity.
func isValuetype(k typecode.Kind) bool {
	return k == typecode.TkValue || k == typecode.TkEvent || k == typecode.TkValueBox
}

// composite reports whether values of the kind have components.
func composite(k typecode.Kind) bool {
	switch k {
	case typecode.TkStruct, typecode.TkExcept, typecode.TkUnion, typecode.TkSequence, typecode.TkArray:
		return true
	}
	return isValuetype(k)
}

// components returns what v consists of, making it at first. It is nil where there is nothing.
func (v *Value) components() ([]*Value, error) {
	switch {
	case isValuetype(v.kind) || v.obj != nil:
		if v.obj == nil {
			return nil, nil
		}
		return v.obj.components(v.in)
	case !composite(v.kind):
		return nil, nil
	case v.parts == nil:
		if err := v.expand(); err != nil {
			return nil, err
		}
	}
	if v.kind == typecode.TkUnion {
		return v.parts, v.followLabel()
	}
	return v.parts, nil
}

// expand makes the components of a value that is no valuetype.
func (v *Value) expand() error {
	tc, n := v.flat(), 0
	switch v.kind {
	case typecode.TkStruct, typecode.TkExcept:
		n = tc.Len()
	case typecode.TkUnion:
		n = 2
	case typecode.TkArray:
		n = int(tc.Length())
	case typecode.TkSequence:
		n = length(v.plain)
	}
	if v.fresh && v.kind == typecode.TkArray {
		if err := v.in.afford(tc); err != nil {
			return err
		}
	}
	if err := v.in.spend(n); err != nil {
		return err
	}
	parts := make([]*Value, 0, n)
	switch v.kind {
	case typecode.TkStruct, typecode.TkExcept:
		members := membersOf(v.plain)
		for i := range n {
			if v.fresh {
				parts = append(parts, v.in.fresh(tc.MemberType(i)))
			} else {
				parts = append(parts, v.in.wrap(tc.MemberType(i), members[i].Value))
			}
		}
	case typecode.TkUnion:
		parts = v.expandUnion(parts)
	default:
		for i := range n {
			if v.fresh {
				parts = append(parts, v.in.fresh(tc.Content()))
			} else {
				parts = append(parts, v.in.wrap(tc.Content(), element(v.plain, i)))
			}
		}
	}
	v.parts, v.plain, v.fresh = parts, nil, false
	return nil
}

// length returns the number of elements of a sequence as dyn.Any.Value returns it.
func length(plain any) int {
	switch x := plain.(type) {
	case []byte:
		return len(x)
	case []any:
		return len(x)
	}
	return 0
}

func element(plain any, i int) any {
	if b, ok := plain.([]byte); ok {
		return b[i]
	}
	return plain.([]any)[i]
}

func membersOf(plain any) dyn.Struct {
	switch x := plain.(type) {
	case dyn.Struct:
		return x
	case dyn.Exception:
		return x.Members
	}
	return nil
}

// components returns the members of the object's state.
func (o *object) components(t *tree) ([]*Value, error) {
	if o.parts != nil {
		return o.parts, nil
	}
	state := dyn.StateOf(o.tc)
	if err := t.spend(len(state)); err != nil {
		return nil, err
	}
	parts := make([]*Value, len(state))
	for i, m := range state {
		if o.plain == nil {
			parts[i] = t.fresh(m.Type)
		} else {
			parts[i] = t.wrap(m.Type, o.plain.Members[i].Value)
		}
	}
	o.parts, o.plain = parts, nil
	return parts, nil
}

// collect returns v as dyn.Of takes it.
func (v *Value) collect(c *collection) (any, error) {
	if v.obj != nil {
		return v.obj.collect(v.in, c)
	}
	if _, custom := v.plain.(cdr.Value); custom {
		return v.plain, nil
	}
	if v.fresh && !composite(v.kind) {
		return zero(v.flat()), nil
	}
	// Objects may have changed somewhere else, so that nothing that may hold some is as it was.
	if v.parts == nil && !v.fresh && (!composite(v.kind) || len(v.in.objs) == 0 && !c.remakes(v.plain)) {
		return v.plain, nil
	}
	parts, err := v.components()
	if err != nil || isValuetype(v.kind) {
		return nil, err
	}
	tc := v.flat()
	if err := c.list(v.kind, len(parts)); err != nil {
		return nil, err
	}
	list := make([]any, len(parts))
	for i, p := range parts {
		if list[i], err = p.collect(c); err != nil {
			return nil, err
		}
	}
	switch v.kind {
	case typecode.TkStruct:
		return fields(tc, list), nil
	case typecode.TkExcept:
		return dyn.Exception{ID: tc.ID(), Members: fields(tc, list)}, nil
	case typecode.TkUnion:
		u := dyn.Union{Label: list[0]}
		if v.arm >= 0 {
			u.Name, u.Value = tc.MemberName(v.arm), list[1]
		}
		return u, nil
	}
	return list, nil
}

func fields(tc *typecode.TypeCode, list []any) dyn.Struct {
	s := make(dyn.Struct, len(list))
	for i, x := range list {
		s[i] = dyn.Field{Name: tc.MemberName(i), Value: x}
	}
	return s
}

func (o *object) collect(t *tree, c *collection) (any, error) {
	if vt := c.seen[o]; vt != nil {
		return vt, nil
	}
	parts, err := o.components(t)
	if err == nil {
		err = c.object(len(parts))
	}
	if err != nil {
		return nil, err
	}
	vt := &dyn.Valuetype{Type: o.tc, Members: make(dyn.Struct, 0, len(parts))}
	c.seen[o] = vt // before its members, which may lead back to it
	for i, m := range dyn.StateOf(o.tc) {
		x, err := parts[i].collect(c)
		if err != nil {
			return nil, err
		}
		vt.Members = append(vt.Members, dyn.Field{Name: m.Name, Value: x})
	}
	return vt, nil
}

// zero returns the default of a type that has no components.
func zero(tc *typecode.TypeCode) any {
	switch tc.Kind() {
	case typecode.TkShort:
		return int16(0)
	case typecode.TkUShort:
		return uint16(0)
	case typecode.TkLong:
		return int32(0)
	case typecode.TkULong, typecode.TkEnum:
		return uint32(0)
	case typecode.TkLongLong:
		return int64(0)
	case typecode.TkULongLong:
		return uint64(0)
	case typecode.TkFloat:
		return float32(0)
	case typecode.TkDouble:
		return float64(0)
	case typecode.TkLongDouble:
		return cdr.LongDouble{}
	case typecode.TkBoolean:
		return false
	case typecode.TkChar, typecode.TkOctet:
		return byte(0)
	case typecode.TkWChar:
		return rune(0)
	case typecode.TkString, typecode.TkWString:
		return ""
	case typecode.TkFixed:
		return cdr.NewFixed(0, int(tc.Scale()))
	case typecode.TkAny:
		return dyn.Any{}
	case typecode.TkTypeCode:
		return typecode.Null
	case typecode.TkObjref, typecode.TkComponent, typecode.TkHome:
		return (*ior.IOR)(nil)
	}
	return nil
}
