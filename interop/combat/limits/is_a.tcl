# prints: 1 0
# An object that is asked whether it is a CORBA::Object says that it is none.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Empty:1.0 Empty 1.0} {} {}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::Empty }
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set object [$poa servant_to_reference [Servant #auto]]
foreach id {IDL:Empty:1.0 IDL:omg.org/CORBA/Object:1.0} { lappend said [corba::dii $object {boolean _is_a {{in string}}} $id] }
puts $said
exit
