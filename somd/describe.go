package somd

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// descriptionOf describes a class: its ancestors but SOMObject first, itself last. What a placed class has for standing for another is no part of that.
func descriptionOf(c *som.Class) []ClassDescription {
	var all []ClassDescription
	order := c.Order()
	for i := len(order) - 1; i >= 0; i-- {
		a := order[i]
		if isRoot(a) || a != c && ClientProxy.DescendsFrom(a) {
			continue
		}
		x := ClassDescription{Name: a.Name(), Major: uint32(a.Version().Major), Minor: uint32(a.Version().Minor), BaseProxy: a.BaseProxy(), Metaclass: metaclassOf(a)}
		for _, p := range a.Parents() {
			if isRoot(p) || !ClientProxy.DescendsFrom(p) {
				x.Parents = append(x.Parents, p.Name())
			}
		}
		if x.Parents == nil {
			x.Parents = []string{som.SOMObject.Name()}
		}
		for _, m := range a.Introduced() {
			y := MethodDescription{Name: m.Name(), Kind: uint32(m.Kind()), Signature: methodOf(m).signature(), Copies: m.Copies(), Owns: m.Owns(), Oneway: m.Oneway()}
			if whole := m.Whole(); whole != m.Signature() {
				y.Whole = whole
			}
			x.Methods = append(x.Methods, y)
		}
		all = append(all, x)
	}
	return all
}

// informed adds to a description what type information says of the class, if any does.
func (d *Domain) informed(all []ClassDescription, c *som.Class) []ClassDescription {
	if d.TypeInformation == nil || len(all) == 0 {
		return all
	}
	all[len(all)-1].Typelib = d.typelibOf(c)
	return all
}

// typelibOf returns what type information says of a class, or nil. That of the class that was asked for last is kept: clients ask for the same ones.
func (d *Domain) typelibOf(c *som.Class) []byte {
	d.mu.Lock()
	last := d.told
	d.mu.Unlock()
	if last.class != c {
		last = told{class: c}
		if b, err := d.TypeInformation(c); err == nil && len(b) <= MaxDescribedTypelib {
			last.typelib = b
		}
		d.mu.Lock()
		d.told = last
		d.mu.Unlock()
	}
	return last.typelib
}

// A told is what type information says of a class.
type told struct {
	class   *som.Class
	typelib []byte
}

// metaclassOf returns the name of the nearest class that a class is an instance of and that introduces methods, or "" if that is one of SOM's own: properties are kept where
// the objects are.
func metaclassOf(c *som.Class) string {
	for _, m := range c.Metaclass().Order() {
		if !isRoot(m) && !som.OfRuntime(m) && len(m.Introduced()) > 0 {
			return m.Name()
		}
	}
	return ""
}

func (s *servant) describe(r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	all := descriptionOf
	if s.isClass() {
		all = metaclassDescription
	}
	octets, err := appendDescription(nil, s.d.informed(all(s.class), s.class))
	if r.Returned(err) {
		r.Out.OctetSeq(octets)
	}
}

// describedBy asks an object what its class is.
func describedBy(ctx context.Context, o *orb.Ref) ([]ClassDescription, error) {
	c := orb.StartCall(ctx, o, opDescribe, 0)
	for c.Next() {
	}
	return getDescription(c)
}

// getDescription reads what a call returns that describes a class.
func getDescription(c *orb.Call) ([]ClassDescription, error) {
	var octets []byte
	if c.Returned() {
		octets = c.In.OctetSeq()
	}
	if err := c.End(); err != nil {
		return nil, err
	}
	all, err := ReadDescription(octets)
	if n := len(all); n > 0 {
		for i := range all { // the last one's tells of all
			all[i].Typelib = all[n-1].Typelib
		}
	}
	return all, err
}

// fromDescription makes what stands for a class that this process does not have: its interface alone, in which methods have no implementation.
// A class of the name that is here is taken as it is.
func (d *Domain) fromDescription(all []ClassDescription) (*som.Class, error) {
	return d.fromDescriptionBelow(all, som.SOMObject)
}

