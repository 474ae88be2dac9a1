package typelib

import "github.com/opendsom/dsom/model"

// The header of a typelib. All numbers in it are little-endian.
const (
	magic      = "SOMT"
	major      = 1 // a reader refuses another one
	minor      = 0 // a newer one adds fields at the ends of records, and kinds of records
	headerSize = 32
	alignment  = 8 // of a typelib in a section, and of its size

	offMajor   = 4
	offMinor   = 5
	offHeader  = 6  // uint16: octets of the header
	offSize    = 8  // uint32: octets in all
	offSum     = 12 // uint32: CRC-32 (IEEE) of what follows
	offStrings = 16
	offFiles   = 20
	offTypes   = 24
	offDecls   = 28
)

// Kinds of declarations. These numbers, and all others here, never change.
const (
	declModule = 1 + iota
	declInterface
	declOperation
	declAttribute
	declStruct
	declUnion
	declEnum
	declException
	declTypedef
	declConst
	declNative
	declForward
)

// newDecl returns an empty declaration of a kind, or nil.
func newDecl(code uint64) model.Decl {
	switch code {
	case declModule:
		return new(model.Module)
	case declInterface:
		return new(model.Interface)
	case declOperation:
		return new(model.Operation)
	case declAttribute:
		return new(model.Attribute)
	case declStruct:
		return new(model.Struct)
	case declUnion:
		return new(model.Union)
	case declEnum:
		return new(model.Enum)
	case declException:
		return new(model.Exception)
	case declTypedef:
		return new(model.Typedef)
	case declConst:
		return new(model.Const)
	case declNative:
		return new(model.Native)
	case declForward:
		return new(model.Forward)
	}
	return nil
}

// declCode returns the kind of a declaration; 0 if a typelib has none of its kind.
func declCode(d model.Decl) uint64 {
	switch d.(type) {
	case *model.Module:
		return declModule
	case *model.Interface:
		return declInterface
	case *model.Operation:
		return declOperation
	case *model.Attribute:
		return declAttribute
	case *model.Struct:
		return declStruct
	case *model.Union:
		return declUnion
	case *model.Enum:
		return declEnum
	case *model.Exception:
		return declException
	case *model.Typedef:
		return declTypedef
	case *model.Const:
		return declConst
	case *model.Native:
		return declNative
	case *model.Forward:
		return declForward
	}
	return 0
}

// typeKinds are the kinds of types by their numbers. There are no maps and no ValueBase: the
// rows of SOM's methods have no form for them.
var typeKinds = [...]model.Kind{
	1: model.Void, 2: model.Boolean, 3: model.Octet, 4: model.Char, 5: model.WChar, 6: model.Int8, 7: model.UInt8,
	8: model.Short, 9: model.UShort, 10: model.Long, 11: model.ULong, 12: model.LongLong, 13: model.ULongLong,
	14: model.Float, 15: model.Double, 16: model.LongDouble, 17: model.Fixed, 18: model.String, 19: model.WString,
	20: model.Sequence, 21: model.Array, 22: model.Any, 23: model.Object, 24: model.TypeCode, 25: model.Pointer, 26: model.Named,
}

// typeCode returns the number of a kind, 0 if it has none.
func typeCode(k model.Kind) uint64 {
	for n := 1; n < len(typeKinds); n++ {
		if typeKinds[n] == k {
			return uint64(n)
		}
	}
	return 0
}

// forwards are what a forward declaration can be of.
var forwards = [...]string{1: "interface", 2: "struct", 3: "union"}

// Bits before a node: which lists it has.
const (
	nodeDoc = 1 << iota
	nodeTrailing
	nodeAnnotations
	nodePragmas
	nodeModifiers
	nodeBits = iota
)

// Bits of files and declarations.
const (
	fileMain     = 1
	fileStandard = 2

	interfaceAbstract       = 1
	interfaceLocal          = 2
	interfaceImplementation = 4
	interfaceClass          = 8

	operationOneway   = 1
	attributeReadonly = 1

	labelDefault = 1

	enumeratorValue = 1

	forwardAbstract = 1
	forwardLocal    = 2
)

// How a parameter or result passes: the direction in the two lowest bits, the owner in the two
// after them, then three of one bit.
const (
	passOwner       = 2 // shift
	passNullable    = 1 << 4
	passByCopy      = 1 << 5
	passMaybeByCopy = 1 << 6
	passBits        = 7
)

// What an entry of a release order is.
const (
	releasePlaceholder = iota
	releaseStatic
	releaseNonstatic
	releaseProcedure
	releaseMigrated
	releaseData
)

// releaseCode returns what an entry of a release order is.
func releaseCode(r model.Release) uint64 {
	switch {
	case r.Method != nil:
		switch r.Method.Kind() {
		case model.NonstaticMethod:
			return releaseNonstatic
		case model.ProcedureMethod:
			return releaseProcedure
		}
		return releaseStatic
	case r.Data != nil:
		return releaseData
	case r.Migrated != nil:
		return releaseMigrated
	}
	return releasePlaceholder
}

// passing returns how a parameter of a method passes, or with an empty name its result.
func passing(m *model.Method, param string, d model.Direction) uint64 {
	p := uint64(d) | uint64(m.Owner(param))<<passOwner
	if m.Nullable(param) {
		p |= passNullable
	}
	if m.ByCopy(param) {
		p |= passByCopy
	}
	if m.MaybeByValue(param) {
		p |= passMaybeByCopy
	}
	return p
}
