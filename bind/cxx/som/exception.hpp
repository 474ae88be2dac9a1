// exception.hpp: what methods raise, as C++ exceptions, and the way from one to the other.
#ifndef SOM_EXCEPTION_HPP
#define SOM_EXCEPTION_HPP

#include <som.h>

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>

// SOM_LOCAL keeps what a module has bound, and the code that uses it, the module's own: class libraries come and go, and
// each knows the classes of others as its own headers had them.
#if defined(__GNUC__) && !defined(_WIN32)
#define SOM_LOCAL __attribute__((visibility("hidden")))
#define SOM_VISIBLE __attribute__((visibility("default")))
#define SOM_SELDOM __attribute__((cold, noinline))
#elif defined(__GNUC__)
#define SOM_LOCAL
#define SOM_VISIBLE
#define SOM_SELDOM __attribute__((cold, noinline))
#else
#define SOM_LOCAL
#define SOM_VISIBLE
#define SOM_SELDOM
#endif

// What is compiled otherwise with the headers of each release of a class: units of one client that have those of several get each their
// own, also where a compiler makes a function of it.
#ifdef __GNUC__
#define SOM_OF_RELEASE(release) SOM_LOCAL __attribute__((abi_tag(#release)))
#else
#define SOM_OF_RELEASE(release) SOM_LOCAL
#endif

#ifdef __GNUC__
#define SOM_LIKELY(x) __builtin_expect(!!(x), 1)
#define SOM_UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define SOM_LIKELY(x) (x)
#define SOM_UNLIKELY(x) (x)
#endif

namespace som {

// An environment that clears itself.
struct env : som_env {
	env() noexcept : som_env() {}
	env(const env &) = delete;
	env &operator=(const env &) = delete;
	~env() { som_env_clear(this); }
};

// The members of an exception, which several hold: they are not known here, and cannot be copied. The last that is ended ends them.
class SOM_LOCAL shared_members {
	struct holders {
		std::size_t count;
		void (*drop)(void *);
	};
	std::mutex lock_;
	std::unordered_map<void *, holders> held_;

	static shared_members &all() {
		static shared_members &one = *new shared_members; // never ended: exceptions may be, by whatever ends last
		return one;
	}
	static void drop(void *value) {
		shared_members &s = all();
		void (*last)(void *) = nullptr;
		{
			std::lock_guard<std::mutex> guard(s.lock_);
			const auto it = s.held_.find(value);
			if (--it->second.count == 0) {
				last = it->second.drop;
				s.held_.erase(it);
			}
		}
		if (last) last(value);
	}

public:
	// Gives to, which has no members, those of from; throws bad_alloc, and then it has none. Members may have been here before, and come
	// back by another module that holds them, too: what is held here once more, it need not.
	static void give(som_env &from, som_env &to) {
		shared_members &s = all();
		void (*theirs)(void *) = nullptr;
		if (from.value && from.drop) {
			std::lock_guard<std::mutex> guard(s.lock_);
			if (from.drop != drop) {
				const auto at = s.held_.emplace(from.value, holders{0, from.drop});
				if (!at.second) theirs = from.drop;
				at.first->second.count++;
				from.drop = drop;
			}
			s.held_.at(from.value).count++;
		}
		if (from.drop && from.major == SOM_USER_EXCEPTION) { // what ends them may be a library's, which the kernel keeps until then
			const som_env said = to;
			to.text = nullptr;
			som_raise_user(&to, said.id, from.value, from.drop);
			to.text = said.text;
			to.code = said.code;
			to.minor = said.minor;
			to.completed = said.completed;
		} else {
			to.value = from.value;
			to.drop = from.drop;
		}
		if (theirs) theirs(from.value);
	}
};

// What all exceptions of methods are. Its text is what() tells: what happened, to what, what to do; or else the
// repository id. Copies share what they hold, also those that are moved from. It may be thrown any number of times.
class SOM_VISIBLE exception : public std::exception {
public:
	exception(const exception &) noexcept = default;
	exception &operator=(const exception &) noexcept = default;
	const char *what() const noexcept override {
		const char *text = held_ ? held_->text : nullptr;
		return text ? text : id();
	}
	// The repository id: "IDL:omg.org/CORBA/BAD_PARAM:1.0".
	virtual const char *id() const noexcept { return held_ && held_->id ? held_->id : ""; }
	// Hands the exception to ev, which may be NULL, and stays what it is.
	virtual void raise(som_env *ev) const noexcept {
		if (!ev) return;
		if (!held_) return som_raise_system(ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, what());
		som_raise_system(ev, held_->id, held_->minor, held_->completed, held_->text);
		ev->major = held_->major;
		ev->code = held_->code;
		try {
			shared_members::give(*held_, *ev);
		} catch (...) {
			som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "no memory to hand an exception on");
		}
	}

protected:
	exception() noexcept = default;
	// Takes what taken holds; that is left clear. Throws bad_alloc, and then taken is as it was.
	explicit exception(som_env &taken) : held_(new env) {
		som_env &mine = *held_;
		mine = taken;
		taken = som_env();
	}
	std::shared_ptr<env> held_;
};

