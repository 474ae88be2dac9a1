// making.cpp: the classes of making.idl.
#include "making.ih.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

namespace Making {

namespace {
Watcher watching;
bool in_thread, breeding;
som_ref young;

// An object of the class of another, or of that name; what is raised is nobody's.
som_ref another(som_class *c) {
	som_env ev = som_env();
	som_ref o = c ? som_new(c, &ev) : nullptr;
	som_env_clear(&ev);
	return o;
}

std::int64_t shown(const som::object &o) {
	std::int64_t answer = -1;
	auto show = [&] {
		try {
			answer = watching.meet(o);
		} catch (...) {
		}
	};
	if (!in_thread) show();
	else std::thread(show).join();
	return answer;
}
} // namespace

class Watcher_impl : public Watcher_part<Watcher_impl> {
public:
	void watch(bool elsewhere) {
		watching = self<Watcher>();
		in_thread = elsewhere;
	}
	void leave() { watching = Watcher(); }
	std::int64_t meet(const som::object &) { return 0; }
	bool make(const std::string &name) {
		som_class *c = som_class_named(name.c_str(), nullptr);
		som_ref o = another(c);
		som_release(o);
		som_release(reinterpret_cast<som_ref>(c));
		return o != nullptr;
	}
	void refuse(const std::string &how) { throw Refused(how, 7); }
	som::object litter() {
		return som::object(som::object::som_adopt(), std::exchange(young, nullptr));
	}
};
som::class_object Watcher_define() { return Watcher_impl::som_define(); }

class Shown_impl : public Shown_part<Shown_impl> {
public:
	Shown_impl() {
		if (watching && shown(self<Shown>()) < 0) throw std::runtime_error("it was not let be");
	}
	std::int64_t hello(std::int64_t n) { return n; }
};
som::class_object Shown_define() { return Shown_impl::som_define(); }

class Breeder_impl : public Breeder_part<Breeder_impl> {
public:
	Breeder_impl() {
		if (breeding || young) return;
		breeding = true;
		young = another(som_class_of(som::ref(self<Breeder>())));
		breeding = false;
	}
	std::int64_t hello(std::int64_t n) { return n; }
};
som::class_object Breeder_define() { return Breeder_impl::som_define(); }

} // namespace Making
