package syntax

import "github.com/opendsom/dsom/diag"

// CodeModifier is the code of an error in an implementation section.
const CodeModifier diag.Code = "IDL4001"

// somCodes explains the codes of SOM IDL's grammar; those of its rules are in package check.
var somCodes = diag.Table{
	{
		Code: CodeModifier, Title: "malformed implementation section",
		Explanation: "An implementation section of SOM IDL holds modifier statements (m; m = value; q : m, n = value;), variables as C declares them, and passthru statements (passthru C_h = \"line\" \"line\";), each with its semicolon.",
		Example:     "interface SOMObject { implementation { majorversion = ; }; };\n",
	},
}
