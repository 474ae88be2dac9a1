package rrbc_test

import (
	"reflect"
	"strings"

	"github.com/opendsom/dsom/model"
)

// member is an instance variable as C has it.
type member struct {
	name, ctype string
	size, align int // of an element
	array       int // elements, 0: no array
	factor      int // what its value is a multiple of
}

var ctypes = map[model.Kind]struct {
	name string
	size int
}{model.Short: {"int16_t", 2}, model.Long: {"int32_t", 4}, model.Double: {"double", 8}, model.String: {"char *", 8},
	model.Sequence: {"", 16}, model.Named: {"", 8}} // attributes: two numbers and a pointer; a reference, or a structure with one string

// members are the instance variables of a class, and those of its attributes behind them.
func members(i *model.Interface) []member {
	var all []member
	add := func(name string, t *model.Type) {
		m := member{name: name, factor: len(all) + 2}
		if t.Kind == model.Array {
			m.array = int(t.Dims[0])
			t = t.Elem
		}
		c := ctypes[t.Resolve().Kind]
		m.ctype, m.size, m.align = c.name, c.size, min(c.size, 8)
		all = append(all, m)
	}
	for _, d := range i.InstanceData() {
		add(d.Name, d.Type)
	}
	for _, a := range i.AttributeData() {
		add(a.Name, a.Type)
	}
	return all
}

// layout is the size and the alignment of a class's part of an instance, on machines of 64 bits.
func layout(i *model.Interface) (size, align int) {
	align = 1
	for _, m := range members(i) {
		size = (size + m.align - 1) / m.align * m.align
		size += m.size * max(m.array, 1)
		align = max(align, m.align)
	}
	return (size + align - 1) / align * align, align
}

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

// goType is what the reference's implementations of a method are.
func goType(m *model.Method) reflect.Type {
	switch {
	case m.Attribute != nil && !isNumber(m.Attribute.Type):
		return reflect.TypeFor[voidFunc]()
	case m.Attribute != nil && m.Set:
		return reflect.TypeFor[setFunc]()
	case m.Attribute != nil:
		return reflect.TypeFor[getFunc]()
	case m.IsInit():
		return reflect.TypeFor[initFunc]()
	case isOdd(m):
		return reflect.TypeFor[oddFunc]()
	case isString(m.Operation.Result):
		return reflect.TypeFor[stringFunc]()
	case m.Operation.Result.IsVoid():
		return reflect.TypeFor[voidFunc]()
	case !takesNumber(m):
		return reflect.TypeFor[doubleFunc]()
	}
	return reflect.TypeFor[numberFunc]()
}

// binds is a method that a client's binding of a class looks up when the class is first used.
type binds struct {
	name   string // qualified
	method model.Method
}

func bound(i *model.Interface) []binds {
	var all []binds
	for _, m := range i.Introduced() {
		if m.Kind() != model.ProcedureMethod {
			all = append(all, binds{name(i) + "::" + m.Name, m})
		}
	}
	return all
}

// libraryOf is the file that defines a class.
func libraryOf(r *release, class string) string {
	module, bare, _ := strings.Cut(class, "::")
	file := "lib" + strings.ToLower(module)
	if r.n == 2 && r.row.apart != "" && bare == r.words[r.row.apart] {
		file += "_" + strings.ToLower(bare)
	}
	return file + ".so"
}
