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
		{Cases: []string{"locate"}, Client: true, Why: "the portable API has no call that sends a LocateRequest", Proof: "the API"},
		{Cases: []string{"forward_perm"}, Server: true, Why: "the portable API has no way to answer LOCATION_FORWARD_PERM", Proof: "the API"},
		{Cases: []string{"fixed", "fixed_struct", "fixed_any", "types_fixed"}, Why: "idlj knows no fixed", Proof: "glassfish/limits/fixed.idl"},
		{Cases: []string{"union_ushort"}, Why: "idlj writes labels of unsigned short above 32767 as Java cannot read them", Proof: "glassfish/limits/ushort_label.idl"},
		{Cases: []string{"union_longlong", "types_unions"}, Why: "idlj writes a union with long long as Java cannot read it", Proof: "glassfish/limits/longlong_union.idl"},
		{Cases: []string{"any_array", "any_struct", "typecode"}, Client: true, Why: "the dimensions of an array of arrays are exchanged in its TypeCode"},
		{Cases: []string{"any_struct"}, Server: true, Why: "the same"},
		{Cases: []string{"any_recursive", "any_tree", "any_type", "typecode_recursive", "types_anys", "types_typecodes"}, Client: true,
			Why: "it writes the TypeCode of a recursive type with an indirection to another type: that of Tree has one to long where its sequence should be"},
		{Cases: []string{"any_recursive"}, Server: true, Why: "it cannot compare recursive TypeCodes"},
		{Cases: []string{"types_anys"}, Server: true, Why: "it reads no fixed in an any but of the number of digits that it expects"},
		{Cases: []string{"typecode_same"}, Why: "for its equivalent an alias is another type"},
		{Cases: []string{"any_object"}, Client: true, Why: "it takes no nil reference of a type for an any"},
		{Cases: []string{"any_exception"}, Client: true, Why: "it reads an exception in an any without the repository id that stands there"},
		{Cases: []string{"truncated", "truncated_here"}, Why: "it sends no ids of bases, and truncates nothing"},
		{Cases: []string{"named_value", "basket", "any_graph", "custom_tag", "custom_any"},
			Why: "where no type is declared it looks for a class after the prefix of the repository id, interop.opendsom.org, and not for the factory"},
		{Cases: []string{"ex_system_all"}, Client: true, Why: "it tries again when a peer raises TRANSIENT, and gives up with COMM_FAILURE"},
		{Cases: []string{"ex_unknown_op"}, Server: true, Why: "it answers an unknown operation with COMPLETED_MAYBE"},
		{Cases: []string{"is_a", "inherit_is_a"}, Server: true, Why: "its objects are no CORBA::Object for _is_a"},
		{Cases: []string{"name_text"}, Server: true, Why: "its naming service reads no text of a name in which characters are escaped"},
		{Cases: matrix.CalledBack, Why: "it has no bidirectional GIOP, and takes no policy for it", Proof: "glassfish/limits/BiDir.java"},
	},
}
