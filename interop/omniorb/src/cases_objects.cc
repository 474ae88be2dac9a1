// Cases of references: the hub, cells, shapes, callbacks, forwarding.
#include <chrono>
#include <thread>

#include "client.h"
#include "samples.h"

using namespace Interop;

namespace {
void hub(Context& c) { CHECK(!text(c.hub->orb()).empty()); }
void lookup(Context& c) {
  CORBA::Object_var o = c.hub->lookup("no such thing");
  CHECK(CORBA::is_nil(o));
}

struct Own_cell {  // is destroyed with its case
  Cell_var cell;
  Own_cell(Context& c, CORBA::Long v) : cell(c.hub->new_cell(v)) {}
  ~Own_cell() { try { cell->destroy(); } catch (const CORBA::Exception&) {} }
  Cell_ptr operator->() { return cell.in(); }
};
void attributes(Context& c) {
  const CORBA::Long initial = c.rnd.number<CORBA::Long>();
  const std::string label = c.rnd.text(30);
  const Point where = c.rnd.point();
  const ByColor colour = c.rnd.by_color();
  Own_cell cell(c, initial);
  EQUAL(cell->value(), initial);
  EQUAL(text(cell->label()), "cell");
  ByColor_var state = cell->state();
  CHECK(state->_d() == blue && state->o() == 0);
  EQUAL(cell->writes(), 0u);
  cell->value(~initial);
  cell->label(label.c_str());
  cell->at(where);
  cell->state(colour);
  EQUAL(cell->value(), ~initial);
  EQUAL(text(cell->label()), label);
  const Point at = cell->at();
  CHECK(at.x == where.x && at.y == where.y);
  state = cell->state();
  CHECK(same(state.in(), colour));
  EQUAL(cell->writes(), 4u);
}
void readonly(Context& c) {
  Own_cell cell(c, 1);
  CORBA::Any nine;
  nine <<= CORBA::ULong(9);
  EQUAL(send(cell.cell, "_set_writes", &nine), "BAD_OPERATION");
  EQUAL(cell->writes(), 0u);
}
void factory(Context& c) {
  Own_cell a(c, 1), b(c, 2);
  CHECK(!a->_is_equivalent(b.cell));
  Cell_var self = a->self();
  CHECK(self->_is_equivalent(a.cell));
  self->value(10);
  EQUAL(a->value(), 10);
  EQUAL(b->value(), 2);
}
void destroy(Context& c) {
  Cell_var cell = c.hub->new_cell(5);
  cell->destroy();
  expect_exception<CORBA::OBJECT_NOT_EXIST>([&] { cell->value(); }, [](const CORBA::OBJECT_NOT_EXIST& e) {
    EQUAL(e.completed(), CORBA::COMPLETED_NO);
  });
  CHECK(cell->_non_existent());
}

void inherit(Context& c) {
  Shapes::Bottom_ptr b = c.bottom();
  Shapes::Left_ptr l = b;
  Shapes::Right_ptr r = b;
  Shapes::Base_ptr base = l;
  EQUAL(text(b->every()), "1 -1 base");
  const CORBA::Long v = c.rnd.factor();
  EQUAL(b->leftward(v), v + 1);
  EQUAL(b->rightward(v), v - 1);
  EQUAL(text(b->kind()), "Bottom");
  EQUAL(l->leftward(-1), 0);
  EQUAL(text(l->where()), "base");
  EQUAL(r->rightward(-1), -2);
  EQUAL(text(r->kind()), "Bottom");
  EQUAL(text(base->kind()), "Bottom");
  EQUAL(text(base->where()), "base");
}
void inherit_attributes(Context& c) {
  Shapes::Bottom_ptr b = c.bottom();
  Shapes::Left_ptr l = b;
  Shapes::Right_ptr r = b;
  l->common(17);
  EQUAL(r->common(), 17);
  b->side("other side");
  EQUAL(text(l->side()), "other side");
  b->side("left");
  b->common(0);
}
CORBA::Boolean asked(CORBA::Object_ptr o, const char* id) {
  CORBA::Request_var r = o->_request("_is_a");
  r->add_in_arg() <<= id;
  r->set_return_type(CORBA::_tc_boolean);
  r->invoke();
  CORBA::Boolean b = false;
  CHECK(!r->env()->exception());
  CHECK(r->return_value() >>= CORBA::Any::to_boolean(b));
  return b;
}
void inherit_is_a(Context& c) {
  for (const char* id : {Shapes::Bottom::_PD_repoId, Shapes::Left::_PD_repoId, Shapes::Right::_PD_repoId,
                         Shapes::Base::_PD_repoId, "IDL:omg.org/CORBA/Object:1.0"})
    CHECK(asked(c.bottom(), id));
  CHECK(!asked(c.bottom(), Shapes::Shelf::_PD_repoId));
}
void inherit_narrow(Context& c) {
  const char* const kinds[] = {"Base", "Left", "Right", "Bottom"};
  for (CORBA::ULong i = 0; i < 4; i++) {
    Shapes::Base_var b = c.shelf()->pick(i);
    EQUAL(text(b->kind()), kinds[i]);
    Shapes::Left_var l = Shapes::Left::_narrow(b);
    EQUAL(!CORBA::is_nil(l), i == 1 || i == 3);
    Shapes::Right_var r = Shapes::Right::_narrow(b);
    EQUAL(!CORBA::is_nil(r), i >= 2);
    Shapes::Bottom_var bottom = Shapes::Bottom::_narrow(b);
    EQUAL(!CORBA::is_nil(bottom), i == 3);
    if (i == 3) EQUAL(text(bottom->every()), "1 -1 base");
  }
  expect_exception<Refused>([&] { c.shelf()->pick(4); }, [](const Refused& e) { EQUAL(text(e.why), "no such shape"); });
  Shapes::Base_var b = c.shelf()->as_base(c.bottom());
  CHECK(b->_is_equivalent(c.bottom()));
}

void refs_case(Context& c) {
  Refs::Listener_var own = c.talker()->mirror_listener(c.own_ref);
  CHECK(own->_is_equivalent(c.own_ref));
  EQUAL(text(own->name()), "own");  // in this process again
  Refs::Listener_var theirs = c.talker()->mirror_listener(c.talker());
  EQUAL(text(theirs->name()), "talker");
  Refs::Listener_var nil = c.talker()->mirror_listener(Refs::Listener::_nil());
  CHECK(CORBA::is_nil(nil));
}
void refs_object(Context& c) {
  CORBA::Object_var o = c.talker()->mirror_object(c.hub);
  Hub_var h = Hub::_narrow(o);
  CHECK(!CORBA::is_nil(h) && h->_is_equivalent(c.hub));
  o = c.talker()->mirror_object(CORBA::Object::_nil());
  CHECK(CORBA::is_nil(o));
}
void refs_sequence(Context& c) {
  Refs::Listeners v;
  v.length(3);
  v[0] = Refs::Listener::_duplicate(c.own_ref);
  v[2] = Refs::Listener::_duplicate(c.talker());
  Refs::Listeners_var got = c.talker()->mirror_listeners(v);
  EQUAL(got->length(), 3u);
  CHECK(got[0u]->_is_equivalent(c.talker()) && CORBA::is_nil(got[1u]) && got[2u]->_is_equivalent(c.own_ref));
  v.length(0);
  got = c.talker()->mirror_listeners(v);
  EQUAL(got->length(), 0u);
}
void refs_nil(Context& c) {
  CHECK(c.talker()->is_nil(CORBA::Object::_nil()));
  CHECK(!c.talker()->is_nil(c.hub));
}
void refs_same(Context& c) {
  CHECK(c.talker()->same(c.hub, c.hub));
  CHECK(!c.talker()->same(c.hub, c.talker()));
  CHECK(!c.talker()->same(c.hub, CORBA::Object::_nil()));
}
void refs_narrow(Context& c) {
  EQUAL(text(c.talker()->name_of(c.own_ref)), "own");
  EQUAL(text(c.talker()->name_of(c.talker())), "talker");
  EQUAL(text(c.talker()->name_of(c.hub)), "");
  EQUAL(text(c.talker()->name_of(CORBA::Object::_nil())), "");
}
void callback(Context& c) {
  const CORBA::Long n = c.rnd.up_to(1000);
  EQUAL(c.talker()->tell(c.own_ref, n), 2 * (n + 1));
}
void callback_many(Context& c) {
  Refs::Listeners v;
  v.length(4);
  v[0] = Refs::Listener::_duplicate(c.own_ref);
  v[1] = Refs::Listener::_duplicate(c.talker());
  v[3] = Refs::Listener::_duplicate(c.own_ref);
  const CORBA::Long n = c.rnd.up_to(1000);
  EQUAL(c.talker()->tell_all(v, n), 3 * (n + 1));
}
void callback_exception(Context& c) {
  const CORBA::Long n = -1 - CORBA::Long(c.rnd.up_to(1000));
  expect_exception<Refused>([&] { c.talker()->tell(c.own_ref, n); }, [&](const Refused& e) {
    EQUAL(e.code, n);
    EQUAL(text(e.why), "negative");
  });
}
void callback_oneway(Context& c) {
  c.talker()->note(c.own_ref, c.run.c_str(), 25);
  for (int i = 0; i < 12000 && c.own->notes(c.run) < 25; i++) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EQUAL(c.own->notes(c.run), 25);
}
void callback_nested(Context& c) { EQUAL(c.talker()->bounce(c.own_ref, 6), 6); }
void callback_kept(Context& c) {
  const char* key = c.run.c_str();
  c.talker()->keep(key, c.own_ref);
  EQUAL(c.talker()->tell_kept(key, 1), 2);
  Refs::Listener_var kept = c.talker()->kept(key);
  CHECK(kept->_is_equivalent(c.own_ref));
  c.talker()->forget(key);
  kept = c.talker()->kept(key);
  CHECK(CORBA::is_nil(kept));
  expect_exception<Refused>([&] { c.talker()->tell_kept(key, 1); }, [&](const Refused& e) {
    EQUAL(e.code, 404);
    EQUAL(text(e.why), key);
  });
}

void moved(Basics_ptr b) {
  for (int i = 0; i < 3; i++) EQUAL(b->mirror_long(i), ~i);
  EQUAL(text(b->mirror_string("abc")), "cba");
}
void forward(Context& c) {
  Basics_var b = c.hub->moved();
  moved(b);
}
void forward_perm(Context& c) {
  Basics_var b = c.hub->moved_for_good();
  moved(b);
}
}  // namespace

const Case object_cases[] = {
    {"hub", hub}, {"lookup", lookup}, {"attributes", attributes}, {"readonly", readonly}, {"factory", factory},
    {"destroy", destroy}, {"inherit", inherit}, {"inherit_attributes", inherit_attributes}, {"inherit_is_a", inherit_is_a},
    {"inherit_narrow", inherit_narrow}, {"refs", refs_case}, {"refs_object", refs_object}, {"refs_sequence", refs_sequence},
    {"refs_nil", refs_nil}, {"refs_same", refs_same}, {"refs_narrow", refs_narrow}, {"callback", callback},
    {"callback_many", callback_many}, {"callback_exception", callback_exception}, {"callback_oneway", callback_oneway},
    {"callback_nested", callback_nested}, {"callback_kept", callback_kept}, {"forward", forward},
    {"forward_perm", forward_perm},
    {nullptr}};
