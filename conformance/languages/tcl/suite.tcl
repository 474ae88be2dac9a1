# The rows of conformance/languages in Tcl. suite.tcl ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why.

package require dsom
foreach name {Thing Titled Holder Member Types Caller Journal} { dsom::load Suite::$name }
set journal [Suite::Journal new]
set caller [Suite::Caller new]
set types [Suite::Types new]
set made {} ;# objects that a row has made, which it destroys at its end

proc row {name script} { proc "row $name" {} "global journal caller types\n$script" }
proc cannot why { return -code error -errorcode CANNOT $why }

# The script must raise an error, and then the journal has it.
proc refused script {
    if {![catch { uplevel 1 $script }]} { error "it is accepted: $script" }
    $::journal note refused
}
proc yes condition { $::journal note [expr {$condition ? "yes" : "no"}] }

# What most rows subclass: speak is 100 more than the parent's.
oo::class create Loud { superclass Suite::Thing; method speak n { expr {[next $n] + 100} } }
oo::class create Raising { superclass Suite::Thing; method speak n { eval $::what } }

# New objects, which are destroyed when the row is over; and names in results are, too.
proc new {class args} { lappend ::made [set o [$class new {*}$args]]; return $o }
proc keep o { lappend ::made {*}$o; return $o }

set somebody [list name Grüß likes green tame 1 at {x -1 y 2147483647} words [list sit {} "\uD83D\uDE00!"] title "€ \uD83D\uDE00"]
set nobody {name {} likes red tame 0 at {x 0 y 0} words {} title {}}

# Types: what comes back is handed over again, so that the log has both.
proc twice {turn args} { foreach v $args { $::types $turn [$::types $turn $v] } }

row types/boolean { twice turn_boolean 1 }
row types/octet { twice turn_octet 0 127 }
row types/char { twice turn_char a ÿ }
row types/wchar { twice turn_wchar € \uffff }
row types/short { twice turn_short 32767 0; twice turn_ushort 65535 }
row types/long { twice turn_long 2147483647 0; twice turn_ulong 4294967295 }
row types/long-long { twice turn_longlong 9223372036854775807 9007199254740993; twice turn_ulonglong 18446744073709551615 }
row types/float { twice turn_float 0.0 3.4028234663852886e38 1.401298464324817e-45 0.5 }
row types/double { twice turn_double 0.0 1.7976931348623157e308 5e-324 0.1 Inf; twice turn_double NaN }
row types/enum { twice turn_colour red blue }
row types/octets {
    for {set i 0} {$i < 256} {incr i} { append all [format %c $i] }
    twice turn_octets {} $all \0\xff
}
row types/sequence {
    for {set i 0} {$i < 100000} {incr i} { lappend many $i }
    twice turn_booleans {1 0 0}
    twice turn_longs {} {1 -2 3} $many
    twice turn_doubles {0.5 -1.0}
    twice turn_strings {a {} ü}
}
row types/array { twice turn_grid {{1 2 3} {4 5 6}}; twice turn_pair {a €} }
row types/structure { twice turn_point {x 1 y -1} }
row types/nested { twice turn_person $::somebody; twice turn_people {} [list $::somebody $::nobody] }
row types/recursive { twice turn_tree {value 1 below {{value 2 below {}} {value 3 below {{value 4 below {}}}}}} }
row types/circle {
    set x {name x end {d red v 1} twigs {}}
    twice turn_branch [dict create name ab end [dict create d green v [list $x {name yz end {d blue} twigs {}}]] twigs [list [dict create grown [list $x]] {grown {}}]] $x
}
row types/union { $types turn_shape [$types turn_shape [$types turn_shape [$types turn_shape {d red v -17}]]] }
row types/object { twice turn_thing [new Suite::Thing] }
row types/objects {
    set a [new Suite::Thing]
    twice turn_things [list $a [new Suite::Holder] $a]
    $types turn_things {}
}

row strings/string { twice turn_string {} plain "Grüße €" "\uD83D\uDE00 x" "e\u0301\t\"\\\n" }
row strings/wstring { twice turn_wstring {} plain "Grüße €" "\uD83D\uDE00 x" [string repeat € 100000] }
row strings/long {
    twice turn_string [string repeat ab 500000]
    $types turn_string [$caller text_of 1000000]
}
row strings/zero { refused { $types turn_string a\0b } }
row strings/wide-zero { refused { $types turn_wstring a\0b } }
row strings/no-utf8 { twice turn_string [$caller odd_text] }

