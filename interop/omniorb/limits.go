package omniorb

import "github.com/opendsom/dsom/interop/matrix"

// Peer is omniORB's part of the matrix.
var Peer = matrix.Peer{
	Name: "omniORB", Client: true, Server: true, Versions: Versions,
	About: "omniORB 4.2.5 (C++), from Debian.",
	Limits: []matrix.Limit{
		{Cases: []string{"wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide"}, Versions: []string{"1.1"},
			Why: "it has wide characters in GIOP 1.2 alone", Seen: []string{"INV_OBJREF", "BAD_PARAM"}},
		{Cases: []string{"any_exception"}, Server: true, Proof: "its own client, which sends none (case any_exception in omniorb/src/cases_anys.cc)",
			Why: "it reads an exception in an any without the repository id that the specification has there", Seen: []string{"MARSHAL"}},
		{Cases: matrix.Custom, Why: "its IDL compiler writes no C++ for custom valuetypes", Proof: "omniorb/limits/custom.idl"},
	},
}
