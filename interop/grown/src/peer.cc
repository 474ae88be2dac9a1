// One side of the tests of large values and of types that hold themselves, on omniORB.
//   peer serve
//   peer [-seed N] call URL
// The server prints its Garden's IOR and "ready", and serves until standard input ends. The client passes to the Garden at URL
// what comes back. What both print is said in interop.idl.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <utility>

#include "count.h"
#include "grown.hh"

using namespace Grown;

namespace {
CORBA::TypeCode_ptr type(CORBA::Long which) {
  switch (which) {
    case 0: return _tc_Deep;
    case 1: return _tc_Deeps;
    case 2: return _tc_Holder;
    default: return _tc_Dug;
  }
}

class Garden_i : public POA_Grown::Garden {
 public:
  Seed* pass(Seed* s) {
    CORBA::add_ref(s);
    return s;
  }
  CORBA::Any* pass_any(const CORBA::Any& a) { return new CORBA::Any(a); }
  CORBA::TypeCode_ptr pass_type(CORBA::TypeCode_ptr t) { return CORBA::TypeCode::_duplicate(t); }
  CORBA::TypeCode_ptr type_of(CORBA::Long which) { return CORBA::TypeCode::_duplicate(type(which)); }
  void dig(const Deeps& d) { throw Dug(d); }
};

// A Pip_i is counted, which a value that supports an interface is not by itself.
class Pip_i : public virtual OBV_Grown::Pip, public virtual CORBA::DefaultValueRefCountBase {};

class PipFactory : public CORBA::ValueFactoryBase {
  CORBA::ValueBase* create_for_unmarshal() { return new Pip_i; }
};

bool good = true;

template <class F>
void attempt(const std::string& name, F f) {
  const long before = count::made;
  try {
    const std::string what = f();
    if (what.empty()) {
      std::cout << "ok " << name << " calls=" << count::made - before << std::endl;
      return;
    }
    std::cout << "fail " << name << " " << what << std::endl;
  } catch (const CORBA::SystemException& e) {
    std::cout << "fail " << name << " " << e._name() << " minor " << std::hex << e.minor() << std::dec << std::endl;
  }
  good = false;
}

std::mt19937_64 rnd;

CORBA::ULong some(CORBA::ULong most) { return most / 2 + rnd() % (most / 2 + 1); }

std::string words(CORBA::ULong n) {
  std::string s;
  while (s.size() < n) s += char('a' + rnd() % 26);
  return s;
}

Seed* seed(CORBA::Long number) {
  OBV_Grown::Seed* s = new OBV_Grown::Seed;
  s->number(number);
  return s;
}

Seed* pod(Seed* last) {
  OBV_Grown::Pod* p = new OBV_Grown::Pod;
  p->number(1);
  p->last(last);
  return p;
}

Seed* husk(bool full) {
  OBV_Grown::Husk* h = new OBV_Grown::Husk;
  h->number(2);
  if (full) {
    Pip_i* p = new Pip_i;
    p->number(3);
    h->last(p);
  }
  return h;
}

Seed* shell(CORBA::ValueBase* last) {
  OBV_Grown::Shell* s = new OBV_Grown::Shell;
  s->number(4);
  s->odd(7);
  s->last(last);
  return s;
}

// text says what a value is, and what is inside.
std::string text(CORBA::ValueBase* v) {
  if (!v) return "null";
  if (Pip* p = Pip::_downcast(v)) return "Pip " + std::to_string(p->number());
  if (Pod* p = Pod::_downcast(v)) return "Pod " + std::to_string(p->number()) + "(" + text(p->last()) + ")";
  if (Husk* h = Husk::_downcast(v)) {
    Kernel* k = h->last();
    return "Husk " + std::to_string(h->number()) + "(" + text(k ? k->_to_value() : nullptr) + ")";
  }
  if (Shell* s = Shell::_downcast(v))
    return "Shell " + std::to_string(s->number()) + "(" + std::to_string(s->odd()) + ", " + text(s->last()) + ")";
  if (Seed* s = Seed::_downcast(v)) return "Seed " + std::to_string(s->number());
  return "another type";
}

// ledger returns one with numbers of 31 digits.
Ledger* ledger(CORBA::ULong entries) {
  OBV_Grown::Ledger* l = new OBV_Grown::Ledger;
  l->number(1);
  l->entries().length(entries);
  for (CORBA::ULong i = 0; i < entries; i++) {
    std::string digits = rnd() & 1 ? "-1" : "1";
    for (int k = 0; k < 30; k++) digits += char('0' + rnd() % 10);
    l->entries()[i] = Whole(digits.c_str());
  }
  l->tail(-1);
  return l;
}

// bulk returns one whose every part has about size octets.
Bulk* bulk(CORBA::ULong size) {
  OBV_Grown::Bulk* b = new OBV_Grown::Bulk;
  b->number(rnd());
  b->text(words(some(size)).c_str());
  b->odd(7);
  b->wide(std::wstring(some(size) / 2, L'\u4e2d').c_str());
  b->octets().length(some(size));
  for (CORBA::ULong i = 0; i < b->octets().length(); i++) b->octets()[i] = rnd();
  b->shorts().length(some(size) / 2);
  for (CORBA::ULong i = 0; i < b->shorts().length(); i++) b->shorts()[i] = rnd();
  Seed* inner = pod(seed(5));
  b->inner(inner);
  b->longs().length(some(size) / 4);
  for (CORBA::ULong i = 0; i < b->longs().length(); i++) b->longs()[i] = rnd();
  b->doubles().length(some(size) / 8);
  for (CORBA::ULong i = 0; i < b->doubles().length(); i++) b->doubles()[i] = i + 0.5;
  b->flags().length(some(size));
  for (CORBA::ULong i = 0; i < b->flags().length(); i++) b->flags()[i] = rnd() & 1;
  b->texts().length(some(size) / 16);
  for (CORBA::ULong i = 0; i < b->texts().length(); i++) b->texts()[i] = words(rnd() % 20).c_str();
  b->mixed().length(some(size) / 32);
  for (CORBA::ULong i = 0; i < b->mixed().length(); i++) {
    Mixed& m = b->mixed()[i];
    m.o = rnd(), m.d = i, m.c = 'c', m.s = i, m.t = words(rnd() % 5).c_str(), m.last = rnd();
  }
  CORBA::Any extra;
  extra <<= b->texts();
  b->extra(extra);
  b->more().length(2);
  CORBA::add_ref(inner);
  b->more()[0] = inner;
  CORBA::add_ref(b);
  b->more()[1] = b;
  b->tail(-1);
  return b;
}

template <class S>
bool same(const S& a, const S& b) {
  if (a.length() != b.length()) return false;
  for (CORBA::ULong i = 0; i < a.length(); i++)
    if (a[i] != b[i]) return false;
  return true;
}

bool same_texts(const TextSeq& a, const TextSeq& b) {
  if (a.length() != b.length()) return false;
  for (CORBA::ULong i = 0; i < a.length(); i++)
    if (strcmp(a[i], b[i])) return false;
  return true;
}

std::string differs(Bulk* got, Bulk* want) {
  if (!got) return "no Bulk came back";
  if (got->number() != want->number() || strcmp(got->text(), want->text()) || got->odd() != want->odd()) return "another text";
  if (std::wstring(got->wide()) != want->wide()) return "another wide text";
  if (!same(got->octets(), want->octets())) return "other octets";
  if (!same(got->shorts(), want->shorts()) || !same(got->longs(), want->longs()) || !same(got->doubles(), want->doubles())) return "other numbers";
  if (!same(got->flags(), want->flags()) || !same_texts(got->texts(), want->texts())) return "other flags or texts";
  if (got->mixed().length() != want->mixed().length()) return "another mixture";
  for (CORBA::ULong i = 0; i < got->mixed().length(); i++) {
    const Mixed &g = got->mixed()[i], &w = want->mixed()[i];
    if (g.o != w.o || g.d != w.d || g.c != w.c || g.s != w.s || strcmp(g.t, w.t) || g.last != w.last) return "another mixture";
  }
  const TextSeq* extra;
  if (!(got->extra() >>= extra) || !same_texts(*extra, want->texts())) return "another any";
  if (got->more().length() != 2 || got->more()[0] != got->inner() || got->more()[1] != got) return "other values inside";
  if (text(got->inner()) != text(want->inner())) return text(got->inner()) + " inside";
  return got->tail() == -1 ? "" : "another tail";
}

// sack returns one with anys behind a text of about size octets.
Sack* sack(CORBA::ULong size) {
  OBV_Grown::Sack* s = new OBV_Grown::Sack;
  s->number(rnd());
  s->text(words(some(size)).c_str());
  AnySeq items;
  items.length(24);
  for (CORBA::ULong i = 0; i < items.length(); i++) {
    CORBA::Any& a = items[i];
    switch (rnd() % 9) {
      case 0: a <<= CORBA::Any::from_octet(rnd()); break;
      case 1: a <<= CORBA::Short(rnd()); break;
      case 2: a <<= CORBA::Long(rnd()); break;
      case 3: a <<= CORBA::LongLong(rnd()); break;
      case 4: a <<= CORBA::Double(rnd() % 1000); break;
      case 5: a <<= words(rnd() % 20).c_str(); break;
      case 6: {
        DoubleSeq d;
        d.length(3);
        d[0] = d[1] = d[2] = i;
        a <<= d;
        break;
      }
      case 7: {
        Mixed m;
        m.o = i, m.d = i, m.c = 'c', m.s = i, m.t = words(rnd() % 5).c_str(), m.last = 9;
        a <<= m;
        break;
      }
      default:
        if (i > 0) a <<= items[i - 1];
    }
  }
  s->items(items);
  s->flags().length(some(size));
  for (CORBA::ULong i = 0; i < s->flags().length(); i++) s->flags()[i] = rnd() & 1;
  s->tail(-1);
  return s;
}

// text says what is in an any of a Sack.
std::string text(const CORBA::Any& a) {
  CORBA::Octet octet;
  CORBA::Short number;
  CORBA::Long longer;
  CORBA::LongLong longest;
  CORBA::Double real;
  const char* words;
  const DoubleSeq* reals;
  const Mixed* m;
  if (a >>= CORBA::Any::to_octet(octet)) return "octet " + std::to_string(octet);
  if (a >>= number) return "short " + std::to_string(number);
  if (a >>= longer) return "long " + std::to_string(longer);
  if (a >>= longest) return "long long " + std::to_string(longest);
  if (a >>= real) return "double " + std::to_string(real);
  if (a >>= words) return "string " + std::string(words);
  if (a >>= reals) return std::to_string(reals->length()) + " doubles " + std::to_string((*reals)[0]) + std::to_string((*reals)[2]);
  if (a >>= m)
    return "Mixed " + std::to_string(m->o) + " " + std::to_string(m->d) + char(m->c) + std::to_string(m->s) + m->t.in() + std::to_string(m->last);
  CORBA::TypeCode_var t = a.type();
  return t->kind() == CORBA::tk_null ? "null" : "another type";
}

std::string differs(Sack* got, Sack* want) {
  if (!got) return "no Sack came back";
  if (got->number() != want->number() || strcmp(got->text(), want->text()) || !same(got->flags(), want->flags())) return "another text, or flags";
  if (got->items().length() != want->items().length()) return "another number of anys";
  for (CORBA::ULong i = 0; i < got->items().length(); i++)
    if (text(got->items()[i]) != text(want->items()[i]))
      return "got " + text(got->items()[i]) + " at " + std::to_string(i) + ", want " + text(want->items()[i]);
  return got->tail() == -1 ? "" : "another tail";
}

Deeps deeps() {
  Deeps d;
  d.length(2);
  d[0].n = 1;
  d[1].n = 2;
  d[1].kids.length(1);
  d[1].kids[0].n = 3;
  return d;
}

void call(Garden_ptr there) {
  for (const CORBA::ULong size : {20, 300, 1000, 8000, 50000})
    for (int i = 0; i < 5; i++)
      attempt("bulk_" + std::to_string(size) + "_" + std::to_string(i), [&] {
        Bulk* sent = bulk(size);
        Seed* got = there->pass(sent);
        return differs(Bulk::_downcast(got), sent);
      });
  const std::pair<const char*, Seed*> ends[] = {
      {"pod_1", pod(seed(5))}, {"pod_2", pod(pod(seed(5)))}, {"pod_3", pod(pod(pod(seed(5))))}, {"pod_null", pod(nullptr)},
      {"husk", husk(true)}, {"husk_null", husk(false)}, {"shell", shell(seed(5))}, {"shell_husk", shell(husk(true))},
      {"pod_shell_husk", pod(shell(husk(true)))}};
  for (const auto& end : ends)
    attempt(end.first, [&] {
      const std::string got = text(there->pass(end.second)), want = text(end.second);
      return got == want ? "" : "got " + got;
    });
  for (const CORBA::ULong size : {20, 300, 1000, 8000, 50000})
    for (int i = 0; i < 5; i++)
      attempt("sack_" + std::to_string(size) + "_" + std::to_string(i), [&] {
        Sack* sent = sack(size);
        return differs(Sack::_downcast(there->pass(sent)), sent);
      });
  for (const CORBA::ULong size : {20, 300, 1000, 8000, 50000})
    attempt("ledger_" + std::to_string(size), [&] {
      Ledger* sent = ledger(some(size) / 16);
      Ledger* got = Ledger::_downcast(there->pass(sent));
      return got && got->tail() == -1 && same(got->entries(), sent->entries()) ? "" : "another ledger";
    });
  for (CORBA::Long i = 0; i < 4; i++)
    attempt("type_" + std::to_string(i), [&] {
      CORBA::TypeCode_var got = there->pass_type(type(i)), made = there->type_of(i);
      if (!got->equal(type(i))) return "another type came back";
      return made->equivalent(type(i)) ? "" : "another type was made";
    });
  attempt("any_deeps", [&] {
    CORBA::Any a;
    a <<= deeps();
    CORBA::Any_var got = there->pass_any(a);
    const Deeps* d;
    return (got >>= d) && d->length() == 2 && (*d)[1].kids[0].n == 3 ? "" : "another any";
  });
  attempt("any_holder", [&] {
    OBV_Grown::Holder* made = new OBV_Grown::Holder;
    made->held(deeps());
    Holder* h = made;
    CORBA::Any a;
    a <<= h;
    CORBA::Any_var got = there->pass_any(a);
    Holder* back;
    return (got >>= back) && back->held().length() == 2 && back->held()[1].kids[0].n == 3 ? "" : "another any";
  });
  attempt("dug", [&] {
    try {
      there->dig(deeps());
    } catch (const Dug& e) {
      return e.held.length() == 2 && e.held[1].kids[0].n == 3 ? "" : "other Deeps";
    }
    return "no exception";
  });
}
}  // namespace

