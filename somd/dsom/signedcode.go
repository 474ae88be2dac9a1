package dsom

import (
	"strconv"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/typecode"
)

var signedCodes = map[som.TypeKind]*typecode.TypeCode{
	som.Void: typecode.Void, som.Boolean: typecode.Boolean, som.Octet: typecode.Octet, som.Char: typecode.Char, som.WChar: typecode.WChar, som.Int8: typecode.Octet, som.Short: typecode.Short, som.UShort: typecode.UShort,
	som.Long: typecode.Long, som.ULong: typecode.ULong, som.LongLong: typecode.LongLong, som.ULongLong: typecode.ULongLong, som.Float: typecode.Float, som.Double: typecode.Double,
	som.Enum: typecode.ULong, // signatures do not have the names of enumerators; it is the same on the wire
}

// typeCodeOf returns the TypeCode of a type as signatures tell it, without names.
func typeCodeOf(t *som.SignedType) (*typecode.TypeCode, error) {
	made := &maker{begun: map[*som.SignedType]string{}, within: map[string]bool{}}
	tc, err := made.of(t)
	if err == nil {
		err = typecode.Check(tc)
	}
	return tc, err
}

// A maker makes TypeCodes; a structure within itself gets an id, by which it is found there.
type maker struct {
	begun  map[*som.SignedType]string
	within map[string]bool
}

func (m *maker) of(t *som.SignedType) (*typecode.TypeCode, error) {
	if tc := signedCodes[t.Kind]; tc != nil {
		return tc, nil
	}
	switch t.Kind {
	case som.String:
		return typecode.StringMax(0), nil
	case som.WString:
		return typecode.WStringMax(0), nil
	case som.ObjectType:
		if t.Class == "" {
			return typecode.ObjRef("", ""), nil
		}
		return typecode.ObjRef(somd.RepositoryID(t.Class), t.Class[strings.LastIndexByte(t.Class, ':')+1:]), nil
	case som.Sequence, som.Array:
		elem, err := m.of(t.Elem)
		if err != nil {
			return nil, err
		}
		if t.Kind == som.Array {
			return typecode.Array(elem, uint32(t.Len)), nil
		}
		return typecode.Sequence(elem, 0), nil
	}
	if id, ok := m.begun[t]; ok {
		m.within[id] = true
		return typecode.Recursive(id), nil
	}
	id := "IDL:dsom/Struct" + strconv.Itoa(len(m.begun)+1) + ":1.0"
	m.begun[t] = id
	var all []typecode.Member
	for i, x := range t.Members {
		tc, err := m.of(x)
		if err != nil {
			return nil, err
		}
		all = append(all, typecode.Member{Name: "m" + strconv.Itoa(i+1), Type: tc})
	}
	if !m.within[id] {
		id = ""
	}
	if t.Kind == som.Struct {
		return typecode.Struct(id, "", all...), nil
	}
	tag, err := m.of(t.Tag)
	if err != nil {
		return nil, err
	}
	var arms []typecode.Arm
	for i, x := range all {
		arm := typecode.Arm{Name: x.Name, Type: x.Type}
		switch label := t.Labels[i]; label {
		case "default":
			arm.Default = true
		case "TRUE":
			arm.Label = 1
		case "FALSE":
		default:
			n, err := strconv.ParseInt(label, 10, 64)
			if err != nil {
				u, err := strconv.ParseUint(label, 10, 64)
				if err != nil {
					return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "%.40q is no label of a union", label)
				}
				n = int64(u)
			}
			arm.Label = n
		}
		arms = append(arms, arm)
	}
	return typecode.Union(id, "", tag, arms...), nil
}

// exceptionType returns the TypeCode of an exception that a method declares.
func exceptionType(r *som.SignedRaise) (*typecode.TypeCode, error) {
	if r.Err != nil {
		return nil, r.Err
	}
	var all []typecode.Member
	for i, x := range r.Members {
		t, err := typeCodeOf(x)
		if err != nil {
			return nil, err
		}
		all = append(all, typecode.Member{Name: "m" + strconv.Itoa(i+1), Type: t})
	}
	return typecode.Exception(r.ID, somd.ClassName(r.ID), all...), nil
}
