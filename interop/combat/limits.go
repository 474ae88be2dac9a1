package combat

import "github.com/opendsom/dsom/interop/matrix"

// Peer is Combat's part of the matrix.
var Peer = matrix.Peer{
	Name: "Combat", Client: true, Versions: []string{"1.0", "1.1", "1.2"},
	About: "Combat 0.8.1 (Tcl), from Debian, with type information that a back end of ours writes for it (combat/src/combatir.py).\n" +
		"The suite has no server of it.",
	Limits: []matrix.Limit{
		{Cases: Unsupported, Proof: "the cases in combat/src, each of which says why", Why: "it has no means for fixed, aliases and names in TypeCodes, exceptions in an any, threads, LocateRequest"},
		{Cases: WideChars, Versions: []string{"1.1"}, Why: "it has no single wide characters in GIOP 1.1, nor any inside an any", Seen: []string{"MARSHAL"}, Proof: "the cases in combat/src"},
		{Cases: matrix.CalledBack, Why: "it has no bidirectional GIOP", Proof: "combat/src/bothways.tcl against omniORB's server, which accepts it, and makes no connections",
			Seen: []string{"CORBA/TRANSIENT:1.0"}},
		{Cases: Identity, Why: "its values are lists, which are in no two places: it writes a value anew wherever it is met, and knows none that is in itself",
			Proof: "combat/src/cases_graphs.tcl, and procedure ValueType of the encoder in its cdr.tcl"},
		{Cases: []string{"truncated_here"}, Why: "it takes a value of each type of which it has the description, and has one for all of graphs.idl",
			Proof: "combat/src/cases_graphs.tcl"},
		{Cases: Chunked, Why: "it writes an end tag before each value that is within one in chunks", Seen: []string{"CORBA/MARSHAL:1.0"},
			Proof: "procedure ValueType of the encoder in its cdr.tcl, behind \"end previous chunk first\", and combat/src/cases_graphs.tcl against omniORB"},
		{Cases: matrix.Custom, Why: "it marshals no custom valuetypes", Proof: "procedure ValueType of its cdr.tcl, which says so"},
	},
}
