package c

import (
	"github.com/opendsom/dsom/model"
)

// isRoot reports whether a class is one that the kernel has from the start, whosever IDL describes it.
func isRoot(i *model.Interface) bool {
	switch i.ScopedName() {
	case "SOMObject", "SOMClass", "SOMClassMgr":
		return true
	}
	return false
}

// isGiven reports whether a class is one that comes with the kernel or with its library of metaclasses.
func isGiven(i *model.Interface) bool { return givenMethods[i.ScopedName()] != nil }

// givenMethods are the methods of these classes with the signatures that they have; those that can do
// nothing here, and say so to whoever calls them by their names, are left out. Where IDL has sequences or packed arguments they differ from what IDL says.
var givenMethods = map[string]map[string]string{
	"SOMObject": {
		"somInit": "v:", "somUninit": "v:", "somFree": "v:", "somDefaultVCopyInit": "v:po", "somGetClassName": "s:", "somGetClass": "o:",
		"somIsA": "b:o", "somRespondsTo": "b:s", "somIsInstanceOf": "b:o", "somGetSize": "i:", "somDumpSelf": "v:i", "somDumpSelfInt": "v:i",
		"somPrintSelf": "o:", "somDefaultConstVCopyInit": "v:po", "somDispatch": "i:spIp", "somClassDispatch": "i:ospIp", "somCastObj": "b:o",
		"somResetObj": "b:", "somDefaultInit": "v:p", "somDestruct": "v:bp", "somDefaultCopyInit": "v:po", "somDefaultConstCopyInit": "v:po",
		"somDefaultAssign": "v:po", "somDefaultConstAssign": "v:po", "somDefaultVAssign": "v:po", "somDefaultConstVAssign": "v:po",
	},
	"SOMClass": {
		"somNew": "o:", "somRenew": "o:p", "somClassReady": "v:", "somGetName": "s:", "somDescendedFrom": "b:o", "somCheckVersion": "b:ii",
		"somFindMethod": "b:sp", "somFindMethodOk": "b:sp", "somSupportsMethod": "b:s", "somGetNumMethods": "i:", "somGetInstanceSize": "i:",
		"somGetInstancePartSize": "i:", "somGetMethodIndex": "i:s", "somGetNumStaticMethods": "i:", "somGetPClsMtab": "p:", "somGetClassMtab": "p:",
		"somOverrideSMethod": "v:sp", "somAddDynamicMethod": "v:ssp", "somFindSMethod": "p:s", "somFindSMethodOk": "p:s", "somGetMethodDescriptor": "s:s", "somGetNthMethodInfo": "s:ip",
		"somNewNoInit": "o:", "somRenewNoInit": "o:p", "somGetInstanceToken": "l:", "somGetMemberToken": "l:il", "somGetMethodData": "b:sp",
		"somGetMethodToken": "l:s", "somGetParents": "p:p", "somGetVersionNumbers": "v:pp", "somLookupMethod": "p:s", "_get_somInstanceDataOffsets": "p:p",
		"somRenewNoZero": "o:p", "somRenewNoInitNoZero": "o:p", "somAllocate": "p:i", "somDeallocate": "v:p", "somGetNthMethodData": "b:ip",
		"_get_somDirectInitClasses": "p:p", "somMethodImplOwner": "o:l", "somDefinedMethod": "p:l", "somClassOfNewClassWithParents": "o:pIo",
		"_get_somDataAlignment": "i:",
	},
	"SOMClassMgr": {
		"somFindClsInFile": "o:siis", "somFindClass": "o:sii", "somClassFromId": "o:s", "somUnregisterClass": "i:o", "somLocateClassFile": "s:sii",
		"somLoadClassFile": "o:siis", "somUnloadClassFile": "i:o", "somGetInitFunction": "s:", "somGetRelatedClasses": "p:op",
		"somSubstituteClass": "i:ss", "_get_somInterfaceRepository": "p:", "_set_somInterfaceRepository": "v:p", "_get_somRegisteredClasses": "p:p",
		"somRegisterClassLibrary": "v:sp", "somJoinAffinityGroup": "v:oo", "somRegisterClass": "v:o", "somMergeInto": "v:o",
		"somBeginPersistentClasses": "v:", "somEndPersistentClasses": "v:", "somUnregisterClassLibrary": "v:s",
	},
	"SOMMBeforeAfter":    {"sommBeforeMethod": "b:p", "sommAfterMethod": "v:p"},
	"SOMMSingleInstance": {"sommGetSingleInstance": "o:", "sommFreeSingleInstance": "v:"},
	"SOMMTraced":         {"_set_sommTraceIsOn": "v:b", "_get_sommTraceIsOn": "b:"},
	"SOMMProxyFor":       {"sommMakeProxyClass": "o:os"},
	"SOMMProxyForObject": {"_get_sommProxyTarget": "o:", "_set_sommProxyTarget": "v:o", "sommProxyDispatch": "i:spIp"},
}

// lifeParams are what implementations of these functions have, and the kernel calls them with.
var lifeParams = map[string][]param{
	"init":   {{typ: "som_ref", name: "self"}, {typ: "som_env *", name: "ev"}},
	"fini":   {{typ: "som_ref", name: "self"}},
	"copy":   {{typ: "som_ref", name: "self"}, {typ: "som_ref", name: "from"}, {typ: "som_env *", name: "ev"}},
	"assign": {{typ: "som_ref", name: "self"}, {typ: "som_ref", name: "from"}, {typ: "som_env *", name: "ev"}},
}
