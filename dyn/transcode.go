package dyn

import (
	"bytes"
	"math"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/typecode"
)

// A transcoder copies values from one form of CDR to another by walking their types: wire
// to canonical, canonical to wire, or an any inside an any from canonical to canonical.
type transcoder struct {
	e        *cdr.Encoder
	d        *cdr.Decoder
	received bool // and so to be counted: what is canonical was
	holds    bool // Go values are held, not written
	passing  bool // what is written is for nobody
	raised   bool // the repository id of the exception that comes next stands elsewhere in the message
	anys     int  // around the value
	values   int  // valuetypes around it, in the innermost any
	told     told // by the any around the value
	pieces   pieces
	fit      *fitted
	kinds    *kinds // not nil: in place of a TypeCode its number is written

	as *typecode.TypeCode // not nil: what is declared where the valuetype goes that comes next
}

func isCanonical(env *cdr.Env) bool {
	_, ok := env.Refs.(*canonical)
	return ok
}

// ok reports whether to go on.
func (t *transcoder) ok() bool { return t.d.Err() == nil && t.e.Err() == nil }

func (t *transcoder) exceeded(n limits.Name, got int) {
	t.d.Fail(exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", t.d.Env().Limits.Exceeded(n, int64(got))))
}

func unsupported(tc *typecode.TypeCode) error {
	return exc.New(exc.Marshal, exc.MinorUnsupportedType, exc.No, "values of type %v cannot be carried by this version", tc)
}

func (t *transcoder) copy(tc *typecode.TypeCode) {
	if t.received && !t.d.Step() {
		return
	}
	if t.inPieces() {
		t.writePieces(tc)
		return
	}
	t.write(tc)
}

func (t *transcoder) write(tc *typecode.TypeCode) {
	e, d := t.e, t.d
	switch tc.Kind() {
	case typecode.TkNull, typecode.TkVoid:
	case typecode.TkShort, typecode.TkUShort:
		e.UShort(d.UShort())
	case typecode.TkLong, typecode.TkULong, typecode.TkFloat:
		e.ULong(d.ULong())
	case typecode.TkLongLong, typecode.TkULongLong, typecode.TkDouble:
		e.ULongLong(d.ULongLong())
	case typecode.TkLongDouble:
		e.LongDouble(d.LongDouble())
	case typecode.TkBoolean:
		e.Boolean(d.Boolean())
	case typecode.TkChar:
		e.Char(d.Char())
	case typecode.TkOctet:
		e.Octet(d.Octet())
	case typecode.TkWChar:
		e.WChar(d.WChar())
	case typecode.TkString:
		t.string(bound(tc))
	case typecode.TkWString:
		if most := bound(tc); most > 0 {
			e.WStringMax(d.WStringMax(most), most)
		} else {
			e.WString(d.WString())
		}
	case typecode.TkFixed:
		e.Fixed(d.Fixed(int(tc.Digits()), int(tc.Scale())), int(tc.Digits()), int(tc.Scale()))
	case typecode.TkEnum:
		n := uint32(tc.Len())
		if v := d.Enum(n); d.Err() == nil {
			e.ULong(v)
		}
	case typecode.TkAny:
		t.any()
	case typecode.TkTypeCode:
		t.typeCode()
	case typecode.TkPrincipal:
		e.OctetSeq(d.OctetSeqView())
	case typecode.TkObjref, typecode.TkComponent, typecode.TkHome:
		t.object()
	case typecode.TkAlias:
		t.inside(tc.RecursiveContent(), tc.Content())
	case typecode.TkStruct:
		t.members(tc)
	case typecode.TkExcept:
		t.exceptionID(tc)
		t.members(tc)
	case typecode.TkUnion:
		t.union(tc)
	case typecode.TkSequence:
		t.sequence(tc)
	case typecode.TkArray:
		t.elements(tc, int(min(tc.Length(), math.MaxInt32))) // nothing longer is held by any message
	case typecode.TkValue, typecode.TkEvent, typecode.TkValueBox:
		t.valuetype(tc)
	case typecode.TkAbstractInterface:
		t.abstract(tc)
	default:
		d.Fail(unsupported(tc))
	}
}

// inside copies a part of a value; recursive says that its type is one around it.
func (t *transcoder) inside(recursive bool, part *typecode.TypeCode) {
	if recursive {
		if !t.d.Enter() {
			return
		}
		defer t.d.Leave()
	}
	t.copy(part)
}

// bound returns the bound of a string, 0 if there is none.
func bound(tc *typecode.TypeCode) int { return int(min(tc.Length(), math.MaxInt32)) }

func (t *transcoder) string(most int) {
	e, d := t.e, t.d
	if d.Env().Narrow != nil || e.Env().Narrow != nil || most > 0 {
		if most > 0 {
			e.StringMax(d.StringMax(most), most)
		} else {
			e.String(d.String())
		}
		return
	}
	b := d.RawStringView()
	if bytes.IndexByte(b, 0) >= 0 {
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "string with a zero octet inside"))
		return
	}
	e.Count(len(b) + 1)
	e.BeginRun(1)
	e.Octets(b)
	e.Octet(0)
	e.EndRun()
}

