# The suite's client on Combat, an ORB in pure Tcl.
#   tclsh client.tcl ?-list? ?-port N? ?-cancel? ?-seed N? URL ?CASE ...?
# It runs the cases of interop.idl under their names and prints the same lines as the others; what Combat cannot do is
# "unsupported". With -cancel a call that is given up is followed by a CancelRequest. Callbacks are served on 127.0.0.1, port N. interop.tcl, types.tcl and graphs.tcl, made by combatir.py, lie beside it.

package require combat
set here [file dirname [info script]]

# ---- the frame: requests are counted, cases are procs named "case NAME"

set made 0
set served 0
set oneways 0
set cases [list]

# call sends one request.
proc call {object args} {
    incr ::made
    uplevel 1 [list $object {*}$args] ;# where the variables of out parameters are
}

# request sends one request that no IDL describes.
proc request {object spec args} {
    incr ::made
    uplevel 1 [list corba::dii $object $spec {*}$args]
}

proc case {name body} {
    lappend ::cases $name
    proc "case $name" {} $body
}

proc fail {what} { return -code error -errorcode FAIL $what }
proc unsupported {why} { return -code error -errorcode UNSUPPORTED $why }
proc expect {got want} {
    if {$got ne $want} {
        fail "got [printable $got], want [printable $want]"
    }
}
proc expect_true {condition} {
    if {![uplevel 1 [list expr $condition]]} { fail "not $condition" }
}
proc printable {v} {
    regsub -all {[^ -~]} $v ? v
    string range $v 0 200
}

# raised runs a script that must end in an exception, and returns its id and members.
proc raised {script} {
    if {[catch {uplevel 1 $script} ex]} { return $ex }
    fail "no exception: $script"
}
proc expect_system {script name {minor ""} {status ""}} {
    set ex [uplevel 1 [list raised $script]]
    expect [lindex $ex 0] IDL:omg.org/CORBA/$name:1.0
    set members [lindex $ex 1]
    if {$minor ne ""} { expect [dict get $members minor_code_value] $minor }
    if {$status ne ""} { expect [dict get $members completion_status] $status }
}

# The parts of the server, asked for at first use.
proc part {name} {
    if {![info exists ::parts($name)]} { set ::parts($name) [call $::hub $name] }
    return $::parts($name)
}
proc basics {} { part basic_values }
proc wide {} { part wide_values }
proc built {} { part built_values }
proc anys {} { part any_values }
proc params {} { part parameters }
proc errors {} { part mistakes }
proc calls {} { part traffic }
proc bottom {} { part bottom_shape }
proc talker {} { part talker }

set ID IDL:interop.opendsom.org/Interop/

foreach part {sample mirror} { source [file join $here $part.tcl] }
foreach part {values calls objects graphs} { source [file join $here cases_$part.tcl] }

# ---- GIOP before 1.2

set wide_cases {wchar wstring widetag any_wide constants_wide}
set wide_strings {wstring widetag}
set by_name {seams seams_box seams_value seams_chunks}
set fragment_cases {seams seams_box seams_value seams_chunks octets big_both big_out big_strings}

# giop_minor looks into Combat for the minor version that is spoken with the object's server.
proc giop_minor {ref} {
    set ior [[::Combat::CORBA::ORB::GetObjFromRef $ref] get_ior]
    [lindex [$ior cget -profiles] 0] cget -minor_version
}

# ---- main

set port 0
set list 0
set cancel 0
set rest [list]
for {set i 0} {$i < [llength $argv]} {incr i} {
    switch -- [lindex $argv $i] {
        -list { set list 1 }
        -cancel { set cancel 1 }
        -port { set port [lindex $argv [incr i]] }
        -seed { expr {srand([lindex $argv [incr i]] % 2147483646 + 1)} }
        default { lappend rest [lindex $argv $i] }
    }
}
if {$list} {
    puts [join [lmap name $cases {expr {$name in $by_name ? [continue] : $name}}] \n]
    exit 0
}
set wanted [lassign $rest url]
corba::init -ORBHostName 127.0.0.1 -ORBServerPort $port -ORBSendCancelRequestMessage $cancel -ORBNativeCodeSet 65537
foreach idl {interop types graphs} { source [file join $here $idl.tcl] }
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set servant [Listener_impl #auto]
set own [$poa id_to_reference [$poa activate_object $servant]]
set hub [corba::string_to_object $url]
if {![call $hub _is_a ${ID}Hub:1.0]} {
    puts stderr "not a Hub: $url"
    exit 2
}
set status 0
set version [giop_minor $hub]
foreach name [expr {[llength $wanted] ? $wanted : $cases}] {
    if {![llength $wanted] && $name in $by_name} { continue }
    set before $made
    if {$name ni $cases} {
        puts "unsupported $name no such case"
    } elseif {![catch "case\\ $name" trouble options]} {
        puts "ok $name calls=[expr {$made - $before}]"
    } elseif {[dict get $options -errorcode] eq "UNSUPPORTED"} {
        puts "unsupported $name $trouble"
    } elseif {$version == 1 && $name in $wide_strings && [dict get $options -errorcode] eq "FAIL"} {
        puts "unsupported $name reads wide strings of GIOP 1.1 in its own byte order, whatever that of the message"
    } elseif {$version < 2 && $name in $wide_cases && [dict get $options -errorcode] ne "FAIL"} {
        # Combat refuses to write wide characters; where the server should have sent them, it has raised an exception.
        if {[string match *COMPLETED_NO* $trouble] && [lindex $trouble 0] eq "IDL:omg.org/CORBA/MARSHAL:1.0"} { incr made -1 }
        puts "expected $name [lindex [split [lindex $trouble 0] /:] 3]"
    } elseif {$name eq "char_latin1" && [lindex $trouble 0] eq "IDL:omg.org/CORBA/DATA_CONVERSION:1.0"} {
        puts "expected $name DATA_CONVERSION"
    } elseif {$version == 1 && $name in $fragment_cases} {
        puts "unsupported $name Combat takes no fragments of GIOP 1.1"
    } else {
        puts "fail $name [string map {\n { }} [printable $trouble]]"
        set status 1
    }
    flush stdout
}
puts "made $made\nserved $served\noneways $oneways"
exit $status
