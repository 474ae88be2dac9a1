package dyn

import (
	"reflect"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// Values of valuetypes keep in the canonical form what they have on the wire: their tags with
// the repository ids, and indirections to those that are shared. The members follow from the
// TypeCode, of a derived type from that which the program has registered or the Go value had. What
// is in a custom value only its own code knows: one that is received is kept as the Go value that this makes of it.

// valueTypes are the valuetypes that an any's value needs: those of the Go values it was made of, and
// those of the ORB it came by.
type valueTypes struct {
	used map[string]*cdr.ValueType
	orb  cdr.Values // or nil
}

// ValueType returns what is known of a repository id, or nil. Of what is only told the ORB may know more.
func (t *valueTypes) ValueType(id string) *cdr.ValueType {
	u := t.used[id]
	if t.orb != nil && (u == nil || u.New == nil) {
		if r := t.orb.ValueType(id); r != nil {
			return r
		}
	}
	return u
}

// Used notes the type of a Go value: another of its type can be made to read its members.
func (t *valueTypes) Used(v cdr.Value) {
	info := *v.IDLValue()
	if t.used[info.ID] != nil {
		return
	}
	goType := reflect.TypeOf(v).Elem()
	info.New = func() cdr.Value { return reflect.New(goType).Interface().(cdr.Value) }
	t.know(&info)
}

// know adds a type.
func (t *valueTypes) know(info *cdr.ValueType) {
	if t.used == nil {
		t.used = map[string]*cdr.ValueType{}
	}
	t.used[info.ID] = info
}

// join adds what another any's value needs.
func (t *valueTypes) join(o *valueTypes) {
	for _, info := range o.used {
		t.know(info)
	}
	if t.orb == nil {
		t.orb = o.orb
	}
}

// typeOf returns the type of the members of a value of the type id, where tc is declared: nil
// if it is not known.
func typeOf(id string, tc *typecode.TypeCode, envs ...*cdr.Env) *typecode.TypeCode {
	if id == tc.ID() {
		return tc
	}
	for _, env := range envs {
		if env.Values == nil {
			continue
		}
		if t := env.Values.ValueType(id); t != nil {
			if known, ok := t.TypeCode.(*typecode.TypeCode); ok && isValue(known) {
				return known
			}
		}
	}
	return nil
}

// isValue reports whether the members of values of type tc are known, once it is chosen.
func isValue(tc *typecode.TypeCode) bool {
	switch tc.Kind() {
	case typecode.TkValue, typecode.TkEvent:
		return tc.Modifier() != typecode.ValueCustom && tc.Modifier() != typecode.ValueAbstract && tc.ID() != typecode.ValueBase.ID()
	}
	return tc.Kind() == typecode.TkValueBox
}

// customOf returns how a value is made if its type is a custom one that the program has, or nil.
func customOf(h cdr.ValueHead, tc *typecode.TypeCode, envs ...*cdr.Env) *cdr.ValueType {
	id := tc.ID()
	if len(h.IDs) > 0 {
		id = h.IDs[0]
	}
	for _, env := range envs {
		if env.Values == nil {
			continue
		}
		if t := env.Values.ValueType(id); t != nil && t.Custom && t.New != nil {
			return t
		}
	}
	return nil
}

// chooseType returns the type by which the state of a value is read where tc is declared, and how many of its
// repository ids are passed over because nobody knows them.
func chooseType(d *cdr.Decoder, h cdr.ValueHead, tc *typecode.TypeCode) (*typecode.TypeCode, int) {
	return firstKnown(d, h, tc, func(id string) *typecode.TypeCode { return typeOf(id, tc, d.Env()) })
}

// chooseType is the same for one who may have been told types by an any.
func (t *transcoder) chooseType(h cdr.ValueHead, tc *typecode.TypeCode) (*typecode.TypeCode, int) {
	return firstKnown(t.d, h, tc, func(id string) *typecode.TypeCode {
		if known := typeOf(id, tc, t.d.Env(), t.e.Env()); known != nil {
			return known
		}
		return t.toldType(id)
	})
}

func firstKnown(d *cdr.Decoder, h cdr.ValueHead, tc *typecode.TypeCode, find func(id string) *typecode.TypeCode) (*typecode.TypeCode, int) {
	if len(h.IDs) == 0 || isCanonical(d.Env()) {
		_, other := d.SharedAs(h.At)
		if m, ok := other.(*met); ok { // it was read where another type is declared, or its type is noted
			return codeOf(m.as), 0
		}
	}
	if len(h.IDs) == 0 {
		return tc, 0
	}
	for i, id := range h.IDs {
		if i > 0 && !h.Chunked {
			break // what is left over could not be skipped
		}
		if t := find(id); t != nil {
			return t, i
		}
	}
	return nil, 0
}

// valuetype copies a value where one of type tc is declared: a valuetype, an eventtype or a box,
// or any that supports an abstract interface.
func (t *transcoder) valuetype(tc *typecode.TypeCode) {
	to := tc // what is declared where it goes
	if t.as != nil {
		to, t.as = t.as, nil
	}
	h := t.d.BeginValue()
	switch {
	case !t.ok():
	case h.Kind == cdr.NoValue:
		t.e.NullValue()
	case h.Kind == cdr.SharedValue:
		t.shared(h, tc, to)
	default:
		t.newValue(h, tc, to)
	}
}

// named reports whether a value names its type even where that is the declared one: it may be left out, but JacORB, and the ORB
// of GlassFish for a custom value, want it in an any.
func (t *transcoder) named() bool { return t.values == 0 && !isCanonical(t.e.Env()) }

// declared is the type for which a custom value is written where one of type tc is declared; nil has it name its own.
func (t *transcoder) declared(tc *typecode.TypeCode) *cdr.ValueType {
	if t.named() {
		return nil
	}
	return &cdr.ValueType{ID: tc.ID()}
}

// shared copies a value that stands at an earlier place.
func (t *transcoder) shared(h cdr.ValueHead, tc, to *typecode.TypeCode) {
	if t.passing {
		return
	}
	v, other := t.d.SharedAs(h.At)
	m, _ := other.(*met)
	if v != nil && !(t.d.IsCut(h.At) && t.knowsMore(h, tc, v.IDLValue().ID)) {
		if t.madeFits(v.IDLValue().TypeCode, to) { // it is of generated code, or custom
			t.goValue(v, to)
		}
		return
	}
	if m != nil && t.isCut(m, h, tc) {
		m = nil
	}
	switch {
	case m != nil && !t.madeFits(m.as, to):
	case m != nil && m.id.value() != nil:
		t.goValue(m.id.value(), to)
	case m != nil && t.e.SharedValue(m.id.key()):
	default: // it is to be read again
		t.d.ReadAgain(h.At, func() {
			t.as = to
			t.valuetype(tc)
		})
	}
}

// isCut reports whether a value was met as one of a base of the type that is known here.
func (t *transcoder) isCut(m *met, h cdr.ValueHead, tc *typecode.TypeCode) bool {
	_, cut := m.as.(truncated)
	return cut && t.knowsMore(h, tc, m.ID())
}

// knowsMore reports whether a type that is derived from the one of an id, as which a value was read, is to be chosen for it here.
func (t *transcoder) knowsMore(h cdr.ValueHead, tc *typecode.TypeCode, id string) (more bool) {
	t.d.ReadAgain(h.At, func() {
		if again := t.d.BeginValue(); again.Kind == cdr.NewValue && len(again.IDs) > 0 {
			chosen, n := t.chooseType(again, tc)
			more = chosen != nil && !slices.Contains(again.IDs[:n+1], id)
		}
	})
	return more
}

func (t *transcoder) newValue(h cdr.ValueHead, tc, to *typecode.TypeCode) {
	if custom := customOf(h, tc, t.d.Env(), t.e.Env()); custom != nil {
		t.custom(h, custom, to)
		return
	}
	chosen, skipped := t.chooseType(h, tc)
	if chosen == nil || !isValue(chosen) {
		t.d.Fail(unknownValue(h, tc))
		return
	}
	if !t.fits(chosen, skipped > 0, to) || !t.d.Enter() {
		return
	}
	defer t.d.Leave()
	var as any = chosen
	if skipped > 0 {
		as = truncated{chosen}
	}
	m := t.meet(h.At, as)
	v := m.id.value()
	switch {
	case v != nil && !t.passing:
		t.goValue(v, to)
		t.pass(h, chosen, skipped > 0)
	case t.passing || t.e.SharedValue(m.id.key()): // it stands in another any, too
		t.pass(h, chosen, skipped > 0)
	default:
		var ids []string
		switch {
		case chosen.ID() != to.ID() && len(h.IDs) > 0:
			ids = h.IDs[skipped:]
		case chosen.ID() != to.ID(), t.named():
			ids = truncations(chosen, to)
		}
		canon, ok := t.e.Env().Refs.(*canonical)
		if ok && t.holds && !t.d.Spend(1, standSize) {
			return
		}
		if chosen.Kind() == typecode.TkValueBox {
			t.e.Box()
		}
		level := t.e.ChunkLevel()
		mark := t.e.BeginValue(m.id.key(), ids, len(ids) > 1)
		if ok {
			canon.stand(mark.At, level, m.id, as)
		}
		t.values++
		t.state(chosen)
		t.values--
		t.d.EndValue(h, skipped > 0)
		if t.e.EndValue(mark); ok {
			canon.end(mark.At, t.e.Len())
		}
	}
}

// custom copies a custom value: as the Go value that its code makes of it.
func (t *transcoder) custom(h cdr.ValueHead, custom *cdr.ValueType, tc *typecode.TypeCode) {
	if !t.madeFits(custom.TypeCode, tc) {
		return
	}
	if h.Chunked && t.passing {
		t.d.EndValue(h, true)
	} else if v := t.d.MakeValue(h, custom, false); v != nil && !t.passing {
		t.goValue(v, tc)
	}
}

// unknownValue says why the members of a value cannot be told.
func unknownValue(h cdr.ValueHead, tc *typecode.TypeCode) error {
	id := tc.ID()
	if len(h.IDs) > 0 {
		id = h.IDs[0]
	}
	if tc.Modifier() == typecode.ValueCustom {
		return exc.New(exc.Marshal, exc.MinorUnsupportedType, exc.No, "only the code of %s, which is custom, knows what is in its values, so that they can neither be carried to another message nor told as JSON: register it with Register of the type's descriptor", id)
	}
	return exc.New(exc.Marshal, exc.MinorNoValueFactory, exc.No,
		"the members of a value of %s are not known: register its type with Register of the type's descriptor", id)
}

// state copies the members of a value, those of bases first.
func (t *transcoder) state(tc *typecode.TypeCode) {
	if tc.Kind() == typecode.TkValueBox {
		t.copy(tc.Content())
		return
	}
	if base := tc.Content(); base != nil {
		t.state(base)
	}
	for i := range tc.Len() {
		if !t.ok() {
			return
		}
		t.copy(tc.MemberType(i))
	}
}

// abstract copies what stands where an abstract interface is declared.
func (t *transcoder) abstract(tc *typecode.TypeCode) {
	isObject := t.d.Boolean()
	if !t.ok() {
		return
	}
	if t.e.Boolean(isObject); isObject {
		t.object()
	} else {
		t.valuetype(tc)
	}
}
