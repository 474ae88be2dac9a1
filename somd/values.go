package somd

import (
	"context"
	"fmt"
	"math"
	"net"
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/transport/kin"
)

// values writes and reads the values of one call.
type values struct {
	d    *Domain
	ctx  context.Context
	why  hold        // of objects of this process that are written
	to   *orb.Ref    // the object that gets them; nil: whoever called, as ctx says
	from string      // the server of which references that are read were given to this process; empty: none was
	refs []som.Ref   // references that were read, each of the reader's own
	lent *lent       // not nil: what is read stays the object's, and is what this has, if it has it
	by   *som.Method // the method that lends it
	gave []*servant  // of objects that were written and given

	defers bool    // references that are read are taken later: the message may have to be read once more
	later  []later // those

	gives  bool // what is written or read is given with the call
	copies byte // how objects of the parameter go: c as copies, m as copies where they can be, else as references
}

// release gives back the references that were read, where nobody gets them.
func (v *values) release() {
	for _, r := range v.refs {
		_ = r.Release()
	}
	v.refs = nil
}

// A later is a reference that has been read into x, where an object is to be.
type later struct {
	o     *orb.Ref
	t     *som.SignedType
	x     reflect.Value
	gives bool
}

// again forgets what was read, for the message is read from the beginning.
func (v *values) again() {
	v.release()
	v.later = nil
}

// take makes objects of the references that were read, now that they are for good.
func (v *values) take() error {
	all := v.later
	v.later = nil
	for _, l := range all {
		if err := v.importOne(l); err != nil {
			return err
		}
	}
	return nil
}

func wrong(format string, args ...any) error {
	return exc.New(exc.Marshal, exc.MinorBadValue, exc.No, format, args...)
}

// put writes x, which has the type t in a signature.
func (v *values) put(e *cdr.Encoder, t *som.SignedType, x reflect.Value) {
	switch t.Kind {
	case som.Boolean:
		e.Boolean(!x.IsZero()) // a number, where a class of the other kernel is known by letters alone
	case som.Octet:
		e.Octet(byte(whole(x)))
	case som.Char:
		e.Char(byte(whole(x)))
	case som.WChar:
		e.WChar(rune(whole(x)))
	case som.Int8:
		e.Int8(int8(whole(x)))
	case som.Short:
		e.Short(int16(whole(x)))
	case som.UShort:
		e.UShort(uint16(whole(x)))
	case som.Long:
		e.Long(int32(whole(x)))
	case som.ULong, som.Enum:
		e.ULong(uint32(whole(x)))
	case som.LongLong:
		e.LongLong(int64(whole(x)))
	case som.ULongLong:
		e.ULongLong(whole(x))
	case som.Float:
		e.Float(float32(x.Float()))
	case som.Double:
		e.Double(x.Float())
	case som.String:
		e.String(x.String())
	case som.WString:
		e.WString(x.String())
	case som.ObjectType:
		v.putObject(e, t, x)
	case som.Sequence:
		if x.Type().Elem().Kind() == reflect.Uint8 && t.Elem.Kind == som.Octet {
			e.OctetSeq(x.Bytes())
			return
		}
		e.Count(x.Len())
		v.putElements(e, t, x)
	case som.Array:
		if x.Len() != t.Len {
			e.Fail(wrong("an array of %d elements is where one of %d should be", x.Len(), t.Len))
			return
		}
		v.putElements(e, t, x)
	case som.Struct:
		if x.NumField() != len(t.Members) {
			e.Fail(wrong("a %v is where a structure of %d members should be", x.Type(), len(t.Members)))
			return
		}
		for i, m := range t.Members {
			v.put(e, m, x.Field(i))
		}
	case som.UnionType:
		v.putUnion(e, t, x)
	}
}

func (v *values) putElements(e *cdr.Encoder, t *som.SignedType, x reflect.Value) {
	if !e.Enter() {
		return
	}
	for i := range x.Len() {
		v.put(e, t.Elem, x.Index(i))
	}
	e.Leave()
}

