# prints: IDL:omg.org/CORBA/OBJ_ADAPTER:1.0
# An object that was deactivated is OBJ_ADAPTER, not OBJECT_NOT_EXIST.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Empty:1.0 Empty 1.0} {} {{operation {IDL:Empty/call:1.0 call 1.0} void {} {}}}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public method _Interface {} { return ::Empty }
    public method call {} {}
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set id [$poa activate_object [Servant #auto]]
set object [$poa id_to_reference $id]
$object call
$poa deactivate_object $id
catch { $object call } raised
puts [lindex $raised 0]
exit
