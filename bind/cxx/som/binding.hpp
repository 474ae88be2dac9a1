// binding.hpp: what a module knows of a class: its class object and the tokens of its methods.
#ifndef SOM_BINDING_HPP
#define SOM_BINDING_HPP

#include "value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace som {

// Stands in for the identity of a class that is not bound: it is in no row.
SOM_LOCAL inline char nobody = 0;

// What is bound of a class with N methods. It is constant until then: its tokens are of a place in which every row
// has what raises an exception, so that a call that comes too early is no crash.
template <std::size_t N> struct tokens {
	som_classdata c;
	som_tok m[N == 0 ? 1 : N];
	bool own; // the class is of this module's library, and so not counted: it could not be unloaded else

	constexpr tokens() noexcept : c{nullptr, &nobody, 0, 0}, m{}, own(false) {
		for (som_tok &t : m) t = SOM_UNBOUND;
	}
};

// The file of the class library that this module is, once it has defined a class; or a library's name that is linked in. It is the module's
// own copy, since what is linked in stays when its classes are unloaded, and the kernel's text does not.
struct SOM_LOCAL library_name {
	std::string text;
	const library_name *older; // what another thread may be reading stays
};
struct SOM_LOCAL library_names {
	const library_name *last = nullptr;
	~library_names() {
		for (const library_name *n = std::exchange(last, nullptr); n;) delete std::exchange(n, n->older);
	}
};
SOM_LOCAL inline library_names own_library;

// What stands in memory that another thread may be writing, and its writing.
template <class T> SOM_LOCAL inline T load(const T &t) noexcept {
#ifdef __GNUC__
	return __atomic_load_n(&t, __ATOMIC_RELAXED);
#else
	return *static_cast<const volatile T *>(&t);
#endif
}
template <class T> SOM_LOCAL inline T exchange(T &t, T v) noexcept {
#ifdef __GNUC__
	return __atomic_exchange_n(&t, v, __ATOMIC_ACQ_REL);
#else
	return std::exchange(t, v);
#endif
}

SOM_LOCAL inline bool is_own_library(const char *name) noexcept {
	const library_name *mine = load(own_library.last);
	return mine && name && mine->text == name;
}
SOM_LOCAL inline void own_library_is(const char *name) {
	if (!is_own_library(name)) exchange(own_library.last, static_cast<const library_name *>(new library_name{name, load(own_library.last)}));
}

// A class as the compiler describes it to this header is a type C with
//   name, major, minor      what is asked for
//   count, methods          the methods that it introduces, and whose tokens are bound
//   signatures              theirs, in the kernel's letters
//   bound                   tokens<count>, one in each module
//   parents                 list of such descriptions

template <class C> SOM_LOCAL void need();

template <class... P> SOM_LOCAL void need_all(list<P...>) { (need<P>(), ...); }

// Binds C, whose parents are P, and its ancestors.
template <class C, class... P> SOM_LOCAL void bind_with(list<P...>) {
	(need<P>(), ...);
	const som_base bases[] = {som_base{P::name, P::major, P::minor}..., som_base()};
	env ev;
	som_binding b = {};
	b.size_of = sizeof b;
	b.nmethods = C::count;
	b.cls = C::name;
	b.major = C::major;
	b.minor = C::minor;
	b.methods = C::methods;
	b.sigs = C::signatures;
	b.bases = bases;
	b.nbases = sizeof...(P);
	som_class_bind(&b, &C::bound.c, &ev); // and m behind it: both begin at one address
	check(ev);
	if (is_own_library(som_class_describe(C::bound.c.cls)->library) && !exchange(C::bound.own, true)) som_release(&C::bound.c.cls->object);
}

// Binds a class; throws where it cannot be found, has another version than is asked for, or is not what this module was compiled
// for: another signature of a method, another ancestry.
template <class C> SOM_LOCAL SOM_SELDOM void bind() {
	bind_with<C>(typename C::parents());
}

// Makes sure that a class is bound.
template <class C> SOM_LOCAL inline void need() {
	if (!som_bound(&C::bound.c)) bind<C>();
}

// Gives up what this module has bound of a class, so that it can be unloaded. No thread of the module may use it meanwhile.
template <class C> SOM_LOCAL void unbind() {
	if (!C::bound.own) som_class_unbind(&C::bound.c);
	C::bound = tokens<C::count>();
}

// Whether an object that is not NULL is one of the class or of a descendant.
template <class C> SOM_LOCAL inline bool is_instance(const som_object *o) {
	if (SOM_LIKELY(*reinterpret_cast<void **>(o->mt + load(C::bound.c.type)) == load(C::bound.c.id))) return true;
	if (som_bound(&C::bound.c)) return som_isa(o, &C::bound.c) != 0;
	bind<C>();
	return som_isa(o, &C::bound.c) != 0;
}

} // namespace som

#endif
