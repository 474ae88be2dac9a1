// value.hpp: values of C++ and what they are when they travel (docs/som.md, "How a method is called").
#ifndef SOM_VALUE_HPP
#define SOM_VALUE_HPP

#include "exception.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace som {

// T, in a template before T is complete: Via is a parameter of the template.
template <class T, class Via> struct later_type {
	using type = T;
};
template <class T, class Via> using later = typename later_type<T, Via>::type;

// A list of types.
template <class... T> struct list {};

class object;
som_ref ref(const object &o) noexcept;

// The forms in which values travel.
enum class form {
	plain,  // numbers, enumerations, pointers
	text,   // std::string
	wide,   // std::u16string
	object, // handles
	flat,   // structures that are in C++ what they are in C
	built,  // structures, unions, sequences, arrays that are not: they are translated
};

// seen<T> is the descriptions of the classes whose handles a T holds, as the unit has them that names it; void where there are none. It is
// a parameter of all that makes such handles: units of one client that have headers of several releases then have each their own of
// it, which binds what they were compiled with, whether the compiler makes functions of it or not.
template <class T, class = void> struct seen_in {
	using type = void;
};
template <class T> using seen = typename seen_in<T>::type;
template <class T> struct seen_in<T, std::enable_if_t<std::is_base_of_v<object, T>>> {
	using type = typename T::som_type;
};
template <class... H> struct seen_in<list<H...>> {
	using type = list<seen<H>...>;
};
template <class T> struct seen_in<T, std::void_t<typename T::som_handles>> : seen_in<typename T::som_handles> {};
template <class T> struct seen_in<std::vector<T>> : seen_in<T> {};
template <class T, std::size_t N> struct seen_in<std::array<T, N>> : seen_in<T> {};

// In the place of seen<T>: handles are made that are bound nowhere, to be compared.
struct unbound {};
// What stands in that place of a T that is part of something.
template <class S, class T> using within = std::conditional_t<std::is_same_v<S, unbound> && !std::is_void_v<seen<T>>, unbound, seen<T>>;

// as<T> says how a T travels:
//   abi     what it is in a structure, a sequence, or behind a pointer
//   kind    its form
//   put     makes an abi that owns what it holds; get makes a T of an abi and leaves that as it is; drop ends an abi's memory
//           and references. put and get may throw bad_alloc, and nothing is left over then.
// Of a T with T::som_abi and T::som_members, as the compiler makes them for structures and exceptions, all this follows.
template <class T, class S = seen<T>, class = void> struct as;

// Memory that whoever gets it ends by som_deallocate; zeroed.
SOM_LOCAL inline void *allocate(std::size_t n) {
	void *p = som_allocate(n);
	if (!p) throw std::bad_alloc();
	return p;
}

// A copy of text, up to its first zero.
SOM_LOCAL inline char *copy_text(const char *s) {
	const std::size_t n = std::strlen(s) + 1;
	return static_cast<char *>(std::memcpy(allocate(n), s, n));
}

template <class T> struct as_plain {
	using abi = T;
	static constexpr form kind = form::plain;
	static T put(T v) noexcept { return v; }
	static T get(T a) noexcept { return a; }
	static void drop(T &) noexcept {}
};

template <class T, class S>
struct as<T, S, std::enable_if_t<std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, long double>>> : as_plain<T> {};
template <class T, class S> struct as<T *, S> : as_plain<T *> {};

template <class T, class S> struct as<T, S, std::enable_if_t<std::is_enum_v<T>>> {
	using abi = std::uint32_t;
	static constexpr form kind = form::plain;
	static abi put(T v) noexcept { return static_cast<abi>(v); }
	static T get(abi a) noexcept { return static_cast<T>(a); }
	static void drop(abi &) noexcept {}
};

template <> struct as<bool> {
	using abi = std::uint8_t;
	static constexpr form kind = form::plain;
	static abi put(bool v) noexcept { return v ? 1 : 0; }
	static bool get(abi a) noexcept { return a != 0; }
	static void drop(abi &) noexcept {}
};