func (v *values) putObject(e *cdr.Encoder, t *som.SignedType, x reflect.Value) {
	var o som.Object
	if x.IsValid() && !(x.Kind() == reflect.Interface && x.IsNil()) {
		var ok bool
		if o, ok = x.Interface().(som.Object); !ok {
			e.Fail(wrong("a %v is no object of the object model", x.Type()))
			return
		}
	}
	switch {
	case v.copies == 'c' || v.copies == 'm':
		v.putCopied(e, t, o)
	case o == nil || o.SOM().IsNil():
		e.Object(nil, nil)
	default:
		v.putReference(e, t.Class, o.SOM())
	}
}

func (v *values) putReference(e *cdr.Encoder, declared string, r som.Ref) {
	if p, ok := som.FindState[proxy](r); ok && !p.changed(r) {
		ref, err := p.partAs(declared).reference()
		if host := privateHost(ref); err == nil && host != "" && host == v.reader() { // its own object comes back to it
			e.Object(ref, nil)
			return
		}
	}
	var ref *orb.Ref
	var err error
	if v.gives {
		ref, err = v.putGiven(declared, r)
	} else {
		ref, err = v.d.export(r, declared, v.why)
	}
	if err != nil {
		e.Fail(err)
		return
	}
	e.Object(ref, nil)
}

// whole is a number without a fraction, as its octets; negative ones have all upper bits set.
func whole(x reflect.Value) uint64 {
	if x.CanInt() {
		return uint64(x.Int())
	}
	return x.Uint()
}

func setWhole(x reflect.Value, n int64) {
	if x.CanInt() {
		x.SetInt(n)
		return
	}
	x.SetUint(uint64(n))
}

// get reads a value into x, which is zero and can be set. What cannot be read is an error of d.
func (v *values) get(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	switch t.Kind {
	case som.Boolean:
		if b := d.Boolean(); x.Kind() == reflect.Bool {
			x.SetBool(b)
		} else if b {
			setWhole(x, 1)
		}
	case som.Octet:
		setWhole(x, int64(d.Octet()))
	case som.Char:
		setWhole(x, int64(d.Char()))
	case som.WChar:
		setWhole(x, int64(d.WChar()))
	case som.Int8:
		setWhole(x, int64(d.Int8()))
	case som.Short:
		setWhole(x, int64(d.Short()))
	case som.UShort:
		setWhole(x, int64(d.UShort()))
	case som.Long:
		setWhole(x, int64(d.Long()))
	case som.ULong, som.Enum:
		setWhole(x, int64(d.ULong()))
	case som.LongLong:
		setWhole(x, d.LongLong())
	case som.ULongLong:
		setWhole(x, int64(d.ULongLong()))
	case som.Float:
		x.SetFloat(float64(d.Float()))
	case som.Double:
		x.SetFloat(d.Double())
	case som.String:
		x.SetString(d.String())
	case som.WString:
		x.SetString(d.WString())
	case som.ObjectType:
		v.getObject(d, t, x)
	case som.Sequence:
		if x.Type().Elem().Kind() == reflect.Uint8 && t.Elem.Kind == som.Octet {
			x.SetBytes(d.OctetSeq())
			return
		}
		least := 1
		if isRun(t.Elem) {
			least = 8
		}
		n := d.Count(least)
		if n == 0 || !d.Spend(n, int(x.Type().Elem().Size())) {
			return
		}
		x.Set(reflect.MakeSlice(x.Type(), n, n))
		v.getElements(d, t, x)
	case som.Array:
		v.getElements(d, t, x)
	case som.Struct:
		if x.NumField() != len(t.Members) {
			d.Fail(wrong("a structure of %d members is where a %v should be", len(t.Members), x.Type()))
			return
		}
		for i, m := range t.Members {
			v.get(d, m, x.Field(i))
		}
	case som.UnionType:
		v.getUnion(d, t, x)
	}
}

// isRun reports whether values of a type follow one another in a list without more between them than the fragments of GIOP 1.1 bring about.
func isRun(t *som.SignedType) bool {
	return t.Kind == som.Double || t.Kind == som.LongLong || t.Kind == som.ULongLong
}

