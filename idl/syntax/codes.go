package syntax

import (
	"slices"

	"github.com/opendsom/dsom/diag"
)

// The codes of this package: IDL1… is the preprocessor, IDL2… the grammar; the second digit 1
// is a warning. Codes explains them.
const (
	CodeNoFile           diag.Code = "IDL1001"
	CodeDirective        diag.Code = "IDL1002"
	CodeConditional      diag.Code = "IDL1003"
	CodeMacroCall        diag.Code = "IDL1004"
	CodeErrorDirective   diag.Code = "IDL1005"
	CodeLimit            diag.Code = "IDL1006"
	CodeCancelled        diag.Code = "IDL1007"
	CodeWarningDirective diag.Code = "IDL1101"
	CodeRedefined        diag.Code = "IDL1102"
	CodeExtraTokens      diag.Code = "IDL1103"

	CodeCharacter    diag.Code = "IDL2001"
	CodeUnterminated diag.Code = "IDL2002"
	CodeLiteral      diag.Code = "IDL2003"
	CodeIdentifier   diag.Code = "IDL2004"
	CodeKeyword      diag.Code = "IDL2005"
	CodeSyntax       diag.Code = "IDL2006"
	CodeSemicolon    diag.Code = "IDL2007"
	CodeUnclosed     diag.Code = "IDL2008"
	CodeDirection    diag.Code = "IDL2009"
	CodeType         diag.Code = "IDL2010"
	CodeAnonymous    diag.Code = "IDL2011"
	CodeNewKeyword   diag.Code = "IDL2101"
	CodeEscape       diag.Code = "IDL2102"
	CodeEnumValue    diag.Code = "IDL2103"
)

// Codes explains the codes of this package.
func Codes() diag.Table { return allCodes }

var allCodes = slices.Concat(codes, somCodes)

func severityOf(c diag.Code) diag.Severity {
	e, _ := allCodes.Lookup(c)
	return e.Severity
}

