// threads.cpp: the class of threads.idl.
#include "threads.ih.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

struct answer {
	std::int64_t n = -1;
	std::string why;
};

answer speak(som_ref o, std::int64_t n) {
	answer a;
	som_env ev = som_env();
	som_found found = som_found();
	found.size_of = sizeof found;
	if (som_lookup(som_class_of(o), "speak", &found, &ev) == SOM_OK) {
		typedef std::int64_t method(som_ref, som_env *, std::int64_t);
		a.n = reinterpret_cast<method *>(som_resolve(o, found.token))(o, &ev, n);
	}
	if (ev.major) {
		a.n = -1;
		a.why = std::string(ev.id) + " " + (ev.text ? ev.text : "");
		som_env_clear(&ev);
	}
	return a;
}

som_ref asked;
std::int64_t asked_n;
answer asked_for;

void *ask(void *) {
	asked_for = speak(asked, asked_n);
	som_release(asked);
	return nullptr;
}

void *hand_over(void *) {
	som_env ev = som_env();
	som_found found = som_found();
	found.size_of = sizeof found;
	som_class *dogs = som_class_named("Zoo::Dog", &ev);
	som_ref dog = dogs ? som_new(dogs, &ev) : nullptr;
	char *text = static_cast<char *>(som_allocate(4));
	if (dog && text && som_lookup(som_class_of(asked), "keep", &found, &ev) == SOM_OK) {
		std::memcpy(text, "Max", 4);
		typedef void method(som_ref, som_env *, char *, som_ref);
		reinterpret_cast<method *>(som_resolve(asked, found.token))(asked, &ev, text, dog);
		asked_for.n = 0;
	}
	if (ev.major) {
		asked_for.n = -1;
		asked_for.why = std::string(ev.id) + " " + (ev.text ? ev.text : "");
		if (ev.completed == SOM_COMPLETED_MAYBE) asked_for.why += ", maybe";
		som_env_clear(&ev);
	}
	som_release(reinterpret_cast<som_ref>(dogs));
	som_release(asked);
	return nullptr;
}

std::int64_t pass(som_ref, som_env *, std::int64_t n) { return n + 1; }

som_ref last;
std::int64_t last_n;

// What is called when the process ends.
struct at_exit {
	~at_exit() {
		if (!last) return;
		const answer a = speak(last, last_n);
		std::printf("at the end: %s%lld\n", a.why.c_str(), static_cast<long long>(a.n));
		std::fflush(stdout);
	}
} ends;

} // namespace

