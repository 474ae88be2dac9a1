package check

import "github.com/opendsom/dsom/diag"

// The codes of SOM IDL's rules; a second digit of 1 is a warning. IDL4001 is the grammar's.
const (
	CodeImplementation diag.Code = "IDL4002"
	CodeModifierValue  diag.Code = "IDL4003"
	CodeReleaseOrder   diag.Code = "IDL4004"
	CodeOverride       diag.Code = "IDL4005"
	CodeNoOverride     diag.Code = "IDL4006"
	CodeMigrate        diag.Code = "IDL4007"
	CodeSelect         diag.Code = "IDL4008"
	CodeReintroduce    diag.Code = "IDL4009"
	CodeMetaclass      diag.Code = "IDL4010"
	CodeInit           diag.Code = "IDL4011"
	CodeContradiction  diag.Code = "IDL4012"
	CodeParameterName  diag.Code = "IDL4013"
	CodeAncestorName   diag.Code = "IDL4014"

	CodeMisplaced       diag.Code = "IDL4101"
	CodeRepeated        diag.Code = "IDL4102"
	CodeUnknownTarget   diag.Code = "IDL4103"
	CodeUnlisted        diag.Code = "IDL4104"
	CodeDoubtfulOrder   diag.Code = "IDL4105"
	CodeParentless      diag.Code = "IDL4106"
	CodeTypedefAgain    diag.Code = "IDL4107"
	CodeSharedName      diag.Code = "IDL4108"
	CodeUnknownModifier diag.Code = "IDL4109"
	CodeUndeclaredClass diag.Code = "IDL4110"
)

// root is the begin of examples.
const root = "interface SOMObject { void go(); };\n"

