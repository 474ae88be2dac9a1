package jacorb

import (
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
)

// Plain is JacORB in the C locale.
var Plain = matrix.Peer{
	Name: "JacORB, C locale", Client: true, Server: true, Versions: java.Versions, Columns: matrix.Suites, Like: &Peer,
	About: "The same with LC_ALL=C, as in containers and under systemd: its native code set is ISO 8859-1 then, in which it answers\n" +
		"whatever its client has chosen. This project's client therefore takes the native code sets of a JacORB.",
}

// Peer is JacORB's part of the matrix.
var Peer = matrix.Peer{
	Name: "JacORB", Client: true, Server: true, Versions: java.Versions,
	About: "JacORB 3.9 on OpenJDK 17, from Maven Central, with stubs of its own IDL compiler. It is told to take ISO 8859-1 for the\n" +
		"characters of GIOP 1.0, where it would take the environment's code set, and not to call again by itself.",
	Limits: []matrix.Limit{
		{Cases: []string{"locate"}, Client: true, Why: "the portable API has no call that sends a LocateRequest"},
		{Cases: []string{"forward_perm"}, Server: true, Why: "the portable API has no way to answer LOCATION_FORWARD_PERM", Alone: []string{"there is no such object"}},
		{Cases: []string{"union_ushort"}, Why: "its IDL compiler writes labels of unsigned short above 32767 as Java cannot read them", Proof: "jacorb/limits/ushort_label.idl",
			Seen: []string{"takes no label above 32767", "mirror_byshort not found"}},
		{Cases: []string{"union_longlong"}, Why: "its IDL compiler takes no label beyond 32 bits", Proof: "jacorb/limits/longlong_label.idl",
			Seen: []string{"takes no label beyond 32 bits", "mirror_bylonglong not found"}},
		{Cases: []string{"union_long", "union_char"}, Server: true, Proof: "jacorb/limits/default_label.idl",
			Why: "its unions take no discriminator for a default member but one that it chooses itself", Seen: []string{"got {0 "}},
		{Cases: []string{"types_unions"}, Why: "its unions with long long want a discriminator that is each of a member's labels at once", Proof: "jacorb/limits/repeated_label.idl",
			Seen: []string{"MARSHAL: Server-side Exception", "Illegal value is used in __default"}},
		{Cases: []string{"typecode"}, Client: true, Why: "its IDL compiler gives an enum that is declared inside a switch another repository id", Proof: "jacorb/limits/switch_enum.idl",
			Seen: []string{"enum(IDL:interop.opendsom.org/Kind:1.0,Kind)"}},
		{Cases: []string{"typecode_recursive"}, Client: true, Why: "its helper of a recursive union calls itself for ever", Proof: "jacorb/limits/recursive_union.idl", Seen: []string{"StackOverflowError"}},
		{Cases: []string{"bounds"}, Server: true, Why: "it answers a string beyond its bound with BAD_PARAM, where MARSHAL is wanted", Proof: "jacorb/limits/bounded_string.idl",
			Seen: []string{"BAD_PARAM completed NO: String bounds violation"}},
		{Cases: []string{"fixed", "fixed_struct", "types_fixed"}, By: "fixed", Proof: "case fixed between its own client and server (zero octets for 0.00)",
			Why: "it writes as many digits as a number has, not as its type has", Seen: []string{"MARSHAL: Server-side Exception", "5 octets wanted at offset 24, but the input ends at 2", "fixed<9,2> with the octets 10000d0000"}},
		{Cases: []string{"types_anys"}, Server: true, By: "fixed", Proof: "case fixed, as above", Why: "the same, of a fixed in an any", Seen: []string{"5 octets wanted at offset 32, but the input ends at 3"}},
		{Cases: []string{"truncated"}, Server: true, Why: "it does not skip what is left of a truncated value", Seen: []string{"unknown value tag"}},
		{Cases: []string{"truncated_here"}, Client: true, Why: "the same", Seen: []string{"unknown value tag"}},
		{Cases: []string{"named_value", "basket", "any_graph", "custom_tag", "custom_any"},
			Why: "to write a value in an any, or where no type is declared, it needs a class of the JDK that is gone since JDK 9", Proof: "jacorb/limits/AnyValue.java", Seen: []string{"NoClassDefFoundError"}},
	},
	Others: []matrix.Other{
		{What: "it takes the chunk of a value for ended that ends at the next multiple of 4 or before, also if what it reads next is in it: other values without an error. " +
			"This project ends chunks where that does no harm", Proof: "jacorb/limits/Chunks.java"},
		{What: "told that its wide characters are in UTF-8, it takes those beyond U+FFFF for others. This project sends it none, and raises DATA_CONVERSION instead", Proof: "jacorb/limits/Surrogates.java"},
		{What: "of a value box inside a value in chunks it reads the size of the chunk for what is in the box, its own client's too: other values without an error. This project sends " +
			"none to a JacORB that it knows by its reference, and raises MARSHAL instead; one that it does not know, at a corbaloc or as a client, reads wrong", Proof: "jacorb/limits/Boxes.java"},
	},
}
