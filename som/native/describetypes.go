//go:build cgo && unix

package native

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// What clients elsewhere call is more than what libsom's callers can: slices, structs and several results have no letters in signatures, and go over the wire all the same (package somd). So what is said of a class to
// the interface repository has types of IDL for those, declared in the class.

// described returns what Go's types say of a class to clients elsewhere. The error tells which of its methods are not in it, since some of their types say nothing; the class is.
func described(c *som.Class) (*model.Spec, error) {
	d := begin(c)
	d.class, d.in, d.types, d.taken = c, d.interfaceOf(c, d.file), map[form]*model.Type{}, map[string]bool{}
	for _, m := range c.Introduced() {
		d.taken[strings.ToLower(m.Name())] = true
	}
	err := d.methods(d.in, c, d.elsewhere)
	d.in.Decls = append(d.declared, d.in.Decls...)
	if bad := d.spec.Link(); bad != nil {
		return nil, errors.Join(err, bad)
	}
	b, bad := typelib.Append(nil, &d.spec, typelib.Options{})
	if bad != nil {
		return nil, errors.Join(err, bad)
	}
	spec, bad := typelib.Parse(b)
	return spec, errors.Join(err, bad)
}

// elsewhere returns a method as it is called from elsewhere: the first result is the operation's, the others are out parameters.
func (d *describing) elsewhere(m *som.Method) (*model.Operation, error) {
	t := m.Type()
	first, outs := 1, t.NumOut()
	if t.NumIn() > 1 && t.In(1) == contextType {
		first = 2
	}
	if outs > 0 && t.Out(outs-1) == errorType {
		outs--
	}
	passing := m.Packing().Passing()
	if passing == "" {
		if passing = strings.Repeat("i", t.NumIn()-first); outs > 0 {
			passing = "r" + passing + strings.Repeat("o", outs-1)
		}
	}
	if strings.HasPrefix(m.Name(), "_") {
		return nil, errors.New("it is of an attribute")
	}
	o := &model.Operation{Info: about(m.Name(), m.Class().Name()+"/"+m.Name(), d.file), Result: &model.Type{Kind: model.Void}}
	in, out := first, 0
	for n := range len(passing) {
		how := passing[n] | 0x20
		var of reflect.Type
		switch {
		case (how == 'i' || how == 'x') && in < t.NumIn():
			of = t.In(in)
			in++
		case (how == 'o' || how == 'r') && out < outs:
			of = t.Out(out)
		default:
			return nil, fmt.Errorf("%v has not the parameters and results of %q", t, passing)
		}
		if how != 'i' {
			out++
		}
		x, err := d.typeOf(form{of, passing[n] < 'a'}, nil)
		if err != nil {
			return nil, err
		}
		if how == 'r' {
			o.Result = x
			continue
		}
		p := &model.Param{Node: about(fmt.Sprintf("p%d", len(o.Params)+1), "", d.file).Node, Type: x}
		p.Direction = map[byte]model.Direction{'i': model.In, 'o': model.Out, 'x': model.InOut}[how]
		o.Params = append(o.Params, p)
	}
	if in != t.NumIn() || out != outs {
		return nil, fmt.Errorf("%v has not the parameters and results of %q", t, passing)
	}
	return o, nil
}

// typeOf returns the type in IDL of one in Go, which is declared in the class if it needs a name there. It must not be within itself.
func (d *describing) typeOf(f form, within []reflect.Type) (*model.Type, error) {
	t := f.typ
	unknown := fmt.Errorf("a %v is no type that tells what it is in IDL", t)
	switch {
	case t == runeType && f.wide:
		return &model.Type{Kind: model.WChar}, nil
	case t.Kind() == reflect.String && f.wide:
		return &model.Type{Kind: model.WString}, nil
	case t == errorType:
		return nil, unknown
	case t == refType, t.Kind() == reflect.Interface && t.NumMethod() > 0, t.Kind() == reflect.Struct && t.Implements(reflect.TypeFor[som.Object]()):
		return &model.Type{Kind: model.Object}, nil
	}
	if k, ok := kinds[t.Kind()]; ok {
		return &model.Type{Kind: k}, nil
	}
	if x := d.types[f]; x != nil {
		return x, nil
	}
	for _, w := range within {
		if w == t {
			return nil, fmt.Errorf("a %v has itself in it, which Go's types alone do not describe", t)
		}
	}
	within = append(within, t)
	var made model.Decl
	var name string
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		elem, err := d.typeOf(form{t.Elem(), f.wide}, within)
		if err != nil {
			return nil, err
		}
		suffix, x := "Seq", &model.Type{Kind: model.Sequence, Elem: elem}
		if t.Kind() == reflect.Array {
			if t.Len() == 0 {
				return nil, unknown
			}
			suffix, x = fmt.Sprint(t.Len()), &model.Type{Kind: model.Array, Dims: []uint64{uint64(t.Len())}, Elem: elem}
		}
		if name = t.Name(); name == "" {
			name = elemName(elem) + suffix
		}
		name = d.free(name)
		made = &model.Typedef{Info: d.info(name), Type: x}
	case reflect.Struct:
		if som.IsUnion(t) || t.NumField() == 0 {
			return nil, unknown
		}
		s := &model.Struct{}
		members := map[string]bool{}
		for i := range t.NumField() {
			m := t.Field(i)
			if !m.IsExported() || m.Anonymous {
				return nil, fmt.Errorf("a %v has the field %s, which is not exported or embedded", t, m.Name)
			}
			x, err := d.typeOf(form{m.Type, m.Tag.Get("som") == wideTag}, within)
			if err != nil {
				return nil, fmt.Errorf("%s of a %v: %w", m.Name, t, err)
			}
			member := lower(m.Name)
			if members[strings.ToLower(member)] {
				return nil, fmt.Errorf("a %v has two fields %s, to IDL", t, member)
			}
			members[strings.ToLower(member)] = true
			s.Members = append(s.Members, &model.Member{Node: about(member, "", d.file).Node, Type: x})
		}
		if name = t.Name(); name == "" {
			name = "Struct"
		}
		name = d.free(name)
		s.Info, made = d.info(name), s
	default:
		return nil, unknown
	}
	d.declared = append(d.declared, made)
	x := &model.Type{Kind: model.Named, Name: "::" + d.class.Name() + "::" + name, Decl: made}
	d.types[f] = x
	return x, nil
}

func (d *describing) info(name string) model.Info {
	return about(name, d.class.Name()+"::"+name, d.file)
}

// free returns a name that is not taken in the class, where case does not tell names apart.
func (d *describing) free(name string) string {
	name = strings.Map(func(r rune) rune { // of a generic type the arguments are in it
		if r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, name)
	if name = strings.TrimLeft(name, "_0123456789"); name == "" {
		name = "T"
	}
	name = strings.ToUpper(name[:1]) + name[1:]
	free := name
	for n := 2; d.taken[strings.ToLower(free)]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	d.taken[strings.ToLower(free)] = true
	return free
}

// elemName is what the name of a sequence or an array begins with.
func elemName(t *model.Type) string {
	if t.Kind == model.Named {
		return t.Name[strings.LastIndex(t.Name, ":")+1:]
	}
	words := strings.Fields(t.String())
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// lower returns a name of Go as IDL has it.
func lower(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
