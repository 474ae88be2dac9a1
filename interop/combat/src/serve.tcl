# What the suite's servers on Combat have in common: servants, references to them, and the counts. A server says "begin" with
# options, makes servants, and says "serve" with the reference that it prints; it ends when its standard input does.

package require combat

set made 0
set answered 0
set oneways 0

# call sends one request.
proc call {object args} {
    incr ::made
    uplevel 1 [list $object {*}$args]
}

# this returns a new reference to a servant: Combat releases what it has sent.
proc this {servant} { $::poa servant_to_reference $servant }

# copy returns another reference to what an argument refers to, which is released as well.
proc copy {reference} { if {$reference eq "0"} { return 0 } ; corba::duplicate $reference }

# servant makes a class of servants of an interface.
proc servant {name interface body} {
    itcl::class $name "inherit PortableServer::ServantBase\npublic method _Interface {} { return $interface }\n$body"
}

# begin starts the ORB, to listen on a port, 0 is any, with what else it is told, and reads the types of some IDL files.
proc begin {port types args} {
    corba::init -ORBHostName 127.0.0.1 -ORBServerPort $port -ORBNativeCodeSet 65537 {*}$args
    foreach idl $types { source [file join [file dirname [info script]] $idl.tcl] }
    set ::poa [corba::resolve_initial_references RootPOA]
    # Combat counts nothing: it hands each request to this procedure, first whether it is to be answered.
    trace add execution ::Combat::PortableServer::RootPOA::invoke enter {apply {{command _} {
        if {[lindex $command 1]} { incr ::answered } else { incr ::oneways }
    }}}
    [$::poa the_POAManager] activate
}

# serve prints a reference, and serves until standard input ends: then at once, whatever servants are still waiting for.
proc serve {reference} {
    fileevent stdin readable {
        if {[read stdin] eq "" && [eof stdin]} {
            puts "answered $answered\noneways $oneways\nmade $made"
            exit 0
        }
    }
    puts [corba::object_to_string $reference]
    puts ready
    flush stdout
    vwait forever
}
