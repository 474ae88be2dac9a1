// initializer.hpp: initializers with arguments.
#ifndef SOM_INITIALIZER_HPP
#define SOM_INITIALIZER_HPP

#include "define.hpp"

namespace som {

// The object in the making, as a receiver of initializers.
class made {
public:
	explicit made(som_making *m) noexcept : o_(::som_made(m)) {}
	som_ref som_receiver() const noexcept { return o_; }
	som_proc *som_entry(som_tok t) const noexcept { return som_resolve(o_, t); }

private:
	som_ref o_;
};

// Makes an object of H's class by an initializer: the nth method that the class C introduces, of the signature Sig, whose first
// parameter is som_making *.
template <class H, class C, unsigned N, class Sig, class R = raises<>, class... A> SOM_LOCAL H make(A &&...args) {
	need<C>();
	env ev;
	som_making *m = som_begin(C::bound.c.cls, &ev);
	if (!m) throw_any(ev);
	try {
		call<C, N, Sig, R>(made(m), m, std::forward<A>(args)...);
	} catch (...) { // an exception in ev has what was made undone
		som_raise_system(&ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_NO, nullptr);
		som_end(m, &ev);
		throw;
	}
	som_ref o = som_end(m, &ev);
	check(ev);
	return adopted<H>(o);
}

// An object in the making, before D's part of it is constructed: for D::som_before, which calls initializers of parents.
template <class D> class making {
public:
	making(som_ref o, som_making *m) noexcept : o_(o), m_(m) {}
	operator som_making *() const noexcept { return m_; }
	// A parent's initializers: m.parent<Animal>().with_name(m, "Rex").
	template <class P> parent_calls<P> parent() const { return parent_calls<P>(o_, facts<D>::rows[place_in<P>(typename D::som_parents::handles())]); }

private:
	som_ref o_;
	som_making *m_;
};

template <class D, class Tag, class Arguments, class = void> struct has_before : std::false_type {};
template <class D, class Tag, class... V>
struct has_before<D, Tag, list<V...>, std::void_t<decltype(D::som_before(Tag(), std::declval<making<D> &>(), std::declval<V>()...))>> : std::true_type {};

template <class D, class Tag, class Sig> struct initializer_thunk;

template <class D, class Tag, class... P> struct SOM_LOCAL initializer_thunk<D, Tag, void(som_making *, P...)> {
	static void run(som_ref self, som_env *ev, som_making *m, typename arg<P>::wire... w) noexcept {
		env own;
		som_env *e = ev ? ev : static_cast<som_env *>(&own);
		if (!m) { // it is called without control, of an object that somNewNoInit has made
			if (!(m = som_begin_at(self, e))) return;
			run(self, e, m, w...);
			som_end(m, e);
			return;
		}
		try {
			if (!som_enter(m, facts<D>::cls)) return;
			before(self, m, typename arg<P>::received(w)...);
			const som_class_info *info = som_class_describe(facts<D>::cls);
			for (std::uint32_t i = 0; i < info->ninits; i++) { // what has not been visited
				if (info->inits[i] == facts<D>::cls) continue;
				som_enter_default(m, info->inits[i], e);
				if (e->major != SOM_NO_EXCEPTION) return;
			}
		} catch (...) {
			raise_current(e);
			return;
		}
		if (life<D>::make(self, e, [&](void *at) { construct(at, typename arg<P>::received(w)...); })) som_leave(m, facts<D>::cls);
	}

private:
	static void before(som_ref self, som_making *m, typename arg<P>::received... r) {
		if constexpr (has_before<D, Tag, list<decltype(r.value())...>>::value) {
			making<D> mine(self, m);
			D::som_before(Tag(), mine, r.value()...);
		} else {
			(void)self, (void)m, ((void)r, ...);
		}
	}
	static void construct(void *at, typename arg<P>::received... r) { ::new (at) D(Tag(), r.value()...); }
};

template <class Tag, class Sig> struct initializing {
	const char *name, *sig;
	template <class D> void add(description &d) const {
		using function = typename travelling<Sig>::function;
		function *f = &initializer_thunk<D, Tag, Sig>::run;
		d.introduces.push_back({name, sig, reinterpret_cast<som_proc *>(f), nullptr, SOM_STATIC});
	}
};

// An initializer that the class introduces: D's constructor whose first parameter is of the type Tag, and whose others are those of
// Sig behind som_making *. The ancestors are initialized before it is called: by their defaults, unless D has a static
// member som_before(Tag, som::making<D> &, …) which calls other initializers of theirs.
template <class Tag, class Sig> initializing<Tag, Sig> initializer(const char *name, const char *sig = travelling<Sig>::letters) { return {name, sig}; }

} // namespace som

#endif
