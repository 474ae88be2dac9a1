package syntax

import (
	"cmp"
	"fmt"
)

// Limits bounds what a text can make the compiler do. A field that is 0 has the default of
// DefaultLimits. A diagnostic that a limit causes names it.
type Limits struct {
	FileSize     int // idl-file-size: octets of a file
	IncludeDepth int // idl-include-depth: files that include one another
	Includes     int // idl-includes: files read in all, repeated ones too
	Expansion    int // idl-expansion: tokens that macros make, in all
	Expanded     int // idl-expansion-size: octets of these tokens, and of those that # and ## make
	Nesting      int // idl-nesting: scopes, types, parentheses, conditionals, macro calls inside one another; annotations in a row
	Operators    int // idl-operators: operators in one expression
	Tokens       int // idl-tokens: tokens and comments in all, words of pragmas twice
	Names        int // idl-names: names declared in all, parameters and members too
}

// DefaultLimits are far above what any specification needs and low enough for half a minute
// and a gigabyte and a half of memory: a token takes some 400 octets of it, a name declared half a kilobyte more.
var DefaultLimits = Limits{
	FileSize:     64 << 20,
	IncludeDepth: 100,
	Includes:     20_000,
	Expansion:    1 << 18,
	Expanded:     16 << 20,
	Nesting:      128,
	Operators:    1_000,
	Tokens:       5 << 19,
	Names:        1 << 20,
}

// withDefaults returns the limits with the defaults filled in.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	return Limits{
		FileSize:     cmp.Or(l.FileSize, d.FileSize),
		IncludeDepth: cmp.Or(l.IncludeDepth, d.IncludeDepth),
		Includes:     cmp.Or(l.Includes, d.Includes),
		Expansion:    cmp.Or(l.Expansion, d.Expansion),
		Expanded:     cmp.Or(l.Expanded, d.Expanded),
		Nesting:      cmp.Or(l.Nesting, d.Nesting),
		Operators:    cmp.Or(l.Operators, d.Operators),
		Tokens:       cmp.Or(l.Tokens, d.Tokens),
		Names:        cmp.Or(l.Names, d.Names),
	}
}

// describe lists the limits for the page of diagnostics.
func (l Limits) describe() string {
	return fmt.Sprintf("The limits are idl-file-size (%d octets of a file), idl-include-depth (%d files that include one another), "+
		"idl-includes (%d files read, repeated ones too), idl-expansion and idl-expansion-size (%d tokens and %d octets that macros make), "+
		"idl-nesting (%d levels of scopes, types, parentheses, conditionals or macro calls), idl-operators (%d in one expression), "+
		"idl-tokens (%d tokens and comments: 10 MB of ordinary text) and idl-names (%d names declared, parameters and members too), in all files together for those of includes, macros, tokens and names.",
		l.FileSize, l.IncludeDepth, l.Includes, l.Expansion, l.Expanded, l.Nesting, l.Operators, l.Tokens, l.Names)
}

// exceeded is the message about a limit.
func exceeded(what, name string, limit int) string {
	return fmt.Sprintf("%s: more than %d (limit %s)", what, limit, name)
}