var codes = diag.Table{
	{
		Code: CodeNoFile, Title: "file not found",
		Explanation: "A file cannot be read. A name in quotes is looked for beside the file that includes it, then, as one in angle brackets, in the directories given by -I, in order, then among the files to compile, one whose path ends so, then among those that the compiler carries, and last beside the file and the files to compile, also one in angle brackets.",
		Example:     "#include \"missing.idl\"\ninterface I {};\n",
	},
	{
		Code: CodeDirective, Title: "malformed directive",
		Explanation: "A line that begins with # is a directive of the preprocessor (CORBA 3.0, 3.3), and this one is unknown or incomplete.",
		Example:     "#defin X 1\ninterface I {};\n",
	},
	{
		Code: CodeConditional, Title: "malformed conditional",
		Explanation: "#if, #ifdef and #ifndef each need their #endif; #elif and #else stand between; the expression of #if is one of integers, in which names that are no macros are 0.",
		Example:     "#if 1 +\n#endif\ninterface I {};\n",
	},
	{
		Code: CodeMacroCall, Title: "wrong use of a macro",
		Explanation: "A macro with parameters is used with as many arguments, between parentheses.",
		Example:     "#define PAIR(a, b) a b\ninterface I {};\nPAIR(a, b, c)\n",
	},
	{
		Code: CodeErrorDirective, Title: "#error",
		Explanation: "The text itself says that it must not be compiled so.",
		Example:     "#error define VERSION first\ninterface I {};\n",
	},
	{
		Code: CodeLimit, Title: "limit exceeded",
		Explanation: "A limit that protects the compiler from hostile or broken text was exceeded; the message names it. Files that include one another are the usual cause: use an include guard. " + DefaultLimits.describe(),
		Example:     "#include \"example.idl\"\n",
	},
	{
		Code: CodeCancelled, Title: "cancelled",
		Explanation: "The compilation was cancelled before its end. No text provokes this.",
		Scene:       "The context that a program gives to idl.Compile ends, as an editor's does when the text changes.",
	},
	{
		Code: CodeWarningDirective, Severity: diag.Warning, Title: "#warning",
		Explanation: "The text itself has something to say.",
		Example:     "#warning this file is obsolete\ninterface I {};\n",
	},
	{
		Code: CodeRedefined, Severity: diag.Warning, Title: "macro redefined",
		Explanation: "A macro that is defined already is defined again, and differently. Use #undef before.",
		Example:     "#define N 1\n#define N 2\ninterface I {};\n",
	},
	{
		Code: CodeExtraTokens, Severity: diag.Warning, Title: "text after a directive",
		Explanation: "What follows a complete directive on its line is ignored. Make it a comment.",
		Example:     "#ifdef X\n#endif X\ninterface I {};\n",
	},
	{
		Code: CodeCharacter, Title: "unexpected character",
		Explanation: "Outside of comments and literals IDL uses ASCII letters, digits and some punctuation only (CORBA 3.0, 3.2).",
		Example:     "interface I$ {};\n",
	},
	{
		Code: CodeUnterminated, Title: "no end of a literal or comment",
		Explanation: "A string or character literal ends on its line; a comment that begins with /* ends with */.",
		Example:     "const string S = \"never closed;\ninterface I {};\n",
	},
	{
		Code: CodeLiteral, Title: "malformed literal",
		Explanation: "A number, character or string is not written as CORBA 3.0, 3.2.5 says.",
		Example:     "const long N = 089;\n",
	},
	{
		Code: CodeIdentifier, Title: "malformed identifier",
		Explanation: "An identifier begins with a letter and goes on with letters, digits and underscores. One underscore before it escapes it: _Object is an identifier Object (CORBA 3.0, 3.2.3).",
		Example:     "interface __I {};\n",
	},
	{
		Code: CodeKeyword, Title: "keyword as an identifier",
		Explanation: "A keyword is no identifier, and neither is a word that differs from one only in the case of letters (CORBA 3.0, 3.2.3). Escape it with an underscore.",
		Example:     "interface Module {};\n",
	},
	{
		Code: CodeSyntax, Title: "syntax error",
		Explanation: "The text does not follow the grammar of CORBA 3.0, 3.4.",
		Example:     "interfaces I {};\n",
	},
	{
		Code: CodeSemicolon, Title: "missing semicolon",
		Explanation: "Each declaration and each member ends with a semicolon, also after a closing brace.",
		Example:     "interface I {}\ninterface J {};\n",
	},
	{
		Code: CodeUnclosed, Title: "missing closing brace",
		Explanation: "A block that was opened is not closed.",
		Example:     "module M {\ninterface I {};\n",
	},
	{
		Code: CodeDirection, Title: "parameter without direction",
		Explanation: "A parameter is in, out or inout (CORBA 3.0, 3.13.2), and of a factory or finder only in (3.9.1.3).",
		Example:     "interface I { void f(long n); };\n",
	},
	{
		Code: CodeType, Title: "no type of a value",
		Explanation: "void is the result of an operation that returns nothing, and no type.",
		Example:     "struct S { void v; };\n",
	},
	{
		Code: CodeAnonymous, Title: "type without a name",
		Explanation: "Parameters, results, attributes and elements of sequences have types that were declared before, not arrays or new types (CORBA 3.0, 3.11.6).",
		Example:     "interface I { void f(in long n[3]); };\n",
	},
	{
		Code: CodeNewKeyword, Severity: diag.Warning, Title: "newer keyword as an identifier",
		Explanation: "The word, or one that differs in case only, became a keyword with CORBA 2.3 (values) or CORBA 3 (components). Older specifications use it as an identifier, and it is taken so where that is possible; other compilers may refuse it. Escape it with an underscore.",
		Example:     "struct component { long n; };\n",
	},
	{
		Code: CodeEscape, Severity: diag.Warning, Title: "unknown escape sequence",
		Explanation: "What follows the backslash makes no escape sequence (CORBA 3.0, table 3-9). The backslash is ignored; write two for one in the text.",
		Example:     "const string S = \"C:\\dir\";\n",
	},
	{
		Code: CodeEnumValue, Severity: diag.Warning, Title: "value of an enumerator as in C",
		Explanation: "The grammar has no values behind enumerators; compilers for DDS take them. It is taken for the annotation @value of IDL 4.2 (8.3.1.5), which says the same everywhere; in CORBA the wire has the enumerator's place all the same.",
		Example:     "enum Level { LOW, HIGH = 5 };\n",
	},
}
