# Many objects of each kind are made, crossed, subclassed and destroyed, and memory stays what it was. stress.tcl HOW MANY
package require dsom
set many [lindex $argv 0]
foreach name {Dog Echo Animal} { dsom::load Zoo::$name }
oo::class create Own { superclass Zoo::Dog; method speak n { next $n } }
oo::class create Raising { superclass Zoo::Dog; method speak n { if {$n % 2} { error odd }; next -1 } }

proc resident {} {
    set f [open /proc/self/statm]
    set pages [lindex [read $f] 1]
    close $f
    expr {$pages * 4096}
}

set echo [dsom::new Zoo::Echo]
set raising [Raising new]
set card {name Rex colour green tame 1 tricks {sit sit sit} home {x 1.0 y 2.0 marks {{0 0 0} {0 0 0}}} title wide}
proc native i { set d [Zoo::Dog new]; $d speak [expr {$i % 100}]; $d destroy }
proc made i { set o [Own new]; dsom::dispatch $o speak [expr {$i % 100}]; $o destroy }
proc crossed i {
    set o [Own new]
    $::echo keep text $o
    if {[lindex [$::echo animal $o $o] 0] ne $o} { error another }
    dsom::give $o
}
proc values i { $::echo card $::card $::card; $::echo text [string repeat x [expr {$i % 50}]] {} }
proc raised i { catch { dsom::dispatch $::raising speak $i } }
proc weak i { set o [Own new]; set w [dsom::weak $o]; if {[$w] ne $o} { error another }; rename $w {}; $o destroy }
proc from_c i { [dsom::som_new Own] destroy }
proc classes i { oo::class create Short { superclass Zoo::Dog; method bark volume {} }; set o [Short new]; dsom::dispatch $o bark 1; Short destroy }

foreach {kind part} {native 1 made 1 crossed 1 values 0.25 raised 0.25 weak 0.25 from_c 0.5 classes 0.001} {
    set n [expr {max(10, int($many * $part))}]
    for {set i 0} {$i < min($n, 20000)} {incr i} { $kind $i }
    set before [resident]
    for {set i 0} {$i < $n} {incr i} { $kind $i }
    set grown [expr {[resident] - $before}]
    puts "$kind: $n grown by [expr {$grown >> 10}] KiB"
    if {$grown > 2 << 20} { puts "$kind: memory grows"; exit 1 }
}
$echo keep {} [set d [Zoo::Dog new]]
if {[dsom::about Own instances] != 0} { error "[dsom::about Own instances] are left" }
puts flat
