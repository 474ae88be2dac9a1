# Ends with objects alive on all sides, and what calls them when Tcl is no more. ends.tcl HOW
load $::env(CALLER) Caller
if {$argv eq "interp"} { # the objects go with their interpreter; what C++ has of them goes on with what stands above
    interp create child
    interp eval child [list set argv plain]
    interp eval child [list source [info script]]
    set entry [interp eval child {dsom::address $own speak}]
    set address [interp eval child {dsom::address $own}]
    caller hold $address
    puts [caller direct $entry $address 3]
    interp delete child
    puts [caller direct $entry $address 3]
    exit
}
package require dsom
oo::class create Own [list superclass [dsom::load Zoo::Dog]]
oo::define Own method speak n { expr {[next $n] + 1} }
set keep [list [dsom::new Zoo::Dog] [Own new] [dsom::new Zoo::Echo]]
lassign $keep dog own echo
$echo keep x [set given [Own new]]
dsom::give $given
switch [lindex $argv 0] {
    last { # C++ has one, and calls it when Tcl and the class's part in it are no more
        set last [Own new]
        caller last [dsom::address $last speak] [dsom::address $last] 3
        $echo keep z $last
    }
    threads { # one waits for Tcl, which ends without serving it any more
        caller begin [dsom::address $own speak] [dsom::address $own] 1 1000000
        after 20 {set done 1}
        vwait done
    }
    raise { error "an error" }
}
puts ends
