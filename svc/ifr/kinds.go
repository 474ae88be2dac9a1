package ifr

import (
	"strings"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/ifr"
)

// kindOf returns the kind of a definition; dk_none for what the repository does not hold.
func kindOf(d model.Decl) ifr.DefinitionKind {
	switch d := d.(type) {
	case *model.Module:
		return ifr.DefinitionKind_Dk_Module
	case *model.Interface:
		switch {
		case d.Abstract:
			return ifr.DefinitionKind_Dk_AbstractInterface
		case d.Local:
			return ifr.DefinitionKind_Dk_LocalInterface
		}
		return ifr.DefinitionKind_Dk_Interface
	case *model.Operation:
		return ifr.DefinitionKind_Dk_Operation
	case *model.Attribute:
		return ifr.DefinitionKind_Dk_Attribute
	case *model.Struct:
		return ifr.DefinitionKind_Dk_Struct
	case *model.Union:
		return ifr.DefinitionKind_Dk_Union
	case *model.Enum:
		return ifr.DefinitionKind_Dk_Enum
	case *model.Exception:
		return ifr.DefinitionKind_Dk_Exception
	case *model.Typedef:
		return ifr.DefinitionKind_Dk_Alias
	case *model.Const:
		return ifr.DefinitionKind_Dk_Constant
	case *model.Native:
		return ifr.DefinitionKind_Dk_Native
	case *model.ValueType:
		return ifr.DefinitionKind_Dk_Value
	case *model.StateMember:
		return ifr.DefinitionKind_Dk_ValueMember
	case *model.ValueBox:
		return ifr.DefinitionKind_Dk_ValueBox
	}
	return ifr.DefinitionKind_DkNone
}

// classOf returns what references say that a definition is: interfaces that every client knows. The
// servants of interfaces, values and attributes are of the later Ext kinds, too, and say so when asked.
func classOf(d model.Decl) orb.Class {
	switch kindOf(d) {
	case ifr.DefinitionKind_Dk_Module:
		return ifr.ModuleDefClass
	case ifr.DefinitionKind_Dk_Interface:
		return ifr.InterfaceDefClass
	case ifr.DefinitionKind_Dk_AbstractInterface:
		return ifr.AbstractInterfaceDefClass
	case ifr.DefinitionKind_Dk_LocalInterface:
		return ifr.LocalInterfaceDefClass
	case ifr.DefinitionKind_Dk_Operation:
		return ifr.OperationDefClass
	case ifr.DefinitionKind_Dk_Attribute:
		return ifr.AttributeDefClass
	case ifr.DefinitionKind_Dk_Struct:
		return ifr.StructDefClass
	case ifr.DefinitionKind_Dk_Union:
		return ifr.UnionDefClass
	case ifr.DefinitionKind_Dk_Enum:
		return ifr.EnumDefClass
	case ifr.DefinitionKind_Dk_Exception:
		return ifr.ExceptionDefClass
	case ifr.DefinitionKind_Dk_Alias:
		return ifr.AliasDefClass
	case ifr.DefinitionKind_Dk_Constant:
		return ifr.ConstantDefClass
	case ifr.DefinitionKind_Dk_Native:
		return ifr.NativeDefClass
	case ifr.DefinitionKind_Dk_Value:
		return ifr.ValueDefClass
	case ifr.DefinitionKind_Dk_ValueMember:
		return ifr.ValueMemberDefClass
	case ifr.DefinitionKind_Dk_ValueBox:
		return ifr.ValueBoxDefClass
	}
	return ifr.IRObjectClass
}

// servantOf makes the servant of a definition.
func (v view) servantOf(d model.Decl) orb.Servant {
	o := object{v, d}
	switch d := d.(type) {
	case *model.Module:
		return ifr.ModuleDefClass.Servant(&moduleDef{contained: contained{o}, container: container{o}})
	case *model.Interface:
		i := interfaceDef{contained{o}, container{o}, typed{o}, o, d}
		switch {
		case d.Abstract:
			return ifr.ExtAbstractInterfaceDefClass.Servant(&abstractInterfaceDef{interfaceDef: i})
		case d.Local:
			return ifr.ExtLocalInterfaceDefClass.Servant(&localInterfaceDef{interfaceDef: i})
		}
		return ifr.ExtInterfaceDefClass.Servant(&plainInterfaceDef{interfaceDef: i})
	case *model.Operation:
		return ifr.OperationDefClass.Servant(&operationDef{contained: contained{o}, o: o, op: d})
	case *model.Attribute:
		return ifr.ExtAttributeDefClass.Servant(&attributeDef{contained: contained{o}, o: o, a: d})
	case *model.Struct:
		return ifr.StructDefClass.Servant(&structDef{contained: contained{o}, container: container{o}, typed: typed{o}, o: o, s: d})
	case *model.Union:
		return ifr.UnionDefClass.Servant(&unionDef{contained: contained{o}, container: container{o}, typed: typed{o}, o: o, u: d})
	case *model.Enum:
		return ifr.EnumDefClass.Servant(&enumDef{contained: contained{o}, typed: typed{o}, e: d})
	case *model.Exception:
		return ifr.ExceptionDefClass.Servant(&exceptionDef{contained: contained{o}, container: container{o}, typed: typed{o}, o: o, e: d})
	case *model.Typedef:
		return ifr.AliasDefClass.Servant(&aliasDef{contained: contained{o}, typed: typed{o}, original: original{v, d.Type}})
	case *model.Const:
		return ifr.ConstantDefClass.Servant(&constantDef{contained: contained{o}, o: o, c: d})
	case *model.Native:
		return ifr.NativeDefClass.Servant(&nativeDef{contained: contained{o}, typed: typed{o}})
	case *model.ValueType:
		return ifr.ExtValueDefClass.Servant(&valueDef{contained: contained{o}, container: container{o}, typed: typed{o}, o: o, v: d})
	case *model.StateMember:
		return ifr.ValueMemberDefClass.Servant(&valueMemberDef{contained: contained{o}, o: o, m: d})
	case *model.ValueBox:
		return ifr.ValueBoxDefClass.Servant(&valueBoxDef{contained: contained{o}, typed: typed{o}, original: original{v, d.Type}})
	}
	panic("ifr: a definition of kind " + d.Kind()) // index lets none in
}

// version returns the version in a repository id, "1.0" where it has none.
func version(id string) string {
	if i := strings.LastIndexByte(id, ':'); strings.HasPrefix(id, "IDL:") && i > len("IDL:") {
		return id[i+1:]
	}
	return "1.0"
}
