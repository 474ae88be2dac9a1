# Classes in Tcl between those of C++ and those of the language whose process it is.
package require dsom
dsom::load Suite::Thing
oo::class create TclMiddle {
    superclass Suite::Thing
    variable calls
    constructor {} { next; set calls 0 }
    method speak n {
        if {$n == 77} { error seventy-seven }
        incr calls
        expr {[next $n] + 1000 * $calls}
    }
}
dsom::register TclMiddle
