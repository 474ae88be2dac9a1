// calls.cc: the same in C++, which calls.c is compared with: a virtual call, and a member of a virtual base.
#include <cstdint>

struct som_env;
struct Animal {
	virtual int64_t first(som_env *, int64_t);
	virtual int64_t speak(som_env *, int64_t);
};
struct Shared { // data whose place only the object's class knows: in C++, those of a virtual base
	int64_t field;
};
struct Dog : virtual Shared {
	virtual int64_t bark();
};

extern "C" int64_t cxx_call(Animal *a, som_env *ev, int64_t n) { return a->speak(ev, n) + 1; }
extern "C" int64_t cxx_field(Dog *d) { return d->field; }