// somCodes explains the codes of SOM IDL. Where IBM's compiler is known to accept something in
// files that were shipped, it is a warning at most.
var somCodes = diag.Table{
	{
		Code: CodeImplementation, Title: "more than one implementation section",
		Explanation: "An interface has one implementation section at most.",
		Example:     root + "interface I : SOMObject { implementation { filestem = i; }; implementation { filestem = j; }; };\n",
	},
	{
		Code: CodeModifierValue, Title: "wrong value of a modifier",
		Explanation: "Some modifiers of SOM need a value, some have none, and some have one of few: majorversion is a number, callstyle is idl or oidl.",
		Example:     root + "interface I : SOMObject { implementation { majorversion = two; }; };\n",
	},
	{
		Code: CodeReleaseOrder, Title: "name in the release order twice",
		Explanation: "Each method has one place in the release order of its class.",
		Example:     root + "interface I : SOMObject { void f(); implementation { releaseorder: f, f; }; };\n",
	},
	{
		Code: CodeOverride, Title: "override of something that is not inherited",
		Explanation: "A class overrides, selects and lets migrate methods that it inherits; those of an attribute x are _get_x and _set_x.",
		Example:     root + "interface I : SOMObject { implementation { gone: override; }; };\n",
	},
	{
		Code: CodeNoOverride, Title: "method that cannot be overridden",
		Explanation: "A method with the modifier nooverride, a nonstatic method, a procedure and an initializer other than SOMObject's cannot be overridden.",
		Example:     "interface SOMObject { void go(); implementation { go: nooverride; }; };\ninterface I : SOMObject { implementation { go: override; }; };\n",
	},
	{
		Code: CodeMigrate, Title: "migration to the wrong class",
		Explanation: "A method migrates to the ancestor that introduces it now; the class in which it was keeps its place in the release order.",
		Example:     root + "interface B;\ninterface I : SOMObject { implementation { releaseorder: go; go: migrate = B; }; };\n",
	},
	{
		Code: CodeSelect, Title: "selection of the wrong parent",
		Explanation: "The modifier select names the parent whose implementation of a method the class inherits.",
		Example:     root + "interface I : SOMObject { implementation { go: select = J; }; };\n",
	},
	{
		Code: CodeReintroduce, Title: "method that cannot be introduced again",
		Explanation: "The modifier reintroduce is for a method whose name is inherited, where the inherited one is nonstatic or a procedure: it is then the type of the reference that decides which is called.",
		Example:     root + "interface I : SOMObject { void go(); implementation { go: reintroduce; }; };\n",
	},
	{
		Code: CodeMetaclass, Title: "not a metaclass",
		Explanation: "The modifier metaclass names another interface, which descends from SOMClass.",
		Example:     root + "interface I : SOMObject { implementation { metaclass = T; }; };\ntypedef long T;\n",
	},
	{
		Code: CodeInit, Title: "initializer with the wrong signature",
		Explanation: "A method with the modifier init returns void, and its first parameter is inout somInitCtrl.",
		Example:     root + "interface I : SOMObject { void make(in long n); implementation { make: init; }; };\n",
	},
	{
		Code: CodeContradiction, Title: "modifiers that contradict each other",
		Explanation: "A method is static, nonstatic or a procedure; noself and noenv are for procedures; a parameter has one owner.",
		Example:     root + "interface I : SOMObject { void f(); implementation { f: nonstatic, procedure; }; };\n",
	},
	{
		Code: CodeParameterName, Title: "not a parameter",
		Explanation: "The value of caller_owns_parameters and its like lists names of the method's parameters.",
		Example:     root + "interface I : SOMObject { void f(in string s); implementation { f: object_owns_parameters = \"t\"; }; };\n",
	},
	{
		Code: CodeAncestorName, Title: "not an ancestor",
		Explanation: "directinitclasses lists ancestors of the class, and abstractparents parents, each once.",
		Example:     root + "interface I : SOMObject { implementation { directinitclasses = \"J\"; }; };\n",
	},
	{
		Code: CodeMisplaced, Severity: diag.Warning, Title: "modifier that means nothing here",
		Explanation: "Each modifier is for classes, methods, attributes, variables or types. Elsewhere it is kept and has no effect.",
		Example:     root + "interface I : SOMObject { void f(); implementation { f: nodata; }; };\n",
	},
	{
		Code: CodeRepeated, Severity: diag.Warning, Title: "modifier given again",
		Explanation: "A modifier is given twice with different values, or one target has two passthru statements.",
		Example:     root + "interface I : SOMObject { implementation { minorversion = 1; minorversion = 2; }; };\n",
	},
	{
		Code: CodeUnknownTarget, Severity: diag.Warning, Title: "modifier of nothing",
		Explanation: "A modifier is given to a name that is not declared. It may be one of a private section that is not read.",
		Example:     root + "interface I : SOMObject { implementation { hidden: nocall; }; };\n",
	},
	{
		Code: CodeUnlisted, Severity: diag.Warning, Title: "method that is not in the release order",
		Explanation: "The release order is what makes a new release of a class fit compiled clients: it lists all methods and static data, and what is new comes at its end.",
		Example:     root + "interface I : SOMObject { void f(); void g(); implementation { releaseorder: f; }; };\n",
	},
	{
		Code: CodeDoubtfulOrder, Severity: diag.Warning, Title: "doubtful name in the release order",
		Explanation: "A name in the release order is no method of the class. That is right for private and for removed methods, but it looks like a misspelled one, or is inherited.",
		Example:     root + "interface I : SOMObject { implementation { releaseorder: go; }; };\n",
	},
	{
		Code: CodeParentless, Severity: diag.Warning, Title: "class without a parent",
		Explanation: "Each class descends from SOMObject. Only a metaclass may leave its parent to be derived.",
		Example:     "interface I { implementation { filestem = i; }; };\n",
	},
	{
		Code: CodeTypedefAgain, Severity: diag.Warning, Title: "typedef declared again",
		Explanation: "A typedef is declared twice, as the same. SOM's own files do so.",
		Example:     "#pragma somemittypes on\ntypedef long T;\ntypedef long T;\n",
	},
	{
		Code: CodeSharedName, Severity: diag.Warning, Title: "two methods of one name",
		Explanation: "Different ancestors introduce methods of the same name. SOM takes that of the leftmost path; select says which.",
		Example:     "interface A { void f(); };\ninterface B { void f(); };\ninterface I : A, B { implementation { filestem = i; }; };\n",
	},
	{
		Code: CodeUnknownModifier, Severity: diag.Warning, Title: "modifier that SOM does not have",
		Explanation: "A user may have modifiers of his own, but this one looks like a misspelled one of SOM's.",
		Example:     root + "interface I : SOMObject { implementation { minorverson = 1; }; };\n",
	},
	{
		Code: CodeUndeclaredClass, Severity: diag.Warning, Title: "class not declared",
		Explanation: "The class that a modifier names is not declared. It can be declared forward.",
		Example:     root + "interface I : SOMObject { implementation { metaclass = M_I; }; };\n",
	},
}
