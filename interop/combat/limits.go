package combat

import (
	"slices"

	"github.com/opendsom/dsom/interop/matrix"
)

// Peer is Combat's part of the matrix.
var Peer = matrix.Peer{
	Name: "Combat", Client: true, Server: true, Versions: []string{"1.0", "1.1", "1.2"},
	About: "Combat 0.8.1 (Tcl), from Debian, with type information that a back end of ours writes for it (combat/src/combatir.py).\n" +
		"It comes without a naming service: the one here is a script of the suite on it (combat/src/names.tcl).",
	Limits: slices.Concat(clientLimits, serverLimits),
	Others: []matrix.Other{
		{What: "of a value inside a value in chunks it takes the tag for the size of a chunk, and reads other values, at times without an error. This project sends none to a Combat that it knows by the key of its " +
			"object, and raises MARSHAL instead; one that it does not know, as a client or by an object of a persistent adapter, may read wrong", Proof: "combat/limits/nested.tcl"},
		{What: "a number that is aligned to 8 it reads from where the data of a chunk begin, padding and all, without an error. This project ends no chunk before one, if it knows the Combat, or has had a request with an odd id from it, " +
			"as Combat gives them; one that it does not know, by an object of a persistent adapter, reads wrong where a text or array before such a number may be in two of omniORB's buffers", Proof: "combat/limits/aligned.tcl"},
	},
}

// clientLimits are those of its client.
var clientLimits = []matrix.Limit{
	{Cases: Unsupported, Client: true, Why: "it has no means for fixed, aliases and names in TypeCodes, exceptions in an any, threads, LocateRequest"},
	{Cases: WideChars, Client: true, Versions: []string{"1.1"}, Why: "it has no single wide characters in GIOP 1.1, nor any inside an any", Seen: []string{"MARSHAL"}, Proof: "combat/limits/wide.tcl"},
	{Cases: matrix.CalledBack, Client: true, Why: "it has no bidirectional GIOP", Proof: "combat/src/bothways.tcl against omniORB's server, which accepts it, and makes no connections",
		Seen: []string{"CORBA/TRANSIENT:1.0"}},
	{Cases: Identity, Client: true, Why: "its values are lists, which are in no two places: it writes a value anew wherever it is met, and knows none that is in itself",
		Proof: "combat/limits/shared.tcl"},
	{Cases: []string{"truncated_here"}, Client: true, Why: "it takes a value of each type of which it has the description, and has one for all of graphs.idl",
		Proof: "combat/src/cases_graphs.tcl"},
	{Cases: Chunked, Client: true, Why: "it writes an end tag before each value that is within one in chunks", Seen: []string{"CORBA/MARSHAL:1.0"},
		Proof: "combat/limits/chunks.tcl, and combat/src/cases_graphs.tcl against omniORB"},
	{Cases: matrix.Custom, Client: true, Why: "it marshals no custom valuetypes", Proof: "combat/limits/custom.tcl"},
}

// serverLimits are those of its server. Where no reproduction is named, its own client bears them out.
var serverLimits = []matrix.Limit{
	{Cases: []string{"fixed", "fixed_struct", "fixed_any"}, Server: true, Why: "it has no fixed", Proof: "combat/limits/fixed.tcl"},
	{Cases: []string{"types_fixed"}, Server: true, Why: "the same", Proof: "combat/limits/fixed.tcl", Seen: []string{"raised BAD_OPERATION completed NO"}},
	{Cases: []string{"float", "double"}, Server: true, Seen: []string{"got -1.7014118e+38, want -Inf", "got NaN"},
		Why: "it takes an infinite float for a number, and writes half the greatest double as NaN", Proof: "combat/limits/reals.tcl"},
	{Cases: []string{"any_enum", "any_struct", "any_union", "any_sequence", "any_recursive", "any_array", "any_alias", "any_object", "any_anything", "any_tree", "any_exception", "typecode", "typecode_recursive"},
		Server: true, Why: "its TypeCodes have no names, of types and members of an enum's, and no aliases", Proof: "combat/limits/names.tcl",
		Seen: []string{", want enum(", ", want struct(", ", want union(", ", want alias(", ", want objref(", ", want exception("}},
	{Cases: []string{"any_type", "types_anys", "types_typecodes", "constants"}, Server: true, Why: "the same", Proof: "combat/limits/names.tcl",
		Seen: []string{"Nodes(", "came back as", "want a enum Color("}},
	{Cases: []string{"constants_wide"}, Server: true, Versions: []string{"1.0", "1.1"}, Why: "it has no wide characters in an any before GIOP 1.2",
		Proof: "combat/limits/wide_any.tcl (1.0), combat/limits/wide.tcl (1.1)", Seen: []string{"raised INTERNAL completed YES"}},
	{Cases: []string{"wchar", "any_wide", "types_wide"}, Server: true, Versions: []string{"1.1"}, Why: "it reads no single wide characters in GIOP 1.1",
		Proof: "combat/limits/wide.tcl", Seen: []string{"raised MARSHAL completed NO"}},
	{Cases: Identity, Server: true, Why: "its values are lists, which are in no two places: it writes a value anew where it is met again, and reads none that is in itself",
		Proof: "combat/limits/shared.tcl", Seen: []string{"the same leaf twice", "raised MARSHAL completed NO", "got {First:", "a Combat would read its tag"}},
	{Cases: []string{"boxes"}, Server: true, Why: "the same", Proof: "combat/limits/shared.tcl", Seen: []string{"got &{"}},
	{Cases: Chunked, Server: true, Why: "it takes the tag of a value within one in chunks for the size of a chunk, and so this project sends it none", Proof: "combat/limits/nested.tcl",
		Seen: []string{"a Combat would read its tag"}},
	{Cases: []string{"any_graph", "truncated_here"}, Server: true, Why: "it writes an end tag before each value that is within one in chunks",
		Proof: "combat/limits/chunks.tcl", Seen: []string{"where no value starts", "HERE"}},
	{Cases: matrix.Custom, Server: true, Why: "it marshals no custom valuetypes", Proof: "combat/limits/custom.tcl"},
	{Cases: []string{"ex_system", "ex_system_all", "types_exceptions"}, Server: true, Why: "its servants cannot raise system exceptions: each is UNKNOWN",
		Proof: "combat/limits/raise.tcl", Seen: []string{"raised UNKNOWN completed MAYBE"}},
	{Cases: []string{"locate"}, Server: true, Why: "it does not answer a LocateRequest for an object that it has not", Proof: "combat/limits/locate.tcl",
		Seen: []string{"i/o timeout"}},
	{Cases: []string{"is_a", "inherit_is_a"}, Server: true, Why: "it does not know that each object is a CORBA::Object", Proof: "combat/limits/is_a.tcl",
		Seen: []string{"got false, want true", "it is no IDL:omg.org/CORBA/Object:1.0"}},
	{Cases: []string{"readonly"}, Server: true, Why: "it sets attributes that are readonly", Proof: "combat/limits/readonly.tcl", Seen: []string{"want BAD_OPERATION"}},
	{Cases: []string{"destroy"}, Server: true, Why: "it answers for an object that was deactivated with OBJ_ADAPTER", Proof: "combat/limits/destroy.tcl", Seen: []string{"raised OBJ_ADAPTER completed NO"}},
	{Cases: []string{"forward", "forward_perm"}, Server: true, Why: "it cannot send a request elsewhere", Proof: "combat/limits/forward.tcl"},
	{Cases: matrix.CalledBack, Server: true, Why: "it has no bidirectional GIOP", Proof: "combat/limits/back.tcl", Seen: []string{"raised UNKNOWN completed MAYBE"}},
}
