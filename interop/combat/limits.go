package combat

import "github.com/opendsom/dsom/interop/matrix"

// Peer is Combat's part of the matrix.
var Peer = matrix.Peer{
	Name: "Combat", Client: true, Versions: []string{"1.0", "1.1", "1.2"},
	About: "Combat 0.8.1 (Tcl), from Debian, with type information that a back end of ours writes for it (combat/src/combatir.py).\n" +
		"The suite has no server of it.",
	Limits: []matrix.Limit{
		{Cases: Unsupported, Proof: "the cases in combat/src, each of which says why", Why: "it has no means for fixed, aliases and names in TypeCodes, exceptions in an any, threads, LocateRequest"},
		{Cases: WideChars, Versions: []string{"1.1"}, Why: "it has no single wide characters in GIOP 1.1, nor any inside an any", Proof: "the cases in combat/src"},
		{Cases: matrix.CalledBack, Why: "it has no bidirectional GIOP", Proof: "combat/src/bothways.tcl against omniORB's server, which accepts it, and makes no connections"},
		{Cases: graphs, Why: "combatir.py gives it no valuetypes: the suite's own want, not Combat's", Proof: "combat/src/combatir.py"},
	},
}

// graphs are the cases of graphs.idl, none of which the suite's client has.
var graphs = []string{
	"leaf", "leaf_null", "branch", "deep", "truncated", "truncated_here", "ring", "nothing", "boxes", "named_value", "named_object",
	"named_none", "basket", "any_graph", "cut", "custom", "custom_shared", "custom_large", "custom_within", "custom_tag", "custom_any",
}
