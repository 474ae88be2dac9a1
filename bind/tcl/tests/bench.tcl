# What calls cost, in one run: the least of many short windows, in ns.
package require dsom
load $::env(CALLER) Caller
proc least script {
    set best 1e9
    for {set i 0} {$i < 200} {incr i} { set best [expr {min($best, [lindex [uplevel 1 [list time $script 1000]] 0])}] }
    expr {$best * 1000}
}
oo::class create Class { method speak n { return $n } }
set a [dsom::new Zoo::Animal]
set own [Class new]
set plain [least { plain speak 5 }]
set ours [least { $a speak 5 }]
set tcl [least { $own speak 5 }]
oo::class create Own { superclass Zoo::Animal; method speak n { return $n } }
set o [Own new]
puts "| call of a method of a number | ns | |\n|---|---|---|"
puts [format "| a command in C written by hand | %.0f | |" $plain]
puts [format "| a method of TclOO's | %.0f | |" $tcl]
puts [format "| a method of a class in C++ | %.0f | %.2f × the command, %.2f × TclOO's own |" $ours [expr {$ours / $plain}] [expr {$ours / $tcl}]]
puts [format "| C calls an override | %.0f | by `dsom::dispatch`, there and back |" [least { dsom::dispatch $o speak 5 }]]
