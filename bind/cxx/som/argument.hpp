// argument.hpp: parameters and results, on the side of the caller and on that of the method.
#ifndef SOM_ARGUMENT_HPP
#define SOM_ARGUMENT_HPP

#include "value.hpp"

#include <memory>

namespace som {

// Text that goes into a call, ended by a zero: of a std::string or a literal without a copy.
class text {
public:
	text(const char *s) noexcept : p_(s) {}
	text(const std::string &s) noexcept : p_(s.c_str()) {}
	text(std::string_view s) : own_(s), p_(nullptr) {}
	const char *c_str() const noexcept { return p_ ? p_ : own_.c_str(); }

private:
	std::string own_;
	const char *p_;
};

// Text that comes into a method: a std::string, a std::string_view, a const char *, whatever the method takes. It is the
// caller's, and lives as long as the call.
class given_text {
public:
	explicit given_text(const char *s) noexcept : p_(s ? s : "") {}
	operator std::string() const { return p_; }
	operator std::string_view() const noexcept { return p_; }
	operator const char *() const noexcept { return p_; }

private:
	const char *p_;
};

// In signatures a plain T goes in. These say of a parameter what else can be said of it.
template <class T> class out { // goes out; in methods without IDL it is also what they take: void size(som::out<int> n)
public:
	out(T &to) noexcept : to_(to) {}
	out &operator=(T v) {
		to_ = std::move(v);
		return *this;
	}
	operator T &() const noexcept { return to_; }

private:
	T &to_;
};
template <class T> struct inout {}; // goes in and out
template <class T> struct give {};  // goes in and is the object's from then on
template <class T> struct held {};  // a result that stays the object's
template <class P> class parent_loans;

template <class T> struct seen_in<out<T>> : seen_in<T> {};
template <class T> struct seen_in<inout<T>> : seen_in<T> {};
template <class T> struct seen_in<give<T>> : seen_in<T> {};
template <class T> struct seen_in<held<T>> : seen_in<T> {};

// arg<P> says of the parameter P of a signature
//   param     what the caller gives
//   wire      what travels
//   lent      on the caller's side: made of a param; wire() travels; settle(), if the method raised nothing, takes what came back
//   received  in the method: made of what travelled; value() is the method's argument; prepare() makes what goes back, and may
//             throw; commit() hands it out
template <class P, class S = seen<P>> struct arg;

struct nothing_back {
	void settle() noexcept {}
	void prepare() noexcept {}
	void commit() noexcept {}
};

// ---- Parameters that go in, by their form ----

template <class T, form F = as<T>::kind, class S = seen<T>> struct arg_in;

template <class T, class S> struct arg_in<T, form::plain, S> {
	using param = T;
	using wire = typename as<T>::abi;
	struct lent : nothing_back {
		T v;
		lent(T x) noexcept : v(x) {}
		arg_in::wire wire() const noexcept { return as<T>::put(v); }
	};
	struct received : nothing_back {
		T v;
		explicit received(arg_in::wire w) noexcept : v(as<T>::get(w)) {}
		T value() const noexcept { return v; }
	};
};

template <> struct arg_in<std::string, form::text> {
	using param = const text &;
	using wire = const char *;
	struct lent : nothing_back {
		const char *p;
		lent(const text &x) noexcept : p(x.c_str()) {}
		const char *wire() const noexcept { return p; }
	};
	struct received : nothing_back {
		const char *p;
		explicit received(const char *w) noexcept : p(w) {}
		given_text value() const noexcept { return given_text(p); }
	};
};

template <> struct arg_in<std::u16string, form::wide> {
	using param = const std::u16string &;
	using wire = const char16_t *;
	struct lent : nothing_back {
		const char16_t *p;
		lent(const std::u16string &x) noexcept : p(x.c_str()) {}
		const char16_t *wire() const noexcept { return p; }
	};
	struct received : nothing_back {
		const char16_t *p;
		explicit received(const char16_t *w) noexcept : p(w) {}
		std::u16string value() const { return as<std::u16string>::get(p); }
	};
};

template <class T, class S> struct arg_in<T, form::object, S> {
	using param = const T &;
	using wire = som_ref;
	struct lent : nothing_back {
		som_ref p;
		lent(const T &x) noexcept : p(ref(x)) {}
		som_ref wire() const noexcept { return p; }
	};
	struct received : nothing_back { // the caller's reference, which is not counted once more
		T v;
		explicit received(som_ref w) : v(typename T::som_borrow(), w) {}
		received(const received &) = delete;
		received &operator=(const received &) = delete;
		~received() { (void)v.som_detach(); }
		const T &value() const noexcept { return v; }
	};
};

template <class T, class S> struct arg_in<T, form::flat, S> {
	using param = const T &;
	using wire = const T *;
	struct lent : nothing_back {
		const T *p;
		lent(const T &x) noexcept : p(&x) {}
		const T *wire() const noexcept { return p; }
	};
	struct received : nothing_back {
		const T *p;
		explicit received(const T *w) noexcept : p(w) {}
		const T &value() const noexcept { return *p; }
	};
};

template <class T, class S> struct arg_in<T, form::built, S> {
	using param = const T &;
	using wire = const typename as<T>::abi *;
	struct lent : nothing_back {
		typename as<T>::abi a;
		lent(const T &x) : a(made(x)) {}
		lent(const lent &) = delete;
		lent &operator=(const lent &) = delete;
		~lent() {
			if constexpr (!as<T>::lends) as<T>::drop(a);
		}
		arg_in::wire wire() const noexcept { return &a; }
		static typename as<T>::abi made(const T &x) {
			if constexpr (as<T>::lends)
				return as<T>::lend(x);
			else
				return as<T>::put(x);
		}
	};
	struct received : nothing_back {
		T v;
		explicit received(arg_in::wire w) : v(as<T>::get(*w)) {}
		T &&value() noexcept { return std::move(v); }
	};
};

template <class P, class S> struct arg : arg_in<P> {};

// Those that are the object's from then on: the method ends them.
template <class T, class S> struct arg<give<T>, S> {
	static_assert(as<T>::kind == form::plain || as<T>::kind == form::text || as<T>::kind == form::object,
		"only text, objects and plain values can become the object's as parameters");
	using param = typename arg_in<T>::param;
	using wire = typename arg_in<T>::wire;
	struct lent : nothing_back {
		typename as<T>::abi a;
		lent(param x) : a(made(x)) {}
		lent(const lent &) = delete;
		lent &operator=(const lent &) = delete;
		~lent() { as<T>::drop(a); } // which no call has taken
		arg::wire wire() noexcept { return std::exchange(a, typename as<T>::abi()); }
		static typename as<T>::abi made(param x) {
			if constexpr (as<T>::kind == form::text)
				return copy_text(x.c_str());
			else
				return as<T>::put(x);
		}
	};
	struct received : nothing_back {
		T v;
		explicit received(arg::wire w) : v(taken(w)) {}
		T &&value() noexcept { return std::move(v); }
		static T taken(arg::wire w) {
			if constexpr (as<T>::kind == form::object) {
				return T(typename T::som_adopt(), w);
			} else if constexpr (as<T>::kind == form::text) {
				std::unique_ptr<char, void (*)(void *)> end(const_cast<char *>(w), som_deallocate);
				return as<T>::get(w);
			} else {
				return as<T>::get(w);
			}
		}
	};
};

// ---- Parameters that come back ----

// Whether a T is in the method what it is at the caller's.
template <class T> inline constexpr bool in_place = std::is_same_v<T, typename as<T>::abi>;

// A T that goes back, and what is there of it. In says that one came in, too.
template <class T, bool In, class S = seen<T>> struct arg_back {
	using abi = typename as<T>::abi;
	using param = T &;
	using wire = abi *;

	class lent {
	public:
		lent(T &x) : to_(x), a_() {
			if constexpr (In) a_ = as<T>::put(x);
		}
		lent(const lent &) = delete;
		lent &operator=(const lent &) = delete;
		~lent() { // what came in is the caller's whatever happened, what goes out only if it came
			if (In || settling_) as<T>::drop(a_);
		}
		arg_back::wire wire() noexcept { return &a_; }
		void settle() {
			settling_ = true;
			to_ = as<T>::get(a_);
		}

	private:
		T &to_;
		abi a_;
		bool settling_ = false;
	};

	class received {
	public:
		explicit received(arg_back::wire w) : w_(w), v_(), a_() {
			if constexpr (In) v_ = as<T>::get(*w);
		}
		received(const received &) = delete;
		received &operator=(const received &) = delete;
		~received() {
			if (prepared_) as<T>::drop(a_);
		}
		T &value() noexcept { return v_; }
		void prepare() {
			a_ = as<T>::put(v_);
			prepared_ = true;
		}
		void commit() noexcept {
			if constexpr (In) as<T>::drop(*w_);
			*w_ = a_;
			prepared_ = false;
		}

	private:
		arg_back::wire w_;
		T v_;
		abi a_;
		bool prepared_ = false;
	};
};

// Where both sides have the same, the method writes where the caller reads.
template <class T> struct arg_shared {
	using param = T &;
	using wire = T *;
	struct lent : nothing_back {
		T *p;
		lent(T &x) noexcept : p(&x) {}
		T *wire() const noexcept { return p; }
	};
	struct received : nothing_back {
		T *p;
		explicit received(T *w) noexcept : p(w) {}
		T &value() const noexcept { return *p; }
	};
};

template <class T, class S> struct arg<out<T>, S> : std::conditional_t<in_place<T>, arg_shared<T>, arg_back<T, false>> {};
template <class T, class S> struct arg<inout<T>, S> : std::conditional_t<in_place<T>, arg_shared<T>, arg_back<T, true>> {};

// ---- Results ----

// A value that is kept as it travels, for objects that hand out what they hold: what is returned by reference to it need not
// be translated, and stays the object's.
template <class T, class S = seen<T>> class kept {
public:
	using abi = typename as<T>::abi;
	kept() : a_(as<T>::put(T())) {}
	kept(const T &v) : a_(as<T>::put(v)) {}
	kept(const kept &k) : kept(T(k)) {}
	kept &operator=(const kept &k) { return *this = T(k); }
	kept &operator=(const T &v) {
		abi old = std::exchange(a_, as<T>::put(v));
		as<T>::drop(old);
		return *this;
	}
	~kept() { as<T>::drop(a_); }
	operator T() const { return as<T>::get(a_); }
	const abi &som_kept() const noexcept { return a_; }

private:
	abi a_;
};

template <class R, class S = seen<R>> struct result;

// A value that another implementation has lent, as it travels: it stays where it is, and whoever returns it lends it in turn. Whatever else
// may be returned by reference may be returned as one, too.
template <class T, class S = seen<T>> class loan {
public:
	using abi = typename result<held<T>>::abi;
	struct som_lent {}; // says that it has travelled
	loan(som_lent, const abi &a) noexcept : a_(a) {}
	template <class V, class = std::enable_if_t<!std::is_same_v<std::decay_t<V>, loan>>> loan(V &&v) : a_(result<held<T>>::put(std::forward<V>(v))) {}
	const abi &som_loan() const noexcept { return a_; }

private:
	abi a_;
};

// What a method by way of Via returns that lends a T: its value, and of impl::parent_loan the loan.
template <class T, class Via> struct got_by {
	using type = T;
};
template <class T, class P> struct got_by<T, parent_loans<P>> {
	using type = loan<T>;
};
template <class T, class Via> using got = typename got_by<T, Via>::type;

// result<R> says of a result
//   value      what the caller gets
//   wire       what the function in the table returns
//   behind     whether it is written where one more parameter points to, of type abi *
//   take       on the caller's side: the value of what came, and its end
//   put        in the method: what travels, of what the method returned
template <class R, class S> struct result {
	using abi = typename as<R>::abi;
	using value = R;
	static constexpr bool behind = as<R>::kind == form::flat || as<R>::kind == form::built;
	using wire = std::conditional_t<behind, void, abi>;

	static R take(abi &a) {
		if constexpr (as<R>::kind == form::plain || as<R>::kind == form::flat) {
			return as<R>::get(a);
		} else if constexpr (as<R>::kind == form::object) {
			return R(typename R::som_adopt(), a);
		} else {
			struct end {
				abi &a;
				~end() { as<R>::drop(a); }
			} e{a};
			return as<R>::get(a);
		}
	}
	static abi put(const R &v) { return as<R>::put(v); }
};

template <> struct result<void> {
	using value = void;
	using wire = void;
	static constexpr bool behind = false;
};

template <class T, class S> struct result<held<T>, S> {
	using abi = std::conditional_t<as<T>::kind == form::text, const char *, typename as<T>::abi>;
	using value = T;
	static constexpr bool behind = result<T>::behind;
	using wire = std::conditional_t<behind, void, abi>;

	static T take(const abi &a) { return as<T>::get(a); }

	static abi put(const char *v) noexcept { return v; }
	static abi put(const kept<T> &v) noexcept { return v.som_kept(); }
	static abi put(loan<T> v) noexcept { return v.som_loan(); }
	template <class V> static abi put(V &&v) {
		static_assert(std::is_lvalue_reference_v<V> || as<T>::kind == form::plain,
			"what stays the object's is to be returned by reference: const std::string &name()");
		if constexpr (as<T>::kind == form::text) {
			return v.c_str();
		} else if constexpr (as<T>::kind == form::wide) {
			return const_cast<abi>(v.c_str());
		} else if constexpr (as<T>::kind == form::object) {
			return ref(v);
		} else if constexpr (as<T>::kind == form::built) {
			static_assert(as<T>::lends, "a value of this type has to be translated, and so cannot stay the object's: give the method caller_owns_result, or the attribute noget");
			return as<T>::lend(v);
		} else {
			return as<T>::put(v);
		}
	}
};

// The same of a call by way of Via.
template <class R, class Via> struct result_by : result<R> {};
template <class T, class P> struct result_by<held<T>, parent_loans<P>> : result<held<T>> {
	using value = loan<T>;
	static value take(const typename result<held<T>>::abi &a) noexcept { return value(typename value::som_lent(), a); }
};

} // namespace som

#endif
