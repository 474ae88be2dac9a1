package ifr

import "github.com/opendsom/dsom/std/ifr"

// The operations that change definitions. The servants have them from here, a level deeper than
// the operations that read, and readOnly lets none of them be called.
type (
	repositoryRest        struct{ ifr.RepositoryBase }
	moduleRest            struct{ ifr.ModuleDefBase }
	interfaceRest         struct{ ifr.ExtInterfaceDefBase }
	abstractInterfaceRest struct {
		ifr.ExtAbstractInterfaceDefBase
	}
	localInterfaceRest struct{ ifr.ExtLocalInterfaceDefBase }
	operationRest      struct{ ifr.OperationDefBase }
	attributeRest      struct{ ifr.ExtAttributeDefBase }
	structRest         struct{ ifr.StructDefBase }
	unionRest          struct{ ifr.UnionDefBase }
	enumRest           struct{ ifr.EnumDefBase }
	exceptionRest      struct{ ifr.ExceptionDefBase }
	aliasRest          struct{ ifr.AliasDefBase }
	constantRest       struct{ ifr.ConstantDefBase }
	nativeRest         struct{ ifr.NativeDefBase }
	valueRest          struct{ ifr.ExtValueDefBase }
	valueMemberRest    struct{ ifr.ValueMemberDefBase }
	valueBoxRest       struct{ ifr.ValueBoxDefBase }
	primitiveRest      struct{ ifr.PrimitiveDefBase }
	stringRest         struct{ ifr.StringDefBase }
	wstringRest        struct{ ifr.WstringDefBase }
	fixedRest          struct{ ifr.FixedDefBase }
	sequenceRest       struct{ ifr.SequenceDefBase }
	arrayRest          struct{ ifr.ArrayDefBase }
)
