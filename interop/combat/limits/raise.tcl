# prints: IDL:omg.org/CORBA/UNKNOWN:1.0
# A system exception that a servant raises is UNKNOWN to its client.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Empty:1.0 Empty 1.0} {} {{operation {IDL:Empty/call:1.0 call 1.0} void {} {}}}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::Empty }
    public method call {} { corba::throw {IDL:omg.org/CORBA/NO_RESOURCES:1.0 {minor_code_value 5 completion_status COMPLETED_MAYBE}} }
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set object [$poa servant_to_reference [Servant #auto]]
catch { $object call } raised
puts [lindex $raised 0]
exit