// typeCode copies a TypeCode and returns it.
func (t *transcoder) typeCode() *typecode.TypeCode {
	c := typecode.Get(t.d)
	switch {
	case t.d.Err() != nil:
	case t.kinds != nil:
		t.e.ULong(t.kinds.number(c))
	default:
		typecode.Put(t.e, c)
	}
	return c
}

func (t *transcoder) any() {
	if t.anys++; t.anys >= t.d.Env().Limits.Int(limits.AnyDepth) {
		t.exceeded(limits.AnyDepth, t.anys+1)
		return
	}
	if c := t.typeCode(); t.d.Err() == nil {
		around, values := t.told, t.values
		t.told, t.values = told{root: c, around: &around}, 0
		t.copy(c)
		t.endPiece()
		t.told, t.values = around, values
	}
	t.anys--
}

func (t *transcoder) object() {
	e, d := t.e, t.d
	if c, ok := d.Env().Refs.(*canonical); ok {
		if n := d.ULong(); n > 0 {
			if int64(n) > int64(len(c.objs)) {
				d.Fail(noObject(n, len(c.objs)))
				return
			}
			o := c.objs[n-1]
			e.Object(o.v, o.class)
			return
		}
	}
	r := ior.Get(d)
	if d.Err() == nil {
		putIOR(e, r)
	}
}

func (t *transcoder) members(tc *typecode.TypeCode) {
	for i := range tc.Len() {
		if !t.ok() {
			return
		}
		t.inside(tc.RecursiveMember(i), tc.MemberType(i))
	}
}

// exceptionID copies the repository id before the members of an exception, which only the
// wire has. omniORB up to 4.2 leaves it out: what follows is then not this type's id. It cannot
// read the other form either, so that a value which came so is sent on so to whoever may be one.
func (t *transcoder) exceptionID(tc *typecode.TypeCode) {
	if t.raised {
		t.raised = false
		return
	}
	bare := false
	if from, ok := t.d.Env().Refs.(*canonical); ok {
		bare = from.bare
	} else {
		ahead := *t.d
		if id := ahead.RawStringView(); ahead.Err() == nil && string(id) == tc.ID() {
			*t.d = ahead
		} else {
			bare = true
		}
	}
	if to, ok := t.e.Env().Refs.(*canonical); ok {
		to.bare = to.bare || bare
	} else if env := t.e.Env(); !bare || env.WithIDs || !env.Reader.MayBeOmniORB() {
		t.e.RawString(tc.ID())
	}
}

func (t *transcoder) union(tc *typecode.TypeCode) {
	disc := tc.Discriminator()
	label := t.discriminator(disc)
	if !t.ok() {
		return
	}
	if i := tc.Arm(label); i >= 0 {
		t.inside(tc.RecursiveMember(i), tc.MemberType(i))
	}
}

// discriminator copies a union's discriminator and returns it.
func (t *transcoder) discriminator(tc *typecode.TypeCode) int64 {
	v := getLabel(t.d, tc)
	if t.d.Err() == nil {
		putLabel(t.e, tc, v)
	}
	return v
}