int main(int argc, char** argv) {
  std::string what, url;
  for (int i = 1; i < argc; i++) {
    const std::string a = argv[i];
    if (a == "-seed" && i + 1 < argc) rnd.seed(std::stoull(argv[++i]));
    else if (a.compare(0, 4, "-ORB") == 0) i++;  // ORB_init reads it
    else if (what.empty()) what = a;
    else url = a;
  }
  const char* options[][2] = {{"endPoint", "giop:tcp:127.0.0.1:0"}, {"giopMaxMsgSize", "16777216"}, {nullptr, nullptr}};
  try {
    CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
    count::install();
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Seed:1.0", new Seed_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Bulk:1.0", new Bulk_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Holder:1.0", new Holder_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Pip:1.0", new PipFactory);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Pod:1.0", new Pod_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Husk:1.0", new Husk_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Shell:1.0", new Shell_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Sack:1.0", new Sack_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Rack:1.0", new Rack_init);
    orb->register_value_factory("IDL:interop.opendsom.org/Grown/Ledger:1.0", new Ledger_init);
    CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
    PortableServer::POA_var root = PortableServer::POA::_narrow(o);
    PortableServer::POAManager_var manager = root->the_POAManager();
    manager->activate();
    if (what == "serve") {
      Garden_i* servant = new Garden_i;
      Garden_var me = servant->_this();
      CORBA::String_var ior = orb->object_to_string(me);
      std::cout << ior.in() << std::endl << "ready" << std::endl;
      std::string line;
      while (std::getline(std::cin, line)) {}
    } else {
      CORBA::Object_var there = orb->string_to_object(url.c_str());
      Garden_var g = Garden::_narrow(there);
      call(g);
    }
    orb->shutdown(true);
    orb->destroy();
    if (what == "serve") std::cout << "answered " << count::answered << "\noneways 0\nmade " << count::made << std::endl;
    else std::cout << "made " << count::made << "\nserved " << count::answered << std::endl;
  } catch (const CORBA::Exception& e) {
    std::cerr << "peer: " << e._name() << std::endl;
    return 1;
  }
  return good ? 0 : 1;
}
