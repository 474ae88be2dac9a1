# The suite of bidirectional GIOP (bidir.idl) on Combat, which has no means for it: what needs a call against the direction of a
# connection must fail with a server that makes no connections, and with a client that takes none.
#   tclsh bothways.tcl ?-accept? serve
#   tclsh bothways.tcl ?-offer? ?-seed N? call URL

set here [file dirname [info script]]
foreach part {serve sample} { source [file join $here $part.tcl] }

proc expect {got want} {
    if {$got ne $want} { error "got [string range $got 0 99], want [string range $want 0 99]" }
}

servant Peer ::BiDir::Peer {
    private variable kept 0
    public method tell {text} { return $text }
    public method tell_wide {text} { return $text }
    public method meet {other turns} {
        if {$turns == 0} { return 1 }
        expr {1 + [::call $other meet [::this $this] [expr {$turns - 1}]]}
    }
    public method keep {other} { set kept [::copy $other]; return }
    public method poke {text} { ::call $kept tell $text }
    public method mirror {data} { return $data }
}

proc poke {text} {
    for {set i 0} {$i < 50} {incr i} { expect [call $::there poke $text$i] $text$i }
}

set url [lindex $argv end]
if {[set i [lsearch $argv -seed]] >= 0} { expr {srand([lindex $argv $i+1] % 2147483646 + 1)} }
begin 0 bidir
set me [this [Peer #auto]]
if {$url eq "serve"} { serve $me }
set there [corba::string_to_object $url]
# The type is asked for now: it is no part of the first case.
call $there _is_a IDL:interop.opendsom.org/BiDir/Peer:1.0

set status 0
foreach {name body} {
    bidir_tell { set v [text 30]; expect [call $there tell $v] $v }
    bidir_wide { set v [wide_text 30]; expect [call $there tell_wide $v] $v }
    bidir_meet { expect [call $there meet $me 1] 2 }
    bidir_deep { expect [call $there meet $me 9] 10 }
    bidir_keep { call $there keep $me }
    bidir_poke { poke [text 10] }
    bidir_threads {
        set ids [list]
        foreach i {1 2 3 4} { incr made; lappend ids [$there -async poke "thread $i"] }
        foreach id $ids i {1 2 3 4} { expect [corba::request get $id] "thread $i" }
    }
    bidir_mirror { set v [some_octets [expr {300000 + [up_to 30000]}]]; expect [call $there mirror $v] $v }
} {
    set before $made
    if {[catch $body trouble]} {
        set status 1
        puts "fail $name [string map {\n { }} $trouble]"
    } else {
        puts "ok $name calls=[expr {$made - $before}]"
    }
}
puts "made $made\nserved $answered"
exit $status
