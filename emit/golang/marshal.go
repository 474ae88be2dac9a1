package golang

import (
	"fmt"
	"math"

	"github.com/opendsom/dsom/model"
)

// A coder is how the code around a value calls its encoder or decoder: as the pointer that a
// method is given, or as a field of a call.
type coder struct {
	value   string // before a method: e, c.Out
	pointer string // as an argument: e, &c.Out
}

var (
	encoder = coder{"e", "e"}
	decoder = coder{"d", "d"}
)

func field(of, name string) coder { return coder{of + "." + name, "&" + of + "." + name} }

// bound returns the bound of a sequence or string as Go code can say it. One that no message
// can reach is none: an int has 32 bits on some machines.
func bound(t *model.Type) (int, bool) {
	return int(t.Bound), t.Bound > 0 && t.Bound < math.MaxInt32
}

// loopVariable returns the variable of a loop inside depth others.
func loopVariable(depth int) string {
	if depth < 3 {
		return string(rune('i' + depth))
	}
	return fmt.Sprintf("i%d", depth)
}

// put prints the code that writes the variable x of type t. depth counts the loops around it.
func (f *file) put(c coder, x string, t *model.Type, depth int) {
	t = plain(t)
	switch t.Kind {
	case model.String, model.WString:
		if n, ok := bound(t); ok {
			f.F("%s.%sMax(%s, %d)", c.value, basic[t.Kind].method, x, n)
			return
		}
	case model.LongDouble:
		f.F("%s.LongDouble(%s)", c.value, x)
		return
	case model.Fixed:
		f.F("%s.Fixed(%s, %d, %d)", c.value, x, t.Digits, t.Scale)
		return
	case model.Any:
		f.F("%s.PutAny(%s, %s)", f.rt("dyn"), c.pointer, x)
		return
	case model.TypeCode:
		f.F("%s.Put(%s, %s)", f.rt("typecode"), c.pointer, x)
		return
	case model.Object:
		f.F("%s.PutObject(%s, %s)", f.rt("stub"), c.pointer, x)
		return
	case model.ValueBase:
		f.F("%s.PutValueBase(%s, %s)", f.rt("stub"), c.pointer, x)
		return
	case model.Map:
		f.putMap(c, x, t, depth)
		return
	case model.Sequence:
		f.putSequence(c, x, t, depth)
		return
	case model.Array:
		f.elements(x, t, depth, func(x string, depth int) { f.put(c, x, t.Elem, depth) }, c, false)
		return
	case model.Named:
		if i, ok := f.interfaceOf(t.Decl); ok && !i.Local {
			f.F("%s.Put(%s, %s)", f.classOf(i), c.pointer, x)
		} else if isValue(t.Decl) {
			f.F("%s.Put(%s, %s)", f.descriptorOf(t.Decl), c.pointer, x)
		} else if f.isOpaque(t.Decl) {
			f.F("%s.PutLocal(%s, %q)", f.rt("stub"), c.pointer, t.Decl.About().ID)
		} else {
			f.F("%s.MarshalCDR(%s)", x, c.pointer)
		}
		return
	}
	f.F("%s.%s(%s)", c.value, basic[t.Kind].method, x)
}

// get prints the code that reads the variable x of type t.
func (f *file) get(c coder, x string, t *model.Type, depth int) {
	if named := plain(t); named.Kind == model.Named && !f.isOpaque(named.Decl) {
		f.F("%s.UnmarshalCDR(%s)", x, c.pointer)
		return
	}
	switch p := plain(t); p.Kind {
	case model.Sequence:
		f.getSequence(c, x, p, depth)
	case model.Map:
		f.getMap(c, x, p, depth)
	case model.Array:
		f.elements(x, p, depth, func(x string, depth int) { f.get(c, x, p.Elem, depth) }, c, true)
	default:
		f.F("%s = %s", x, f.read(c, p))
	}
}

// read returns the expression that reads a value of a type that no method and no loop reads.
func (f *file) read(c coder, t *model.Type) string {
	switch t.Kind {
	case model.String, model.WString:
		if n, ok := bound(t); ok {
			return fmt.Sprintf("%s.%sMax(%d)", c.value, basic[t.Kind].method, n)
		}
	case model.LongDouble:
		return c.value + ".LongDouble()"
	case model.Fixed:
		return fmt.Sprintf("%s.Fixed(%d, %d)", c.value, t.Digits, t.Scale)
	case model.Any:
		return fmt.Sprintf("%s.GetAny(%s)", f.rt("dyn"), c.pointer)
	case model.TypeCode:
		return fmt.Sprintf("%s.Get(%s)", f.rt("typecode"), c.pointer)
	case model.Object:
		return fmt.Sprintf("%s.GetObject(%s)", f.rt("stub"), c.pointer)
	case model.ValueBase:
		return fmt.Sprintf("%s.GetValueBase(%s)", f.rt("stub"), c.pointer)
	case model.Named:
		if i, ok := f.interfaceOf(t.Decl); ok && !i.Local {
			return fmt.Sprintf("%s.Get(%s)", f.classOf(i), c.pointer)
		}
		if isValue(t.Decl) {
			return fmt.Sprintf("%s.Get(%s)", f.descriptorOf(t.Decl), c.pointer)
		}
		return fmt.Sprintf("%s.GetLocal[%s](%s, %q)", f.rt("stub"), f.qualifiedName(t.Decl), c.pointer, t.Decl.About().ID)
	}
	return fmt.Sprintf("%s.%s()", c.value, basic[t.Kind].method)
}

