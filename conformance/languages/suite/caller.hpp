// caller.hpp: Suite::Caller, which calls what hosts hand over, in the caller's thread and in others.
#ifndef CALLER_HPP
#define CALLER_HPP

#include "types.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

namespace Suite {

// Calls f and writes what it raises; an exception of a host's own is one that this library does not know.
template <class F> void caught(F f) {
	try {
		f();
	} catch (const Refused &e) {
		write_line("caught Refused " + text(e.code) + " " + text(e.why));
	} catch (const Plain &) {
		write_line("caught Plain");
	} catch (const som::system_exception &e) {
		const std::string id = e.id(), prefix = "IDL:omg.org/CORBA/";
		write_line(id.rfind(prefix, 0) == 0 && !e.is("UNKNOWN") ? "caught " + id.substr(prefix.size(), id.rfind(':') - prefix.size()) + " " + text(e.minor()) : "caught another exception");
	} catch (const som::exception &) {
		write_line("caught another exception");
	}
}

// Threads that call one object. Its part ends when all have.
struct Threads {
	std::vector<std::thread> all;
	std::atomic<long> running{0}, sum{0}, raised{0};
	std::mutex lock; // of what the last of them raised
	std::string last;

	void begin(const Thing &who, long threads, long times) {
		if (threads < 0 || threads > 100 || times < 0 || times > 1000000) throw som::system_exception("BAD_PARAM", "threads: 0 to 100, times: 0 to 1000000");
		if (running || !all.empty()) throw som::system_exception("BAD_INV_ORDER", "threads: some have not ended");
		sum = raised = 0;
		last.clear();
		running = threads;
		for (long t = 0; t < threads; t++)
			all.emplace_back([this, who, times] {
				for (long i = 0; i < times; i++) {
					try {
						sum += who.speak(1);
					} catch (const som::exception &e) {
						raised++;
						std::lock_guard<std::mutex> guard(lock);
						last = std::string(e.id()) + " " + e.what();
						if (last.find("/TRANSIENT:") != std::string::npos) break; // the next call would wait as long
					}
				}
				running--;
			});
	}
	void join() {
		for (std::thread &t : all) t.join();
		all.clear();
		write_line("threads: sum " + std::to_string(sum) + ", raised " + std::to_string(raised));
	}
};

// The class that is made at run time. A process makes it once.
inline som_class *below;

inline std::int64_t below_speak(som_object *self, som_env *ev, std::int64_t n) {
	som_found found = som_found();
	found.size_of = sizeof found;
	if (som_lookup(below, "Suite::Thing::speak", &found, ev) != SOM_OK) return 0;
	som_proc *parent = som_parent_proc(below, 0, found.token, ev);
	return parent ? reinterpret_cast<std::int64_t (*)(som_object *, som_env *, std::int64_t)>(parent)(self, ev, n) + 1 : 0;
}

class Caller_impl : public Caller_part<Caller_impl> {
	Thing kept_, lent_, taken_;
	std::string taken_text_ = "nothing";
	som::weak<Thing> watched_;
	Threads threads_;

public:
	Caller_impl() : lent_(Thing::create()) { lent_.set_label("lent"); }
	Caller_impl(const Caller_impl &) = delete;
	~Caller_impl() {
		for (std::thread &t : threads_.all) t.join();
	}

	std::int64_t ask(const Thing &who, std::int64_t n, std::int32_t times) {
		std::int64_t sum = 0;
		for (std::int32_t i = 0; i < times; i++) sum += who.speak(n);
		write_line("ask " + named(who) + " " + text(n) + " = " + text(sum));
		return sum;
	}
	void catch_it(const Thing &who, std::int64_t n) {
		caught([&] { write_line("answered " + text(static_cast<std::int64_t>(who.speak(n)))); });
	}
	void catch_any(const Thing &who, std::int64_t n) {
		std::string said = "caught something";
		try {
			said = "answered " + text(static_cast<std::int64_t>(who.speak(n)));
		} catch (const som::exception &) {
		}
		write_line(said);
	}
	void use_attributes(const Thing &who) {
		who.set_label("set by C++");
		who.set_weight(-7);
		who.set_colour(Colour::blue);
		write_line("attributes " + text(static_cast<std::string>(who.get_label())) + " " + text(who.get_weight()) + " " + text(who.get_colour()) + " " + text(who.get_legs()));
	}
	std::string title_of(const Titled &who, const std::string &word) {
		const std::string title = who.title(word);
		write_line("title_of " + text(word) + " = " + text(title));
		return title;
	}
	void ask_types(const Types &who, const std::string &group) { Asking(who).ask(group); }
	void ask_often(const Types &who, std::int32_t times) {
		for (std::int32_t i = 0; i < times; i++) {
			std::string s(somebody.words[2]);
			std::u16string w(somebody.title);
			who.swap_text(s, w);
			(void)who.turn_person(somebody);
			(void)who.turn_things({lent_, lent_});
		}
	}

