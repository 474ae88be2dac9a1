package dyn

import (
	"strconv"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/typecode"
)

// A Valuetype is a value of a valuetype, an eventtype or a box as [Any.Value] makes it and [Of] takes it. Null
// is nil, and values that are shared are one pointer.
type Valuetype struct {
	// Type is the type of the value, which may be derived from the one that is declared.
	Type *typecode.TypeCode
	// Members are those of the state, of bases first. A box has one, named value.
	Members Struct
}

// boxMember is the name of a box's only member.
const boxMember = "value"

// A StateMember is a member of the state of a valuetype.
type StateMember struct {
	Name string
	Type *typecode.TypeCode
}

// StateOf returns the members of the state of a valuetype, an eventtype or a box, those of bases first.
func StateOf(tc *typecode.TypeCode) []StateMember {
	if tc.Kind() == typecode.TkValueBox {
		return []StateMember{{boxMember, tc.Content()}}
	}
	var ms []StateMember
	if base := tc.Content(); base != nil {
		ms = StateOf(base)
	}
	for i := range tc.Len() {
		ms = append(ms, StateMember{tc.MemberName(i), tc.MemberType(i)})
	}
	return ms
}

// valuetype returns a value as a *Valuetype, nil for null, and a custom one as the Go value that it is.
func (w *walker) valuetype(tc *typecode.TypeCode) any {
	h := w.d.BeginValue()
	switch h.Kind {
	case cdr.SharedValue:
		if v := w.shared[h.At]; v != nil {
			return v
		}
		if v, _ := w.d.SharedAs(h.At); v != nil {
			return v
		}
		var v any // it stands in an any
		w.d.ReadAgain(h.At, func() { v = w.valuetype(tc) })
		return v
	case cdr.NewValue:
		if custom := customOf(h, tc, w.d.Env()); custom != nil {
			if v := w.d.MakeValue(h, custom, false); v != nil {
				return v
			}
			return nil
		}
		chosen, skipped := chooseType(w.d, h, tc)
		if chosen == nil {
			w.d.Fail(unknownValue(h, tc))
			return nil
		}
		if !w.d.Spend(1, sharedSize) || !w.d.Spend(len(StateOf(chosen)), fieldSize) || !w.d.Enter() {
			return nil
		}
		defer w.d.Leave()
		v := &Valuetype{Type: chosen}
		before := w.shared[h.At] // met again, on the way back from an indirection
		if w.shared == nil {
			w.shared = map[int]*Valuetype{}
		}
		if before == nil {
			w.shared[h.At] = v
		}
		for _, m := range StateOf(chosen) {
			v.Members = append(v.Members, Field{m.Name, w.value(m.Type)})
		}
		w.d.EndValue(h, skipped > 0)
		if before != nil {
			return before
		}
		return v
	}
	return nil
}

// abstract returns what stands where an abstract interface is declared.
func (w *walker) abstract(tc *typecode.TypeCode) any {
	if w.d.Boolean() {
		return w.object()
	}
	return w.valuetype(tc)
}

// valuetype writes a value as {"_type": name, members}, one that was written before as {"_ref": where}, a
// JSON pointer (RFC 6901) into the document.
func (w *jsonWriter) valuetype(tc *typecode.TypeCode) {
	h := w.d.BeginValue()
	switch h.Kind {
	case cdr.NoValue:
		w.raw("null")
	case cdr.SharedValue:
		w.raw(`{"_ref":`)
		w.text(w.places[h.At])
		w.raw("}")
	case cdr.NewValue:
		chosen, skipped := chooseType(w.d, h, tc)
		if chosen == nil || !isValue(chosen) {
			w.fail(unknownValue(h, tc))
			return
		}
		if w.places == nil {
			w.places = map[int]string{}
		}
		w.places[h.At] = string(w.at)
		w.d.Spend(len(w.at)+sharedSize, 1)
		w.raw(`{"_type":`)
		w.text(typecode.ScopedName(chosen.ID()))
		for _, m := range StateOf(chosen) {
			w.raw(",")
			w.text(m.Name)
			w.raw(":")
			w.inside(m.Name, m.Type)
		}
		w.raw("}")
		w.d.EndValue(h, skipped > 0)
	}
}

// abstract writes what stands where an abstract interface is declared.
func (w *jsonWriter) abstract(tc *typecode.TypeCode) {
	if w.d.Boolean() {
		w.reference()
	} else {
		w.valuetype(tc)
	}
}

// inside writes a part of a value that has a name in JSON.
func (w *jsonWriter) inside(name string, tc *typecode.TypeCode) {
	n := len(w.at)
	w.at = append(append(w.at, '/'), name...)
	w.value(tc)
	w.at = w.at[:n]
}

// pointer returns the path as a JSON pointer.
func (p *path) pointer() string {
	if p == nil {
		return ""
	}
	name := p.name
	if name == "" {
		name = strconv.Itoa(p.index)
	}
	return p.up.pointer() + "/" + name
}
