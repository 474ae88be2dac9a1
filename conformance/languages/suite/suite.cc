// suite.cc: the class library of suite.idl. It writes into the file that SUITE_LOG names.
#include "caller.hpp"

#include <new>

namespace Suite {

std::string named(const som::object &o);

class Thing_impl : public Thing_part<Thing_impl> {
	long row_ = State::one().made();

public:
	Thing_impl() = default;
	Thing_impl(const Thing_impl &t) : Thing_part<Thing_impl>(t) {}
	Thing_impl &operator=(const Thing_impl &t) {
		Thing_part<Thing_impl>::operator=(t);
		return *this;
	}
	Thing_impl(labelled, const std::string &l, std::int32_t w) {
		if (l.empty()) {
			State::one().ended(som_self(), row_);
			throw Refused(1, "a thing has a label");
		}
		label = l;
		weight = w;
	}
	~Thing_impl() { State::one().ended(som_self(), row_); }

	std::int32_t get_legs() const { return 4; }
	std::int64_t speak(std::int64_t n) {
		if (n < 0) throw Plain();
		if (n > 1000) throw Refused(static_cast<std::int32_t>(n - 1000), "too much for " + label);
		if (n == 999) throw std::runtime_error("an error of C++");
		if (n == 998) throw std::bad_alloc();
		if (n == 997) throw 7;
		return n * 2;
	}
	Thing itself() { return self<Thing>(); }
	static std::int32_t total(std::int32_t more) { return static_cast<std::int32_t>(State::one().living()) + more; }
};
som::class_object Thing_define() { return Thing_impl::som_define(); }

class Titled_impl : public Titled_part<Titled_impl> {
public:
	std::string title(const std::string &word) { return "the " + word; }
};
som::class_object Titled_define() { return Titled_impl::som_define(); }

class Holder_impl : public Holder_part<Holder_impl> {};
som::class_object Holder_define() { return Holder_impl::som_define(); }

std::atomic<std::int32_t> members_made;

class Guild_impl : public Guild_part<Guild_impl> {
public:
	std::int32_t members() {
		write_call("members", members_made.load());
		return members_made;
	}
};
som::class_object Guild_define() { return Guild_impl::som_define(); }

class Member_impl : public Member_part<Member_impl> {
	std::int32_t number_ = ++members_made;

public:
	std::int32_t number() { return number_; }
};
som::class_object Member_define() { return Member_impl::som_define(); }

som::class_object Types_define() { return Types_impl::som_define(); }
som::class_object Caller_define() { return Caller_impl::som_define(); }

class Journal_impl : public Journal_part<Journal_impl> {
	static constexpr long most = 1 << 20;

public:
	void row(const std::string &name) {
		State::one().begin();
		write_line("row " + name);
	}
	void note(const std::string &said) { write_line("note " + text(said)); }
	void caught_refused(std::int32_t code, const std::string &why) { write_call("caught_refused", code, why); }
	void caught_plain() { write_call("caught_plain"); }
	void caught_system(const std::string &name, std::uint32_t minor) { write_line("caught_system " + name + " " + text(minor)); }
	void living() { write_line("living " + std::to_string(State::one().living())); }
	void memory() {
		const long grown = State::one().grown();
		write_line(grown < most ? "memory" : "memory grew by " + std::to_string(grown));
	}
	void replace() {
		const char *file = std::getenv("SUITE_REPLACED"), *next = std::getenv("SUITE_NEXT");
		write_line(file && next && std::rename(next, file) == 0 ? "replaced" : "nothing is next");
	}
};
som::class_object Journal_define() { return Journal_impl::som_define(); }

} // namespace Suite