row parameters/out {
    lassign [$types divide 17 5] q rest
    $types divide $rest $q
    lassign [$types give_basic] o n d b c
    $types turn_octet $o
    $types turn_longlong $n
    $types turn_double $d
    $types turn_boolean $b
    $types turn_colour $c
    lassign [$types give_text] s w
    $types turn_string $s
    $types turn_wstring $w
}
row parameters/out-constructed {
    lassign [$types give_constructed] p n who
    $types turn_point $p
    $types turn_longs $n
    $types turn_person $who
    lassign [$types give_things] a more
    keep [list $a {*}$more]
    $types turn_thing $a
    $types turn_things $more
}
row parameters/inout {
    $types swap_basic {*}[$types swap_basic -1 0.25 green]
    $types swap_text {*}[$types swap_text ab€ "\uD83D\uDE00 x"]
}
row parameters/inout-constructed {
    $types swap_constructed {*}[$types swap_constructed {x 1 y 2} {1 2} $::somebody]
    set a [new Suite::Thing]
    set b [new Suite::Thing]
    $types turn_thing $a
    $types swap_things {*}[$types swap_things $a $b]
}

row null/allowed {
    set a [new Suite::Thing]
    $journal note [expr {[$types maybe $a] eq {} ? "nothing" : "something"}]
    $journal note [expr {[$types maybe {}] eq $a ? "the same" : "another"}]
    $journal note [expr {[$types maybe {}] eq {} ? "nothing" : "something"}]
}
row null/refused {
    refused { $types turn_thing {} }
    cannot "turn_string {} is [$types turn_string {}]{}: nothing is an empty string"
}

row ownership/in {
    set a [Suite::Thing new]
    for {set i 0} {$i < 3} {incr i} { $types turn_thing $a }
    $journal living
    $a destroy
    $journal living
}
row ownership/result {
    set many [list {*}[$caller many 1000] [$caller made made]]
    $journal living
    foreach o $many { $o destroy }
    $journal living
}
row ownership/out {
    lassign [$types give_things] a more
    set others [lsearch -all -inline -not -exact $more $a]
    if {$a ni $more} { $a destroy }
    $journal living
    foreach o [lsort -unique $more] { $o destroy }
    $journal living
}
row ownership/taken {
    set a [Suite::Thing new]
    $caller take "given away" $a
    $a destroy
    $journal living
    $types turn_string [$caller lent_text]
    $caller take {} [set a [Suite::Thing new]]
    $a destroy
    $journal living
}
row ownership/lent {
    for {set i 0} {$i < 100} {incr i} { if {[[keep [$caller lent_thing]] label] ne "lent"} { error another } }
    $journal note [[$caller lent_thing] label]
}
row ownership/memory {
    oo::class create Own {
        superclass Suite::Types
        method swap_text {s w} { list $w $s }
        method turn_person v { return $v }
        method turn_things v { list [new Suite::Thing] {*}$v }
    }
    set own [Own new]
    set titled [Suite::Titled new]
    set work {
        for {set i 0} {$i < 200} {incr i} {
            $caller text_of 20000
            $titled title [string repeat x 20000]
            foreach o [$caller many 20] { $o destroy }
        }
        for {set i 0} {$i < 20} {incr i} { # what overrides were handed, and have made
            $caller ask_often $own 100
            foreach o [concat [info class instances Suite::Thing] [info class instances Suite::Holder]] { $o destroy }
        }
        set ::made {}
    }
    eval $work
    eval $work
    $journal memory
    eval $work
    eval $work
    $journal memory
    $own destroy
    $titled destroy
}

proc catch_of {id how script} {
    try { uplevel 1 $script } trap [list SOM USER $id] {- options} { uplevel 1 [list {*}$how [lindex [dict get $options -errorcode] 3]] }
}
proc caught_refused members { $::journal caught_refused [dict get $members code] [dict get $members why] }
proc caught_plain - { $::journal caught_plain }
set refused IDL:Suite/Refused:1.0
set plain IDL:Suite/Plain:1.0