// isValue reports whether d is a valuetype or a box, which its descriptor writes and reads.
func isValue(d model.Decl) bool {
	switch d.(type) {
	case *model.ValueType, *model.ValueBox:
		return true
	}
	return false
}

// isOpaque reports whether the Go type of d is an interface or a box, which has no methods that
// write and read it.
func (g *generator) isOpaque(d model.Decl) bool {
	_, isNative := d.(*model.Native)
	_, isInterface := g.interfaceOf(d)
	return isNative || isInterface || isValue(d)
}

// isVariable reports whether a value of type t is declared first and read then, instead of
// declared with what read returns.
func (g *generator) isVariable(t *model.Type) bool {
	t = plain(t)
	if t.Kind != model.Named {
		return t.Kind == model.Sequence || t.Kind == model.Array || t.Kind == model.Map
	}
	return !g.isOpaque(t.Decl)
}

// bulkMethod returns the method that writes or reads many elements of a type, or "".
func bulkMethod(elem *model.Type) string { return basic[plain(elem).Kind].bulk }

func (f *file) putSequence(c coder, x string, t *model.Type, depth int) {
	bulk := bulkMethod(t.Elem)
	n, bounded := bound(t)
	switch {
	case bulk == "Octets" && !bounded:
		f.F("%s.OctetSeq(%s)", c.value, x)
		return
	case bounded:
		f.F("%s.CountMax(len(%s), %d)", c.value, x, n)
	default:
		f.F("%s.Count(len(%s))", c.value, x)
	}
	if bulk != "" {
		f.F("%s.%s(%s)", c.value, bulk, x)
		return
	}
	run := isEnums(t.Elem)
	if run {
		f.F("%s.BeginRun(%d)", c.value, enumSize)
	}
	i := loopVariable(depth)
	f.F("for %s := range %s {", i, x)
	f.put(c, x+"["+i+"]", t.Elem, depth+1)
	f.L("}")
	if run {
		f.F("%s.EndRun()", c.value)
	}
}

// enumSize is how many octets an enumerator takes.
const enumSize = 4

// isEnums reports whether t is an enum, or an array of one: some peers read those of a sequence in one step. See BeginRun of cdr.Encoder.
func isEnums(t *model.Type) bool {
	t = t.Resolve()
	for t.Kind == model.Array {
		t = t.Elem.Resolve()
	}
	_, ok := t.Decl.(*model.Enum)
	return ok && t.Kind == model.Named
}

func (f *file) getSequence(c coder, x string, t *model.Type, depth int) {
	bulk := bulkMethod(t.Elem)
	n, bounded := bound(t)
	if bulk == "Octets" && !bounded {
		f.F("%s = %s.OctetSeq()", x, c.value)
		return
	}
	f.F("%s = %s.Make[%s](%s, %s)", x, f.rt("stub"), f.goType(t), c.pointer, f.readCount(c, t, n, bounded))
	f.getElements(c, x, t, depth)
}

// readCount returns the expression that reads the length of a sequence.
func (f *file) readCount(c coder, t *model.Type, n int, bounded bool) string {
	if bounded {
		return fmt.Sprintf("%s.CountMax(%d, %d)", c.value, f.minSize(t.Elem), n)
	}
	return fmt.Sprintf("%s.Count(%d)", c.value, f.minSize(t.Elem))
}

// getElements prints the code that reads the elements of the slice x.
func (f *file) getElements(c coder, x string, t *model.Type, depth int) {
	if bulk := bulkMethod(t.Elem); bulk != "" {
		f.F("%s.%s(%s)", c.value, bulk, x)
		return
	}
	i := loopVariable(depth)
	f.F("for %s := range %s {", i, x)
	f.get(c, x+"["+i+"]", t.Elem, depth+1)
	f.stopOnError(c)
	f.L("}")
}

// stopOnError prints what keeps a loop from going on for nothing after an error.
func (f *file) stopOnError(c coder) {
	f.F("if %s.Err() != nil {", c.value)
	f.L("break")
	f.L("}")
}

// elements prints the loops over the array x: for each element, or over the rows where
// these go in bulk.
func (f *file) elements(x string, t *model.Type, depth int, each func(x string, depth int), c coder, reading bool) {
	bulk := bulkMethod(t.Elem)
	loops := len(t.Dims)
	if bulk != "" {
		loops--
	}
	for range loops {
		i := loopVariable(depth)
		f.F("for %s := range %s {", i, x)
		x += "[" + i + "]"
		depth++
	}
	if bulk != "" {
		f.F("%s.%s(%s[:])", c.value, bulk, x)
	} else {
		each(x, depth)
		if reading {
			f.stopOnError(c)
		}
	}
	for range loops {
		f.L("}")
	}
}
