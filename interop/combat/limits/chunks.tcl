# prints: -1 before the value within, whose chunk has 8 octets
# In a value that is written in chunks Combat writes an end tag before each value within, which ends the outer one. At the end it
# counts the end tag of the value within, -2, to the octets of that value's chunk, which has a long of 4 octets.
package require combat
set inner {valuetype IDL:I:1.0 {public a long} 0 truncatable}
set outer [list valuetype IDL:O:1.0 [list public b long public i $inner] 0 truncatable]
set encoder [::Combat::CDR::Encoder #auto]
$encoder Marshal $outer {b 1 i {a 2}}
set buffer [[::Combat::CDR::Decoder #auto [$encoder get_data]] get_buffer]
# skip reads tag and ids of a value, and its chunk, and returns that one's size.
proc skip {} {
    $::buffer ulong
    for {set ids [$::buffer ulong]} {$ids > 0} {incr ids -1} { $::buffer string }
    set size [$::buffer ulong]
    $::buffer octets $size
    return $size
}
skip
puts "[$buffer long] before the value within, whose chunk has [skip] octets"
