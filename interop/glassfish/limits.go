package glassfish

import (
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
)

// Peer is the part of GlassFish's ORB in the matrix.
var Peer = matrix.Peer{
	Name: "GlassFish", Client: true, Server: true, Versions: java.Versions,
	About: "The ORB of GlassFish 4.2.5, which is that of the JDK before version 11, on OpenJDK 17, from Maven Central, with stubs of idlj 4.2.4.\n" +
		"It is told to take messages of more than 4 MiB at once, and to call again for half a second only when a peer raises TRANSIENT.",
	Limits: []matrix.Limit{
		{Cases: []string{"locate"}, Client: true, Why: "the portable API has no call that sends a LocateRequest"},
		{Cases: []string{"forward_perm"}, Server: true, Why: "the portable API has no way to answer LOCATION_FORWARD_PERM", Alone: []string{"there is no such object"}},
		{Cases: []string{"fixed", "fixed_struct", "fixed_any", "types_fixed"}, Why: "idlj knows no fixed", Proof: "glassfish/limits/fixed.idl",
			Seen: []string{"the IDL compiler knows no fixed", "the server has no Decimals", "BAD_OPERATION completed MAYBE"}},
		{Cases: []string{"union_ushort"}, Why: "idlj writes labels of unsigned short above 32767 as Java cannot read them", Proof: "glassfish/limits/ushort_label.idl",
			Seen: []string{"takes no label above 32767", "BAD_OPERATION completed MAYBE"}},
		{Cases: []string{"union_longlong", "types_unions"}, Why: "idlj writes a union with long long as Java cannot read it", Proof: "glassfish/limits/longlong_union.idl",
			Seen: []string{"makes no union with long long", "BAD_OPERATION completed MAYBE"}},
		{Cases: []string{"any_array", "any_struct", "typecode"}, Client: true, Why: "the dimensions of an array of arrays are exchanged in its TypeCode",
			Seen: []string{"array<array<long,2>,3>"}},
		{Cases: []string{"any_struct"}, Server: true, Why: "the same, so that its server knows no such struct and sends it back as it came", Seen: []string{"came back as it was sent"},
			Alone: []string{"array<array<long,2>,3>"}},
		{Cases: []string{"any_recursive", "any_tree", "any_type", "typecode_recursive", "typecode_same", "types_anys", "types_typecodes"}, Client: true,
			Why:   "it writes the TypeCode of a recursive type with an indirection to another type: that of Tree has one to long where its sequence should be",
			Proof: "glassfish/limits/recursive_struct.idl", Seen: []string{"unresolved recursive TypeCode", "BAD_TYPECODE:   vmcid: 0x44534000  minor code: 7"}},
		{Cases: []string{"any_recursive"}, Server: true, Why: "it cannot compare recursive TypeCodes", Seen: []string{"unresolved recursive TypeCode"}},
		{Cases: []string{"types_anys"}, Server: true, Why: "it reads no fixed in an any with zeros in front", Proof: "glassfish/limits/ZeroFixed.java",
			Seen: []string{"Fixed of length 9 in buffer of length 8"}},
		{Cases: []string{"typecode_same"}, Server: true, Why: "for its equivalent two aliases of a type are two types", Proof: "glassfish/limits/Aliases.java", Seen: []string{"Numbers is not Longs"}},
		{Cases: []string{"any_object"}, Client: true, Why: "it takes no nil reference of a type for an any", Proof: "glassfish/limits/NilAny.java", Seen: []string{"insert_Object call failed"}},
		{Cases: []string{"any_exception"}, Client: true, Why: "it reads an exception in an any without the repository id that stands there, and takes the first letters of the id for the length of a string", Seen: []string{"Java heap space"}},
		{Cases: []string{"truncated", "truncated_here"}, Why: "it sends no ids of bases, and truncates nothing",
			Seen: []string{"Unable to locate value factory", "MARSHAL:   vmcid: OMG  minor code: 1 ", "no factory is known for values of"}, Alone: []string{"org.omg.CORBA.MARSHAL"}},
		{Cases: []string{"named_value", "basket", "any_graph", "custom_tag", "custom_any"},
			Why:  "where no type is declared it looks for a class after the prefix of the repository id, interop.opendsom.org, and not for the factory",
			Seen: []string{"Could not load class interop.opendsom.org."}, Alone: []string{"org.omg.CORBA.NO_IMPLEMENT"}},
		{Cases: []string{"ex_system_all"}, Client: true, Why: "it tries again when a peer raises TRANSIENT, and gives up with COMM_FAILURE",
			Seen: []string{`got "COMM_FAILURE", want "TRANSIENT"`}},
		{Cases: []string{"ex_unknown_op"}, Server: true, Why: "it answers an unknown operation with COMPLETED_MAYBE", Proof: "glassfish/limits/unknown_operation.idl",
			Seen: []string{"BAD_OPERATION completed MAYBE"}},
		{Cases: []string{"is_a", "inherit_is_a"}, Server: true, Why: "its objects are no CORBA::Object for _is_a", Proof: "glassfish/limits/IsA.java",
			Seen: []string{"got false, want true", "it is no IDL:omg.org/CORBA/Object:1.0"}},
		{Cases: []string{"name_text"}, Server: true, Why: "its naming service reads no text of a name in which characters are escaped", Seen: []string{"InvalidName"}},
		{Cases: matrix.CalledBack, Why: "it has no bidirectional GIOP, and takes no policy for it", Proof: "glassfish/limits/BiDir.java",
			Seen: []string{"COMM_FAILURE: FINE: 00410001: Connection failure", "Communications retry timeout"}},
	},
	Others: []matrix.Other{
		{What: "it cannot write a letter where the first text was empty (of the message; in messages of a connection, of the thread that writes them), and writes each any that it receives: UNKNOWN, from its own ArrayIndexOutOfBoundsException",
			Proof: "glassfish/limits/EmptyString.java"},
		{What: "its client reads an exception whose repository id goes over the end of a fragment in its own byte order", Proof: "glassfish/limits/Fragments.java"},
	},
}
