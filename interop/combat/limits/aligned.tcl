# prints: 42 in one chunk, and 0 in the next
# Combat aligns for a number before it looks for the next chunk, and not again in that: it reads what is aligned to 8 from where the chunk's data
# begin, padding and all, and says nothing. Here are values of two longs and a long long, 42: in one chunk of 16 octets, and in two, of which the second
# begins with 4 octets of padding.
package require combat
set type {valuetype IDL:V:1.0 {public a long public b long public c {long long}} 0 truncatable}
proc third {octets} {
    set decoder [::Combat::CDR::Decoder #auto $octets]
    [$decoder get_buffer] configure -byteorder 0
    if {[catch { $decoder Demarshal $::type } value]} { return $value }
    return [lindex $value 5]
}
set one [binary format IIIIIII 0x7fffff08 16 1 2 0 42 -1]
set two [binary format IIIIIIIII 0x7fffff08 8 1 2 12 0 0 42 -1]
puts "[third $one] in one chunk, and [third $two] in the next"
