// Cases of graphs.idl: valuetypes.
#include "client.h"
#include "servants_graphs.h"

using namespace Graphs;
using namespace graphs;

namespace {
// object returns the server's Gardener, and sees to it that values can be received.
Gardener_ptr object(Context& c) {
  known_values(c.orb);
  CORBA::Object_var o = c.hub->lookup("graphs");
  if (CORBA::is_nil(o)) throw Unsupported{"the server has no Graphs::Gardener"};
  return Gardener::_narrow(o);
}

Leaf_i* some_leaf(Context& c) { return new Leaf_i(c.rnd.number<CORBA::Long>(), c.rnd.text(20).c_str()); }

Branch_i* branch(Context& c, Leaf* left, Leaf* right) {
  Branch_i* b = new Branch_i;
  b->number(c.rnd.number<CORBA::Long>());
  static_cast<OBV_Graphs::Branch*>(b)->kind(c.rnd.number<CORBA::Octet>());
  b->left(left);
  b->right(right);
  b->weight(c.rnd.real());
  b->notes().length(c.rnd.up_to(3));
  for (CORBA::ULong i = 0; i < b->notes().length(); i++) b->notes()[i] = c.rnd.text(10).c_str();
  return b;
}

void same_leaf(Leaf* got, Leaf* want) {
  CHECK(got != nullptr);
  EQUAL(got->number(), want->number());
  EQUAL(Leaf_i::text_of(got), Leaf_i::text_of(want));
}

void leaf(Context& c) {
  Gardener_var g = object(c);
  Leaf_i* one = some_leaf(c);
  Leaf_var a = one, two = new Leaf_i(one->number(), one->text());
  CORBA::Boolean same;
  Leaf* b = again(a.in());
  Leaf_var got = g->pass_leaf(a, b, same);
  Leaf_var other = b;
  CHECK(same);
  CHECK(got.in() == other.in());
  same_leaf(got, a);
  b = again(two.in());
  got = g->pass_leaf(a, b, same);
  other = b;
  CHECK(!same);
  CHECK(got.in() != other.in());
  same_leaf(got, a);
  same_leaf(other, a);
}
void leaf_null(Context& c) {
  Gardener_var g = object(c);
  CORBA::Boolean same;
  Leaf* b = nullptr;
  Leaf_var got = g->pass_leaf(nullptr, b, same);
  CHECK(same && !got.in() && !b);
  got = g->pass_branch(nullptr);
  CHECK(!got.in());
}
void branch_(Context& c) {
  Gardener_var g = object(c);
  Leaf_var l = some_leaf(c);
  Branch_var b = branch(c, l, l);
  Leaf_var got = g->pass_branch(b);
  Branch* back = Branch::_downcast(got);
  CHECK(back != nullptr);
  CHECK(back->left() != nullptr);
  CHECK(back->left() == back->right());
  same_leaf(back->left(), l);
  EQUAL(back->number(), b->number());
  EQUAL(int(back->kind()), int(b->kind()));
  EQUAL(back->weight(), b->weight());
  EQUAL(back->notes().length(), b->notes().length());
  for (CORBA::ULong i = 0; i < back->notes().length(); i++) EQUAL(text(back->notes()[i]), text(b->notes()[i]));
}
void deep(Context& c) {
  Gardener_var g = object(c);
  Leaf_var end = some_leaf(c);
  Leaf* l = again(end.in());
  for (int i = 0; i < 40; i++) {
    Leaf* inner = l;
    l = branch(c, inner, nullptr);
    CORBA::remove_ref(inner);
  }
  Leaf_var top = l;
  Leaf_var got = g->pass_branch(top);
  Leaf* at = got;
  for (int i = 0; i < 40; i++) {
    Branch* b = Branch::_downcast(at);
    CHECK(b != nullptr && !b->right());
    at = b->left();
  }
  same_leaf(at, end);
}
void truncated(Context& c) {
  Gardener_var g = object(c);
  Leaf_var bud = new Leaf_i(5, "bud");
  Branch_var t = new Twig_i(bud);
  Leaf_var bud_again;
  Branch_var got = g->pass_twig(t, bud, bud_again.out());
  CHECK(!Twig::_downcast(got));
  EQUAL(got->number(), 9);
  EQUAL(got->weight(), 2.5);
  CHECK(got->left() == bud_again.in());
  EQUAL(bud_again->number(), 5);
}
void truncated_here(Context& c) {
  Gardener_var g = object(c);
  Leaf_var bud;
  Branch_var got = g->grow_twig(bud.out());
  CHECK(!Twig::_downcast(got));
  EQUAL(got->number(), 9);
  CHECK(got->left() == bud.in());
  EQUAL(Leaf_i::text_of(bud), "bud");
}
void ring(Context& c) {
  Gardener_var g = object(c);
  Ring_var one = new Ring_i("one");
  one->next(one);
  Ring_var got = g->turn(one);
  CHECK(got->next() == got.in());
  Ring_i *x = new Ring_i("x"), *y = new Ring_i("y"), *z = new Ring_i("z");
  x->next(y);
  y->next(z);
  z->next(x);
  got = g->turn(x);
  EQUAL(text(got->name()), "y");
  EQUAL(text(got->next()->next()->name()), "x");
  CHECK(got->next()->next()->next() == got.in());
}
void nothing(Context& c) {
  Gardener_var g = object(c);
  Nothing_var n = new Nothing_i;
  Nothing_var got = g->pass_nothing(n);
  CHECK(got.in() != nullptr);
}
void boxes(Context& c) {
  Gardener_var g = object(c);
  const std::string word = c.rnd.text(20);
  Word_var w = new Word(word.c_str()), more;
  Word_var got = g->pass_word(w, more.out());
  CHECK(got.in() == more.in());
  EQUAL(text(got->_value()), word);
  got = g->pass_word(nullptr, more.out());
  CHECK(!got.in() && !more.in());
  CORBA::Long five[5];
  for (CORBA::Long& v : five) v = c.rnd.number<CORBA::Long>();
  Numbers_var n = new Numbers(5, 5, five, 0);
  Numbers_var back = g->pass_numbers(n);
  EQUAL(back->length(), 5u);
  for (CORBA::ULong i = 0; i < 5; i++) EQUAL((*back)[i], five[i]);
  Point p = {c.rnd.number<CORBA::Long>(), c.rnd.number<CORBA::Long>()};
  Place_var place = new Place(p);
  Place_var there = g->pass_place(place);
  EQUAL(there->x(), p.x);
  EQUAL(there->y(), p.y);
}
void named_value(Context& c) {
  Gardener_var g = object(c);
  const std::string first = c.rnd.text(12);
  Person_var p = new Person_i(first.c_str());
  CORBA::String_var name;
  Named_var got = g->pass_named(p, name.out());
  EQUAL(text(name), first);
  CHECK(got->_to_value() != nullptr);
  name = got->name();
  EQUAL(text(name), first);
}
void named_object(Context& c) {
  Gardener_var g = object(c);
  Thing_i* thing = new Thing_i("thing");
  Thing_var t = thing->_this();
  CORBA::String_var name;
  Named_var got = g->pass_named(t, name.out());
  EQUAL(text(name), "thing");
  CORBA::Object_var o = got->_to_object();
  Thing_var back = Thing::_narrow(o);
  back->rename("other");
  name = got->name();
  EQUAL(text(name), "other");
}
void named_none(Context& c) {
  Gardener_var g = object(c);
  CORBA::String_var name;
  Named_var got = g->pass_named(Named::_nil(), name.out());
  CHECK(CORBA::is_nil(got));
  EQUAL(text(name), "");
}
void basket(Context& c) {
  Gardener_var g = object(c);
  Leaf_var l = some_leaf(c);
  Basket b;
  b.first = again(l.in());
  b.last = again(l.in());
  b.label = new Word("label");
  b.rest.length(3);
  b.rest[0] = again(l.in());
  b.rest[2] = new Leaf_i(2, "own");
  Leaf_var in_any = new Leaf_i(3, "in an any");
  b.more <<= in_any.in();
  Basket_var got = g->pass_basket(b);
  CHECK(got->first.in() == got->last.in());
  same_leaf(got->first, l);
  CHECK(got->rest[0].in() == got->first.in());
  CHECK(!got->rest[1].in());
  EQUAL(got->rest[2]->number(), 2);
  EQUAL(text(got->label->_value()), "label");
  Leaf* there;
  CHECK(got->more >>= there);
  EQUAL(there->number(), 3);
}
void any_graph(Context& c) {
  Gardener_var g = object(c);
  Leaf_var l = some_leaf(c);
  Branch_var b = branch(c, l, l);
  CORBA::Any a;
  a <<= b.in();
  CORBA::Any_var got = g->pass_any(a);
  Branch* back;
  CHECK(got >>= back);
  CHECK(back->left() == back->right());
  same_leaf(back->left(), l);
  Ring_var r = new Ring_i("r");
  r->next(r);
  a <<= r.in();
  got = g->pass_any(a);
  Ring* ring;
  CHECK(got >>= ring);
  CHECK(ring->next() == ring);
  const std::string letters = c.rnd.text(20);
  Word_var w = new Word(letters.c_str());
  a <<= w.in();
  got = g->pass_any(a);
  Word* word;
  CHECK(got >>= word);
  EQUAL(text(word->_value()), letters);
  Person_var p = new Person_i(letters.c_str());
  a <<= p.in();
  got = g->pass_any(a);
  Person* person;
  CHECK(got >>= person);
  EQUAL(text(person->first()), letters);
  a <<= static_cast<Leaf*>(nullptr);
  got = g->pass_any(a);
  Leaf* null;
  CHECK(got >>= null);
  CHECK(!null);
}
// at_seams calls pass with octets and lists that lie across the ends of fragments.
template <class F> void at_seams(Context& c, F pass) {
  for (CORBA::ULong size = 8000; size <= 8256; size += 4) {
    for (CORBA::ULong n : {1, 2, 100, 1100}) {
      Bytes before;
      Doubles weights;
      LongLongs marks;
      before.length(size);
      weights.length(n);
      marks.length(n);
      for (CORBA::ULong i = 0; i < size; i++) before[i] = static_cast<CORBA::Octet>(i);
      for (CORBA::ULong i = 0; i < n; i++) {
        weights[i] = i + 1;
        marks[i] = c.rnd.number<CORBA::LongLong>();
      }
      if (!pass(before, weights, marks)) {
        throw Failure{std::to_string(size) + " octets before " + std::to_string(n) + " numbers came back as others"};
      }
    }
  }
}
template <class S> bool same_list(const S& a, const S& b) {
  if (a.length() != b.length()) return false;
  for (CORBA::ULong i = 0; i < a.length(); i++) {
    if (a[i] != b[i]) return false;
  }
  return true;
}
void seams_box(Context& c) {
  Gardener_var g = object(c);
  at_seams(c, [&](const Bytes& before, const Doubles& weights, const LongLongs&) {
    Crate sent;
    sent.before = before;
    sent.load = new Heap(weights);
    sent.after = 7;
    Crate_var got = g->pass_crate(sent);
    return same_list(got->before, before) && got->load.in() && same_list(got->load->_value(), weights) && got->after == 7;
  });
}
void seams_value(Context& c) {
  Gardener_var g = object(c);
  at_seams(c, [&](const Bytes& before, const Doubles& weights, const LongLongs&) {
    Cargo_var sent = new Cargo_i;
    sent->before(before);
    sent->weights(weights);
    sent->tail("tail");
    Cargo_var got = g->pass_cargo(sent);
    return got.in() && same_list(got->before(), before) && same_list(got->weights(), weights) && text(got->tail()) == "tail";
  });
}
void seams_chunks(Context& c) {
  Gardener_var g = object(c);
  at_seams(c, [&](const Bytes& before, const Doubles& weights, const LongLongs& marks) {
    Freight_var sent = new Freight_i;
    sent->before(before);
    sent->weights(weights);
    sent->tail("tail");
    sent->marks(marks);
    sent->after("after");
    Cargo_var back = g->pass_cargo(sent);
    Freight* got = Freight::_downcast(back);
    return got && same_list(got->before(), before) && same_list(got->weights(), weights) && text(got->tail()) == "tail" &&
           same_list(got->marks(), marks) && text(got->after()) == "after";
  });
}
void cut(Context& c) {
  Gardener_var g = object(c);
  Leaf_var l = new Leaf_i(1, "off");
  expect_exception<Felled>([&] { g->cut(l); }, [&](const Felled& e) {
    EQUAL(e.fallen->number(), 1);
    EQUAL(text(e.why->_value()), "winter");
  });
}
}  // namespace

const Case graph_cases[] = {
    {"leaf", leaf}, {"leaf_null", leaf_null}, {"branch", branch_}, {"deep", deep}, {"truncated", truncated},
    {"truncated_here", truncated_here}, {"ring", ring}, {"nothing", nothing}, {"boxes", boxes}, {"named_value", named_value},
    {"named_object", named_object}, {"named_none", named_none}, {"basket", basket}, {"any_graph", any_graph}, {"cut", cut},
    {"seams_box", seams_box, true}, {"seams_value", seams_value, true}, {"seams_chunks", seams_chunks, true},
    {nullptr, nullptr}};

namespace {
void custom(Context&) { throw Unsupported{"omniidl writes no C++ for custom valuetypes"}; }
}  // namespace

const Case custom_cases[] = {
    {"custom", custom}, {"custom_shared", custom}, {"custom_large", custom}, {"custom_within", custom}, {"custom_tag", custom},
    {"custom_any", custom}, {nullptr}};
