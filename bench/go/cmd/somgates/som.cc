// What programs in C and C++ do with libsom, beside what C++ does by itself.
#include "calls.h"

#include "som.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {
// ---- The same classes in C++ and in SOM ----

struct Animal {
  int64_t a;
  Animal() : a(1) {}
  virtual ~Animal() { a = 0; }
  virtual int64_t speak(som_env *, int64_t n) { return n + 1; }
};
struct Dog : Animal {
  int64_t b;
  Dog() : b(2) {}
  ~Dog() override { b = 0; }
  int64_t speak(som_env *, int64_t n) override { return n + 2; }
};
struct Cat : Animal {
  int64_t speak(som_env *, int64_t n) override { return 1 - n; }
};

struct Bound {
  som_classdata c;
  som_tok m[1];
} animal, dog, cat;
som_proc *parent_speak;

int64_t speak_of_animals(som_ref, som_env *, int64_t n) { return n + 1; }
int64_t speak_of_dogs(som_ref, som_env *, int64_t n) { return n + 2; }
int64_t speak_of_cats(som_ref, som_env *, int64_t n) { return 1 - n; }
void init_animal(som_ref o, som_env *, void *) { *(int64_t *)som_data(o, animal.c.data) = 1; }
void fini_animal(som_ref o, void *) { *(int64_t *)som_data(o, animal.c.data) = 0; }
void init_dog(som_ref o, som_env *, void *) { *(int64_t *)som_data(o, dog.c.data) = 2; }
void fini_dog(som_ref o, void *) { *(int64_t *)som_data(o, dog.c.data) = 0; }

typedef int64_t speak_proc(som_ref, som_env *, int64_t);
som_env ev;

void must(bool ok) {
  if (ok) return;
  fprintf(stderr, "som: %s\n", ev.text ? ev.text : "failed");
  exit(2);
}

som_class *define(const char *name, const char *parent, som_proc *speak, bool introduces, som_initializer *init, som_destructor *fini) {
  const som_method own = {"speak", "l:l", speak, nullptr, SOM_STATIC};
  const som_override over = {"speak", speak, nullptr};
  som_class_desc d = {};
  d.size_of = sizeof d;
  d.name = name;
  if (parent) d.parents = &parent, d.nparents = 1;
  if (introduces) d.introduces = &own, d.nintroduces = 1, d.method_size = sizeof own;
  else if (speak) d.overrides = &over, d.noverrides = 1, d.override_size = sizeof over;
  if (init) d.init = init, d.fini = fini, d.data_size = 8, d.data_align = 8;
  som_class *c = som_class_define(&d, &ev);
  must(c);
  return c;
}

void bind(const char *name, Bound *to) {
  static const char *const only[] = {"speak"};
  som_binding b = {};
  b.size_of = sizeof b;
  b.cls = name;
  b.methods = only;
  b.nmethods = 1;
  must(som_class_bind(&b, &to->c, &ev) == SOM_OK);
}

// As many classes as n, of 3 to 11 methods, some deeper than others.
void fill(int n) {
  static int have = 3;
  static const char *const parents[] = {"Animal", "Dog", "SOMObject"};
  for (; have < n; have++) {
    const std::string name = "Class" + std::to_string(have);
    std::vector<std::string> names;
    std::vector<som_method> own;
    for (int i = 0; i < 3 + have % 9; i++) names.push_back(name + "_" + std::to_string(i));
    for (const auto &s : names) own.push_back({s.c_str(), "l:l", (som_proc *)speak_of_animals, nullptr, SOM_STATIC});
    const std::string some = have > 10 ? "Class" + std::to_string(3 + have * 7 % (have - 3)) : parents[have % 3];
    const char *parent = some.c_str();
    som_class_desc d = {};
    d.size_of = sizeof d;
    d.name = name.c_str();
    d.parents = &parent;
    d.nparents = 1;
    d.introduces = own.data();
    d.nintroduces = (uint32_t)own.size();
    d.method_size = sizeof(som_method);
    must(som_class_define(&d, &ev));
  }
}

som_class *build_one() {
  static const char *const names[] = {"m0", "m1", "m2", "m3", "m4"};
  static const char *const parents[] = {"Dog"};
  som_method own[5];
  for (int i = 0; i < 5; i++) own[i] = {names[i], "l:l", (som_proc *)speak_of_animals, nullptr, SOM_STATIC};
  som_class_desc d = {};
  d.size_of = sizeof d;
  d.name = "One";
  d.parents = parents;
  d.nparents = 1;
  d.introduces = own;
  d.nintroduces = 5;
  d.method_size = sizeof own[0];
  som_class *c = som_class_define(&d, &ev);
  must(c);
  return c;
}

// ---- The rows ----

template <class T> inline void keep(T &&x) { asm volatile("" ::"r"(x) : "memory"); }

struct Row {
  const char *name;
  int per_window;
  std::function<void(int)> run; // so many times
};