// getLabel reads a discriminator of type tc.
func getLabel(d *cdr.Decoder, tc *typecode.TypeCode) int64 {
	tc = tc.Unalias()
	switch tc.Kind() {
	case typecode.TkShort:
		return int64(d.Short())
	case typecode.TkUShort:
		return int64(d.UShort())
	case typecode.TkLong:
		return int64(d.Long())
	case typecode.TkULong:
		return int64(d.ULong())
	case typecode.TkEnum:
		return int64(d.Enum(uint32(tc.Len())))
	case typecode.TkLongLong, typecode.TkULongLong:
		return d.LongLong()
	case typecode.TkBoolean:
		if d.Boolean() {
			return 1
		}
		return 0
	case typecode.TkChar:
		return int64(d.Char())
	case typecode.TkOctet:
		return int64(d.Octet())
	case typecode.TkWChar:
		return int64(d.WChar())
	}
	d.Fail(unsupported(tc))
	return 0
}

// putLabel writes a discriminator of type tc.
func putLabel(e *cdr.Encoder, tc *typecode.TypeCode, v int64) {
	tc = tc.Unalias()
	switch tc.Kind() {
	case typecode.TkShort, typecode.TkUShort:
		e.UShort(uint16(v))
	case typecode.TkLong, typecode.TkULong:
		e.ULong(uint32(v))
	case typecode.TkEnum:
		e.Enum(uint32(v), uint32(tc.Len()))
	case typecode.TkLongLong, typecode.TkULongLong:
		e.LongLong(v)
	case typecode.TkBoolean:
		e.Boolean(v != 0)
	case typecode.TkChar:
		e.Char(byte(v))
	case typecode.TkOctet:
		e.Octet(byte(v))
	case typecode.TkWChar:
		e.WChar(rune(v))
	default:
		e.Fail(unsupported(tc))
	}
}

func (t *transcoder) sequence(tc *typecode.TypeCode) {
	content := tc.Content()
	size := content.Least()
	if k := content.Unalias().Kind(); k == typecode.TkObjref && !isCanonical(t.d.Env()) {
		size = 8
	}
	var n int
	if size > 0 {
		n = t.d.Count(size)
	} else { // each is a step
		n = int(min(t.d.ULong(), math.MaxInt32))
	}
	if bound := tc.Length(); bound > 0 && int64(n) > int64(bound) {
		t.d.Fail(exc.New(exc.Marshal, exc.MinorBound, exc.No, "sequence of %d elements, but its bound is %d", n, bound))
	}
	if t.d.Err() != nil {
		return
	}
	t.e.Count(n)
	t.elements(tc, n)
}

// elements copies n elements of a sequence or array.
func (t *transcoder) elements(tc *typecode.TypeCode, n int) {
	if n == 0 {
		return
	}
	content := tc.Content()
	element, run := t.isRun(tc)
	switch {
	case !run || t.pieces.whole:
		t.each(tc, n)
	case t.inPieces() && arraysOfOctets(content):
		t.each(tc, n)
	case t.inPieces() && element.pieces > 1:
		t.inARow(tc, n)
	case t.inPieces():
		t.e.BeginAnyRun()
		t.together(tc, n)
		t.e.EndAnyRun(element.last.align, false)
	case !t.bulk(content.Unalias().Kind(), n):
		t.e.BeginRun(element.last.align)
		t.each(tc, n)
		t.e.EndRun()
	}
}

func (t *transcoder) each(tc *typecode.TypeCode, n int) {
	content, recursive := tc.Content(), tc.RecursiveContent()
	if t.bulk(content.Unalias().Kind(), n) {
		return
	}
	if size := content.Least(); size > 0 && n > t.d.Remaining()/size {
		t.d.Fail(exc.New(exc.Marshal, exc.MinorTruncated, exc.No, "%d elements of at least %d octets, but %d octets are left", n, size, t.d.Remaining()))
		return
	}
	for range n {
		if t.inside(recursive, content); !t.ok() {
			return
		}
		if !t.pieces.whole {
			t.endPiece()
		}
	}
}

// bulk copies n primitives at once where both forms have the same octets for them.
func (t *transcoder) bulk(k typecode.Kind, n int) bool {
	size := 1
	switch k {
	case typecode.TkOctet:
	case typecode.TkChar:
		if t.d.Env().Narrow != nil || t.e.Env().Narrow != nil {
			return false
		}
	case typecode.TkShort, typecode.TkUShort:
		size = 2
	case typecode.TkLong, typecode.TkULong, typecode.TkFloat:
		size = 4
	case typecode.TkLongLong, typecode.TkULongLong, typecode.TkDouble:
		size = 8
	default:
		return false
	}
	if size > 1 && t.d.Little() != t.e.Little() {
		return false
	}
	t.e.Words(t.d.WordsView(n, size), size)
	return true
}