row exceptions/user {
    set t [keep [Suite::Thing labelled Rex 1]]
    catch_of $::refused caught_refused { $t speak 1007 }
    catch_of $::plain caught_plain { $t speak -1 }
}
row exceptions/system {
    foreach {name minor} {BAD_PARAM 7 NO_PERMISSION 4294967295 NO_MEMORY 0} {
        try { $caller raise_system $name $minor } trap {SOM SYSTEM} {- options} { $journal caught_system {*}[lrange [dict get $options -errorcode] 2 3] }
    }
}
row exceptions/cxx {
    set t [new Suite::Thing]
    catch { $t speak 999 } m
    $journal note [expr {[string match "*an error of C++*" $m] ? "an error of C++" : $m}]
    try { $t speak 998 } trap {SOM SYSTEM NO_MEMORY} {} { $journal note "no memory" }
    try { $t speak 997 } trap {SOM SYSTEM UNKNOWN} {} { $journal note unknown }
    $journal note [$t speak 1]
}
row exceptions/raised {
    set o [new Raising]
    foreach ::what {{dsom::raise IDL:Suite/Refused:1.0 {code -5 why "why not €"}} {dsom::raise IDL:Suite/Plain:1.0} {dsom::raise_system BAD_PARAM mine 9}} { $caller catch_it $o 1 }
}
row exceptions/own {
    set o [new Raising]
    set ::what { error mine }
    $caller catch_it $o 1
    if {[catch { $caller ask $o 1 1 }]} { $journal note caught }
}
row exceptions/own-again {
    set o [new Raising]
    set ::what { error mine {} MINE }
    try { $caller ask $o 1 1 } trap MINE {} { $journal note "the same" } trap {SOM USER} m { cannot $m }
}
row exceptions/through {
    oo::class create Passing { superclass Suite::Thing; method speak n { next $n } }
    set o [keep [dsom::make Passing labelled Ida 2]]
    $caller catch_it $o 1003
    catch_of $::refused caught_refused { $caller ask $o 1004 1 }
    catch_of $::plain caught_plain { $caller ask $o -4 1 }
}
row exceptions/initializer {
    catch_of $::refused caught_refused { Suite::Thing labelled {} 1 }
    $journal living
}

row callbacks/override { $caller ask [new Loud] 3 1000; $caller ask [new Suite::Thing] 3 1000 }

# Every method is overridden, by one that passes on what it gets, and what comes back.
oo::class create Turning { superclass Suite::Types }
foreach name [lsearch -all -inline -regexp [info class methods Suite::Types -private] {^(turn_|give_|swap_)|^(maybe|divide)$}] { oo::define Turning method $name args { next {*}$args } }
foreach {name what} {basic basic text text constructed constructed object thing objects things out out inout inout} {
    row callbacks/$name "\$caller ask_types \[new Turning] $what"
}

row callbacks/nested {
    oo::class create Deep { superclass Suite::Thing; method speak n { expr {$n == 0 ? [next 1] : [$::caller ask [self] [expr {$n - 1}] 1] + 1} } }
    $caller ask [new Deep] 12 1
}
row callbacks/wrong-result {
    oo::class create Wrong { superclass Suite::Thing; method speak n { lindex {"no number" {} 9223372036854775808 4} $n-1 } }
    set o [new Wrong]
    foreach n {1 2 3 4} { $caller catch_any $o $n }
}

row subclass/super {
    oo::class create Louder { superclass Loud; method speak n { expr {[next $n] * 10} } }
    $journal note [[new Loud] speak 3]
    $caller ask [new Louder] 3 1
}
row subclass/state {
    oo::class create Counting { superclass Suite::Thing; variable calls; constructor {} { set calls 0; next }; method speak n { incr calls $n }; method calls {} { return $calls } }
    $caller keep [set o [Counting new]]
    dsom::give $o
    foreach n {1 2 3} { $caller ask_kept $n }
    $journal note [[$caller kept] calls]
    $caller keep {}
}
row subclass/attributes {
    oo::class create Marked { superclass Suite::Thing; method _get_label {} { return "<[next]>" }; method _set_label v { next $v! }; method _get_legs {} { return 3 } }
    $caller use_attributes [new Marked]
    $caller use_attributes [new Loud]
}
row subclass/two-parents {
    oo::class create Both { superclass Suite::Thing Suite::Titled; method title word { return "[next $word]!" }; method speak n { expr {[next $n] + 1} } }
    set o [new Both]
    $caller title_of $o great
    $caller ask $o 1 1
    $caller look_at $o
}
row subclass/made-by-cxx {
    set o [$caller made_of [dsom::register Loud]]
    yes [expr {[info object class $o] eq "::Loud"}]
    $caller ask $o 1 1
}
row subclass/of-holder {
    oo::class create Box { superclass Suite::Holder; method speak n { expr {[[my held] speak $n] + 1} } }
    set o [new Box]
    $o held [new Loud]
    $caller ask $o 1 1
    $caller look_at $o
    $o held {}
}
oo::class create Middle { superclass Suite::Thing; method speak n { expr {[next $n] + 1000} } }
row subclass/below-in-cxx {
    $caller define_below [dsom::register Middle]
    $caller ask [keep [$caller made_of Below]] 1 1
    dsom::load Below
    oo::class create Lowest { superclass ::Below; method speak n { expr {[next $n] + 10000} } }
    $caller ask [new Lowest] 1 1
}