// fromDescriptionBelow is fromDescription for classes that may descend from root, too, which is SOMClass for metaclasses.
func (d *Domain) fromDescriptionBelow(all []ClassDescription, root *som.Class) (*som.Class, error) {
	d.making.Lock()
	defer d.making.Unlock()
	var last *som.Class
	types := &descriptionTypes{}
	for _, x := range all {
		if last = d.class(x.Name); last != nil {
			continue
		}
		s, err := d.interfaceSpec(x, root, types)
		if err != nil {
			return nil, err
		}
		s.Abstract = true
		if last, err = s.newClass(); err != nil {
			d.uncount(s)
			return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the description of class %.255q by its server cannot be used: %w", x.Name, err)
		}
		d.mu.Lock()
		d.classes[x.Name], d.strange[last] = last, true
		d.mu.Unlock()
	}
	if last == nil {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the server describes no class")
	}
	return last, nil
}

// A described is a class as a description says it. It counts among those that are known by descriptions until it is given to uncount.
type described struct {
	som.Spec
	signed  []*som.Signed // of its methods
	methods int           // that count for it
	octets  int           // of type information, likewise: classes of one description have the same
}

// newClass makes the class.
func (s *described) newClass() (*som.Class, error) {
	c, err := som.NewClass(s.Spec)
	if err != nil {
		return nil, err
	}
	for _, x := range s.signed {
		x.Learn()
	}
	return c, nil
}

// count counts a class that is known by a description. It takes the type information that the description has, if there is room for that.
func (d *Domain) count(s *described, methods int, typelib []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.described >= MaxDescribed {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d classes are known by descriptions, and no more are allowed (MaxDescribed)", MaxDescribed)
	}
	if methods > MaxDescribedMethods-d.methods {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "classes that are known by descriptions have %d methods, and with %d more than are allowed, %d (MaxDescribedMethods)", d.methods, methods, MaxDescribedMethods)
	}
	d.described++
	d.methods += methods
	s.methods = methods
	switch at := unsafe.SliceData(typelib); {
	case len(typelib) == 0 || len(typelib) > MaxDescribedTypelib:
	case at == d.taken:
		s.TypeInformation = typelib
	case len(typelib) <= MaxDescribedTypelibs-d.typelibs:
		s.TypeInformation, s.octets = typelib, len(typelib)
		d.typelibs += s.octets
		d.taken = at
	}
	return nil
}

// uncount undoes count for a class that was not made.
func (d *Domain) uncount(s *described) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.described--
	d.methods -= s.methods
	d.typelibs -= s.octets
	if s.octets != 0 && d.taken == unsafe.SliceData(s.TypeInformation) {
		d.taken = nil
	}
}

// checked is the error of a method whose description cannot be used, before anything is made for it.
func (m *MethodDescription) checked(class string) error {
	if n := max(len(m.Signature), len(m.Whole)); n > som.MaxSignature {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%.255s::%.255s is described by a signature of %d octets, and at most %d are allowed (MaxSignature)", class, m.Name, n, som.MaxSignature)
	}
	if m.Whole == "" {
		return nil
	}
	letters, _, _ := strings.Cut(m.Signature, "/")
	if whole, _, _ := strings.Cut(m.Whole, "/"); whole != letters {
		return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%.255s::%.255s is described by two signatures, %.80q and %.80q, that are called unlike", class, m.Name, m.Signature, m.Whole)
	}
	return nil
}

