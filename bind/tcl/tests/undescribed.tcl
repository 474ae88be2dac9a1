# Makes a class that cannot be described and is in use already (bind/host/test/undescribed.c): it stays, with nothing of Tcl's in it, and Tcl goes on.
package require dsom
load $::env(CALLER) Caller
dsom::load Zoo::Dog

proc assert {what} { if {![uplevel 1 [list expr $what]]} { error "not so: $what" } }

oo::class create Undescribed { superclass Zoo::Dog; method speak n { expr {[next $n] + 1} } }
assert {[catch { dsom::register Undescribed } m options] && [lrange [dict get $options -errorcode] 0 2] eq {SOM SYSTEM BAD_INV_ORDER} && [string match "*it stays*" $m]}
for {set i 0} {$i < 3} {incr i} { assert {[caller made Undescribed] == 7} } ;# another language goes on with it
set o [Undescribed new] ;# is tried anew
assert {[$o somGetClassName] eq "Undescribed_2" && [$o speak 3] == 8 && [dsom::dispatch $o speak 3] == 8 && [caller made Undescribed_2] == 8}
$o destroy
Undescribed destroy
assert {"Undescribed_2" ni [dsom::classes] && [caller made Undescribed] == 7}
dsom::with o [dsom::new Undescribed] { assert {[$o speak 3] == 7 && [dsom::dispatch $o speak 3] == 7} }
puts stays