func (v *values) getElements(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	if isRun(t.Elem) && x.Len() > 0 {
		if !d.Spend(x.Len(), 8) {
			return
		}
		all := make([]uint64, x.Len())
		d.ULongLongs(all)
		for i, w := range all {
			if t.Elem.Kind == som.Double {
				x.Index(i).SetFloat(math.Float64frombits(w))
			} else {
				setWhole(x.Index(i), int64(w))
			}
		}
		return
	}
	if !d.Enter() {
		return
	}
	for i := 0; i < x.Len() && d.Err() == nil; i++ {
		v.get(d, t.Elem, x.Index(i))
	}
	d.Leave()
}

// serverOf returns what tells the server that made a reference from others: its id in the key, or else the address.
func serverOf(o *orb.Ref) string {
	if k, ok := ior.ParseKey([]byte(o.ObjectKey())); ok {
		return string(k.Server[:])
	}
	return ""
}

// reader returns the private host of the process that gets what is written, "" if it has none.
func (v *values) reader() string {
	if v.to != nil {
		return privateHost(v.to)
	}
	if peer := orb.Peer(v.ctx); peer != nil {
		if host, _, err := net.SplitHostPort(peer.String()); err == nil && kin.IsPrivate(host) {
			return host
		}
	}
	return ""
}

func (v *values) getObject(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	if v.copies == 'c' || v.copies == 'm' {
		v.getCopied(d, t, x)
		return
	}
	v.getReference(d, t, x)
}

func (v *values) getReference(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	o, _ := d.Object().(*orb.Ref)
	if d.Err() != nil || o == nil {
		return
	}
	l := later{o, t, x, v.gives}
	if v.defers {
		v.later = append(v.later, l)
		return
	}
	if err := v.importOne(l); err != nil {
		d.Fail(err)
	}
}

// importOne makes an object of one reference.
func (v *values) importOne(l later) error {
	r, there := som.Ref{}, false
	if v.lent != nil {
		r, there = v.lent.find(v.by, l.o)
	}
	if !there {
		var err error
		if r, err = v.d.importAs(v.ctx, l.o, l.t.Class, l.gives || v.from != "" && v.from == serverOf(l.o)); err != nil {
			return err
		}
	}
	if v.lent != nil && !IsProxy(r) { // an object of this process is whoever's who has it here
		defer func() { _ = r.Release() }()
	} else {
		v.refs = append(v.refs, r)
	}
	as, ok := som.NarrowTo(r, l.x.Type())
	if !ok {
		return wrong("a %s is where a %v should be", r.Class(), l.x.Type())
	}
	l.x.Set(as)
	return nil
}

// Unions are of generated code, whose arms may be fields that only their package sees.

func member(x reflect.Value, n int) reflect.Value {
	f := x.Type().Field(n)
	return reflect.NewAt(f.Type, unsafe.Add(x.Addr().UnsafePointer(), f.Offset)).Elem()
}

// armOf returns the number of the arm that a union's discriminator selects, or 0, and its type.
func armOf(t *som.SignedType, x reflect.Value) (int, *som.SignedType) {
	n := som.UnionArm(x)
	if n <= 0 || n >= x.NumField() {
		return 0, nil
	}
	label := som.LabelOf(member(x, 0))
	var byDefault *som.SignedType
	for i, l := range t.Labels {
		switch l {
		case label:
			return n, t.Members[i]
		case "default":
			byDefault = t.Members[i]
		}
	}
	if byDefault == nil {
		byDefault = typeOf(x.Type().Field(n).Type, x.Type().Field(n).Tag.Get("som") == "wide")
	}
	return n, byDefault
}

func (v *values) putUnion(e *cdr.Encoder, t *som.SignedType, x reflect.Value) {
	if !x.CanAddr() {
		c := reflect.New(x.Type()).Elem()
		c.Set(x)
		x = c
	}
	v.put(e, t.Tag, member(x, 0))
	if n, arm := armOf(t, x); n > 0 {
		v.put(e, arm, member(x, n))
	}
}

func (v *values) getUnion(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	v.get(d, t.Tag, member(x, 0))
	if d.Err() != nil {
		return
	}
	if n, arm := armOf(t, x); n > 0 {
		v.get(d, arm, member(x, n))
	}
}

