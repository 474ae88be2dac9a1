// call.hpp: calls of methods by offset.
#ifndef SOM_CALL_HPP
#define SOM_CALL_HPP

#include "argument.hpp"
#include "binding.hpp"

namespace som {

// The letter of a parameter that travels as W, in the kernel's signatures.
template <class W> constexpr char letter() {
	if constexpr (std::is_void_v<W>) {
		return 'v';
	} else if constexpr (std::is_same_v<W, som_ref>) {
		return 'o';
	} else if constexpr (std::is_same_v<W, const char *>) { // a char * is where a char goes to
		return 's';
	} else if constexpr (std::is_floating_point_v<W>) {
		return sizeof(W) == 4 ? 'f' : 'd';
	} else if constexpr (std::is_integral_v<W>) {
		constexpr bool s = std::is_signed_v<W>;
		return sizeof(W) == 1 ? 'b' : sizeof(W) == 2 ? s ? 'h' : 'H' : sizeof(W) == 4 ? s ? 'i' : 'I' : s ? 'l' : 'L';
	} else {
		return 'p';
	}
}

// That of a result: text that the caller owns is a char *.
template <class W> constexpr char result_letter() { return std::is_same_v<W, char *> ? 's' : letter<W>(); }

// A signature R(P...): the type of the functions that implement it, and its letters.
template <class Sig> struct signature;

template <class R, class... P> struct SOM_LOCAL signature<R(P...)> {
	using function = typename result<R>::wire(som_ref, som_env *, typename arg<P>::wire...);
	static constexpr char letters[] = {result_letter<typename result<R>::wire>(), ':', letter<typename arg<P>::wire>()..., 0};
	static constexpr bool behind = false;
};

// Those whose result is written where the last parameter points to.
template <class Sig, class = void> struct SOM_LOCAL travelling : signature<Sig> {};

template <class R, class... P> struct SOM_LOCAL travelling<R(P...), std::enable_if_t<result<R>::behind>> {
	using function = void(som_ref, som_env *, typename arg<P>::wire..., typename result<R>::abi *);
	static constexpr char letters[] = {'v', ':', letter<typename arg<P>::wire>()..., 'p', 0};
	static constexpr bool behind = true;
};

// The user exceptions that a method may raise.
template <class... E> struct raises {};

// Says what a call left behind: of a class that was not bound in this module that, and binds it.
template <class C, class... E> [[noreturn]] SOM_LOCAL SOM_SELDOM void failed(som_env &ev) {
	if (!som_bound(&C::bound.c)) {
		som_env_clear(&ev);
		bind<C>();
		throw system_exception("BAD_INV_ORDER", std::string("class ") + C::name + " was not bound in this module, and its handle was made in another one: call bind() of the class before such handles are used");
	}
	throw_from<C, E...>(ev);
}

template <class C, class Sig, class Raises> struct caller;

template <class C, class R, class... P, class... E> struct SOM_LOCAL caller<C, R(P...), raises<E...>> {
	template <class Via> using value = typename result_by<R, Via>::value;
	using function = typename travelling<R(P...)>::function;

	template <class Via> static value<Via> run(const Via &via, som_tok token, typename arg<P>::lent... lent) {
		som_env ev = som_env();
		function *f = reinterpret_cast<function *>(via.som_entry(token));
		if constexpr (std::is_void_v<R>) {
			f(via.som_receiver(), &ev, lent.wire()...);
			if (SOM_UNLIKELY(ev.major != SOM_NO_EXCEPTION)) failed<C, E...>(ev);
			(lent.settle(), ...);
		} else if constexpr (result<R>::behind) {
			typename result<R>::abi a = typename result<R>::abi();
			f(via.som_receiver(), &ev, lent.wire()..., &a);
			if (SOM_UNLIKELY(ev.major != SOM_NO_EXCEPTION)) failed<C, E...>(ev);
			value<Via> v = result_by<R, Via>::take(a);
			(lent.settle(), ...);
			return v;
		} else {
			typename result<R>::abi a = f(via.som_receiver(), &ev, lent.wire()...);
			if (SOM_UNLIKELY(ev.major != SOM_NO_EXCEPTION)) failed<C, E...>(ev);
			if constexpr (sizeof...(P) == 0) {
				return result_by<R, Via>::take(a);
			} else {
				value<Via> v = result_by<R, Via>::take(a);
				(lent.settle(), ...);
				return v;
			}
		}
	}
};

// Calls the nth method that the class C introduces, of the signature Sig, which may raise the exceptions R, by way of via: a
// handle, or what parent() and next() of som::impl return. The receiver must not be null.
template <class C, unsigned N, class Sig, class R = raises<>, class Via, class... A>
SOM_LOCAL inline typename caller<C, Sig, R>::template value<Via> call(const Via &via, A &&...args) {
	return caller<C, Sig, R>::run(via, load(C::bound.m[N]), std::forward<A>(args)...);
}

// A procedure of a class by its qualified name (Puppy::tally) and signature, or nullptr: it is in no table.
template <class C> SOM_LOCAL som_proc *procedure_of(const char *name, const char *sig) {
	need<C>();
	env ev;
	som_found f = {};
	f.size_of = sizeof f;
	f.as = sig;
	som_lookup(C::bound.c.cls, name, &f, &ev);
	check(ev);
	return f.proc;
}

template <class Via> struct procedure_via {
	const Via &via;
	som_proc *proc;
	som_ref som_receiver() const noexcept { return via.som_receiver(); }
	som_proc *som_entry(som_tok) const noexcept { return proc; }
};

// Calls a procedure of the class C, which is found by its name each time, and refused if it has another signature than sig.
template <class C, class Sig, class R = raises<>, class Via, class... A>
SOM_LOCAL typename caller<C, Sig, R>::template value<procedure_via<Via>> call_procedure(const Via &via, const char *name, const char *sig, A &&...args) {
	return caller<C, Sig, R>::run(procedure_via<Via>{via, procedure_of<C>(name, sig)}, 0, std::forward<A>(args)...);
}

// Static data of the class C, which are found by their name each time, and refused if sig tells another type than they have.
template <class C, class T> SOM_LOCAL T &static_data(const char *name, const char *sig = nullptr) {
	return *static_cast<T *>(reinterpret_cast<void *(*)()>(procedure_of<C>(name, sig))());
}

} // namespace som

#endif
