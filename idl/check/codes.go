package check

import (
	"slices"

	"github.com/opendsom/dsom/diag"
)

// The codes of this package; a second digit of 1 is a warning. Codes explains them.
const (
	CodeUndeclared diag.Code = "IDL3001"
	CodeRedeclared diag.Code = "IDL3002"
	CodeCase       diag.Code = "IDL3003"
	CodeUsed       diag.Code = "IDL3004"
	CodeScopeName  diag.Code = "IDL3005"
	CodeAmbiguous  diag.Code = "IDL3006"
	CodeNoScope    diag.Code = "IDL3007"
	CodeNotType    diag.Code = "IDL3008"
	CodeIncomplete diag.Code = "IDL3009"
	CodeUndefined  diag.Code = "IDL3010"
	CodeForward    diag.Code = "IDL3011"
	CodeBase       diag.Code = "IDL3012"
	CodeInherited  diag.Code = "IDL3013"
	CodeOneway     diag.Code = "IDL3014"
	CodeRaises     diag.Code = "IDL3015"
	CodeContext    diag.Code = "IDL3016"
	CodeLocal      diag.Code = "IDL3017"
	CodeConstType  diag.Code = "IDL3018"
	CodeNotConst   diag.Code = "IDL3019"
	CodeRange      diag.Code = "IDL3020"
	CodeDivision   diag.Code = "IDL3021"
	CodeSize       diag.Code = "IDL3022"
	CodeSwitch     diag.Code = "IDL3023"
	CodeLabel      diag.Code = "IDL3024"
	CodeEmpty      diag.Code = "IDL3025"
	CodePragma     diag.Code = "IDL3026"
	CodeIDConflict diag.Code = "IDL3027"

	CodeState       diag.Code = "IDL3040"
	CodeSupports    diag.Code = "IDL3041"
	CodeTruncatable diag.Code = "IDL3042"
	CodeBox         diag.Code = "IDL3043"
	CodePort        diag.Code = "IDL3044"
	CodeHome        diag.Code = "IDL3045"
	CodePrimaryKey  diag.Code = "IDL3046"
	CodeImport      diag.Code = "IDL3047"

	CodeRecordBase      diag.Code = "IDL3060"
	CodeInheritedMember diag.Code = "IDL3061"
	CodeBits            diag.Code = "IDL3062"
	CodeEnumValue       diag.Code = "IDL3063"
	CodeAnnotationDecl  diag.Code = "IDL3064"
	CodeAnnotationParam diag.Code = "IDL3065"
	CodeTemplate        diag.Code = "IDL3066"

	CodeUndefinedInterface diag.Code = "IDL3101"
	CodeRaisesTwice        diag.Code = "IDL3102"
	CodeModuleID           diag.Code = "IDL3103"
	CodeIDFormat           diag.Code = "IDL3104"
	CodeMemberName         diag.Code = "IDL3105"

	CodeTruncatableAbstract diag.Code = "IDL3140"
	CodeBareTypeCode        diag.Code = "IDL3141"

	CodeEmptyStruct     diag.Code = "IDL3160"
	CodeAnnotationPlace diag.Code = "IDL3161"
	CodeEmptyConnector  diag.Code = "IDL3162"
)

// Codes explains the codes of this package.
func Codes() diag.Table { return allCodes }

var allCodes = slices.Concat(codes, somCodes)

