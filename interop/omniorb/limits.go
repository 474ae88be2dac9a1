package omniorb

import "github.com/opendsom/dsom/interop/matrix"

// ForeignPeer is omniORB on a machine of the other byte order.
var ForeignPeer = matrix.Peer{
	Name: "omniORB, s390x", Client: true, Server: true, Versions: Versions, Like: &Peer,
	About: "The same as Debian has it for IBM Z, which is big-endian, run by qemu's user-mode emulation: all that it sends has the highest octet first.",
}

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
	Others: []matrix.Other{
		{What: "its server ends at an array that is a member of a value in chunks, if a chunk has ended before it and padding is wanted there. This project ends none there, " +
			"so that a text or array before it must not be in two of omniORB's buffers: MARSHAL", Proof: "omniorb/crash/arrays.idl"},
		{What: "its server ends so where a value within has ended before the array, at no multiple of the numbers' size. This project raises MARSHAL, if the reference tells that " +
			"it is an omniORB", Proof: "omniorb/crash/values.idl"},
		{What: "it copies structures with padding that are in an any, in a row, in one step, as they would lie in one chunk: MARSHAL where one of its buffers ends in the first of them, " +
			"or the values come back so", Proof: "omniorb/crash/rows.idl"},
		{What: "in GIOP 1.1 it writes structures and unions with numbers of 8 octets that are in an any so that, where one of its fragments ends in them, it does not read them itself: " +
			"its own server closes the connection (COMM_FAILURE), this project reads them or raises MARSHAL", Proof: "omniorb/crash/fragments.idl"},
		{What: "it sends and takes the strings of a context clause as they are in its memory, in its native code set: texts beyond ASCII come as others where the other side's is another. " +
			"This project converts them as it does all strings", Proof: "omniorb/crash/contexts.idl"},
	},
}
