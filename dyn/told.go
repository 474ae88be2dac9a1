package dyn

import "github.com/opendsom/dsom/typecode"

// told are the valuetypes that the TypeCode of an any tells: those of members, and the bases of others. They are looked for when one is
// wanted that nobody has registered.
type told struct {
	root   *typecode.TypeCode
	types  map[string]*typecode.TypeCode
	around *told // by the any around that any, or nil
}

// find returns the type of an id, nil if that any does not tell it.
func (k *told) find(id string) *typecode.TypeCode {
	if k.types == nil {
		k.types = map[string]*typecode.TypeCode{}
		k.add(k.root, map[*typecode.TypeCode]bool{})
	}
	return k.types[id]
}

// add adds what tc tells. met are the types that have been.
func (k *told) add(tc *typecode.TypeCode, met map[*typecode.TypeCode]bool) {
	if tc == nil || met[tc] {
		return
	}
	met[tc] = true
	if isValue(tc) && k.types[tc.ID()] == nil {
		k.types[tc.ID()] = tc
	}
	k.add(tc.Content(), met)
	for i := range tc.Len() {
		k.add(tc.MemberType(i), met)
	}
}

// toldType returns the type of an id that an any around the value tells, nil if none does.
func (t *transcoder) toldType(id string) *typecode.TypeCode {
	for k := &t.told; k != nil; k = k.around {
		if tc := k.find(id); tc != nil {
			return tc
		}
	}
	return nil
}
