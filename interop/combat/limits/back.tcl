# prints: a connection of its own
# A client offers, by the service context BI_DIR_IIOP, to be called back over its connection at the address that its reference has.
# Combat makes a connection of its own to that address.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Caller:1.0 Caller 1.0} {} {{operation {IDL:Caller/call:1.0 call 1.0} void {{in other IDL:Caller:1.0}} {}}}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::Caller }
    public method call {other} { $other call 0 }
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set reference [$poa servant_to_reference [Servant #auto]]
set profile [lindex [[[::Combat::CORBA::ORB::GetObjFromRef $reference] get_ior] cget -profiles] 0]
set own [socket -server {apply {{args} { puts "a connection of its own"; exit }}} -myaddr 127.0.0.1 0]
set back [lindex [fconfigure $own -sockname] 2]

set key [$profile cget -object_key]
set port [$profile cget -port]
$profile configure -port $back ;# the argument's, a reference to an object of the client
set encoder [::Combat::CDR::Encoder #auto]
set buffer [$encoder get_buffer]
$buffer octets [binary format a4ccccI GIOP 1 2 [$buffer cget -byteorder] 0 0]
$buffer ulong 1 ;# request
$buffer octets \x03\0\0\0
$buffer short 0 ;# KeyAddr
$buffer ulong [string length $key]
$buffer octets $key
$buffer string call
$buffer ulong 1 ;# service context
$buffer ulong 5 ;# BI_DIR_IIOP
$buffer begin_encaps
$buffer ulong 1 ;# listen point
$buffer string 127.0.0.1
$buffer ushort $back
$buffer end_encaps
$buffer align 8
$encoder Marshal {Object IDL:Caller:1.0} $reference
set message [$encoder get_data]
set connection [socket 127.0.0.1 $port]
fconfigure $connection -translation binary -buffering none
puts -nonewline $connection [string replace $message 8 11 [binary format [expr {[$buffer cget -byteorder] ? "i" : "I"}] [expr {[string length $message] - 12}]]]
after 5000 { puts none; exit }
vwait forever