template <> struct as<std::string> {
	using abi = char *;
	static constexpr form kind = form::text;
	static abi put(const std::string &v) { return copy_text(v.c_str()); }
	static std::string get(const char *a) { return a ? a : ""; }
	static void drop(abi &a) noexcept { som_deallocate(a); }
};

template <> struct as<std::u16string> {
	using abi = char16_t *;
	static constexpr form kind = form::wide;
	static abi put(const std::u16string &v) {
		const std::size_t n = (v.size() + 1) * sizeof(char16_t);
		return static_cast<abi>(std::memcpy(allocate(n), v.c_str(), n));
	}
	static std::u16string get(const char16_t *a) { return a ? a : u""; }
	static void drop(abi &a) noexcept { som_deallocate(a); }
};

template <class T, class S> struct as<T, S, std::enable_if_t<std::is_base_of_v<object, T>>> {
	using abi = som_ref;
	static constexpr form kind = form::object;
	static abi put(const T &v) noexcept { return som_retain(ref(v)); }
	static T get(som_ref a) {
		if constexpr (std::is_same_v<S, unbound>)
			return T(typename T::som_trusted(), som_retain(a));
		else
			return T(typename T::som_adopt(), som_retain(a));
	}
	static void drop(abi &a) noexcept { som_release(a); }
};

// A sequence as it travels.
template <class A> struct sequence {
	std::uint32_t _maximum, _length;
	A *_buffer;
};

