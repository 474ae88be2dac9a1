# Cases of what is around values: Anys, Params, Errors, Calls.

# ---- Anys: a pair of type and value. Combat keeps neither the names of types nor aliases.

proc any {type value want} {
    set got [call [anys] mirror_any [list $type $value]]
    expect [lindex $got 0] $type
    expect [lindex $got 1] $want
}
proc type {name} { corba::type of ::Interop::$name }
case any_null { expect [lindex [call [anys] mirror_any {null {}}] 0] null }
case any_basic {
    any boolean 1 0
    any char a b
    any octet \x01 \xfe
    any short [set v [bits 16]] [complement $v]
    any {unsigned short} [set v [bits 16 0]] [expr {65535 - $v}]
    any long [set v [bits 32]] [complement $v]
    any {unsigned long} [set v [bits 32 0]] [expr {4294967295 - $v}]
    any {long long} [set v [bits 64]] [complement $v]
    any {unsigned long long} 5000000000 -5000000001
    any float [set v [real]] [flip_real $v]
    any double [set v [real]] [flip_real $v]
    expect [call [anys] kind_of {{unsigned long long} 1}] ulonglong
}
case any_string { any string [set v [text 100]] [string reverse $v] }
case any_sequence { any [list sequence long] [set v [some_longs 20]] $v }
case any_array { any [type Matrix] [set v [some_matrix]] $v }
case any_recursive {
    set n [some_node 3]
    set got [call [anys] mirror_any [list [type Node] $n]]
    expect [lindex $got 0] [type Node]
    # The server may know the type by its id although its alias is missing, and mirror it.
    expect_true {[lindex $got 1] eq $n || [lindex $got 1] eq [flip_node $n]}
}
case any_struct {
    set got [call [anys] mirror_any [list [type Prims] {b 1 c x o Z s -2 us 1 l 1 ul 1 ll 1 ull 1 f 0.5 d 0.5}]]
    expect [dict get [lindex $got 1] l] -2
}
case any_union { any [type ByColor] [list red [set v [some_long]]] [list red [complement $v]] }
case any_wide {
    any wchar \u20ac \u20ac
    any wstring "\u20ac 5" "\u20ac 5"
}
case any_object {
    set got [call [anys] mirror_any [list [list Object ${::ID}Hub:1.0] $::hub]]
    expect_true {[call [talker] same [lindex $got 1] $::hub]}
}
case any_any { any any {any {long 7}} {any {long 7}} }
case any_type { any TypeCode [type Node] [type Node] }
case any_tree { any [type Tree] [tree 2] [tree 2] }
case typecode {
    foreach {t want} {long long {string 8} string<8> {sequence octet} sequence<octet> {array {array short 2} 3} array<array<short,2>,3> {sequence any 4} sequence<any,4>} {
        expect [call [anys] describe $t] $want
        expect [call [anys] mirror_type $t] $t
    }
    expect_true {[call [anys] mirror_type [type Entry]] eq [type Entry]}
}
case typecode_recursive {
    foreach name {Node Tree Expr} { expect [call [anys] mirror_type [type $name]] [type $name] }
    expect_true {[string match *^${::ID}Node:1.0* [call [anys] describe [type Node]]]}
}
case typecode_same {
    expect [call [anys] same_type [type Node] [type Node]] 1
    expect [call [anys] same_type [type Node] [type Tree]] 0
}
case constants {
    foreach {name want} {YES {boolean 1} INITIAL {char I} LOWEST {short -32768} PORT {{unsigned short} 2809} ANSWER {long 42}
        MEBI {{unsigned long} 1048576} DEEP {{long long} -9223372036854775807} QUARTER {float 0.25} HALF {double 0.5}
        GREETING {string {hello, world!}} FAVOURITE {{enum {red green blue}} green}} {
        expect [call [anys] constant $name] $want
    }
    expect [raised { call [anys] constant NOTHING }] [list ${::ID}Refused:1.0 {code 404 why NOTHING}]
}
case constants_wide {
    expect [call [anys] constant OMEGA] [list wchar \u03a9]
    expect [call [anys] constant PLACE] [list wstring Z\u00fcrich]
}

# ---- Params

