# The suite's server on Combat.
#   tclsh server.tcl ?-version N? ?-port N? ?-naming URL -name NAME?
# It serves on 127.0.0.1 until its standard input ends. What it serves is in interop.idl; what Combat has no means for is left out, and
# fails at the client. With -version N its references are those of a server of GIOP 1.N. With -naming it binds the Hub under the
# name, in contexts that it makes, in the naming service there.

set here [file dirname [info script]]
foreach part {serve mirror} { source [file join $here $part.tcl] }

set ID IDL:interop.opendsom.org/Interop/
set GRAPHS IDL:interop.opendsom.org/Graphs/

proc refuse {code why} { corba::throw [list ${::ID}Refused:1.0 [list code $code why $why]] }

foreach part {values objects graphs} { source [file join $here servants_$part.tcl] }

servant Hub ::Interop::Hub {
    private variable parts
    private variable others
    constructor {} {
        foreach {name class args} {
            basic_values Basics {} wide_values Wide {} built_values Built {} any_values Anys {} parameters Params {} mistakes Errors {}
            traffic Calls {} bottom_shape Shape Bottom shape_shelf Shelf {} talker Talker {}
        } { set parts($name) [uplevel #0 [list $class #auto {*}$args]] }
        foreach {name class} {types Types graphs Gardener} { set others($name) [uplevel #0 [list $class #auto]] }
    }
    public method cget {option} {
        set name [string range $option 1 end]
        if {$name eq "orb"} { return Combat }
        if {[info exists parts($name)]} { return [::this $parts($name)] }
        return 0 ;# it cannot send a request elsewhere
    }
    public method new_cell {initial} { ::this [uplevel #0 [list Cell #auto $initial]] }
    public method lookup {name} { if {[info exists others($name)]} { return [::this $others($name)] } ; return 0 }
}

# bind_hub binds the hub in the naming service at url, under a stringified name without escapes.
proc bind_hub {hub url name} {
    set root [corba::string_to_object $url]
    call $root _is_a IDL:omg.org/CosNaming/NamingContextExt:1.0 ;# which tells Combat its type
    set n [call $root to_name $name]
    for {set i 0} {$i < [llength $n] - 1} {incr i} { call $root bind_new_context [lrange $n 0 $i] }
    call $root bind $n $hub
}

array set options {-version 2 -port 0 -naming "" -name ""}
foreach {option value} $argv {
    if {![info exists options($option)]} { puts stderr "no such option: $option"; exit 2 }
    set options($option) $value
}
begin $options(-port) {interop types graphs CosNaming}
# Combat's references are of IIOP 1.2; what is in them for that is not looked at by peers of earlier versions.
foreach profile [$::Combat::CORBA::ORB::ior_template cget -profiles] { catch { $profile configure -minor_version $options(-version) } }
set hub [this [Hub #auto]]
if {$options(-naming) ne ""} { bind_hub $hub $options(-naming) $options(-name) }
serve $hub
