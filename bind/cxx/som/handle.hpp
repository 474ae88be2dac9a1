// handle.hpp: references to objects as values: they count, and they are one word.
#ifndef SOM_HANDLE_HPP
#define SOM_HANDLE_HPP

#include "call.hpp"

#include <functional>

namespace som {

class class_object;

// SOMObject, as the compiler describes classes.
struct object_class {
	SOM_LOCAL static constexpr const char *name = "SOMObject";
	static constexpr std::uint32_t major = 1, minor = 0, count = 10;
	SOM_LOCAL static constexpr const char *const methods[] = {"somInit", "somUninit", "somGetClassName", "somGetSize", "somDumpSelf", "somDumpSelfInt",
		"somPrintSelf", "somIsA", "somIsInstanceOf", "somRespondsTo"};
	SOM_LOCAL static constexpr const char *const signatures[] = {"v:", "v:", "s:", "i:", "v:i", "v:i", "o:", "b:o", "b:o", "b:s"};
	SOM_LOCAL static inline tokens<count> bound;
	using parents = list<>;
};

// SOMObject's methods that are of use to programs.
template <class Via> class object_methods {
	const Via &som_via() const noexcept { return static_cast<const Via &>(*this); }

public:
	SOM_LOCAL void somInit() const { call<object_class, 0, void()>(som_via()); }
	SOM_LOCAL void somUninit() const { call<object_class, 1, void()>(som_via()); }
	SOM_LOCAL std::string somGetClassName() const { return call<object_class, 2, held<std::string>()>(som_via()); }
	SOM_LOCAL std::int32_t somGetSize() const { return call<object_class, 3, std::int32_t()>(som_via()); } // octets, the head counted
	SOM_LOCAL void somDumpSelf(std::int32_t level) const { call<object_class, 4, void(std::int32_t)>(som_via(), level); }
	SOM_LOCAL void somDumpSelfInt(std::int32_t level) const { call<object_class, 5, void(std::int32_t)>(som_via(), level); }
	SOM_LOCAL void somPrintSelf() const { call<object_class, 6, som_ref()>(som_via()); }
	template <class O> SOM_LOCAL bool somIsA(const O &c) const { return call<object_class, 7, bool(O)>(som_via(), c); }
	template <class O> SOM_LOCAL bool somIsInstanceOf(const O &c) const { return call<object_class, 8, bool(O)>(som_via(), c); }
	SOM_LOCAL bool somRespondsTo(const text &method) const { return call<object_class, 9, bool(std::string)>(som_via(), method); }
};

// A counted reference to an object of any class, or none. Copying counts, moving does not; destroying releases. Handles of
// other classes derive from it, so that they are handles of their first parents. Equality is identity.
class object : public object_methods<object> {
public:
	using som_type = object_class;
	template <class Via> using som_methods = object_methods<Via>;
	struct som_adopt {};  // takes a reference over
	struct som_borrow {}; // counts none; for those who detach before the end

	constexpr object() noexcept : p_(nullptr) {}
	constexpr object(std::nullptr_t) noexcept : p_(nullptr) {}
	object(som_adopt, som_ref p) : p_(p) { need<object_class>(); }
	object(som_borrow, som_ref p) : p_(p) { need<object_class>(); }
	object(const object &o) noexcept : object_methods<object>(), p_(o.p_ ? som_retain(o.p_) : nullptr) {}
	object(object &&o) noexcept : object_methods<object>(), p_(std::exchange(o.p_, nullptr)) {}
	object &operator=(const object &o) noexcept {
		object copy(o);
		std::swap(p_, copy.p_);
		return *this;
	}
	object &operator=(object &&o) noexcept {
		object taken(std::move(o));
		std::swap(p_, taken.p_);
		return *this;
	}
	~object() {
		if (p_) som_release(p_);
	}

	explicit operator bool() const noexcept { return p_ != nullptr; }
	som_ref get() const noexcept { return p_; } // borrowed, for C
	// Gives the reference up to whoever gets it.
	[[nodiscard]] som_ref som_detach() noexcept { return std::exchange(p_, nullptr); }

	som_ref som_receiver() const noexcept { return p_; }
	som_proc *som_entry(som_tok t) const noexcept { return som_resolve(p_, t); }

