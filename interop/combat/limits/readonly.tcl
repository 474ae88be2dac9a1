# prints: 9
# An attribute that is readonly is set by a request for it.
package require combat
corba::init -ORBHostName 127.0.0.1 -ORBServerPort 0
combat::ir add {{interface {IDL:Counter:1.0 Counter 1.0} {} {{attribute {IDL:Counter/count:1.0 count 1.0} long readonly}}}}
itcl::class Servant {
    inherit PortableServer::ServantBase
    public variable count 1
    public method _Interface {} { return ::Counter }
}
set poa [corba::resolve_initial_references RootPOA]
[$poa the_POAManager] activate
set object [$poa servant_to_reference [Servant #auto]]
corba::dii $object {void _set_count {{in long}}} 9
puts [$object count]
exit
