// impl.hpp: classes that are written in C++.
#ifndef SOM_IMPL_HPP
#define SOM_IMPL_HPP

#include "handle.hpp"

#include <new>

namespace som {

// What an object has for the part that D implements: behind a reference to the object, a D.
template <class D> struct part {
	som_ref self;
	alignas(D) unsigned char value[sizeof(D)];
};

// What a module knows of the class that D implements, once it is defined.
template <class D> struct SOM_LOCAL facts {
	static constexpr std::size_t count = D::som_parents::count;
	SOM_LOCAL static inline const char *name = nullptr;
	SOM_LOCAL static inline ::som_class *cls = nullptr; // not counted: this code goes with the class
	SOM_LOCAL static inline som_tok data = 0;
	SOM_LOCAL static inline const char *rows[count + 1] = {}; // of the parents; null of abstract ones

	// Said by the kernel as soon as there is the class: its metaclass may make instances while it is being defined.
	SOM_LOCAL static void learn(som_ref c, som_env *ev, void *) noexcept {
		som_classdata to = {};
		som_binding b = {};
		b.size_of = sizeof b;
		b.cls = som_class_describe(reinterpret_cast<::som_class *>(c))->name;
		if (som_class_bind(&b, &to, ev) != SOM_OK) return;
		name = b.cls;
		cls = to.cls;
		data = to.data;
		for (std::uint32_t i = 0; i < count; i++) rows[i] = som_parent_row(cls, i);
		som_class_unbind(&to);
	}
};

// The part of an object that D implements.
template <class D> SOM_LOCAL inline part<D> *part_of(som_ref o) noexcept { return static_cast<part<D> *>(som_data(o, facts<D>::data)); }
template <class D> SOM_LOCAL inline D &value_of(som_ref o) noexcept { return *std::launder(reinterpret_cast<D *>(part_of<D>(o)->value)); }

// Calls of what stands in a parent's table: see impl::parent.
template <class P> class parent_calls : public P::template som_methods<parent_calls<P>> {
public:
	parent_calls(som_ref o, const char *row) noexcept : o_(o), row_(row) {}
	som_ref som_receiver() const noexcept { return o_; }
	som_proc *som_entry(som_tok t) const noexcept { return load(*reinterpret_cast<som_proc *const *>(row_ + t)); }

private:
	som_ref o_;
	const char *row_;
};

// The same calls, but for what they return where that stays the parent's: see impl::parent_loan.
template <class P> class parent_loans : public P::template som_methods<parent_loans<P>> {
public:
	explicit parent_loans(const parent_calls<P> &c) noexcept : c_(c) {}
	som_ref som_receiver() const noexcept { return c_.som_receiver(); }
	som_proc *som_entry(som_tok t) const noexcept { return c_.som_entry(t); }

private:
	parent_calls<P> c_;
};

// There is no implementation behind that which makes a next call.
class SOM_VISIBLE no_next : public system_exception {
public:
	no_next() : system_exception("NO_IMPLEMENT", "a next call has come to the end: no other class implements the method") {}
};

// Calls of the next implementation: see impl::next.
template <class P> class next_calls : public P::template som_methods<next_calls<P>> {
public:
	next_calls(som_ref o, const ::som_class *from) noexcept : o_(o), from_(from) {}
	som_ref som_receiver() const noexcept { return o_; }
	som_proc *som_entry(som_tok t) const {
		som_proc *p = som_next_proc(from_, o_, t);
		if (!p) throw no_next();
		return p;
	}

private:
	som_ref o_;
	const ::som_class *from_;
};

template <class P> constexpr std::size_t place_in(list<>) { return 0; }
template <class P, class First, class... Rest> constexpr std::size_t place_in(list<First, Rest...>) {
	if constexpr (std::is_same_v<P, First>)
		return 0;
	else
		return 1 + place_in<P>(list<Rest...>());
}

// The parents of a class, by their handles.
template <class... P> struct parent_list {
	static constexpr std::size_t count = sizeof...(P);
	using handles = list<P...>;
	using descriptions = list<typename P::som_type...>;
};

// What a class written in C++ derives from: D is the class itself, Parents are the handles of its parents, SOMObject's if there are
// none. A D is not an object but the part of one: it is made and ended with the object, by its default constructor and its destructor, and
// there are none elsewhere. Objects can be copied and assigned to if D can.
template <class D, class... Parents> class impl {
public:
	using som_parents = std::conditional_t<sizeof...(Parents) == 0, parent_list<object>, parent_list<Parents...>>;

	// The object that this is a part of: borrowed.
	som_ref som_self() const noexcept {
		const unsigned char *p = reinterpret_cast<const unsigned char *>(static_cast<const D *>(this));
		return reinterpret_cast<const part<D> *>(p - offsetof(part<D>, value))->self;
	}

protected:
	impl() noexcept = default;
	impl(const impl &) noexcept = default;
	impl &operator=(const impl &) noexcept = default;
	~impl() = default;

	// The object, as others call it.
	template <class H> H self() const { return borrowed<H>(som_self()); }

	// A parent call: parent<Animal>().speak(3) runs what stands in that parent's table.
	template <class P> parent_calls<P> parent() const {
		constexpr std::size_t n = place_in<P>(typename som_parents::handles());
		static_assert(n < som_parents::count, "parent calls are for the parents that som::impl names");
		const char *row = facts<D>::rows[n];
		if (!row) throw system_exception("NO_IMPLEMENT", std::string("the parent ") + P::som_type::name + " is abstract: there is nothing to call");
		return parent_calls<P>(som_self(), row);
	}
	// A parent call that lends what the parent lends: for an override of what stays the object's, parent_loan<Animal>().get_name() is returned as a
	// som::loan<std::string>.
	template <class P> parent_loans<P> parent_loan() const { return parent_loans<P>(parent<P>()); }
	// A next call, of a method that P has: next<Animal>().speak(3) runs the next implementation in the linearisation of the object's
	// class, each once. Throws no_next behind the last.
	template <class P> next_calls<P> next() const {
		need<typename P::som_type>();
		return next_calls<P>(som_self(), facts<D>::cls);
	}
};

// ---- The functions that stand in tables ----

// The class, result and parameters of a pointer to a member function, or of one to a function.
template <class M> struct function_type;
template <class R, class... A> struct function_type<R (*)(A...)> {
	using result = R;
	using parameters = list<A...>;
};
template <class R, class... A> struct function_type<R (*)(A...) noexcept> : function_type<R (*)(A...)> {};
template <class R, class D, class... A> struct function_type<R (D::*)(A...)> : function_type<R (*)(A...)> {};
template <class R, class D, class... A> struct function_type<R (D::*)(A...) const> : function_type<R (*)(A...)> {};
template <class R, class D, class... A> struct function_type<R (D::*)(A...) noexcept> : function_type<R (*)(A...)> {};
template <class R, class D, class... A> struct function_type<R (D::*)(A...) const noexcept> : function_type<R (*)(A...)> {};

// The class of a pointer to a member.
template <class M> struct member_of;
template <class T, class D> struct member_of<T D::*> {
	using type = D;
};

// What a parameter's type in C++ is in a signature.
template <class A> struct deduced_parameter {
	using type = A;
};
template <class A> struct deduced_parameter<const A> : deduced_parameter<A> {};
template <class A> struct deduced_parameter<const A &> : deduced_parameter<A> {};
template <class A> struct deduced_parameter<A &&> : deduced_parameter<A> {};
template <class A> struct deduced_parameter<A &> {
	using type = inout<A>;
};
template <> struct deduced_parameter<const char *> {
	using type = std::string;
};
template <> struct deduced_parameter<std::string_view> {
	using type = std::string;
};

// The same of a result: what is returned by reference stays the object's.
template <class R> struct deduced_result {
	using type = R;
};
template <class R> struct deduced_result<R &> {
	using type = held<std::remove_const_t<R>>;
};
template <> struct deduced_result<const char *> {
	using type = held<std::string>;
};

template <class R, class Parameters> struct deduced_signature;
template <class R, class... A> struct deduced_signature<R, list<A...>> {
	using type = typename deduced_result<R>::type(typename deduced_parameter<A>::type...);
};
template <auto M>
using deduced = typename deduced_signature<typename function_type<decltype(M)>::result, typename function_type<decltype(M)>::parameters>::type;

// The function that runs the member M of D, or the function M, as a method of the signature Sig. Nothing is thrown out of it.
template <class D, auto M, class Sig> struct thunk;

template <class D, auto M, class R, class... P> struct SOM_LOCAL thunk<D, M, R(P...)> {
	static typename result<R>::wire direct(som_ref self, som_env *ev, typename arg<P>::wire... w) noexcept {
		try {
			if constexpr (std::is_void_v<R>) {
				run(self, static_cast<char *>(nullptr), typename arg<P>::received(w)...);
				return;
			} else {
				typename result<R>::wire r = typename result<R>::wire();
				run(self, &r, typename arg<P>::received(w)...);
				return r;
			}
		} catch (...) {
			raise_current(ev);
		}
		return typename result<R>::wire();
	}

	template <class To> static void behind(som_ref self, som_env *ev, typename arg<P>::wire... w, To *to) noexcept {
		try {
			run(self, to, typename arg<P>::received(w)...);
		} catch (...) {
			raise_current(ev);
		}
	}

	static som_proc *proc() noexcept {
		using function = typename travelling<R(P...)>::function;
		function *f;
		if constexpr (travelling<R(P...)>::behind)
			f = &thunk::template behind<typename result<R>::abi>;
		else
			f = &thunk::direct;
		return reinterpret_cast<som_proc *>(f);
	}

private:
	template <class... A> static decltype(auto) invoke(som_ref self, A &&...a) {
		if constexpr (std::is_member_function_pointer_v<decltype(M)>) {
			typename member_of<decltype(M)>::type &d = value_of<D>(self); // that .* converts to a base g++ takes for punning
			return (d.*M)(std::forward<A>(a)...);
		} else {
			(void)self;
			return M(std::forward<A>(a)...);
		}
	}

	template <class To> static void run(som_ref self, To *to, typename arg<P>::received... r) {
		if constexpr (std::is_void_v<R>) {
			(void)to;
			invoke(self, r.value()...);
			(r.prepare(), ...);
		} else {
			decltype(auto) v = invoke(self, r.value()...);
			(r.prepare(), ...);
			*to = result<R>::put(std::forward<decltype(v)>(v));
		}
		(r.commit(), ...);
	}
};

} // namespace som

#endif
