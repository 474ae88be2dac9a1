# The client of the suite of bidirectional GIOP (bidir.idl) on Combat, which has no means to be called back over a connection
# of its own: what needs that must fail with a server that makes no connections.
#   tclsh bothways.tcl ?-offer? ?-seed N? call URL

package require combat
set here [file dirname [info script]]
source [file join $here sample.tcl]
set made 0
set served 0

proc call {object args} {
    incr ::made
    uplevel 1 [list $object {*}$args]
}
proc expect {got want} {
    if {$got ne $want} { error "got [string range $got 0 99], want [string range $want 0 99]" }
}

itcl::class Peer_impl {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::BiDir::Peer }
    public method tell {text} { incr ::served; return $text }
    public method meet {other turns} {
        incr ::served
        expr {$turns == 0 ? 1 : 1 + [::call $other meet $::me [expr {$turns - 1}]]}
    }
}

proc poke {text} {
    for {set i 0} {$i < 50} {incr i} { expect [call $::there poke $text$i] $text$i }
}

set url [lindex $argv end]
if {[set i [lsearch $argv -seed]] >= 0} { expr {srand([lindex $argv $i+1] % 2147483646 + 1)} }
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0 -ORBNativeCodeSet 65537
source [file join $here bidir.tcl]
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set me [$poa id_to_reference [$poa activate_object [Peer_impl #auto]]]
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
puts "made $made\nserved $served"
exit $status
