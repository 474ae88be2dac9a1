// probe.hpp: what clients in C++ print; see probe.h.
#ifndef PROBE_HPP
#define PROBE_HPP
#include "probe.h"

#include <som.hpp>

namespace probe {

inline const char *code(const som::exception &e) {
	const auto *s = dynamic_cast<const som::system_exception *>(&e);
	return s && s->code() ? som_code_name(s->code()) : e.id();
}

inline void refused(const char *cls, const som::exception &e) { std::printf("%s refused %s\n# %s\n", cls, code(e), e.what()); }

// What a call came to.
template <class F> void call(const char *label, std::int32_t arg, F f) {
	try {
		f();
	} catch (const som::exception &e) {
		std::printf("%s(%d) raised %s", label, arg, code(e));
		const auto *user = dynamic_cast<const som::user_exception *>(&e);
		const som_env none = som_env(), *came = user ? user->som_came() : nullptr;
		probe_members(came ? came : &none);
		std::printf("# %s\n", e.what());
	}
}

template <class H> bool is(const som::object &o) {
	try {
		return som::is<H>(o);
	} catch (const som::exception &) {
		return false;
	}
}

// The class of an object as an instance of a metaclass, or null.
template <class H> H class_of(const som::object &o) {
	try {
		return H::narrow(som::class_object::of(o));
	} catch (const som::exception &) {
		return H();
	}
}

} // namespace probe
#endif