namespace Threads {

class Caller_impl : public Caller_part<Caller_impl> {
public:
	~Caller_impl() {
		if (started) som_release(started);
	}
	std::int64_t here(const som::object &who, std::int64_t n) { return tell(speak(som::ref(who), n)); }
	std::int64_t elsewhere(const som::object &who, std::int64_t n) {
		answer a;
		std::thread([&] { a = speak(som::ref(who), n); }).join();
		return tell(a);
	}
	void start(const som::object &who, std::int64_t n) {
		som_ref o = som_retain(som::ref(who));
		std::thread([o, n] {
			while (speak(o, n).n >= 0) {}
			som_release(o);
		}).detach();
		if (started) som_release(started);
		started = som_retain(o);
	}
	std::int64_t make(const std::string &name) {
		answer a;
		std::thread([&] {
			som_env ev = som_env();
			som_class *c = som_class_named(name.c_str(), &ev);
			som_ref o = c ? som_new(c, &ev) : nullptr;
			if (o) a.n = speak(o, 1).n;
			if (ev.major) a.why = std::string(ev.id) + " " + (ev.text ? ev.text : "");
			som_env_clear(&ev);
			som_release(o);
			som_release(reinterpret_cast<som_ref>(c));
		}).join();
		return tell(a);
	}
	void forget() {
		som_ref o = started;
		started = nullptr;
		std::thread([o] { som_release(o); }).join();
	}
	std::int64_t many(const som::object &who, std::int32_t threads, std::int32_t times) {
		std::atomic<std::int64_t> sum(0);
		std::vector<std::thread> all;
		for (std::int32_t i = 0; i < threads; i++)
			all.emplace_back([&] {
				for (std::int32_t k = 0; k < times; k++) sum += speak(som::ref(who), k).n;
			});
		for (std::thread &t : all) t.join();
		return sum;
	}
	void at_end(const som::object &who, std::int64_t n) {
		last = som_retain(som::ref(who));
		last_n = n;
	}
	std::int64_t repeat(const som::object &who, std::int64_t n, std::int32_t times) {
		som_found found = som_found();
		found.size_of = sizeof found;
		if (som_lookup(som_class_of(som::ref(who)), "speak", &found, nullptr) != SOM_OK) return -1;
		typedef std::int64_t method(som_ref, som_env *, std::int64_t);
		som_env ev = som_env();
		std::int64_t sum = 0;
		for (std::int32_t i = 0; i < times && !ev.major; i++)
			sum += reinterpret_cast<method *>(som_resolve(som::ref(who), found.token))(som::ref(who), &ev, n);
		som_env_clear(&ev);
		return sum;
	}
	void define(const std::string &name, const std::string &parent) {
		const char *const parents[] = {parent.c_str()};
		som_class_desc d = som_class_desc();
		d.size_of = sizeof d;
		d.name = name.c_str();
		d.parents = parents;
		d.nparents = 1;
		som_class_define(&d, nullptr); // it stays
	}
	void nonsense(const std::string &name, std::int32_t kind) {
		static const char *const parents[] = {"SOMObject"};
		static const som_method methods[] = {{"pass", "l:l/long long(long long)", reinterpret_cast<som_proc *>(pass), nullptr, SOM_STATIC}, {"nowhere", "p:", reinterpret_cast<som_proc *>(pass), nullptr, SOM_STATIC}};
		const unsigned char *own = static_cast<const unsigned char *>(som_class_describe(som_class_of(som_object_of()))->typelib);
		auto *typelib = new std::vector<unsigned char>(4096, static_cast<unsigned char>(0xFF)); // it stays, as the class does
		if (kind) {
			std::uint32_t size;
			std::memcpy(&size, own + 8, sizeof size); // it says itself how long it is
			typelib->assign(own, own + size);
			for (std::size_t i = 32; i < size; i += static_cast<std::size_t>(kind)) (*typelib)[i] ^= static_cast<unsigned char>(kind);
		}
		som_class_desc d = som_class_desc();
		d.size_of = sizeof d;
		d.name = name.c_str();
		d.parents = parents;
		d.nparents = 1;
		d.method_size = sizeof *methods;
		d.introduces = methods;
		d.nintroduces = 2;
		d.typelib = typelib->data();
		som_class_define(&d, nullptr);
	}
	void run(const som::object &who, std::int64_t n) {
		asked_n = n;
		begin(who, ask);
	}
	void hand(const som::object &who) { begin(who, hand_over); }
	void begin(const som::object &who, void *(*what)(void *)) {
		pthread_attr_t a;
		pthread_attr_init(&a);
		pthread_attr_setstacksize(&a, std::size_t(256) << 20); // more than the C library keeps for others
		asked = som_retain(som::ref(who));
		if (pthread_create(&runs, &a, what, nullptr) != 0) throw std::runtime_error("no thread");
		pthread_attr_destroy(&a);
	}
	std::int64_t join() {
		pthread_join(runs, nullptr);
		return tell(asked_for);
	}
	bool make_here(const std::string &name) {
		som_env ev = som_env();
		som_class *c = som_class_named(name.c_str(), &ev);
		som_ref o = c ? som_new(c, &ev) : nullptr;
		const bool is = o != nullptr;
		why = ev.major && ev.text ? ev.text : "";
		som_env_clear(&ev);
		som_release(o);
		som_release(reinterpret_cast<som_ref>(c));
		return is;
	}

private:
	pthread_t runs;
	som_ref som_object_of() { return som::ref(self<Caller>()); }
	std::int64_t tell(const answer &a) {
		why = a.why;
		return a.n;
	}
	som_ref started = nullptr;
};
som::class_object Caller_define() { return Caller_impl::som_define(); }

class Eager_impl : public Eager_part<Eager_impl> {
public:
	Eager_impl() {
		som_found found = som_found();
		found.size_of = sizeof found;
		som_env ev = som_env();
		som_ref o = som::ref(self<Eager>());
		if (som_lookup(som_class_of(o), "word", &found, &ev) == SOM_OK) said = reinterpret_cast<const char *(*)(som_ref, som_env *)>(som_resolve(o, found.token))(o, &ev);
		som_env_clear(&ev);
		if (self<Eager>().hello(1) < 0) throw std::runtime_error("hello was not answered");
	}
	~Eager_impl() {
		if (said && said != own.c_str()) heard = said;
	}
	std::int64_t hello(std::int64_t n) { return n; }
	const std::string &word() { return own; }
	const std::string &get_breed() const { return heard; }
	void set_breed(const std::string &) {}

private:
	static const std::string own;
	static std::string heard;
	const char *said = nullptr;
};
const std::string Eager_impl::own = "C++";
std::string Eager_impl::heard;
som::class_object Eager_define() { return Eager_impl::som_define(); }

} // namespace Threads