row class/attributes {
    set t [new Suite::Thing]
    $t label "Rex €"
    $t weight -2147483648
    $types turn_string [$t label]
    $types turn_long [$t weight]
    $types turn_long [$t legs]
}
row class/readonly { set t [new Suite::Thing]; refused { $t legs 3 } }
row class/initializer {
    set t [keep [Suite::Thing labelled "by initializer" 12]]
    $types turn_string [$t label]
    $types turn_long [$t weight]
    set t [keep [dsom::make Loud labelled below 13]]
    $types turn_string [$t label]
    $types turn_long [$t weight]
    $caller ask $t 1 1
}
row class/procedure { $types turn_long [[new Suite::Thing] total 41] }
row class/metaclass { new Suite::Member; new Suite::Member; [[new Suite::Member] somGetClass] members }
row class/information { $journal note [dsom::about Suite::Thing name]; $journal note [dsom::about Suite::Thing version] }

row identity/same {
    set a [new Loud]
    yes [expr {[$a itself] eq $a}]
    $caller keep $a
    yes [expr {[$caller kept] eq $a}]
    $caller keep {}
    set b [new Suite::Thing]
    yes [expr {[$b itself] eq $b}]
    yes [expr {$a eq $b}]
}
row identity/class {
    set h [new Suite::Holder]
    $h held [set inner [Suite::Holder new]]
    yes [expr {[info object class [$h held]] eq "::Suite::Holder" && [info object isa typeof [$h held] Suite::Thing]}]
    $h held [new Loud]
    $inner destroy
    yes [expr {[info object class [$h held]] eq "::Loud"}]
    $caller look_at $h
}

row lifetime/dropped {
    for {set i 0} {$i < 1000} {incr i} { [Suite::Thing new] destroy; [Loud new] destroy }
    $journal living
}
row lifetime/kept {
    $caller keep [set o [Loud new]]
    dsom::give $o
    $journal living
    $caller ask_kept 1
    $caller keep {}
    $journal living
}
row lifetime/weak {
    set o [Loud new]
    set w [dsom::weak $o]
    $caller watch $o
    $journal note [expr {[$w] eq $o ? "there" : "gone"}]
    $caller watched
    $o destroy
    $journal note [expr {[$w] ne {} ? "there" : "gone"}]
    $caller watched
    rename $w {}
}
row lifetime/cycle {
    for {set i 0} {$i < 100} {incr i} { foreach o [list [Loud new] [Loud new]] { $o destroy } } ;# who refers to whom is nobody's business: they are destroyed
    $journal living
}
row lifetime/cycle-through-cxx {
    set all {}
    for {set i 0} {$i < 100} {incr i} {
        set a [Loud new]
        set h [Suite::Holder new]
        $h held $a
        dsom::give $a
        lappend all $h
    }
    $journal living
    foreach h $all {
        $h held {} ;# it has to be broken
        $h destroy
    }
    $journal living
}
row lifetime/released {
    set t [Suite::Thing new]
    $t destroy
    $journal living
    refused { $t speak 1 }
    refused { $types turn_thing $t }
}

row threads/foreign {
    oo::class create Threaded { superclass Suite::Thing; method speak n { next $n } }
    $caller begin_threads [new Threaded] 4 50
    while {![$caller ended]} { update }
}
dsom::waits Suite::Caller wait_for_threads
row threads/waiting { $caller wait_for_threads [new Loud] 4 50 }
row threads/raising {
    oo::class create Odd { superclass Suite::Thing; method speak n { error odd } }
    $caller wait_for_threads [new Odd] 2 20
}
row threads/own {
    interp create other
    try {
        interp eval other [list set auto_path $::auto_path]
        interp eval other { package require dsom }
    } on error m { cannot $m } finally { interp delete other }
}

