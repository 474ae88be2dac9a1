# Servants of parameters, errors, calls and references: Params, Errors, Calls, Cell, Shapes, Refs.

servant Params ::Interop::Params {
    public method mix {a _b _c} {
        upvar $_b b $_c c
        set was $b
        set b [expr {$a - $was}]
        set c [expr {$a * $was}]
        expr {$a + $was}
    }
    public method swap {_a _b} {
        upvar $_a a $_b b
        lassign [list $a $b] b a
        return
    }
    public method split {v _head _tail} {
        upvar $_head head $_tail tail
        set head [string range $v 0 0]
        set tail [string range $v 1 end]
        return
    }
    public method many {a _b _c _d _e _f _g h _i} {
        upvar $_b b $_c c $_d d $_e e $_f f $_g g $_i i
        binary scan $a cu n
        set b [flip_real $b]
        set c [list $n [expr {$n + 1}] [expr {$n + 2}]]
        set d [flip_texts $d]
        set e [expr {$h ? {string many} : {long -1}}]
        set f [flip_bycolor $f]
        set g [list [list 0 $n [expr {2 * $n}]] [list [expr {3 * $n}] [expr {4 * $n}] [expr {5 * $n}]]]
        set i [flip_node $i]
        lindex {red green blue} [expr {$n % 3}]
    }
    public method objects {a _b _c} {
        upvar $_b b $_c c
        set was $b
        set b [copy $a]
        set c 0
        return $was ;# released once, with the result
    }
    public method keywords {type func _range _m} {
        upvar $_range range $_m m
        set range [expr {$type + $func}]
        set m [expr {-$m}]
        return
    }
}

servant Errors ::Interop::Errors {
    public method raise_empty {} { corba::throw ${::ID}Empty:1.0 }
    public method raise_refused {code why _never} {
        upvar $_never never
        if {$code} { refuse $code $why }
        set never none
        return 1
    }
    public method raise_detailed {v} { corba::throw [list ${::ID}Detailed:1.0 [list item $v state {red 7} extra {long 8}]] }
    public method undeclared {} { refuse 1 undeclared }
    public method crash {} { error "as the case ex_crash wants it" }
    public method no_resources {} { system NO_RESOURCES 5 2 }
    public method system {name minor completed} {
        corba::throw [list IDL:omg.org/CORBA/$name:1.0 [list minor $minor completion_status [lindex {COMPLETED_YES COMPLETED_NO COMPLETED_MAYBE} $completed]]]
    }
}

servant Calls ::Interop::Calls {
    public variable interrupted 0
    private variable sums
    private variable pauses 0
    constructor {} { array set sums {} }
    public method ping {} {}
    public method pause {ms} {
        set over ::pause[incr pauses]
        after $ms [list set $over 1]
        vwait $over
        return $ms
    }
    public method post {topic n} { incr sums($topic) $n; return }
    public method posted {topic} { if {[info exists sums($topic)]} { return $sums($topic) } ; return 0 }
    public method blob {size} { octets $size }
    public method checksum {v} {
        binary scan $v cu* list
        set sum 0
        foreach o $list { set sum [expr {(31 * $sum + $o) & 0xffffffff}] }
        return $sum
    }
    public method lines {count} {
        set v [list]
        for {set i 0} {$i < $count} {incr i} { lappend v "line $i" }
        return $v
    }
}

# ---- Cell, Shapes. An attribute is a variable to Combat: one that is a reference is made anew each time.

servant Cell ::Interop::Cell {
    public variable value 0 { incr writes }
    public variable label cell { incr writes }
    public variable at {x 0.0 y 0.0} { incr writes }
    public variable state {blue \x00} { incr writes }
    public variable writes 0
    constructor {initial} {
        set value $initial
        set state [list blue \x00]
    }
    public method cget {option} { if {$option eq "-self"} { return [::this $this] } ; set [string range $option 1 end] }
    public method destroy {} { $::poa deactivate_object [$::poa servant_to_id $this] }
}

itcl::class Shape {
    inherit PortableServer::ServantBase
    public variable kind
    public variable common 0
    public variable side left
    constructor {name} { set kind $name }
    public method _Interface {} { return ::Interop::Shapes::$kind }
    public method where {} { return base }
    public method leftward {v} { expr {$v + 1} }
    public method rightward {v} { expr {$v - 1} }
    public method every {} { return "1 -1 base" }
}

servant Shelf ::Interop::Shapes::Shelf {
    private variable shapes
    constructor {} { set shapes [lmap kind {Base Left Right Bottom} { uplevel #0 [list Shape #auto $kind] }] }
    public method pick {which} {
        if {$which >= [llength $shapes]} { refuse $which "no such shape" }
        ::this [lindex $shapes $which]
    }
    public method as_base {v} { copy $v }
}

# ---- Refs

servant Talker ::Interop::Refs::Talker {
    public variable name talker
    private variable keeps
    constructor {} { array set keeps {} }
    public method told {n} {
        if {$n < 0} { refuse $n negative }
        expr {$n + 1}
    }
    public method noted {what} {}
    public method bounce {peer depth} {
        if {$depth <= 0} { return 0 }
        expr {1 + [call $peer bounce [::this $this] [expr {$depth - 1}]]}
    }
    public method tell {who n} { expr {2 * [call $who told $n]} }
    public method tell_all {who n} {
        set sum 0
        foreach w $who { if {$w ne "0"} { incr sum [call $w told $n] } }
        return $sum
    }
    public method note {who what times} {
        for {set i 0} {$i < $times} {incr i} { call $who noted $what }
        return
    }
    public method keep {key who} { set keeps($key) [copy $who]; return }
    public method kept {key} { if {[info exists keeps($key)]} { return [copy $keeps($key)] } ; return 0 }
    public method tell_kept {key n} {
        if {![info exists keeps($key)]} { refuse 404 $key }
        call $keeps($key) told $n
    }
    public method forget {key} {
        if {[info exists keeps($key)]} { corba::release $keeps($key) ; unset keeps($key) }
        return
    }
    public method mirror_listener {v} { copy $v }
    public method mirror_object {v} { copy $v }
    public method mirror_listeners {v} { lmap l [lreverse $v] { copy $l } }
    public method is_nil {v} { expr {$v eq "0"} }
    public method same {a b} {
        # Of two that are not it raises TRANSIENT.
        expr {$a ne "0" && $b ne "0" && ![catch { $a _is_equivalent $b } is] && $is}
    }
    public method name_of {v} {
        if {$v eq "0" || ![call $v _is_a ${::ID}Refs/Listener:1.0]} { return "" }
        call $v name
    }
}