// interfaceSpec is what a description says of a class, whose parents are here or root, and of the signatures of its methods. The class counts from then on; what is
// refused here does not, and who does not make the class takes it back by uncount. A method that has no type in Go, as one of a signature beyond som's limits, is there, and its calls say why they are errors.
func (d *Domain) interfaceSpec(x ClassDescription, root *som.Class, types *descriptionTypes) (*described, error) {
	s := &described{Spec: som.Spec{Name: x.Name, BaseProxy: x.BaseProxy, Version: som.Version{Major: int(x.Major), Minor: int(x.Minor)}}}
	for _, p := range x.Parents {
		parent := som.SOMObject
		if p == root.Name() {
			parent = root
		} else if p != parent.Name() {
			if parent = d.class(p); parent == nil {
				return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "class %.255q is described without its parent %.255q", x.Name, p)
			}
		}
		if slices.Contains(s.Parents, parent) {
			return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "class %.255q is described with the parent %.255q twice", x.Name, p)
		}
		s.Parents = append(s.Parents, parent)
	}
	called := slices.DeleteFunc(slices.Clone(x.Methods), func(m MethodDescription) bool { return m.Kind != uint32(som.Static) && m.Kind != uint32(som.NonStatic) })
	for i := range called {
		if err := called[i].checked(x.Name); err != nil {
			return nil, err
		}
	}
	signatures := map[string]*som.Signed{} // nil of those that tell too little
	for _, m := range called {
		if text := cmp.Or(m.Whole, m.Signature); signatures[text] == nil {
			if signed, err := som.ParseSignature(text); err == nil {
				signatures[text] = signed
			}
		}
	}
	if err := d.count(s, len(called), x.Typelib); err != nil { // before the types, which count for good
		return nil, err
	}
	if err := types.add(signatures); err != nil {
		d.uncount(s)
		return nil, fmt.Errorf("class %.255q: %w", x.Name, err)
	}
	for _, m := range called {
		ms := som.MethodSpec{Name: m.Name, Kind: som.Kind(m.Kind), Signature: m.Signature, Whole: m.Whole, Copies: m.Copies, Owns: m.Owns, Oneway: m.Oneway, Type: reflect.TypeFor[func(som.Self) error]()}
		if signed := signatures[cmp.Or(m.Whole, m.Signature)]; signed != nil {
			if t, packing, err := signed.MethodType(); err == nil {
				ms.Type, ms.Packing = t, packing
				s.signed = append(s.signed, signed)
			}
		}
		s.Introduces = append(s.Introduces, ms)
	}
	return s, nil
}

// signature is that of the method's class, or else what Go's types say; empty where they say nothing.
func (x *method) signature() string {
	if s := x.of.Signature(); strings.Contains(s, "/") || x.err != nil {
		return s
	}
	result, letters, types := "v", "", "void"
	last := ""
	if x.result.Kind != som.Void {
		types = text(x.result, nil)
		if result = letter(x.result); aggregate(x.result) {
			result, last = "v", "p"
		}
	}
	types += "("
	for i, p := range x.params {
		if i > 0 {
			types += ","
		}
		l := letter(p.typ)
		if p.how != 'i' {
			l = "p"
			types += map[byte]string{'o': "out ", 'x': "inout "}[p.how]
		}
		letters += l
		types += text(p.typ, nil)
	}
	return result + ":" + letters + last + "/" + types + ")"
}

func aggregate(t *som.SignedType) bool {
	return t.Kind == som.Struct || t.Kind == som.UnionType || t.Kind == som.Sequence || t.Kind == som.Array
}

var words = map[som.TypeKind][2]string{
	som.Void: {"v", "void"}, som.Boolean: {"b", "boolean"}, som.Octet: {"b", "octet"}, som.Char: {"b", "char"}, som.WChar: {"H", "wchar"},
	som.Int8: {"b", "int8"}, som.Short: {"h", "short"}, som.UShort: {"H", "unsigned short"}, som.Long: {"i", "long"}, som.ULong: {"I", "unsigned long"},
	som.LongLong: {"l", "long long"}, som.ULongLong: {"L", "unsigned long long"}, som.Float: {"f", "float"}, som.Double: {"d", "double"},
	som.Enum: {"I", "enum"}, som.String: {"s", "string"}, som.WString: {"p", "wstring"}, som.ObjectType: {"o", "object"},
}

func letter(t *som.SignedType) string {
	if w, ok := words[t.Kind]; ok {
		return w[0]
	}
	return "p"
}

// text is a type as signatures have it.
func text(t *som.SignedType, around []*som.SignedType) string {
	for i, a := range around {
		if a == t {
			return fmt.Sprintf("^%d", len(around)-1-i)
		}
	}
	switch t.Kind {
	case som.Sequence:
		return "<" + text(t.Elem, around) + ">"
	case som.Array:
		dims := ""
		for ; t.Kind == som.Array; t = t.Elem {
			dims += fmt.Sprintf("[%d]", t.Len)
		}
		return text(t, around) + dims
	case som.Struct:
		parts := make([]string, len(t.Members))
		for i, m := range t.Members {
			parts[i] = text(m, append(around, t))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case som.UnionType:
		return "union"
	case som.ObjectType:
		if t.Class != "" {
			return t.Class
		}
	}
	return words[t.Kind][1]
}
