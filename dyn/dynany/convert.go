package dynany

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// convert returns plain, a value of type from, as one of the type to, which is equivalent: members
// belong together by their places, since types may differ in names, or have none. Valuetypes keep the type that they have.
func convert(plain any, from, to *typecode.TypeCode) any {
	if typecode.Equal(from, to) {
		return plain
	}
	from, to = from.Unalias(), to.Unalias()
	switch x := plain.(type) {
	case dyn.Struct:
		return convertMembers(x, from, to)
	case dyn.Exception:
		return dyn.Exception{ID: to.ID(), Members: convertMembers(x.Members, from, to)}
	case dyn.Union:
		arm := from.Arm(number(from.Discriminator(), x.Label))
		u := dyn.Union{Label: convert(x.Label, from.Discriminator(), to.Discriminator())}
		if arm >= 0 {
			u.Name, u.Value = to.MemberName(arm), convert(x.Value, from.MemberType(arm), to.MemberType(arm))
		}
		return u
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = convert(x[i], from.Content(), to.Content())
		}
		return list
	case string:
		if from.Kind() == typecode.TkEnum {
			return uint32(number(from, x))
		}
	}
	return plain
}

func convertMembers(s dyn.Struct, from, to *typecode.TypeCode) dyn.Struct {
	list := make(dyn.Struct, len(s))
	for i, f := range s {
		list[i] = dyn.Field{Name: to.MemberName(i), Value: convert(f.Value, from.MemberType(i), to.MemberType(i))}
	}
	return list
}
