# An override that never returns, in an interpreter whose commands are counted: the limit ends it, through C++, and the interpreter goes on.
interp create child
interp eval child [list set auto_path $auto_path]
child eval {
    package require dsom
    dsom::load Zoo::Dog
    oo::class create Endless { superclass Zoo::Dog; method speak n { while 1 { incr i } } }
    set o [Endless new]
    set d [dsom::new Zoo::Dog]
}
foreach n {1 2 3} {
    interp limit child command -value [expr {[child eval info cmdcount] + 20000}]
    set failed [catch { child eval { dsom::dispatch $o speak 1 } } message]
    interp limit child command -value {}
    puts "$failed $message [child eval { $d speak 3 }]"
}
interp delete child
puts lives
