# prints: 2 leaves, and to what was met before: illegal or recursive value type indirection
# Combat writes a value anew where it is met again, and reads no indirection to the value that it is in.
package require combat
set leaf {valuetype IDL:Leaf:1.0 {public number long} 0 {}}
set encoder [::Combat::CDR::Encoder #auto]
foreach again {1 2} { $encoder Marshal $leaf {number 7} }
set leaves [regexp -all IDL:Leaf:1.0 [$encoder get_data]]
# A Ring whose next is itself: tag, and an indirection 8 octets back.
set ring {valuetype IDL:Ring:1.0 {public next {recursive IDL:Ring:1.0}} 0 {}}
set decoder [::Combat::CDR::Decoder #auto [binary format IIi 2147483392 -1 [expr {-8 & 0xffffffff}]]]
[$decoder get_buffer] configure -byteorder 0
catch { $decoder Demarshal $ring } trouble
puts "$leaves leaves, and to what was met before: $trouble"