var codes = diag.Table{
	{
		Code: CodeUndeclared, Title: "name not declared",
		Explanation: "A name is looked for in the scope in which it is used, in the interfaces which that inherits from, and in the scopes around it, and must be declared before it is used (CORBA 3.0, 3.20).",
		Example:     "interface I { void f(in Acount a); };\n",
	},
	{
		Code: CodeRedeclared, Title: "name declared twice",
		Explanation: "A scope declares a name once. Modules may be opened again, and interfaces, structures and unions may be declared before they are defined (CORBA 3.0, 3.20.1).",
		Example:     "typedef long T;\ntypedef short T;\n",
	},
	{
		Code: CodeCase, Title: "names that differ only in case",
		Explanation: "Names that differ only in the case of their letters collide, and a name is always written as it is declared (CORBA 3.0, 3.2.3).",
		Example:     "typedef long Amount;\ntypedef amount Other;\n",
	},
	{
		Code: CodeUsed, Title: "name used with another meaning",
		Explanation: "Once a name of a surrounding scope is used in a scope it cannot be declared there, neither so nor in other case (CORBA 3.0, 3.20.3). A fully scoped name, ::A, can be used without that.",
		Example:     "typedef long Color;\nstruct S { Color color; };\n",
	},
	{
		Code: CodeScopeName, Title: "name of the scope itself",
		Explanation: "The name of a module, interface, structure, union or exception cannot be declared again directly inside it (CORBA 3.0, 3.20.2).",
		Example:     "interface I { void I(); };\n",
	},
	{
		Code: CodeAmbiguous, Title: "ambiguous name",
		Explanation: "The name is declared in several of the interfaces that are inherited from. Say which is meant: Base::name (CORBA 3.0, 3.8.5).",
		Example:     "interface A { typedef long T; };\ninterface B { typedef short T; };\ninterface C : A, B { T f(); };\n",
	},
	{
		Code: CodeNoScope, Title: "no scope",
		Explanation: "What stands before :: is a module, interface, structure, union or exception; other declarations have no names in them.",
		Example:     "typedef long T;\ntypedef T::X U;\n",
	},
	{
		Code: CodeNotType, Title: "not a type",
		Explanation: "A type is expected, and the name denotes something else. Exceptions, for one, are no types.",
		Example:     "exception E {};\nstruct S { E x; };\n",
	},
	{
		Code: CodeIncomplete, Title: "type not complete",
		Explanation: "A structure or union that is not defined to its end can only be the element of a sequence, and such a sequence only a member of a structure or union, or an element again (CORBA 3.0, 3.11.2.3).",
		Example:     "struct S { long n; S next; };\n",
	},
	{
		Code: CodeUndefined, Title: "declared but not defined",
		Explanation: "A structure or union that is declared forward must be defined in the same specification (CORBA 3.0, 3.11.2.3).",
		Example:     "struct S;\ntypedef sequence<S> Q;\n",
	},
	{
		Code: CodeForward, Title: "declarations do not agree",
		Explanation: "A forward declaration and the definition are both abstract, both local, or neither (CORBA 3.0, 3.8.4, 3.9.4).",
		Example:     "local interface I;\ninterface I {};\n",
	},
	{
		Code: CodeBase, Title: "not a possible base",
		Explanation: "An interface inherits from interfaces that are defined before it, from each directly once; an abstract one from abstract ones only, and from a local one only if it is local itself (CORBA 3.0, 3.8.5, 3.8.6). A valuetype inherits from valuetypes, of which only the first may be one that is not abstract, an abstract one from abstract ones only, and from a custom one only if it is custom itself (3.9.5).",
		Example:     "interface A;\ninterface B : A {};\ninterface A {};\n",
	},
	{
		Code: CodeInherited, Title: "inherited operation declared again",
		Explanation: "Operations, attributes, state members and ports cannot be redefined, nor inherited from two places under one name (CORBA 3.0, 3.8.5, 3.9.5).",
		Example:     "interface A { void f(); };\ninterface B : A { void f(); };\n",
	},
	{
		Code: CodeOneway, Title: "oneway operation with something to return",
		Explanation: "Nobody waits for a oneway operation: it returns void, has in parameters only and raises nothing (CORBA 3.0, 3.13.1).",
		Example:     "interface I { oneway long f(); };\n",
	},
	{
		Code: CodeRaises, Title: "not an exception",
		Explanation: "A raises clause lists exceptions (CORBA 3.0, 3.13.3).",
		Example:     "struct S { long n; };\ninterface I { void f() raises (S); };\n",
	},
	{
		Code: CodeContext, Title: "wrong name of a context property",
		Explanation: "The name of a context property begins with a letter, goes on with letters, digits, periods and underscores, and may end with an asterisk (CORBA 3.0, 3.13.4).",
		Example:     "interface I { void f() context (\"1st\"); };\n",
	},
	{
		Code: CodeLocal, Title: "local type in a call",
		Explanation: "A local interface never leaves its process, so it cannot be in what an interface that is not local takes, returns or raises, nor in the state of a valuetype (CORBA 3.0, 3.8.6.2). Operations of a valuetype may use it: they run where the value is.",
		Example:     "local interface L {};\ninterface I { void f(in L x); };\n",
	},
	{
		Code: CodeConstType, Title: "constant of the wrong type",
		Explanation: "The type of an expression is that of the constant: integers, floating-point numbers, fixed-point numbers, characters, strings, booleans and enumerators are not converted into one another (CORBA 3.0, 3.10.2).",
		Example:     "const long N = \"five\";\n",
	},
	{
		Code: CodeNotConst, Title: "not a constant",
		Explanation: "A name in an expression denotes a constant that was declared before.",
		Example:     "typedef long T;\nconst long N = T;\n",
	},
	{
		Code: CodeRange, Title: "value out of range",
		Explanation: "The value does not fit the type, or a part of the expression does not fit the bits in which it is computed: 64 for long long and unsigned long long, 32 for all smaller types (CORBA 3.0, 3.10.2; IDL 4.2, 7.4.1.4.3).",
		Example:     "const short N = 40000;\n",
	},
	{
		Code: CodeDivision, Title: "division by zero",
		Explanation: "The right operand of / or % is zero.",
		Example:     "const long N = 1 / 0;\n",
	},
	{
		Code: CodeSize, Title: "impossible size",
		Explanation: "Bounds and sizes are positive and fit an unsigned long; a fixed has 1 to 31 digits and a scale of at most that (CORBA 3.0, 3.11.3, 3.11.4).",
		Example:     "typedef long T[0];\n",
	},
	{
		Code: CodeSwitch, Title: "impossible discriminator",
		Explanation: "A union switches on an integer, a character, a boolean, an octet or an enumeration (CORBA 3.0, 3.11.2.2, and IDL 4.2).",
		Example:     "union U switch (float) { case 1: long n; };\n",
	},
	{
		Code: CodeLabel, Title: "wrong label",
		Explanation: "The labels of a union differ, default is there once, and only if the labels leave values over for it (CORBA 3.0, 3.11.2.2).",
		Example:     "union U switch (long) { case 1: long a; case 1: long b; };\n",
	},
	{
		Code: CodeEmpty, Title: "nothing inside",
		Explanation: "Modules, unions, enumerations and bitmasks are not empty (CORBA 3.0, 3.4).",
		Example:     "module M {};\n",
	},
	{
		Code: CodePragma, Title: "malformed pragma",
		Explanation: "#pragma prefix is followed by a string, ID by a name and a string, version by a name and two numbers (CORBA 3.0, 10.7.5).",
		Example:     "#pragma prefix acme.com\ninterface I {};\n",
	},
	{
		Code: CodeIDConflict, Title: "conflicting repository ids",
		Explanation: "A declaration has one repository id. It cannot be set twice to different values, nor differ between a forward declaration and the definition (CORBA 3.0, 10.7.5).",
		Example:     "interface I {};\n#pragma ID I \"IDL:a:1.0\"\n#pragma ID I \"IDL:b:1.0\"\n",
	},
	{
		Code: CodeRecordBase, Title: "not a possible base of a structure or bitset",
		Explanation: "A structure inherits from one structure, a bitset from one bitset, which is defined before it (IDL 4.2, 7.4.13.4.2 and 7.4.13.4.3.2).",
		Example:     "union B switch (long) { case 1: long a; };\nstruct S : B { long b; };\n",
	},
	{
		Code: CodeInheritedMember, Title: "inherited member declared again",
		Explanation: "A member or bit field has another name than all that are inherited (IDL 4.2, 7.4.13.4.2).",
		Example:     "struct B { long a; };\nstruct S : B { long a; };\n",
	},
	{
		Code: CodeBits, Title: "bits that there are not",
		Explanation: "A bit field has 1 to 64 bits, and no more than the type as which it is read; a bitset has at most 64 in all. The flags of a bitmask have different bits below its @bit_bound, which is 1 to 64, or 32 where it is not given; an enumeration has at most 32 bits (IDL 4.2, 7.4.13.4.3 and 8.3.4.1).",
		Example:     "bitset B { bitfield<65> a; };\n",
	},
	{
		Code: CodeEnumValue, Title: "value of an enumerator given twice",
		Explanation: "The enumerators of an enumeration have different values, whether @value gives them or they count on from the one before, and each has one; one of them is the default literal (IDL 4.2, 8.3.1.5 and 8.3.2.3).",
		Example:     "enum E { @value(1) A, @value(1) B };\n",
	},
	{
		Code: CodeAnnotationDecl, Title: "impossible parameter of an annotation",
		Explanation: "A parameter of an annotation has a type that a constant can have, or any (IDL 4.2, 7.4.15.4.1).",
		Example:     "interface I {};\n@annotation note { I about; };\n",
	},
	{
		Code: CodeAnnotationParam, Title: "wrong parameter of an annotation",
		Explanation: "An annotation that is declared, by the specification or by a standard, is given the parameters that it has: each once, by name unless it is the only one, and those without a default always (IDL 4.2, 7.4.15.4.2). What an annotation says must not contradict another.",
		Example:     "struct S { @id long a; };\n",
	},
	{
		Code: CodeTemplate, Title: "wrong use of a template module",
		Explanation: "A template module is instantiated with one actual parameter for each formal one, of the kind that it says: module Template<long, 5> Name. It is not instantiated by itself; alias stands inside template modules only (IDL 4.2, 7.4.12).",
		Example:     "module T<typename A> { typedef A B; };\nmodule T<5> M;\n",
	},
	{
		Code: CodeState, Title: "state in an abstract valuetype",
		Explanation: "An abstract valuetype has operations only: nothing of it is sent, so it has no state members and no initializers (CORBA 3.0, 3.9.1.4).",
		Example:     "abstract valuetype V { public long n; };\n",
	},
	{
		Code: CodeSupports, Title: "interfaces that cannot be supported together",
		Explanation: "A valuetype supports one interface at most that is not abstract, and that one inherits from those which the bases of the valuetype support (CORBA 3.0, 3.9.5).",
		Example:     "interface I {};\ninterface J {};\nvaluetype V supports I, J {};\n",
	},
	{
		Code: CodeTruncatable, Title: "cannot be truncatable",
		Explanation: "A truncatable valuetype is taken as its base by a receiver that does not know it. What a custom valuetype sends can be read by its own code only (CORBA 3.0, 3.9.1.5).",
		Example:     "valuetype B { public long n; };\ncustom valuetype V : truncatable B {};\n",
	},
	{
		Code: CodeBox, Title: "boxed valuetype",
		Explanation: "A boxed value holds any type but a valuetype, which needs no box (CORBA 3.0, 3.9.2).",
		Example:     "valuetype V { public long n; };\nvaluetype B V;\n",
	},
	{
		Code: CodePort, Title: "wrong type of a port",
		Explanation: "A component provides and uses interfaces, and emits, publishes and consumes event types (CORBA 3.0, 3.17.4, 3.17.6).",
		Example:     "struct S { long n; };\ncomponent C { provides S p; };\n",
	},
	{
		Code: CodeHome, Title: "wrong component of a home",
		Explanation: "A home manages a component; if it inherits from another home, one that inherits from what that manages, or the same (CORBA 3.0, 3.17.7).",
		Example:     "interface I {};\nhome H manages I {};\n",
	},
	{
		Code: CodePrimaryKey, Title: "not a possible primary key",
		Explanation: "A primary key is a valuetype that inherits from Components::PrimaryKeyBase, is not abstract, and has public state members only, at least one, which hold no references to objects (CORBA 3.0, 3.17.7.1, and part 3, 6.8).",
		Example:     "valuetype Key { public long n; };\ncomponent C {};\nhome H manages C primarykey Key {};\n",
	},
	{
		Code: CodeImport, Title: "nothing to import",
		Explanation: "What is imported is a scope, named or by its repository id: a module, interface, valuetype, structure, union or exception that one of the files declares (CORBA 3.0, 3.6).",
		Example:     "import \"IDL:acme.com/Missing:1.0\";\ninterface I {};\n",
	},
	{
		Code: CodeTruncatableAbstract, Severity: diag.Warning, Title: "truncatable without effect",
		Explanation: "A receiver takes a truncatable value as its base that is not abstract. Here the base or the valuetype itself is abstract, so that the word has no effect.",
		Example:     "abstract valuetype A {};\nvaluetype V : truncatable A { public long n; };\n",
	},
	{
		Code: CodeBareTypeCode, Severity: diag.Warning, Title: "TypeCode without its module",
		Explanation: "The type is CORBA::TypeCode (CORBA 3.0, 3.19). Some compilers take the word TypeCode for a keyword, and specifications written for them do without the module; others refuse that.",
		Example:     "interface I { TypeCode type(); };\n",
	},
	{
		Code: CodeUndefinedInterface, Severity: diag.Warning, Title: "declared but not defined",
		Explanation: "An interface, valuetype or component is declared and never defined. References to it can be passed on, and nothing else.",
		Example:     "interface I;\ninterface J { I f(); };\n",
	},
	{
		Code: CodeRaisesTwice, Severity: diag.Warning, Title: "exception listed twice",
		Explanation: "A raises clause lists an exception twice; once is enough.",
		Example:     "exception E {};\ninterface I { void f() raises (E, E); };\n",
	},
	{
		Code: CodeModuleID, Severity: diag.Warning, Title: "module opened again with another prefix",
		Explanation: "A module should have one repository id throughout (CORBA 3.0, 10.7.8). It keeps the first.",
		Example:     "#pragma prefix \"a\"\nmodule M { interface I {}; };\n#pragma prefix \"b\"\nmodule M { interface J {}; };\n",
	},
	{
		Code: CodeIDFormat, Severity: diag.Warning, Title: "repository id of no known form",
		Explanation: "A repository id has the name of its format, a colon and the rest; one of format IDL ends with a colon and a version (CORBA 3.0, 10.7).",
		Example:     "interface I {};\n#pragma ID I \"nonsense\"\n",
	},
	{
		Code: CodeMemberName, Severity: diag.Warning, Title: "member with the name of its structure",
		Explanation: "A member differs only in case from the structure, union or exception in which it stands. CORBA 3.0, 3.20.2 forbids that and other compilers refuse it; published specifications have it.",
		Example:     "struct Right { long right; };\n",
	},
	{
		Code: CodeEmptyStruct, Severity: diag.Warning, Title: "structure without members",
		Explanation: "IDL 4.2 (7.4.13.4.2) allows a structure without members; CORBA 3.0 does not, and compilers for it refuse it.",
		Example:     "struct S {};\n",
	},
	{
		Code: CodeAnnotationPlace, Severity: diag.Warning, Title: "annotation without meaning",
		Explanation: "A standardized annotation stands where it means nothing, such as @key before a module, or twice (IDL 4.2, 8.3). It is kept.",
		Example:     "@key interface I {};\n",
	},
	{
		Code: CodeEmptyConnector, Severity: diag.Warning, Title: "connector without ports",
		Explanation: "A connector has one port at least (IDL 4.2, 7.4.9.4). One that inherits ports may leave its own out, as the connectors of DDS for components do; one that has none at all connects nothing.",
		Example:     "connector C {};\n",
	},
}