// A system exception: of the kernel's own errors, or one of CORBA's that a method raised.
class SOM_VISIBLE system_exception : public exception {
public:
	explicit system_exception(som_env &taken) : exception(taken) {}
	// A system exception by its name, such as "BAD_PARAM", or by its whole id.
	explicit system_exception(const std::string &name, const std::string &text = {}, std::uint32_t minor = 0,
		std::uint32_t completed = SOM_COMPLETED_NO) {
		env ev;
		const std::string id = name.find(':') == std::string::npos ? "IDL:omg.org/CORBA/" + name + ":1.0" : name;
		som_raise_system(&ev, id.c_str(), minor, completed, text.empty() ? nullptr : text.c_str());
		*this = system_exception(ev);
	}
	// Whether it is the system exception of that name: is("NO_MEMORY").
	bool is(const char *name) const noexcept {
		static constexpr char prefix[] = "IDL:omg.org/CORBA/";
		const std::size_t n = std::strlen(name);
		const char *mine = id();
		return std::strncmp(mine, prefix, sizeof prefix - 1) == 0 && std::strncmp(mine + sizeof prefix - 1, name, n) == 0 &&
			mine[sizeof prefix - 1 + n] == ':';
	}
	std::uint32_t minor() const noexcept { return held_->minor; }
	std::uint32_t completed() const noexcept { return held_->completed; } // SOM_COMPLETED_YES and so on
	std::uint32_t code() const noexcept { return held_->code; }           // SOM_E_NAME and so on, or 0
};

// A user exception. Those of IDL are classes of their own with members; this one itself is one that the caller does not know.
class SOM_VISIBLE user_exception : public exception {
public:
	explicit user_exception(som_env &taken) : exception(taken) {}
	// What the members were read from, or nullptr. While they say the same it is what raise hands on, with members of a
	// later release and with what ends them.
	const som_env *som_came() const noexcept { return held_ && held_->major != SOM_NO_EXCEPTION ? held_.get() : nullptr; }
	// Takes what the members were read from; it ends at once if there is no memory to hold it.
	void som_keep(som_env &taken) noexcept {
		try {
			static_cast<exception &>(*this) = user_exception(taken);
		} catch (const std::bad_alloc &) {
			som_env_clear(&taken);
		}
	}

protected:
	user_exception() noexcept = default;
};

// Throws what ev holds, and clears it.
[[noreturn]] SOM_LOCAL SOM_SELDOM inline void throw_any(som_env &ev) {
	try {
		if (ev.major == SOM_USER_EXCEPTION) throw user_exception(ev);
		throw system_exception(ev);
	} catch (const std::bad_alloc &) { // there was no memory to hold it
		som_env_clear(&ev);
		throw;
	}
}

// Throws what ev holds, if anything.
SOM_LOCAL inline void check(som_env &ev) {
	if (ev.major != SOM_NO_EXCEPTION) throw_any(ev);
}

// In a handler: hands the exception that is being handled to ev. Those of this header stay what they are, bad_alloc becomes
// NO_MEMORY, all else UNKNOWN, with its text if it is a std::exception.
SOM_LOCAL SOM_SELDOM inline void raise_current(som_env *ev) noexcept {
	const char *unknown = "IDL:omg.org/CORBA/UNKNOWN:1.0";
	try {
		throw;
	} catch (const exception &e) {
		e.raise(ev);
	} catch (const std::bad_alloc &) {
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "a method in C++ had no memory");
	} catch (const std::exception &e) {
		som_raise_system(ev, unknown, 0, SOM_COMPLETED_MAYBE, e.what());
	} catch (...) {
		som_raise_system(ev, unknown, 0, SOM_COMPLETED_MAYBE, "a method in C++ threw what is no std::exception");
	}
}

} // namespace som

#endif
