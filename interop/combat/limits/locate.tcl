# prints: 1 answer, 2 requests
# A LocateRequest for an object that no adapter has is never answered: poa.tcl hands send_locate_reply three arguments too many, and
# giop.tcl catches the error. One for an object that is there is answered.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Empty:1.0 Empty 1.0} {} {}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::Empty }
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set reference [$poa servant_to_reference [Servant #auto]]
set profile [lindex [[[::Combat::CORBA::ORB::GetObjFromRef $reference] get_ior] cget -profiles] 0]
set connection [socket 127.0.0.1 [$profile cget -port]]
fconfigure $connection -translation binary -blocking 0 -buffering none
set answers ""
fileevent $connection readable { append answers [read $connection] }
foreach key [list "no such key" [$profile cget -object_key]] {
    set length [string length $key]
    puts -nonewline $connection [binary format a4ccccIIIa* GIOP 1 0 0 3 [expr {8 + $length}] 1 $length $key]
}
after 1000 {set over 1}
vwait over
puts "[regexp -all GIOP $answers] answer, 2 requests"
exit
