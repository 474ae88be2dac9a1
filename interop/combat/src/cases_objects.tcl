# Cases of references: hub, cells, shapes, callbacks; and of types.idl.

# ---- hub, cells, shapes

case hub { expect_true {[call $::hub orb] ne ""} }
case lookup { expect [call $::hub lookup "no such thing"] 0 }
case attributes {
    lassign [list [some_long] [text 30] [list x [real] y [real]] [list green [text 20]]] initial label at state
    set c [call $::hub new_cell $initial]
    expect [list [call $c value] [call $c label] [call $c writes]] [list $initial cell 0]
    call $c value [complement $initial]
    call $c label $label
    call $c at $at
    call $c state $state
    expect [list [call $c value] [call $c label] [call $c at] [call $c state] [call $c writes]] [list [complement $initial] $label $at $state 4]
    call $c destroy
}
case readonly {
    set c [call $::hub new_cell 1]
    expect_system { request $c {void _set_writes {{in {unsigned long}}}} 9 } BAD_OPERATION
    call $c destroy
}
case factory {
    set a [call $::hub new_cell 1]
    set b [call $::hub new_cell 2]
    call [call $a self] value 10
    expect "[call $a value] [call $b value]" "10 2"
    call $a destroy
    call $b destroy
}
case destroy {
    set c [call $::hub new_cell 5]
    call $c destroy
    expect_system { call $c value } OBJECT_NOT_EXIST "" COMPLETED_NO
}
case inherit {
    lassign [list [bottom] [factor]] b v
    expect [list [call $b every] [call $b leftward $v] [call $b rightward $v] [call $b kind] [call $b where]] \
        [list {1 -1 base} [expr {$v + 1}] [expr {$v - 1}] Bottom base]
}
case inherit_attributes {
    call [bottom] common 17
    call [bottom] side "other side"
    expect [list [call [bottom] common] [call [bottom] side]] {17 {other side}}
    call [bottom] common 0
    call [bottom] side left
}
case inherit_is_a {
    foreach name {Bottom Left Right Base} { expect [request [bottom] {boolean _is_a {{in string}}} ${::ID}Shapes/$name:1.0] 1 }
    expect [request [bottom] {boolean _is_a {{in string}}} ${::ID}Shapes/Shelf:1.0] 0
}
case inherit_narrow {
    set i 0
    foreach kind {Base Left Right Bottom} {
        set o [call [part shape_shelf] pick $i]
        expect [call $o kind] $kind
        expect [call $o _is_a ${::ID}Shapes/Left:1.0] [expr {$i in {1 3}}]
        incr i
    }
    expect [lindex [raised { call [part shape_shelf] pick 4 }] 1] {code 4 why {no such shape}}
}

# ---- references and callbacks