// each calls f with each reference in a value.
func each(x reflect.Value, f func(som.Ref)) {
	if !x.IsValid() {
		return
	}
	if x.Kind() == reflect.Interface && x.IsNil() {
		return
	}
	if x.CanInterface() {
		if o, ok := x.Interface().(som.Object); ok {
			if r := o.SOM(); !r.IsNil() {
				f(r)
			}
			return
		}
	}
	switch x.Kind() {
	case reflect.Interface:
		each(x.Elem(), f)
	case reflect.Slice, reflect.Array:
		if holds(x.Type().Elem()) {
			for i := range x.Len() {
				each(x.Index(i), f)
			}
		}
	case reflect.Struct:
		if som.IsUnion(x.Type()) {
			if !x.CanAddr() {
				c := reflect.New(x.Type()).Elem()
				c.Set(x)
				x = c
			}
			if n := som.UnionArm(x); n > 0 && n < x.NumField() {
				each(member(x, n), f)
			}
			return
		}
		for i := range x.NumField() {
			if x.Type().Field(i).IsExported() {
				each(x.Field(i), f)
			}
		}
	}
}

// holds reports whether values of a type may hold references.
func holds(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Struct, reflect.Slice:
		return true
	case reflect.Array:
		return holds(t.Elem())
	}
	return false
}

var (
	objectType = reflect.TypeFor[som.Object]()
	refType    = reflect.TypeFor[som.Ref]()
	known      sync.Map // form to *som.SignedType
)

type form struct {
	t    reflect.Type
	wide bool
}

// typeOf returns what a Go type is where no signature tells, or nil where it is nothing that goes to another process.
func typeOf(t reflect.Type, wide bool) *som.SignedType {
	if x, ok := known.Load(form{t, wide}); ok {
		return x.(*som.SignedType)
	}
	making := map[form]*som.SignedType{}
	x := build(making, form{t, wide})
	if x != nil {
		known.Store(form{t, wide}, x)
	}
	return x
}

var kinds = map[reflect.Kind]som.TypeKind{
	reflect.Bool: som.Boolean, reflect.Uint8: som.Octet, reflect.Int8: som.Int8, reflect.Int16: som.Short, reflect.Uint16: som.UShort,
	reflect.Int32: som.Long, reflect.Uint32: som.ULong, reflect.Int64: som.LongLong, reflect.Int: som.LongLong,
	reflect.Uint64: som.ULongLong, reflect.Uint: som.ULongLong, reflect.Float32: som.Float, reflect.Float64: som.Double, reflect.String: som.String,
}

func build(making map[form]*som.SignedType, f form) *som.SignedType {
	if x := making[f]; x != nil {
		return x
	}
	x := &som.SignedType{}
	making[f] = x
	t := f.t
	k, plain := kinds[t.Kind()]
	switch {
	case t == refType || t.Kind() == reflect.Interface && t.Implements(objectType), t.Kind() == reflect.Struct && t.Implements(objectType):
		x.Kind = som.ObjectType
	case plain && f.wide && k == som.String:
		x.Kind = som.WString
	case plain && f.wide && k == som.Long:
		x.Kind = som.WChar
	case plain:
		x.Kind = k
	case t.Kind() == reflect.Interface && (t.NumMethod() > 0 || som.IsNarrow(t)) && t.Name() != "error": // of a generated class
		x.Kind = som.ObjectType
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		if x.Kind = som.Sequence; t.Kind() == reflect.Array {
			x.Kind, x.Len = som.Array, t.Len()
		}
		x.Elem = build(making, form{t.Elem(), f.wide})
		if x.Elem == nil {
			return nil
		}
	case t.Kind() == reflect.Struct && t.NumField() > 0:
		x.Kind = som.Struct
		n := t.NumField()
		if som.IsUnion(t) {
			x.Kind = som.UnionType
			x.Tag = build(making, form{t.Field(0).Type, strings.HasSuffix(t.Field(0).Tag.Get("som"), "wide")})
			return x // arms are known by the discriminator
		}
		for i := range n {
			m := t.Field(i)
			if !m.IsExported() || m.Anonymous {
				return nil
			}
			e := build(making, form{m.Type, m.Tag.Get("som") == "wide"})
			if e == nil {
				return nil
			}
			x.Members = append(x.Members, e)
		}
	default:
		return nil
	}
	return x
}

func unknownType(what string, t reflect.Type) error {
	return fmt.Errorf("%s is a %v, which has no form in another process", what, t)
}
