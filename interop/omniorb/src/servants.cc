#include "servants.h"

#include "servants_calls.h"
#include "servants_graphs.h"
#include "servants_objects.h"
#include "servants_values.h"

namespace servants {
// Moved_i answers everything, _is_a included, with LOCATION_FORWARD_PERM.
class Moved_i : public virtual Basics_i {
public:
  explicit Moved_i(CORBA::Object_ptr to) : to_(CORBA::Object::_duplicate(to)) {}
  CORBA::Boolean _dispatch(omniCallHandle&) override {
    throw omniORB::LOCATION_FORWARD(CORBA::Object::_duplicate(to_), 1);
  }

private:
  CORBA::Object_var to_;
};

// Forwarder is the servant manager that answers for each object of its adapter: it has moved.
class Forwarder : public virtual POA_PortableServer::ServantActivator {
public:
  explicit Forwarder(CORBA::Object_ptr to) : to_(CORBA::Object::_duplicate(to)) {}
  PortableServer::Servant incarnate(const PortableServer::ObjectId&, PortableServer::POA_ptr) override {
    throw PortableServer::ForwardRequest(to_);
  }
  void etherealize(const PortableServer::ObjectId&, PortableServer::POA_ptr, PortableServer::Servant, CORBA::Boolean,
                   CORBA::Boolean) override {}

private:
  CORBA::Object_var to_;
};

class Hub_i : public virtual POA_Interop::Hub {
public:
  Hub_i(CORBA::ORB_ptr orb, PortableServer::POA_ptr root) : anys_(orb) {
    Basics_var target = basics_._this();
    gone_ = new Moved_i(target);
    forwarder_ = new Forwarder(target);

    CORBA::PolicyList policies(3);
    policies.length(3);
    policies[0] = root->create_request_processing_policy(PortableServer::USE_SERVANT_MANAGER);
    policies[1] = root->create_id_assignment_policy(PortableServer::USER_ID);
    policies[2] = root->create_lifespan_policy(PortableServer::TRANSIENT);
    PortableServer::POAManager_var manager = root->the_POAManager();
    PortableServer::POA_var poa = root->create_POA("moved", manager, policies);
    PortableServer::ServantManager_var sm = forwarder_->_this();
    poa->set_servant_manager(sm);
    PortableServer::ObjectId_var id = PortableServer::string_to_ObjectId("basics");
    CORBA::Object_var o = poa->create_reference_with_id(id, Basics::_PD_repoId);
    moved_ = Basics::_unchecked_narrow(o);
  }

  char* orb() override { return CORBA::string_dup((std::string("omniORB ") + omniORB::versionString() + " (C++)").c_str()); }
  Basics_ptr basic_values() override { return basics_._this(); }
  Wide_ptr wide_values() override { return wide_._this(); }
  Built_ptr built_values() override { return built_._this(); }
  Anys_ptr any_values() override { return anys_._this(); }
  Params_ptr parameters() override { return params_._this(); }
  Errors_ptr mistakes() override { return errors_._this(); }
  Calls_ptr traffic() override { return calls_._this(); }
  Shapes::Bottom_ptr bottom_shape() override { return bottom_._this(); }
  Shapes::Shelf_ptr shape_shelf() override { return shelf_._this(); }
  Refs::Talker_ptr talker() override { return talker_._this(); }
  Basics_ptr moved() override { return Basics::_duplicate(moved_); }
  Basics_ptr moved_for_good() override { return gone_->_this(); }
  Cell_ptr new_cell(CORBA::Long initial) override {
    Cell_i* c = new Cell_i(initial);
    Cell_ptr r = c->_this();
    c->_remove_ref();  // the adapter has it now
    return r;
  }
  CORBA::Object_ptr lookup(const char* name) override {
    const std::string n(name);
    if (n == "fixed") return decimals_._this();
    if (n == "types") return types_._this();
    if (n == "graphs") return gardener_._this();
    return CORBA::Object::_nil();
  }

private:
  Basics_i basics_;
  Wide_i wide_;
  Built_i built_;
  Anys_i anys_;
  Params_i params_;
  Errors_i errors_;
  Calls_i calls_;
  shapes::Bottom_i bottom_;
  shapes::Shelf_i shelf_;
  refs::Talker_i talker_;
  Decimals_i decimals_;
  types::T_i types_;
  graphs::Gardener_i gardener_;
  Moved_i* gone_;
  Forwarder* forwarder_;
  Basics_var moved_;
};
}  // namespace servants

Interop::Hub_ptr publish(CORBA::ORB_ptr orb) {
  graphs::known_values(orb);
  CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
  PortableServer::POA_var root = PortableServer::POA::_narrow(o);
  root->the_POAManager()->activate();
  o = orb->resolve_initial_references("omniINSPOA");  // object keys just as corbaloc names them
  PortableServer::POA_var named = PortableServer::POA::_narrow(o);
  named->the_POAManager()->activate();

  auto* hub = new servants::Hub_i(orb, root);  // lives as long as the process, like all it holds
  PortableServer::ObjectId_var id = PortableServer::string_to_ObjectId("interop");
  named->activate_object_with_id(id, hub);
  return hub->_this();
}
