# Random values, of random sizes, from the seed that the client was given: srand has been called with it.

# up_to is a number from 0 to most.
proc up_to {most} { expr {int(rand() * ($most + 1))} }
# bits is a number of so many bits, signed if wanted.
proc bits {n {signed 1}} {
    set v 0
    for {set i 0} {$i < $n} {incr i 16} { set v [expr {($v << 16) | [up_to 65535]}] }
    set v [expr {$v & ((1 << $n) - 1)}]
    expr {$signed && ($v >> ($n - 1)) ? $v - (1 << $n) : $v}
}
proc some_long {} { bits 32 }
# factor is a number of which two make no overflow.
proc factor {} { expr {[up_to 60000] - 30000} }
# real is one that a float has as well.
proc real {} { expr {([up_to 1048576] - 524288) / 64.0} }
proc letter {} { format %c [expr {97 + [up_to 24]}] }
proc text {most} {
    set v ""
    for {set i [up_to $most]} {$i > 0} {incr i -1} { append v [letter] }
    return $v
}
proc wide_text {most} {
    set v ""
    for {set i [up_to $most]} {$i > 0} {incr i -1} { append v [format %c [expr {[lindex {0xa1 0x391 0x410 0x4e00} [up_to 3]] + [up_to 15]}]] }
    return $v
}
proc some_octet {} { binary format c [up_to 255] }
proc some_octets {n} {
    set v ""
    for {set i 0} {$i < $n} {incr i 2} { append v [binary format s [up_to 65535]] }
    string range $v 0 $n-1
}
proc several {n make} {
    set v [list]
    for {set i 0} {$i < $n} {incr i} { lappend v [uplevel #0 $make] }
    return $v
}
proc some_longs {most} { several [up_to $most] some_long }
proc some_matrix {} { several 2 {several 3 some_long} }
proc some_color {} { lindex {red green blue} [up_to 2] }
proc some_entry {} {
    list name [text 40] at [list x [real] y [real]] colour [some_color] marks [some_longs 8] grid [some_matrix]
}
proc some_node {levels} {
    list label [text 12] kids [several [expr {$levels > 1 ? [up_to 3] : 0}] [list some_node [expr {$levels - 1}]]]
}