itcl::class Listener_impl {
    inherit PortableServer::ServantBase
    public variable name own ;# Combat serves an attribute by reading the variable
    private variable notes
    constructor {} {
        array set notes {}
        trace add variable [itcl::scope name] read {apply {args { incr ::served }}}
    }
    public method _Interface {} { return ::Interop::Refs::Listener }
    public method told {n} {
        incr ::served
        if {$n < 0} { corba::throw [list ${::ID}Refused:1.0 [list code $n why negative]] }
        return [expr {$n + 1}]
    }
    public method noted {what} { incr ::oneways; lappend notes($what) 1 }
    public method noted_times {what} { if {[info exists notes($what)]} { llength $notes($what) } else { return 0 } }
    public method bounce {peer depth} {
        incr ::served
        if {$depth <= 0} { return 0 }
        expr {1 + [::call $peer bounce $::own [expr {$depth - 1}]]}
    }
}
case refs {
    expect_true {[call [talker] same [call [talker] mirror_listener $::own] $::own]}
    expect [call [call [talker] mirror_listener [talker]] name] talker
    expect [call [talker] mirror_listener 0] 0
}
case refs_object {
    expect_true {[call [talker] same [call [talker] mirror_object $::hub] $::hub]}
    expect [call [talker] mirror_object 0] 0
}
case refs_sequence {
    set got [call [talker] mirror_listeners [list $::own 0 [talker]]]
    expect [llength $got]/[lindex $got 1] 3/0
    expect_true {[call [talker] same [lindex $got 0] [talker]] && [call [talker] same [lindex $got 2] $::own]}
}
case refs_nil { expect [call [talker] is_nil 0][call [talker] is_nil $::hub] 10 }
case refs_same { expect [call [talker] same $::hub $::hub][call [talker] same $::hub [talker]][call [talker] same $::hub 0] 100 }
case refs_narrow {
    expect [list [call [talker] name_of $::own] [call [talker] name_of [talker]] [call [talker] name_of $::hub] [call [talker] name_of 0]] \
        {own talker {} {}}
}
case callback {
    set n [up_to 1000]
    expect [call [talker] tell $::own $n] [expr {2 * ($n + 1)}]
}
case callback_many {
    set n [up_to 1000]
    expect [call [talker] tell_all [list $::own [talker] 0 $::own] $n] [expr {3 * ($n + 1)}]
}
case callback_exception {
    set n [expr {-1 - [up_to 1000]}]
    expect [raised { call [talker] tell $::own $n }] [list ${::ID}Refused:1.0 [list code $n why negative]]
}
case callback_oneway {
    call [talker] note $::own "what [pid]" 25
    set giveup [after 60000 {set ::noted late}]
    while {[$::servant noted_times "what [pid]"] < 25 && ![info exists ::noted]} { after 5 {set ::tick 1}; vwait ::tick }
    after cancel $giveup
    expect [$::servant noted_times "what [pid]"] 25
}
case callback_nested { expect [call [talker] bounce $::own 6] 6 }
case callback_kept {
    set key "kept [pid]"
    call [talker] keep $key $::own
    expect [call [talker] tell_kept $key 1] 2
    expect_true {[call [talker] same [call [talker] kept $key] $::own]}
    call [talker] forget $key
    expect [call [talker] kept $key] 0
    expect [raised { call [talker] tell_kept $key 1 }] [list ${::ID}Refused:1.0 [list code 404 why $key]]
}
case forward { moved [part moved] }
case forward_perm { moved [part moved_for_good] }
proc moved {o} {
    foreach i {0 1 2} { expect [call $o mirror_long $i] [complement $i] }
    expect [call $o mirror_string abc] cba
}

# ---- types.idl

proc types {} {
    set o [call $::hub lookup types]
    if {$o == 0} { unsupported "the server has no TY::T" }
    return $o
}
case types_attributes {
    set t [types]
    set n [some_long]
    call $t counter $n
    expect [list [call $t counter] [call $t ident] [call $t name]] [list $n id-1 impl]
}
case types_values {
    set t [types]
    foreach {op v} {
        e_prim {b 1 c c o o s 1 us 2 l 3 ul 4 ll 5 ull 6 f 0.5 d 0.25} e_col BLUE e_mat {{1 2 3} {4 5 6}} e_bstr {12345678 {}}
        e_node {id 1 kids {{id 2 kids {}} {id 3 kids {}}}}
    } { expect [call $t $op $v] $v }
}
case types_unions {
    set t [types]
    foreach {op v} {e_u {RED 5} e_u {GREEN five} e_u {BLUE x} e_ub {1 1.5} e_ul {-5 5} e_ul {7 5} e_ul {9 data}} { expect [call $t $op $v] $v }
}
case types_io {
    lassign [list [factor] [factor]] x b
    set want [expr {$x + $b}]
    call [types] io $x b c
    expect "$b $c" "$want out"
}
case types_exceptions {
    set t [types]
    call $t boom 0
    expect [raised { call $t boom 1 }] {IDL:TY/Oops:1.0 {code 42 why because}}
    expect [lindex [raised { call $t boom 2 }] 0] IDL:TY/Empty:1.0
    expect_system { call $t sys } NO_RESOURCES 5 COMPLETED_MAYBE
}

# ---- what Combat has no means for

foreach {name why} {
    fixed "no fixed" fixed_struct "no fixed" fixed_any "no fixed" types_fixed "no fixed"
    any_enum "an enum's TypeCode has no id" any_alias "no aliases" any_anything "no aliases" any_exception "exceptions are no values"
    threads "no threads" locate "sends no LocateRequest" ex_unknown_key "a reference is bound to its type"
    types_wide "as wstring" types_refs "as refs" types_anys "as any" types_typecodes "as typecode"
} {
    case $name [list unsupported $why]
}
