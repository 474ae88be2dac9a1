# Cases of graphs.idl. A value is a list of names and values, and null is 0; _tc_ among them is its type, where that is not
# the declared one. There is no identity: a value that comes twice is two that are equal, and what goes is never shared.

proc gardener {} {
    set o [call $::hub lookup graphs]
    if {$o eq "0"} { unsupported "the server has no Graphs::Gardener" }
    return $o
}
proc graph_type {name} { corba::type of IDL:interop.opendsom.org/Graphs/$name:1.0 }
proc leaf {} { list number [some_long] text [text 12] }
# members returns those of a value, without its type.
proc members {value} {
    if {$value eq "0"} { return 0 }
    dict remove $value _tc_
}
# expect_value demands a value of that type with these members, which are no values themselves.
proc expect_value {got name want} {
    foreach {member value} $want { expect [dict get $got $member] $value }
    expect [lindex [dict get $got _tc_] 1] IDL:interop.opendsom.org/Graphs/$name:1.0
}

foreach {name why} {
    leaf   "it writes a value twice that is passed twice"
    branch "it writes a value twice that is passed twice"
    basket "it writes a value twice that is passed twice"
    ring   "a list cannot be in itself"
} { case $name [list unsupported $why] }
foreach name {custom custom_shared custom_large custom_within custom_tag custom_any} {
    case $name { unsupported "it marshals no custom valuetypes" }
}

case leaf_null {
    set b 0
    expect [call [gardener] pass_leaf 0 b same] 0
    expect "$b $same" "0 1"
    expect [call [gardener] pass_branch 0] 0
}
case deep {
    set end [leaf]
    set v $end
    set kinds [list]
    for {set i 0} {$i < 40} {incr i} {
        lappend kinds $i
        set v [list number $i text [text 5] kind [binary format c $i] left $v right 0 weight 0.5 notes [list [text 4]] _tc_ [graph_type Branch]]
    }
    set got [call [gardener] pass_branch $v]
    foreach i [lreverse $kinds] {
        expect_value $got Branch [list number $i kind [binary format c $i] right 0 weight 0.5 notes [dict get $v notes]]
        set got [dict get $got left]
        set v [dict get $v left]
    }
    expect_value $got Leaf $end
}
proc expect_twig {got bud} {
    expect_value $got Branch [list number 9 text twig kind \x07 right 0 weight 2.5 notes {a bc}]
    foreach leaf [list $bud [dict get $got left]] { expect_value $leaf Leaf {number 5 text bud} }
}
case truncated {
    set bud {number 5 text bud}
    set twig [list number 9 text twig kind \x07 left $bud right 0 weight 2.5 notes {a bc} bark [octets 1000] bud $bud _tc_ [graph_type Twig]]
    expect_twig [call [gardener] pass_twig $twig $bud again] $again
}
case truncated_here { unsupported "it takes a value of each type that it knows, and it knows the Twig" }
case nothing { expect [members [call [gardener] pass_nothing [list _tc_ [graph_type Nothing]]]] {} }
case boxes {
    set word [text 20]
    expect [call [gardener] pass_word $word again] $word
    expect $again $word
    expect "[call [gardener] pass_word 0 again] $again" "0 0"
    set numbers [list [some_long] [some_long] [some_long]]
    expect [call [gardener] pass_numbers $numbers] $numbers
    set place [list x [some_long] y [some_long]]
    expect [call [gardener] pass_place $place] $place
}
# at_seams runs body with octets before and the lists weights and marks, which lie across the ends of fragments.
proc at_seams {body} {
    foreach name {before weights marks} { upvar 1 $name $name }
    for {set size 8000} {$size <= 8256} {incr size 16} {
        foreach n {1 2 100 1100} {
            set before [string repeat \x5a $size]
            set weights [several $n real]
            set marks [several $n some_long]
            uplevel 1 $body
        }
    }
}
case seams_box {
    at_seams {
        set sent [list before $before load $weights after 7]
        expect_true {[call [gardener] pass_crate $sent] eq $sent}
    }
}
case seams_value {
    at_seams {
        set got [call [gardener] pass_cargo [list before $before weights $weights tail tail]]
        foreach name {before weights tail} want [list $before $weights tail] { expect_true {[dict get $got $name] eq $want} }
    }
}
case seams_chunks {
    at_seams {
        set got [call [gardener] pass_cargo [list before $before weights $weights tail tail marks $marks after after _tc_ [graph_type Freight]]]
        foreach name {before weights tail marks after} want [list $before $weights tail $marks after] { expect_true {[dict get $got $name] eq $want} }
    }
}
case named_value {
    set first [text 12]
    set got [call [gardener] pass_named [list first $first _tc_ [graph_type Person]] name]
    expect $name $first
    expect_value $got Person [list first $first]
}
itcl::class Thing_impl {
    inherit PortableServer::ServantBase
    private variable is thing
    public method _Interface {} { return IDL:interop.opendsom.org/Graphs/Thing:1.0 }
    public method name {} { incr ::served; return $is }
    public method rename {other} { incr ::served; set is $other; return }
}
case named_object {
    set thing [$::poa id_to_reference [$::poa activate_object [Thing_impl #auto]]]
    set back [call [gardener] pass_named $thing name]
    expect $name thing
    expect_true {[llength $back] == 1}
}
case named_none { expect "[call [gardener] pass_named 0 name] $name" "0 " }
case any_graph {
    foreach {type value} [list Leaf [leaf] Word [text 20] Leaf 0 Person [list first [text 12]]] {
        set got [call [gardener] pass_any [list [graph_type $type] $value]]
        expect [lindex $got 0 1] IDL:interop.opendsom.org/Graphs/$type:1.0
        expect [expr {$type eq "Word" ? [lindex $got 1] : [members [lindex $got 1]]}] $value
    }
}
case cut {
    set ex [raised { call [gardener] cut {number 1 text off} }]
    expect [lindex $ex 0] IDL:interop.opendsom.org/Graphs/Felled:1.0
    expect_value [dict get [lindex $ex 1] fallen] Leaf {number 1 text off}
    expect [dict get [lindex $ex 1] why] winter
}