case params {
    lassign [list [factor] [factor]] x y
    set b $y
    expect [call [params] mix $x b c] [expr {$x + $y}]
    expect "$b $c" "[expr {$x - $y}] [expr {$x * $y}]"
}
case params_swap {
    set a [some_entry]
    set b [some_entry]
    set was [list $a $b]
    call [params] swap a b
    expect [list $b $a] $was
}
case params_split {
    call [params] split abc head tail
    expect [list $head $tail] {a bc}
    call [params] split "" head tail
    expect [list $head $tail] {{} {}}
    set v [text 50]
    call [params] split $v head tail
    expect [list $head $tail] [list [string index $v 0] [string range $v 1 end]]
}
case params_many {
    foreach {h any} {1 {string many} 0 {long -1}} {
        set was [list [real] [several [up_to 5] {text 10}] [text 20] [some_node 3]]
        lassign $was b d word i
        set f [list green $word]
        set a [up_to 255]
        expect [call [params] many [binary format c $a] b c d e f g $h i] [lindex {red green blue} [expr {$a % 3}]]
        expect [list $b $c $d $e $f $g $i] [list [flip_real [lindex $was 0]] [list $a [expr {$a + 1}] [expr {$a + 2}]] \
            [lmap s [lreverse [lindex $was 1]] {string reverse $s}] $any [list green [string reverse $word]] \
            [list [list 0 $a [expr {2 * $a}]] [list [expr {3 * $a}] [expr {4 * $a}] [expr {5 * $a}]]] [flip_node [lindex $was 3]]]
    }
}
case params_objects {
    set b [calls]
    set got [call [params] objects $::hub b c]
    expect_true {[call [talker] same $got [calls]] && [call [talker] same $b $::hub] && $c == 0}
}
case params_keywords {
    lassign [list [factor] [factor] [factor]] x y m
    set was $m
    call [params] keywords $x $y range m
    expect "$range $m" "[expr {$x + $y}] [expr {-$was}]"
}

# ---- Errors

case ex_empty { expect [lindex [raised { call [errors] raise_empty }] 0] ${::ID}Empty:1.0 }
case ex_members {
    expect [call [errors] raise_refused 0 nothing never] 1
    expect $never none
    expect [raised { call [errors] raise_refused -3 "so it is" never }] [list ${::ID}Refused:1.0 {code -3 why {so it is}}]
}
case ex_detailed {
    set e [some_entry]
    expect [raised { call [errors] raise_detailed $e }] [list ${::ID}Detailed:1.0 [list item $e state {red 7} extra {long 8}]]
}
case ex_undeclared { expect_system { call [errors] undeclared } UNKNOWN }
case ex_crash {
    expect_system { call [errors] crash } UNKNOWN
    call [calls] ping
}
case ex_system { expect_system { call [errors] no_resources } NO_RESOURCES 5 COMPLETED_MAYBE }
case ex_system_all {
    set i 0
    foreach name {
        UNKNOWN BAD_PARAM NO_MEMORY IMP_LIMIT COMM_FAILURE INV_OBJREF NO_PERMISSION INTERNAL MARSHAL INITIALIZE NO_IMPLEMENT
        BAD_TYPECODE BAD_OPERATION NO_RESOURCES NO_RESPONSE PERSIST_STORE BAD_INV_ORDER TRANSIENT FREE_MEM INV_IDENT INV_FLAG
        INTF_REPOS BAD_CONTEXT OBJ_ADAPTER DATA_CONVERSION OBJECT_NOT_EXIST TRANSACTION_REQUIRED TRANSACTION_ROLLEDBACK
        INVALID_TRANSACTION INV_POLICY CODESET_INCOMPATIBLE REBIND TIMEOUT BAD_QOS
    } {
        expect_system { call [errors] system $name [expr {100 + $i}] [expr {$i % 3}] } $name [expr {100 + $i}] \
            [lindex {COMPLETED_YES COMPLETED_NO COMPLETED_MAYBE} [expr {$i % 3}]]
        incr i
    }
}
case ex_unknown_op { expect_system { request [calls] {void no_such_operation {}} } BAD_OPERATION "" COMPLETED_NO }

