package dsom

import (
	"reflect"
	"strings"

	"github.com/opendsom/dsom/som"
)

// classOf makes a class of a Go type, whose methods are in a release order: lines of a name, and of a signature where the type implements
// the method; behind a bar, how parameters are passed that signatures' letters do not tell (som.Packing.Passes). A name
// alone keeps its place, and so does one with a signature behind a hyphen, which programs in C are compiled with.
func classOf[T any](name, order string, opts ...som.Option) *som.Class {
	t := reflect.TypeFor[*T]()
	return som.MustClass[T](name, append(opts, som.With(func(s *som.Spec) { s.Introduces = append(s.Introduces, inOrder(t, order)...) }))...)
}

// inOrder are the methods of a release order. Their types are those of t's methods.
func inOrder(t reflect.Type, order string) []som.MethodSpec {
	var all []som.MethodSpec
	for line := range strings.Lines(order) {
		line, passing, _ := strings.Cut(strings.TrimSpace(line), " | ")
		name, signature, implemented := strings.Cut(line, " ")
		missing := strings.HasPrefix(signature, "- ")
		switch {
		case name == "":
			continue
		case !implemented || missing:
			all = append(all, som.MethodSpec{Name: name, Signature: strings.TrimPrefix(signature, "- "), Type: reflect.TypeFor[func(som.Self) error]()})
			continue
		}
		m := som.MethodSpec{Name: name, Signature: signature, Packing: som.Packing{}.Passes(passing), GoName: goName(name)}
		if gm, ok := t.MethodByName(m.GoName); ok {
			m.Type = methodType(gm.Type)
		} else {
			panic("dsom: " + t.String() + " has no " + m.GoName)
		}
		all = append(all, m)
	}
	return all
}

func methodType(t reflect.Type) reflect.Type {
	in, out := []reflect.Type{reflect.TypeFor[som.Self]()}, []reflect.Type{}
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, false)
}

// goName is the Go form of a method's name: SomdNewObject of somdNewObject, ImplId of _get_impl_id, SetImplId of _set_impl_id.
func goName(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(name, "_get_"), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
