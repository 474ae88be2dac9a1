# The mirrors of values.idl, and values of a known kind, for client and server.

proc complement {v} { expr {-$v - 1} }
proc flip_octets {s} {
    binary scan [string reverse $s] cu* octets
    binary format c* [lmap o $octets {expr {255 - $o}}]
}
proc octets {n} {
    set v [list]
    for {set i 0} {$i < $n} {incr i} { lappend v [expr {(7 * $i + $i / 256) & 255}] }
    binary format c* $v
}
proc longs {n} {
    set v [list]
    for {set i 0} {$i < $n} {incr i} { lappend v [expr {$i * 1003 - 7}] }
    return $v
}
proc flip_longs {v} { lmap l [lreverse $v] {complement $l} }
proc entry {name colour marks} {
    list name $name at {x 1.5 y -2.25} colour $colour marks $marks grid {{0 10 20} {30 40 50}}
}
proc flip_real {v} { if {$v eq "NaN"} { return $v } ; expr {$v / -2.0} }
proc flip_color {v} { string map {red green green blue blue red} $v }
proc flip_matrix {v} { lmap row [lreverse $v] {flip_longs $row} }
proc flip_entry {e} {
    list name [string reverse [dict get $e name]] at [list x [flip_real [dict get $e at x]] y [flip_real [dict get $e at y]]] \
        colour [flip_color [dict get $e colour]] marks [flip_longs [dict get $e marks]] grid [flip_matrix [dict get $e grid]]
}
proc node {label levels} {
    set kids [list]
    if {$levels > 1} { foreach k {0 1} { lappend kids [node $label.$k [expr {$levels - 1}]] } }
    list label $label kids $kids
}
proc flip_node {n} {
    list label [string reverse [dict get $n label]] kids [lmap k [lreverse [dict get $n kids]] {flip_node $k}]
}

proc tree {depth} {
    list weight $depth branches [expr {$depth ? [list [tree [expr {$depth - 1}]] [tree [expr {$depth - 1}]]] : [list]}]
}
proc flip_tree {t} {
    list weight [complement [dict get $t weight]] branches [lmap b [lreverse [dict get $t branches]] {flip_tree $b}]
}
