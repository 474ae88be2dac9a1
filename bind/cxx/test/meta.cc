// meta.cc: properties of the library of metaclasses on classes in C++: one written in C++, and the library's own.
#include "zoo.hpp"

#include "som_meta.h"

#include "check.hpp"

#include <string>

extern "C" som_library_entry_proc som_library_entry;

// The handle of the library's class, which has no IDL.
struct BeforeAfter_class {
	static constexpr const char *name = "SOMMBeforeAfter";
	static constexpr std::uint32_t major = 0, minor = 0, count = 0;
	static constexpr const char *const methods[] = {nullptr};
	static constexpr const char *const signatures[] = {nullptr};
	SOM_LOCAL static inline som::tokens<count> bound;
	using parents = som::list<som::metaclass_class>;
};
class BeforeAfter : public som::handle<BeforeAfter, BeforeAfter_class, som::class_object> {
public:
	using som::handle<BeforeAfter, BeforeAfter_class, som::class_object>::handle;
};

static std::string trace;

// A property in C++: it notes calls of speak, and will not have thirteen.
class Noting : public som::impl<Noting, BeforeAfter> {
public:
	bool sommBeforeMethod(som_call *call) {
		if (!speaks(call)) return true;
		if (call->args[0].l == 13) throw som::system_exception("NO_PERMISSION", "thirteen is too many");
		trace += "<" + std::to_string(call->args[0].l);
		call->args[0].l++;
		return true;
	}
	void sommAfterMethod(som_call *call) {
		if (!speaks(call)) return;
		trace += call->ev->major == SOM_NO_EXCEPTION ? ">" + std::to_string(call->result->l) : std::string("!");
	}

private:
	static bool speaks(const som_call *call) { return std::string(call->method) == "Zoo::Animal::speak"; }
};

class Cat : public som::impl<Cat, Zoo::Animal> {
public:
	std::int64_t speak(std::int64_t n) { return parent<Zoo::Animal>().speak(n) + 100; }
};
class Hermit : public som::impl<Hermit, Zoo::Animal> {};

int main() {
	som::env ev;
	if (som_library_add("zoo", som_library_entry, &ev) != SOM_OK || som_meta_load(&ev) != SOM_OK) return std::printf("%s\n", ev.text), 1;
	som::define<Noting>("Noting", som::overrides<&Noting::sommBeforeMethod>("sommBeforeMethod"),
		som::overrides<&Noting::sommAfterMethod>("sommAfterMethod"));
	som::class_object cats = som::define<Cat>("Cat", som::metaclass{"Noting"}, som::overrides<&Cat::speak>("speak"));
	{
		Zoo::Animal a = Zoo::Animal::narrow(cats.somNew());
		CHECK(a.speak(2) == 2 * 3 + 100 && trace == "<2>106"); // once, although Cat calls its parent
		CHECK(THROWN(Zoo::TooLoud, a.speak(1001)).volume == 2);
		CHECK(trace == "<2>106<1001!");
		CHECK(THROWN(som::system_exception, a.speak(13)).is("NO_PERMISSION"));
		CHECK(trace == "<2>106<1001!");
		a.set_name("Tom"); // other methods go through as they are
		CHECK(a.get_name() == "Tom");
		Zoo::Animal other = a.friend_of(Zoo::Animal());
		CHECK(other == a && a.get()->refs == 2);
	}
	CHECK(cats.instances() == 0);
	som::class_object hermits = som::define<Hermit>("Hermit", som::metaclass{"SOMMSingleInstance"});
	som::object one = hermits.somNew();
	CHECK(hermits.somNew() == one && hermits.instances() == 1);
	if (!failures) std::puts("ok");
	return failures != 0;
}
