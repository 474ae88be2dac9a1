// define.hpp: the description of a class written in C++, and class libraries.
#ifndef SOM_DEFINE_HPP
#define SOM_DEFINE_HPP

#include "impl.hpp"

#include <cstring>
#include <deque>

namespace som {

// A description in the making. What som::define is given adds to it, by a member add<D>(description &).
struct description {
	som_class_desc desc = som_class_desc();
	std::vector<som_method> introduces;
	std::vector<som_override> overrides;
	std::vector<som_select> selects;
	std::vector<const char *> parents, abstract_parents, init_classes;
	bool init_classes_given = false;
	std::deque<std::string> texts; // names that are made here

	// The name of an inherited method as the kernel finds it in each later release: with the class that introduces it.
	template <class D> const char *inherited(const char *method);
};

// Who introduces a method, of the ancestors of a class.
struct introducer {
	const char *name = nullptr;
	bool several = false;

	void add(const char *cls) noexcept {
		several = several || (name && std::strcmp(name, cls));
		name = cls;
	}
};

// Looks into the ancestors as the headers describe them, which do not change when a class library does.
template <class... C> SOM_LOCAL void seek(introducer &, const char *, list<C...>);
template <class C> SOM_LOCAL void seek_in(introducer &who, const char *method) {
	for (std::uint32_t i = 0; i < C::count; i++)
		if (!std::strcmp(C::methods[i], method)) who.add(C::name);
	seek(who, method, typename C::parents());
}
template <class... C> SOM_LOCAL void seek([[maybe_unused]] introducer &who, [[maybe_unused]] const char *method, list<C...>) { (seek_in<C>(who, method), ...); }

// The roots have more methods than their handles: the kernel says which. They are bound where they are ancestors.
template <class Root> SOM_LOCAL void seek_in_root(introducer &who, const char *method) {
	const som_class_info *info = Root::bound.c.cls ? som_class_describe(Root::bound.c.cls) : nullptr;
	for (std::uint32_t i = 0; info && i < info->nintroduces; i++)
		if (!std::strcmp(info->introduces[i].name, method)) who.add(Root::name);
}

template <class D> const char *description::inherited(const char *method) {
	introducer who;
	if (!method || std::strchr(method, ':')) return method;
	seek(who, method, typename D::som_parents::descriptions());
	if (!who.name) seek_in_root<object_class>(who, method);
	if (!who.name) seek_in_root<metaclass_class>(who, method);
	if (!who.name || who.several) return method; // the kernel says what is wrong with it
	return texts.emplace_back(std::string(who.name) + "::" + method).c_str();
}

// ---- What a class consists of: the arguments of som::define. Names are those of IDL, and live as long as the call ----

template <auto M, class Sig> struct introduced {
	const char *name;
	std::uint32_t kind;
	const char *sig;
	template <class D> void add(description &d) const { d.introduces.push_back({name, sig, thunk<D, M, Sig>::proc(), nullptr, kind}); }
};

// A method that the class introduces, in release order: method<&Dog::bark>("bark"). Its signature is deduced: what is taken by
// value or as a const reference goes in, a T & goes in and out, a som::out<T> out; a result by reference stays the object's.
// Where IDL says more, the compiler gives the signature, for C++ and, with the types of structures, as the kernel compares it.
template <auto M, class Sig = deduced<M>> introduced<M, Sig> method(const char *name, const char *sig = travelling<Sig>::letters) { return {name, SOM_STATIC, sig}; }
// One that cannot be overridden.
template <auto M, class Sig = deduced<M>> introduced<M, Sig> nonstatic(const char *name, const char *sig = travelling<Sig>::letters) { return {name, SOM_NONSTATIC, sig}; }
// A procedure: M is a function, or a static member.
template <auto M, class Sig = deduced<M>> introduced<M, Sig> procedure(const char *name, const char *sig = travelling<Sig>::letters) { return {name, SOM_PROCEDURE, sig}; }

template <auto M, class Sig> struct overriding {
	const char *name, *sig;
	template <class D> void add(description &d) const { d.overrides.push_back({d.inherited<D>(name), thunk<D, M, Sig>::proc(), sig}); }
};
// An inherited method that the class implements: by its name, qualified (Animal::speak) where that alone is ambiguous, or no header has it (one that
// is private). It stays that of the class which introduces it now, whatever a later release of an ancestor introduces by the same name.
template <auto M, class Sig = deduced<M>> overriding<M, Sig> overrides(const char *name, const char *sig = travelling<Sig>::letters) { return {name, sig}; }

struct place {
	const char *name, *sig, *migrated;
	std::uint32_t kind;
	template <class D> void add(description &d) const { d.introduces.push_back({name, sig, nullptr, migrated, kind}); }
};
// A method without implementation: subclasses have one.
template <class Sig> place pure(const char *name, const char *sig = travelling<Sig>::letters) { return {name, sig, nullptr, SOM_STATIC}; }
// The place of a method that an ancestor introduces since.
inline place migrated(const char *name, const char *ancestor) { return {name, nullptr, ancestor, SOM_STATIC}; }
// The place of a method that is gone, or private: overrides of it are no error.
inline place retired(const char *name) { return {name, nullptr, nullptr, SOM_STATIC}; }

// A procedure with whatever parameters, as it is: static data are such. Its signature, if it is told, has no letters ("/data long").
struct raw_procedure {
	const char *name;
	som_proc *proc;
	const char *sig = nullptr;
	template <class D> void add(description &d) const { d.introduces.push_back({name, sig, proc, nullptr, SOM_PROCEDURE}); }
};

struct select {
	const char *method, *parent; // whose implementation is inherited
	template <class D> void add(description &d) const { d.selects.push_back({d.inherited<D>(method), parent}); }
};

struct version {
	std::uint32_t major, minor;
	template <class D> void add(description &d) const {
		d.desc.major = major;
		d.desc.minor = minor;
	}
};

// The type information of the class's library, which dsom idl build --typelib makes.
struct typelib {
	const void *data;
	template <class D> void add(description &d) const { d.desc.typelib = data; }
};

struct metaclass {
	const char *name;
	template <class D> void add(description &d) const { d.desc.metaclass = name; }
};

// The class has no instances, only its subclasses have.
struct abstract {
	template <class D> void add(description &d) const { d.desc.flags |= SOM_ABSTRACT; }
};

// Bindings leave the environment of the class's methods out.
struct oidl {
	template <class D> void add(description &d) const { d.desc.flags |= SOM_OIDL; }
};

struct abstract_parent {
	const char *name;
	template <class D> void add(description &d) const { d.abstract_parents.push_back(name); }
};

// The ancestors whose initialization is this class's business, in order; without it, the parents.
struct init_classes {
	std::vector<const char *> names;
	template <class D> void add(description &d) const {
		d.init_classes = names;
		d.init_classes_given = true;
	}
};

// ---- The life of a part ----

// Says of a class what it cannot do.
template <class D> SOM_SELDOM void refuse(som_env *ev, const char *what, const char *how) noexcept {
	try {
		throw system_exception("NO_IMPLEMENT", std::string("class ") + facts<D>::name + ": its instances cannot be " + what + ": " + how);
	} catch (...) {
		raise_current(ev);
	}
}

template <class D> struct SOM_LOCAL life {
	static_assert(alignof(D) <= 64, "the data of a class are aligned to 64 octets at most");

	static void init(som_ref self, som_env *ev, void *) noexcept {
		if constexpr (std::is_default_constructible_v<D>) {
			make(self, ev, [](void *at) { ::new (at) D(); });
		} else {
			refuse<D>(ev, "made without arguments", "use one of its initializers");
		}
	}
	static void fini(som_ref self, void *) noexcept {
		if (part_of<D>(self)->self) value_of<D>(self).~D(); // else nobody has begun what somNewNoInit made
	}
	static void copy(som_ref self, som_ref from, som_env *ev, void *) noexcept {
		if constexpr (std::is_copy_constructible_v<D>) {
			make(self, ev, [from](void *at) { ::new (at) D(static_cast<const D &>(value_of<D>(from))); });
		} else {
			refuse<D>(ev, "copied", "it has no copy constructor");
		}
	}
	static void assign(som_ref self, som_ref from, som_env *ev, void *) noexcept {
		if constexpr (std::is_copy_assignable_v<D>) {
			try {
				value_of<D>(self) = static_cast<const D &>(value_of<D>(from));
			} catch (...) {
				raise_current(ev);
			}
		} else {
			refuse<D>(ev, "assigned to", "it has no copy assignment");
		}
	}

	// Makes the part by a constructor; whether it has not thrown.
	template <class F> static bool make(som_ref self, som_env *ev, F construct) noexcept {
		try {
			part<D> *p = part_of<D>(self);
			p->self = self;
			construct(static_cast<void *>(p->value));
			return true;
		} catch (...) {
			raise_current(ev);
			return false;
		}
	}
};

template <class... C> SOM_LOCAL void add_parents(description &d, list<C...>) { (d.parents.push_back(C::name), ...); }

// Makes the class that D implements, and returns it. Its parents are bound, and loaded if need be. Throws where the kernel
// refuses it; D is the implementation of one class at a time.
template <class D, class... Entry> SOM_LOCAL class_object define(const char *name, const Entry &...entry) {
	using descriptions = typename D::som_parents::descriptions;
	description d;
	env ev;
	need_all(descriptions());
	add_parents(d, descriptions());
	(entry.template add<D>(d), ...);
	d.desc.size_of = sizeof d.desc;
	d.desc.name = name;
	d.desc.method_size = sizeof(som_method);
	d.desc.override_size = sizeof(som_override);
	d.desc.select_size = sizeof(som_select);
	d.desc.parents = d.parents.data();
	d.desc.nparents = static_cast<std::uint32_t>(d.parents.size());
	d.desc.abstract_parents = d.abstract_parents.data();
	d.desc.nabstract_parents = static_cast<std::uint32_t>(d.abstract_parents.size());
	const char *none = nullptr;
	d.desc.init_classes = !d.init_classes_given ? nullptr : d.init_classes.empty() ? &none : d.init_classes.data();
	d.desc.ninit_classes = static_cast<std::uint32_t>(d.init_classes.size());
	d.desc.introduces = d.introduces.data();
	d.desc.nintroduces = static_cast<std::uint32_t>(d.introduces.size());
	d.desc.overrides = d.overrides.data();
	d.desc.noverrides = static_cast<std::uint32_t>(d.overrides.size());
	d.desc.selects = d.selects.data();
	d.desc.nselects = static_cast<std::uint32_t>(d.selects.size());
	d.desc.data_size = sizeof(part<D>);
	d.desc.data_align = alignof(part<D>);
	d.desc.init = life<D>::init;
	d.desc.fini = life<D>::fini;
	d.desc.copy = life<D>::copy;
	d.desc.assign = life<D>::assign;
	d.desc.known = facts<D>::learn;
	class_object c(class_object::som_adopt(), reinterpret_cast<som_ref>(som_class_define(&d.desc, &ev)));
	check(ev);
	if (!c) return c; // another library has it
	if (c.info().library) own_library_is(c.info().library);
	return c;
}

// What the entry of a class library does: it calls define_all, which defines the library's classes.
//
//   extern "C" SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev) {
//       return som::library(abi, ev, [] { som::define<Dog>("Dog", …); });
//   }
template <class F> SOM_LOCAL int library(std::uint32_t abi, som_env *ev, F define_all) noexcept {
	try {
		if (abi != SOM_ABI) throw system_exception("INITIALIZE", "a class library in C++ was made for another release of the kernel's interface");
		define_all();
		return SOM_OK;
	} catch (...) {
		raise_current(ev);
		return ev && ev->code ? static_cast<int>(ev->code) : static_cast<int>(SOM_E_RAISED);
	}
}

} // namespace som

#endif