	friend som_ref ref(const object &o) noexcept; // what get() returns, where a method has that name
	friend bool operator==(const object &a, const object &b) noexcept { return a.p_ == b.p_; }
	friend bool operator!=(const object &a, const object &b) noexcept { return a.p_ != b.p_; }

protected:
	template <class, class, class> friend struct as;
	struct som_trusted {}; // what the caller says is bound, or will not be called
	object(som_trusted, som_ref p) noexcept : p_(p) {}

private:
	som_ref p_;
};

inline som_ref ref(const object &o) noexcept { return o.p_; }

// What the compiler's handles derive from: Self is the handle, C its class's description, Base the handle of the first parent.
// A handle that is not null is one of an object of the class, and the class is bound in this module.
template <class Self, class C, class Base> class handle : public Base {
public:
	using som_type = C;
	using som_base = Base;
	using typename Base::som_adopt;
	using typename Base::som_borrow;

	constexpr handle() noexcept = default;
	constexpr handle(std::nullptr_t) noexcept {}
	handle(som_adopt, som_ref p) : Base(som_trusted(), p) { som_need(); }
	handle(som_borrow, som_ref p) : Base(som_trusted(), p) {
		try {
			som_need();
		} catch (...) {
			(void)this->som_detach();
			throw;
		}
	}

	// A new object of the class, or of what has taken its place.
	SOM_LOCAL static Self create() {
		need<C>();
		som_env ev = som_env();
		som_ref p = som_new(C::bound.c.cls, &ev);
		if (SOM_UNLIKELY(!p)) throw_any(ev);
		return Self(som_trusted(), p);
	}
	// The object as one of the class, or a null handle if it is none.
	SOM_LOCAL static Self narrow(const object &o) {
		const som_ref p = ref(o);
		return p && is_instance<C>(p) ? Self(som_trusted(), som_retain(p)) : Self();
	}
	// Binds the class, as making a handle does by itself. Needed in a module that makes no handles of the class and gets
	// them from another module by calls of C++ alone.
	SOM_LOCAL static void bind() { need<C>(); }
	// Gives up what this module has bound; see som::unbind.
	SOM_LOCAL static void unbind() { som::unbind<C>(); }
	SOM_LOCAL static ::som_class *class_pointer() {
		need<C>();
		return C::bound.c.cls;
	}

protected:
	template <class, class, class> friend struct as;
	using typename Base::som_trusted;
	handle(som_trusted, som_ref p) noexcept : Base(som_trusted(), p) {}

private:
	SOM_LOCAL void som_need() {
		if (ref(*this)) need<C>();
	}
};

// C of what follows is H's class as the unit knows that names it: units of several releases have each their own.

// The object as a handle that is counted: of what C gave as borrowed.
template <class H, class C = typename H::som_type> SOM_LOCAL H borrowed(som_ref p) { return H(typename H::som_adopt(), som_retain(p)); }
// The object as a handle that takes over the reference which C gave.
template <class H, class C = typename H::som_type> SOM_LOCAL H adopted(som_ref p) { return H(typename H::som_adopt(), p); }

// What H::create() is, for handles that have a method of that name.
template <class H, class C = typename H::som_type> SOM_LOCAL H create() { return handle<H, C, typename H::som_base>::create(); }

// Whether the object is one of H's class or of a descendant; a null handle is not.
template <class H, class C = typename H::som_type> SOM_LOCAL inline bool is(const object &o) {
	const som_ref p = o.get();
	return p && is_instance<C>(p);
}

// SOMClass.
struct metaclass_class {
	SOM_LOCAL static constexpr const char *name = "SOMClass";
	static constexpr std::uint32_t major = 1, minor = 0, count = 3;
	SOM_LOCAL static constexpr const char *const methods[] = {"somNew", "somClassReady", "somGetName"};
	SOM_LOCAL static constexpr const char *const signatures[] = {"o:", "v:", "s:"};
	SOM_LOCAL static inline tokens<count> bound;
	using parents = list<object_class>;
};

template <class Via> class metaclass_methods {
	const Via &som_via() const noexcept { return static_cast<const Via &>(*this); }

public:
	SOM_LOCAL object somNew() const { return call<metaclass_class, 0, object()>(som_via()); }
	SOM_LOCAL void somClassReady() const { call<metaclass_class, 1, void()>(som_via()); }
	SOM_LOCAL std::string somGetName() const { return call<metaclass_class, 2, held<std::string>()>(som_via()); }
};

// A class, which is an object.
class class_object : public handle<class_object, metaclass_class, object>, public metaclass_methods<class_object> {
public:
	using handle::handle;
	template <class Via> class som_methods : public object_methods<Via>, public metaclass_methods<Via> {};

	// The class of that name, whose library is loaded if need be; throws where there is none.
	SOM_LOCAL static class_object named(const std::string &name) {
		env ev;
		som_class *c = som_class_named(name.c_str(), &ev);
		check(ev);
		return class_object(som_adopt(), &c->object);
	}
	// A reference of its own to the class of an object that is not null.
	SOM_LOCAL static class_object of(const object &o) { return class_object(som_adopt(), som_retain(&som_class_of(o.get())->object)); }

	::som_class *get_class() const noexcept { return reinterpret_cast<::som_class *>(get()); }
	const som_class_info &info() const noexcept { return *som_class_describe(get_class()); } // lives as long as the class
	std::uint64_t instances() const noexcept { return som_class_instances(get_class()); }    // that live now
};

// A reference to an object that does not keep it.
template <class H> class weak {
public:
	weak() noexcept = default;
	explicit weak(const H &o) {
		if (!o) return;
		env ev;
		w_.reset(som_weak_new(o.get(), &ev));
		check(ev);
	}
	// The object, or a null handle once its destruction has begun.
	template <class C = typename H::som_type> H lock() const {
		som_ref p = w_ ? som_weak_get(w_.get()) : nullptr;
		return p ? adopted<H, C>(p) : H();
	}

private:
	struct end {
		void operator()(som_weak *w) const noexcept { som_weak_free(w); }
	};
	std::unique_ptr<som_weak, end> w_;
};

} // namespace som

template <> struct std::hash<som::object> {
	std::size_t operator()(const som::object &o) const noexcept { return std::hash<void *>()(o.get()); }
};

#endif