# A class of here below one that is another language's.
proc chain {middle {give_back {}}} {
    dsom::load $middle
    oo::class create ChainBelow [list superclass ::$middle]
    oo::define ChainBelow method speak n { expr {[next $n] + 100000} }
    set o [ChainBelow new]
    $o label chain
    $::caller ask $o 1 1
    $::caller ask $o 1 1
    $::caller catch_it $o 1007
    catch_of $::refused caught_refused { $::caller ask $o 1008 1 }
    $::caller catch_any $o 77
    $::caller keep $o
    dsom::give $o
    $::caller ask_kept 1
    $::caller keep {}
    eval $give_back
    $::journal living
}

# Has the interpreter of Python in this process run a file.
proc python file {
    dsom::load Embed::Python
    [new Embed::Python] run "exec(open('$file').read())"
}

row chain/python { python chain/middle.py; chain PythonMiddle }
row chain/go { chain GoMiddle }
row chain/python-go {
    python chain/below_go.py
    dsom::load PythonAndGo
    oo::class create Fourth { superclass ::PythonAndGo; method speak n { expr {[next $n] + 1100000} } }
    $caller ask [new Fourth] 1 1
}

# Has the state of Lua in this process run a text.
proc lua text {
    dsom::load Embed::Lua
    [new Embed::Lua] run $text
}
row chain/lua { lua "dofile 'chain/middle.lua'"; chain LuaMiddle { lua give_back() } }
row chain/tcl { source chain/middle.tcl; chain TclMiddle }
row chain/lua-tcl {
    lua "dofile 'chain/middle.lua'"
    source chain/below_lua.tcl
    dsom::load LuaAndTcl
    oo::class create Fourth { superclass ::LuaAndTcl; method speak n { expr {[next $n] + 1100000} } }
    $caller ask [new Fourth] 1 1
}

row wrong/count {
    refused { $types turn_long }
    refused { $types turn_long 1 2 }
    refused { $types divide 1 }
}
row wrong/type {
    refused { $types turn_long x }
    cannot "turn_string 1 is [$types turn_string 1]: all is a string"
}
row wrong/range {
    foreach {turn v} {turn_octet 256 turn_octet -1 turn_short 32768 turn_ulong -1 turn_longlong 9223372036854775808 turn_ulonglong 18446744073709551616 turn_float 1e300 turn_char € turn_colour 7} {
        refused { $types $turn $v }
    }
}
row wrong/element {
    refused { $types turn_longs {1 x} }
    refused { $types turn_grid {{1 2} {3 4}} }
    refused { $types turn_person [dict replace $::nobody tame perhaps] }
    refused { $types turn_point {x 1099511627776 y 0} }
}
row wrong/method { set t [new Suite::Thing]; refused { $t fly } }
row wrong/class { foreach name {Suite::Unicorn Nowhere::Unicorn "no name"} { refused { dsom::load $name } } }
row wrong/major-version {
    if {![catch { dsom::load Dependent } e]} { error "it is accepted" }
    $journal note [expr {[string first "class Relay is version 2.0" $e] >= 0 ? "version" : $e}]
}

row release/next {
    dsom::load Relay
    oo::class create OwnRelay { superclass ::Relay; method speak n { expr {[next $n] + 1} } }
    set o [new OwnRelay]
    $o label kept
    $o call 3
    $types turn_string [$o label]
}

row release/replaced {
    dsom::load Relay
    oo::class create OwnRelay { superclass ::Relay; method speak n { expr {[next $n] + 1} } }
    set o [new OwnRelay]
    $o call 3
    $journal replace
    $o call 4
    [new OwnRelay] call 5
}

row end/alive {
    set all [list [Suite::Thing new] [Loud new] [Suite::Holder new]]
    [lindex $all 2] held [set inner [Loud new]]
    dsom::give $inner
    $caller keep [set given [Loud new]]
    dsom::give $given
    $journal living
}

foreach name $argv {
    $journal row $name
    if {![catch { "row $name" } message options]} {
        set answer ok
    } elseif {[dict get $options -errorcode] eq "CANNOT"} {
        set answer "cannot\t$message"
    } else {
        set answer "failed\t[dict get $options -errorinfo]"
    }
    puts "$name\t[string map {\n { | }} $answer]"
    flush stdout
    if {$name ne "end/alive"} { # what the row has met goes; who still has one of Tcl's own keeps it
        foreach o [lsort -unique $made] { if {[info object isa object $o]} { $o destroy } }
        foreach class {Suite::Thing Suite::Titled} {
            foreach o [info class instances $class] { $o destroy }
            foreach below [info class subclasses $class] { foreach o [info class instances $below] { catch { $o destroy } } }
        }
        set made {}
    }
}
