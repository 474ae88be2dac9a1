// Package matrix is the table of who was called by whom: for each peer, direction and version of GIOP, how many cases of each
// suite went well. Its text is docs/interop.md. A test that has run a client against a server holds the report against the
// row that the document has for it, so that no row is written by hand, and none goes stale.
package matrix

import "slices"

// A Suite is a column of the table: cases about one thing.
type Suite struct {
	Name  string
	Cases []string
	Only  string // the version of GIOP in which it is run, if not in all
}

// Suites are those of the Hub's objects. Each case that is not run by name alone is in one of them.
var Suites = []Suite{
	{Name: "basic types", Cases: []string{
		"boolean", "char", "octet", "short", "ushort", "long", "ulong", "longlong", "ulonglong", "float", "double", "prims",
		"fixed", "fixed_struct", "fixed_any", "constants", "types_values", "types_fixed",
	}},
	{Name: "strings, code sets", Cases: []string{
		"char_latin1", "string", "latin1", "tag", "bounds", "wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide",
	}},
	{Name: "constructed types", Cases: []string{
		"enum", "struct", "structs", "longs", "alias", "booleans", "doubles", "strings", "tags", "table", "array", "arrays", "array_strings",
		"array_octets", "node", "tree", "versioned", "renamed", "union_enum", "union_boolean", "union_implicit", "union_long", "union_char",
		"union_ushort", "union_longlong", "union_inline", "union_recursive", "types_unions",
	}},
	{Name: "any, TypeCode", Cases: []string{
		"any_null", "any_basic", "any_string", "any_enum", "any_struct", "any_union", "any_sequence", "any_recursive", "any_array", "any_alias",
		"any_object", "any_any", "any_anything", "any_type", "any_tree", "any_exception", "typecode", "typecode_recursive", "typecode_same",
		"types_anys", "types_typecodes",
	}},
	{Name: "valuetypes", Cases: Values},
	{Name: "exceptions", Cases: []string{
		"ex_empty", "ex_members", "ex_detailed", "ex_undeclared", "ex_crash", "ex_system", "ex_system_all", "ex_unknown_op", "ex_unknown_key",
		"types_exceptions",
	}},
	{Name: "calls", Cases: []string{
		"params", "params_swap", "params_split", "params_many", "params_objects", "params_keywords", "ping", "pause", "pause_parallel", "timeout",
		"threads", "oneway", "oneway_many", "types_io",
	}},
	{Name: "references, callbacks", Cases: []string{
		"hub", "lookup", "locate", "non_existent", "is_a", "attributes", "readonly", "factory", "destroy", "inherit", "inherit_attributes",
		"inherit_is_a", "inherit_narrow", "refs", "refs_object", "refs_sequence", "refs_nil", "refs_same", "refs_narrow", "callback",
		"callback_many", "callback_exception", "callback_oneway", "callback_nested", "callback_kept", "forward", "forward_perm",
		"types_attributes", "types_refs",
	}},
	{Name: "large, fragmented", Cases: []string{"octets", "big_both", "big_out", "big_in", "big_strings"}},
	{Name: "DII", Cases: []string{"dii_params", "dii_struct", "dii_raises", "dii_oneway", "dii_deferred"}},
}

// Values are the cases of valuetypes.
var Values = []string{
	"leaf", "leaf_null", "branch", "deep", "truncated", "truncated_here", "ring", "nothing", "boxes", "named_value", "named_object",
	"named_none", "basket", "any_graph", "cut", "custom", "custom_shared", "custom_large", "custom_within", "custom_tag", "custom_any",
}

// Custom are the cases of valuetypes that marshal themselves.
var Custom = []string{"custom", "custom_shared", "custom_large", "custom_within", "custom_tag", "custom_any"}

// CalledBack are the cases of BothWays that need a call against the direction of the connection.
var CalledBack = []string{"bidir_meet", "bidir_deep", "bidir_poke", "bidir_threads"}

// BothWays is the suite of bidirectional GIOP, run by programs and ORBs of its own; there is none before GIOP 1.2.
var BothWays = Suite{Name: "bidirectional", Only: "1.2", Cases: []string{
	"bidir_tell", "bidir_wide", "bidir_meet", "bidir_deep", "bidir_keep", "bidir_poke", "bidir_threads", "bidir_mirror",
}}

// Naming is the suite of naming services, run by programs of its own.
var Naming = Suite{Name: "naming", Cases: []string{
	"name_bind", "name_resolve", "name_twice", "name_missing", "name_context", "name_list", "name_rebind", "name_full", "name_text", "name_url", "name_hub",
}}

// Seams are long cases: lists of numbers of 8 octets that begin, go on or end at each place about the end of a fragment, in structures, boxes and values. GIOP 1.1 is where
// peers put them there in different ways.
var Seams = Suite{Name: "seams", Only: "1.1", Cases: []string{"seams", "seams_box", "seams_value", "seams_chunks"}}

// columns returns all suites, in the order of the table.
func columns() []Suite { return append(slices.Clone(Suites), Seams, BothWays, Naming) }

// Located are the cases that a LocateRequest may answer, so that there is no request to be counted.
var Located = []string{"locate", "ex_unknown_key"}

// ByName are the cases that are run only when asked for by name: no part of Suites.
var ByName = append(slices.Clone(Seams.Cases), "rebind")

// Cases returns the cases of all Suites, sorted.
func Cases() []string {
	var all []string
	for _, s := range Suites {
		all = append(all, s.Cases...)
	}
	slices.Sort(all)
	return all
}
