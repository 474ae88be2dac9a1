# prints: 8 and 5 in no chunk, and 5 and -1 in chunks
# Combat takes the tag of a value inside one in chunks for the size of a chunk, the size of the chunk for the tag, and reads on behind: it is an error if there
# is nothing to be read there, and otherwise it says nothing. Here is a value of two longs, 8 and 5, which is the only member of another, and before
# a long, -1.
package require combat
set inner {valuetype IDL:I:1.0 {public a long public b long} 0 {}}
set outer [list valuetype IDL:O:1.0 [list public i $inner] 0 truncatable]
proc both {octets} {
    set decoder [::Combat::CDR::Decoder #auto $octets]
    [$decoder get_buffer] configure -byteorder 0
    if {[catch { $decoder Demarshal $::outer } value]} { return $value }
    set i [lindex $value 1]
    return "[lindex $i 1] and [lindex $i 3]"
}
set plain [both [binary format IIIII 0x7fffff00 0x7fffff00 8 5 -1]]
set chunks [both [binary format IIIIIIII 0x7fffff08 0x7fffff08 8 8 5 -1 -1 -1]]
puts "$plain in no chunk, and $chunks in chunks"