std::vector<Row> rows;
int64_t sum = 0;
som_value one, result;
Animal *volatile cxx[2];
som_ref volatile som[2];
const som_name *name;

void begin() {
  define("Animal", nullptr, (som_proc *)speak_of_animals, true, init_animal, fini_animal);
  define("Dog", "Animal", (som_proc *)speak_of_dogs, false, init_dog, fini_dog);
  define("Cat", "Animal", (som_proc *)speak_of_cats, false, nullptr, nullptr);
  bind("Animal", &animal);
  bind("Dog", &dog);
  bind("Cat", &cat);
  parent_speak = som_parent_proc(dog.c.cls, 0, animal.m[0], &ev);
  cxx[0] = new Dog;
  cxx[1] = new Cat;
  som[0] = som_new(dog.c.cls, &ev);
  som[1] = som_new(cat.c.cls, &ev);
  must(som[0] && som[1]);
  name = som_name_of("speak", &ev);
  one.l = 1;
  rows = {
      {"C++ virtual call", 4000, [&](int n) { for (int i = 0; i < n; i++) sum += cxx[0]->speak(&ev, i); }},
      {"call by offset", 4000, [&](int n) { for (int i = 0; i < n; i++) { som_ref o = som[0]; sum += ((speak_proc *)som_resolve(o, animal.m[0]))(o, &ev, i); } }},
      {"C++ virtual call, two classes in turn", 4000, [&](int n) { for (int i = 0; i < n; i++) sum += cxx[i & 1]->speak(&ev, i); }},
      {"call by offset, two classes in turn", 4000, [&](int n) { for (int i = 0; i < n; i++) { som_ref o = som[i & 1]; sum += ((speak_proc *)som_resolve(o, animal.m[0]))(o, &ev, i); } }},
      {"C++ member read", 4000, [&](int n) { for (int i = 0; i < n; i++) sum += cxx[0]->a; }},
      {"an object's data read", 4000, [&](int n) { for (int i = 0; i < n; i++) sum += *(int64_t *)som_data(som[0], animal.c.data); }},
      {"call by name, remembered", 4000, [&](int n) { for (int i = 0; i < n; i++) { som_ref o = som[0]; sum += ((speak_proc *)som_find(o, name, &ev))(o, &ev, i); } }},
      {"parent call, resolved once", 4000, [&](int n) { for (int i = 0; i < n; i++) { som_proc *volatile *p = (som_proc *volatile *)&parent_speak; sum += ((speak_proc *)*p)(som[0], &ev, i); } }},
      {"next call", 1000, [&](int n) { for (int i = 0; i < n; i++) sum += ((speak_proc *)som_next_proc(dog.c.cls, som[0], animal.m[0]))(som[0], &ev, i); }},
      {"call by signature", 200, [&](int n) { for (int i = 0; i < n; i++) som_invoke(som[0], "speak", &one, 1, &result, &ev); }},
      {"C++ dynamic_cast", 1000, [&](int n) { for (int i = 0; i < n; i++) sum += dynamic_cast<Dog *>(cxx[i & 1]) != nullptr; }},
      {"is-a", 4000, [&](int n) { for (int i = 0; i < n; i++) sum += som_isa(som[i & 1], &dog.c); }},
      {"C++ new and delete", 1000, [&](int n) { for (int i = 0; i < n; i++) { Animal *p = new Dog; keep(p); delete p; } }},
      {"C++ make_shared and its end", 1000, [&](int n) { for (int i = 0; i < n; i++) { auto p = std::make_shared<Dog>(); keep(p.get()); } }},
      {"new and release", 1000, [&](int n) { for (int i = 0; i < n; i++) { som_ref o = som_new(dog.c.cls, &ev); keep(o); som_release(o); } }},
      {"retain and release", 1000, [&](int n) { for (int i = 0; i < n; i++) som_release(som_retain(som[0])); }},
  };
}

struct Least {
  double ns = 0;
  void add(std::chrono::steady_clock::time_point from) {
    const double took = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - from).count();
    if (ns == 0 || took < ns) ns = took;
  }
};
} // namespace

int cxx_begin(void) {
  begin();
  return (int)rows.size();
}

const char *cxx_row(int row, int *per_window) {
  *per_window = rows[(size_t)row].per_window;
  return rows[(size_t)row].name;
}

void cxx_run(int row, int times) { rows[(size_t)row].run(times); }

void cxx_class(int live, double *made, double *unloaded) {
  fill(live);
  Least m, u;
  for (int w = 0; w < 400; w++) {
    const auto from = std::chrono::steady_clock::now();
    som_class *c = build_one();
    m.add(from);
    const auto then = std::chrono::steady_clock::now();
    must(som_class_unload(c, &ev) == SOM_OK);
    u.add(then);
  }
  *made = m.ns;
  *unloaded = u.ns;
}