# ---- Calls

case ping { call [calls] ping }
case pause {
    set t [clock milliseconds]
    expect [call [calls] pause 50] 50
    expect_true {[clock milliseconds] - $t >= 45}
}
# in_time runs a script until it has ended within so many milliseconds once: ten times, because a busy machine may be late. What waits
# too long by mistake does so each time.
proc in_time {ms script} {
    foreach i {1 2 3 4 5 6 7 8 9 10} {
        set t [clock milliseconds]
        uplevel 1 $script
        set took [expr {[clock milliseconds] - $t}]
        if {$took < $ms} return
    }
    fail "it took $took ms, and too long each time"
}
# give_up_a_pause counts in the caller's n.
proc give_up_a_pause {} {
    upvar 1 n n
    expect_system { call [calls] -timeout 100 pause 2000 } TIMEOUT
    incr n
}
case pause_parallel {
    in_time 1700 {
        set ids [list]
        foreach i {1 2 3 4} { lappend ids [call [calls] -async pause 500] }
        foreach id $ids { expect [corba::request get $id] 500 }
    }
}
case timeout {
    set before [call [calls] interrupted]
    set n 0
    in_time 1800 { give_up_a_pause }
    call [calls] ping
    if {!$::cancel} return
    # Again, because a busy server may come to a request when it is cancelled already, or to a cancel when the pause is over.
    while 1 {
        # The servant may notice after the server has answered the ping.
        for {set end [expr {[clock milliseconds] + 3000}]} {[clock milliseconds] < $end} {after 5} {
            if {[set got [call [calls] interrupted]] > $before} break
        }
        if {$got > $before || $n >= 10} break
        give_up_a_pause
    }
    expect_true {$got > $before && $got <= $before + $n}
}
case oneway {
    set topic "run [pid] [clock seconds] one"
    expect [call [calls] posted $topic] 0
    call [calls] post $topic 5
    await_sum $topic 5
}
case oneway_many {
    set topic "run [pid] [clock seconds] many"
    for {set i 1} {$i <= 100} {incr i} { call [calls] post $topic $i }
    await_sum $topic 5050
}
# await_sum asks until the oneways have arrived; nothing says when they do.
proc await_sum {topic want} {
    for {set end [expr {[clock milliseconds] + 60000}]} {[clock milliseconds] < $end} {after 5} {
        if {[set got [call [calls] posted $topic]] == $want} return
    }
    expect $got $want
}
case big_out { expect_true {[call [calls] blob 1060921] eq [octets 1060921]} }
case big_in {
    set v [octets 1060921]
    binary scan $v cu* list
    set want 0
    foreach o $list { set want [expr {(31 * $want + $o) & 0xffffffff}] }
    expect [call [calls] checksum $v] $want
}
case big_strings {
    set v [call [calls] lines 20000]
    expect [llength $v] 20000
    expect [lindex $v 0]/[lindex $v 19999] "line 0/line 19999"
}
case non_existent { expect [call [calls] _non_existent] 0 }
case is_a {
    foreach {id want} [list ${::ID}Calls:1.0 1 IDL:omg.org/CORBA/Object:1.0 1 ${::ID}Basics:1.0 0] {
        expect [request [calls] {boolean _is_a {{in string}}} $id] $want
    }
}

# ---- calls of which the IDL's type information knows nothing

case dii_params {
    set b 7
    expect [request [params] {long mix {{in long} {inout long} {out long}}} 3 b c] 10
    expect [list $b $c] {-4 21}
}
case dii_struct {
    set e [entry dynamic green {5 -6}]
    expect [request [built] [list [type Entry] mirror_entry [list [list in [type Entry]]]] $e] [flip_entry $e]
}
case dii_raises {
    set spec [list long raise_refused {{in long} {in string} {out string}} [list [list exception ${::ID}Refused:1.0 {code long why string}]]]
    set ex [raised { request [errors] $spec 77 "so it is" never }]
    expect $ex [list ${::ID}Refused:1.0 {code 77 why {so it is}}]
}
case dii_oneway { unsupported "a call of which it has no type information is never oneway" }
case dii_deferred { unsupported "a call of which it has no type information is never asynchronous" }
