// calls.cc: what generated code becomes, a function each, to be looked at as instructions, and beside each the same with a
// virtual function. Both have an environment and look into it.
#include "zoo.hpp"

extern "C" {
[[noreturn]] void broken(som_env &ev);
}

struct VirtualAnimal {
	virtual std::int64_t first(som_env *, std::int64_t);
	virtual std::int64_t speak(som_env *, std::int64_t);
};
struct Shared {
	std::int64_t field;
};
struct VirtualDog : virtual Shared {
	virtual void bark();
};

extern "C" std::int64_t som_call(const Zoo::Animal &a, std::int64_t n);
extern "C" std::int64_t cxx_call(VirtualAnimal *const &a, std::int64_t n);

extern "C" std::int64_t som_call(const Zoo::Animal &a, std::int64_t n) { return a.speak(n) + 1; }
extern "C" std::int64_t cxx_call(VirtualAnimal *const &a, std::int64_t n) {
	som_env ev = som_env();
	std::int64_t r = a->speak(&ev, n);
	if (__builtin_expect(ev.major != SOM_NO_EXCEPTION, 0)) broken(ev);
	return r + 1;
}

extern "C" bool som_test(som_ref o);
extern "C" bool som_test(som_ref o) { return som::is_instance<Zoo::Animal_class>(o); }

class Counter : public som::impl<Counter, Zoo::Animal> {
public:
	std::int64_t field = 1;
};
extern "C" std::int64_t som_field(som_ref o);
extern "C" std::int64_t cxx_field(VirtualDog *o);
extern "C" std::int64_t som_field(som_ref o) { return som::value_of<Counter>(o).field; }
extern "C" std::int64_t cxx_field(VirtualDog *o) { return o->field; }