template <class T, class S> struct as<std::vector<T>, S> {
	using each = as<T, within<S, T>>;
	using element = typename each::abi;
	using abi = sequence<element>;
	static constexpr form kind = form::built;
	// What a sequence can point to instead of being translated.
	static constexpr bool lends = std::is_same_v<element, T> && (each::kind == form::plain || each::kind == form::flat);

	static abi lend(const std::vector<T> &v) {
		const std::uint32_t n = length(v);
		return abi{n, n, const_cast<T *>(v.data())};
	}
	static abi put(const std::vector<T> &v) {
		const std::uint32_t n = length(v);
		abi a{n, 0, nullptr};
		if (n == 0) return a;
		a._buffer = static_cast<element *>(allocate(n * sizeof(element)));
		try {
			for (; a._length < n; a._length++) a._buffer[a._length] = each::put(v[a._length]);
		} catch (...) {
			drop(a);
			throw;
		}
		return a;
	}
	static std::vector<T> get(const abi &a) {
		std::vector<T> v;
		v.reserve(a._length);
		for (std::uint32_t i = 0; i < a._length; i++) v.push_back(each::get(a._buffer[i]));
		return v;
	}
	static void drop(abi &a) noexcept {
		for (std::uint32_t i = 0; i < a._length; i++) each::drop(a._buffer[i]);
		som_deallocate(a._buffer);
	}

private:
	static std::uint32_t length(const std::vector<T> &v) {
		if (v.size() > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("som: a sequence has at most 2^32 - 1 elements");
		return static_cast<std::uint32_t>(v.size());
	}
};

// An array as it travels: in a structure that an array can be copied as.
template <class A, std::size_t N> struct fixed {
	A v[N];
};

template <class T, std::size_t N, class S> struct as<std::array<T, N>, S> {
	using each = as<T, within<S, T>>;
	using abi = fixed<typename each::abi, N>;
	static constexpr form kind = form::built;
	static constexpr bool lends = false;

	static abi put(const std::array<T, N> &v) {
		abi a{};
		std::size_t n = 0;
		try {
			for (; n < N; n++) a.v[n] = each::put(v[n]);
		} catch (...) {
			while (n-- > 0) each::drop(a.v[n]);
			throw;
		}
		return a;
	}
	static std::array<T, N> get(const abi &a) {
		std::array<T, N> v; // not v{}, at which clang 14 dies in C++20 where T is an array of strings
		for (std::size_t n = 0; n < N; n++) v[n] = each::get(a.v[n]);
		return v;
	}
	static void drop(abi &a) noexcept {
		for (typename each::abi &x : a.v) each::drop(x);
	}
};

template <class T, class = void> inline constexpr bool is_union = false;
template <class T> inline constexpr bool is_union<T, std::void_t<typename T::som_union>> = true;

// Structures and exceptions of the compiler's: T::som_members calls f with each member here and there. Unions do it themselves.
template <class T, class S> struct as<T, S, std::void_t<typename T::som_abi>> {
	using abi = typename T::som_abi;
	static constexpr bool same = std::is_same_v<abi, T>;
	static constexpr form kind = same ? form::flat : form::built;
	static constexpr bool lends = false;

	static abi put(const T &v) {
		if constexpr (same) {
			return v;
		} else if constexpr (is_union<T>) {
			return T::template som_put<S>(v);
		} else {
			abi a{}; // what is zero can be dropped
			try {
				T::som_members([&](auto here, auto there) { a.*there = each<decltype(here)>::put(v.*here); });
			} catch (...) {
				drop(a);
				throw;
			}
			return a;
		}
	}
	static T get(const abi &a) {
		if constexpr (same) {
			return a;
		} else if constexpr (is_union<T>) {
			return T::template som_get<S>(a);
		} else {
			T v;
			T::som_members([&](auto here, auto there) { v.*here = each<decltype(here)>::get(a.*there); });
			return v;
		}
	}
	static void drop(abi &a) noexcept {
		if constexpr (is_union<T>)
			T::template som_drop<S>(a);
		else if constexpr (!same)
			T::som_members([&](auto here, auto there) { each<decltype(here)>::drop(a.*there); });
		(void)a;
	}

private:
	template <class P> struct pointed;
	template <class M, class C> struct pointed<M C::*> {
		using type = M;
	};
	template <class P> using member = typename pointed<P>::type;
	template <class P> using each = as<member<P>, within<S, member<P>>>;
};

// The user exception E, with the members that ev has.
template <class E, class S = seen<E>> SOM_LOCAL E members_in(const som_env &ev) {
	return ev.value ? as<E, S>::get(*static_cast<const typename as<E>::abi *>(ev.value)) : E();
}

// Throws the user exception E that ev holds, and clears it, if it is that one.
template <class E, class S = seen<E>> SOM_LOCAL void throw_if(som_env &ev) {
	if (!ev.id || std::strcmp(ev.id, E::som_id) != 0) return;
	env taken;
	static_cast<som_env &>(taken) = ev;
	ev = som_env();
	E e = members_in<E>(taken);
	e.som_keep(taken);
	throw e;
}

// Throws what ev holds, as the user exceptions E where it is one of them. C is the class whose method raised it.
template <class C, class... E> [[noreturn]] SOM_LOCAL SOM_SELDOM void throw_from(som_env &ev) {
	if (ev.major == SOM_USER_EXCEPTION) (throw_if<E>(ev), ...);
	throw_any(ev);
}

// Hands a user exception of the compiler's to ev: as it came, if it came from a method and nobody has changed it. What exceptions do
// themselves units share, so that no class is bound here.
template <class E> SOM_LOCAL void raise_user(som_env *ev, const E &e) noexcept {
	using here = within<unbound, E>;
	using abi = typename as<E>::abi;
	try {
		if (const som_env *came = e.som_came()) { // it is passed on
			const E was = members_in<E, here>(*came);
			bool same = true;
			E::som_members([&](auto here, auto) { same = same && was.*here == e.*here; });
			if (same) return e.exception::raise(ev);
		}
		abi *value = nullptr;
		if constexpr (!std::is_empty_v<abi>) {
			value = static_cast<abi *>(allocate(sizeof(abi)));
			try {
				*value = as<E, here>::put(e);
			} catch (...) {
				som_deallocate(value);
				throw;
			}
		}
		som_raise_user(ev, E::som_id, value, [](void *p) {
			as<E, here>::drop(*static_cast<abi *>(p));
			som_deallocate(p);
		});
	} catch (...) {
		raise_current(ev);
	}
}

} // namespace som

#endif