	void keep(const Thing &who) {
		kept_ = who;
		write_line("keep " + named(who));
	}
	Thing kept() { return kept_; }
	std::int64_t ask_kept(std::int64_t n) {
		if (!kept_) throw som::system_exception("BAD_INV_ORDER", "ask_kept: nothing is kept");
		return ask(kept_, n, 1);
	}
	void watch(const Thing &who) { watched_ = som::weak<Thing>(who); }
	bool watched() {
		const bool there = static_cast<bool>(watched_.lock());
		write_line(there ? "watched: there" : "watched: gone");
		return there;
	}
	void take(std::string text_given, Thing who) {
		taken_text_ = std::move(text_given);
		taken_ = std::move(who);
		write_line("take " + text(taken_text_) + " " + named(taken_));
	}
	const std::string &lent_text() { return taken_text_; }
	const Thing &lent_thing() { return lent_; }
	Thing made(const std::string &label) { return Thing::labelled(label, 1); }
	Things many(std::int32_t n) {
		if (n < 0 || n > 1000000) throw som::system_exception("BAD_PARAM", "many: 0 to 1000000");
		Things all;
		for (std::int32_t i = 0; i < n; i++) all.push_back(Thing::create());
		return all;
	}
	std::string text_of(std::int32_t length) {
		if (length < 0 || length > 100000000) throw som::system_exception("BAD_PARAM", "text_of: 0 to 100000000");
		return std::string(static_cast<std::size_t>(length), 'x');
	}
	std::string odd_text() { return "caf\xe9"; }

	Thing made_of(const std::string &class_name) {
		const Thing made = Thing::narrow(som::class_object::named(class_name).somNew());
		if (!made) throw som::system_exception("BAD_PARAM", class_name + " does not descend from Suite::Thing");
		write_line("made_of " + named(made));
		return made;
	}
	void define_below(const std::string &parent) {
		const char *parents[] = {parent.c_str()};
		const som_override speak = {"Suite::Thing::speak", reinterpret_cast<som_proc *>(below_speak), nullptr};
		som_class_desc d = som_class_desc();
		d.size_of = sizeof d;
		d.name = "Below";
		d.parents = parents;
		d.nparents = 1;
		d.override_size = sizeof speak;
		d.overrides = &speak;
		d.noverrides = 1;
		som_env ev = som_env();
		som_class *c = som_class_define(&d, &ev);
		if (!c) som::throw_any(ev);
		below = c;
		write_line("define_below");
	}
	void look_at(const som::object &who) {
		write_line("look_at " + named(who) + (som::is<Thing>(who) ? " a Thing" : "") + (som::is<Holder>(who) ? " a Holder" : "") + (som::is<Titled>(who) ? " a Titled" : "") +
			(who.somRespondsTo("speak") ? " speaks" : ""));
	}

	void begin_threads(const Thing &who, std::int32_t threads, std::int32_t times) { threads_.begin(who, threads, times); }
	bool ended() {
		if (threads_.running) return false;
		if (!threads_.all.empty()) threads_.join();
		return true;
	}
	std::string raised() {
		std::lock_guard<std::mutex> guard(threads_.lock);
		return threads_.last;
	}
	void wait_for_threads(const Thing &who, std::int32_t threads, std::int32_t times) {
		threads_.begin(who, threads, times);
		threads_.join();
	}

	void raise_system(const std::string &name, std::uint32_t minor) {
		write_line("raise_system " + name);
		throw som::system_exception(name, "asked for", minor);
	}
};

} // namespace Suite

#endif
