// life.cc: handles, exceptions, constructors, copies, parent and next calls, several parents, metaclasses, threads.
#include "zoo.hpp"

#include "check.hpp"

#include <atomic>
#include <thread>
#include <utility>

extern "C" som_library_entry_proc som_library_entry;

using namespace Zoo;

namespace Zoo {
extern std::atomic<int> alive;
}

static std::uint64_t instances(const char *name) { return som::class_object::named(name).instances(); }
static std::uint32_t references(const som::object &o) { return o.get()->refs; }

static void handles() {
	Dog none, d = Dog::create();
	CHECK(!none && d && references(d) == 1);
	Dog same = d;
	Animal a = d;
	const Animal &as_animal = d; // no new reference
	CHECK(references(d) == 3 && as_animal == same && a == d);
	Animal moved = std::move(a);
	CHECK(!a && references(d) == 3);
	a = moved;
	a = *&a;
	moved = nullptr;
	CHECK(references(d) == 3);
	std::swap(a, moved);
	CHECK(!a && moved == d && references(d) == 3);
	CHECK(som::is<Dog>(moved) && som::is<Animal>(d) && !som::is<Puppy>(d) && !som::is<Dog>(none));
	CHECK(Dog::narrow(moved) == d && !Puppy::narrow(d) && !Dog::narrow(som::object()));
	som_ref raw = moved.som_detach();
	moved = som::adopted<Animal>(raw);
	CHECK(references(d) == 3);
	som::weak<Animal> w(d);
	CHECK(w.lock() == d);
	same = Dog();
	moved = Animal();
	d = none;
	CHECK(!w.lock() && alive == 0 && instances("Zoo::Dog") == 0);
	CHECK(som::class_object::named("Zoo::Dog").info().typelib);
	CHECK(som::class_object::of(Dog::create()).info().major == 1 && Dog::create().somGetClassName() == "Zoo::Dog");
	CHECK(Dog::create().somRespondsTo("bark") && !Dog::create().somRespondsTo("fly"));
	CHECK(Dog::create().somIsA(som::class_object::named("Zoo::Animal")));
}

static void exceptions() {
	Dog d = Dog::create();
	d.set_name("Rex");
	CHECK(d.speak(3) == 7);
	TooLoud loud = THROWN(TooLoud, d.speak(1005)); // through Dog's frame and Animal's
	CHECK(loud.volume == 5 && loud.why == "Rex is too loud" && std::string(loud.what()) == "IDL:Zoo/TooLoud:1.0");
	CHECK(std::string(THROWN(Asleep, d.speak(-1)).id()) == "IDL:Zoo/Asleep:1.0");
	som::system_exception plain = THROWN(som::system_exception, d.speak(999));
	CHECK(plain.is("UNKNOWN") && std::string(plain.what()) == "a plain error" && plain.completed() == SOM_COMPLETED_MAYBE);
	CHECK(THROWN(som::system_exception, d.speak(998)).is("NO_MEMORY"));
	CHECK(THROWN(som::system_exception, d.speak(997)).is("UNKNOWN"));
	CHECK(THROWN(som::system_exception, som::class_object::named("Zoo::Nobody")).code() == SOM_E_UNKNOWN);
	THROWN(TooLoud, d.bark(101));
	som_env ev = som_env(); // and as C sees it
	som_found f = {};
	f.size_of = sizeof f;
	CHECK(som_lookup(som_class_of(d.get()), "speak", &f, &ev) == SOM_OK);
	reinterpret_cast<std::int64_t (*)(som_ref, som_env *, std::int64_t)>(f.proc)(d.get(), &ev, 2000);
	CHECK(ev.major == SOM_USER_EXCEPTION && std::string(ev.id) == "IDL:Zoo/TooLoud:1.0" && ev.value);
	som_env_clear(&ev);
	reinterpret_cast<std::int64_t (*)(som_ref, som_env *, std::int64_t)>(f.proc)(d.get(), nullptr, 2000);
}

// TooLoud as a later release has it.
struct louder {
	std::int16_t volume;
	char *why;
	std::int64_t since;
	som_ref by;
};
static int dropped;
static void drop_louder(void *p) {
	dropped++;
	som_release(static_cast<louder *>(p)->by);
	som_deallocate(static_cast<louder *>(p)->why);
	som_deallocate(p);
}
static std::int64_t speak_louder(som_ref self, som_env *ev, std::int64_t n) {
	if (n == 1) return som_raise_user(ev, "IDL:Zoo/Unheard:1.0", nullptr, nullptr), 0;
	if (n == 2) return som_raise_system(ev, "IDL:acme/ODD:1.0", 7, SOM_COMPLETED_YES, "odd"), 0;
	auto *v = static_cast<louder *>(som_allocate(sizeof(louder)));
	v->volume = 9;
	v->why = static_cast<char *>(std::memcpy(som_allocate(5), "late", 5));
	v->since = 77;
	v->by = som_retain(self);
	som_raise_user(ev, "IDL:Zoo/TooLoud:1.0", v, drop_louder);
	return 0;
}

// What f throws.
template <class F> static std::exception_ptr caught(F f) {
	try {
		f();
	} catch (...) {
		return std::current_exception();
	}
	return nullptr;
}

// Has a method throw the same again and again, in several threads, and its callers keep what they get: each has all of it.
template <class F, class Right> static void thrown_again(F f, const char *id, Right right) {
	std::vector<std::thread> all;
	std::atomic<int> bad{0};
	for (int t = 0; t < 3; t++)
		all.emplace_back([&] {
			std::array<som::env, 4> got;
			for (som::env &ev : got) try {
					f();
				} catch (...) {
					som::raise_current(&ev);
				}
			som_env_clear(&got[1]);
			for (const som::env &ev : got)
				if (&ev != &got[1] && !(ev.id && std::string(ev.id) == id && right(ev))) bad++;
		});
	for (std::thread &t : all) t.join();
	if (bad) std::printf("%s: %d of 9 callers did not get all of it\n", id, bad.load()), failures++;
}

static Dog passing_on() { // through Dog's frame
	using proc = std::int64_t(som_ref, som_env *, std::int64_t);
	Dog d = Dog::create();
	som_class *animal = som::class_object::named("Zoo::Animal").get_class();
	som_found f = {};
	f.size_of = sizeof f;
	CHECK(som_lookup(animal, "speak", &f, nullptr) == SOM_OK);
	som_proc *was = som_class_replace(animal, f.token, reinterpret_cast<som_proc *>(speak_louder), nullptr);
	auto *speak = reinterpret_cast<proc *>(som_resolve(d.get(), f.token));
	{
		som::env ev;
		speak(d.get(), &ev, 3);
		const auto *v = static_cast<const louder *>(ev.value);
		CHECK(v && v->volume == 9 && v->since == 77 && v->by == d.get() && references(d) == 2);
	}
	CHECK(dropped == 1 && references(d) == 1);
	{
		som::env ev;
		speak(d.get(), &ev, 1);
		CHECK(ev.major == SOM_USER_EXCEPTION && std::string(ev.id) == "IDL:Zoo/Unheard:1.0");
		speak(d.get(), &ev, 2);
		CHECK(ev.major == SOM_SYSTEM_EXCEPTION && std::string(ev.id) == "IDL:acme/ODD:1.0" && ev.minor == 7 && ev.completed == SOM_COMPLETED_YES && std::string(ev.text) == "odd");
		speak(d.get(), nullptr, 3);
	}
	CHECK(dropped == 2 && references(d) == 1);
	TooLoud loud = THROWN(TooLoud, d.speak(3));
	loud.why = "changed";
	{
		som::env ev;
		loud.raise(&ev);
		CHECK(ev.value && ev.drop != drop_louder && static_cast<const TooLoud::som_abi *>(ev.value)->why == std::string("changed"));
	}
	loud = TooLoud();
	CHECK(dropped == 3 && references(d) == 1);
	const std::exception_ptr late = caught([&] { d.speak(3); });
	thrown_again([&] { std::rethrow_exception(late); }, "IDL:Zoo/TooLoud:1.0", [&](const som_env &ev) {
		const auto *v = static_cast<const louder *>(ev.value);
		return v && v->volume == 9 && std::string(v->why) == "late" && v->since == 77 && v->by == d.get();
	});
	CHECK(dropped == 3 && references(d) == 2);
	const std::exception_ptr unheard = caught([&] { d.speak(1); });
	thrown_again([&] { std::rethrow_exception(unheard); }, "IDL:Zoo/Unheard:1.0", [](const som_env &ev) { return !ev.value; });
	const std::exception_ptr odd = caught([&] { d.speak(2); });
	thrown_again([&] { std::rethrow_exception(odd); }, "IDL:acme/ODD:1.0",
		[](const som_env &ev) { return ev.minor == 7 && ev.completed == SOM_COMPLETED_YES && std::string(ev.text) == "odd"; });
	som_class_replace(animal, f.token, was, nullptr);
	CHECK(d.speak(3) == 7);
	return d;
}

// What is constructed may be thrown as often as one likes, and so may copies of it, and what it was moved to and from.
static void constructed() {
	static const som::system_exception refused("NO_PERMISSION", "not today", 3, SOM_COMPLETED_YES);
	const auto right = [](const som_env &ev) {
		return ev.major == SOM_SYSTEM_EXCEPTION && ev.minor == 3 && ev.completed == SOM_COMPLETED_YES && std::string(ev.text) == "not today";
	};
	const char *id = "IDL:omg.org/CORBA/NO_PERMISSION:1.0";
	thrown_again([] { throw refused; }, id, right);
	const std::vector<som::system_exception> log{refused};
	thrown_again([&] { throw log.front(); }, id, right);
	CHECK(log.front().is("NO_PERMISSION") && std::string(log.front().what()) == "not today");
	som::system_exception from = refused;
	thrown_again([&] { throw std::move(from); }, id, right);
	thrown_again([&] { refused.raise(nullptr), throw refused; }, id, right);
	const std::exception_ptr kept = caught([] { throw som::system_exception("PERSIST_STORE", "disk"); });
	thrown_again([&] { std::rethrow_exception(kept); }, "IDL:omg.org/CORBA/PERSIST_STORE:1.0", [](const som_env &ev) { return std::string(ev.text) == "disk"; });
	static const TooLoud loud(5, "again");
	thrown_again([] { throw loud; }, "IDL:Zoo/TooLoud:1.0", [](const som_env &ev) {
		const auto *v = static_cast<const TooLoud::som_abi *>(ev.value);
		return v && v->volume == 5 && std::string(v->why) == "again";
	});
	const std::exception_ptr kernels = caught([&] { som::env ev; som_class_named("Zoo::Nobody", &ev); som::check(ev); });
	thrown_again([&] { std::rethrow_exception(kernels); }, "IDL:omg.org/CORBA/BAD_OPERATION:1.0", [](const som_env &ev) { return ev.code == SOM_E_UNKNOWN; });
}

// As another module has it that is not bound.
struct elsewhere {
	static constexpr const char *name = "Zoo::Animal";
	static constexpr std::uint32_t major = 1, minor = 0, count = 1;
	static constexpr const char *const methods[] = {"speak"};
	static constexpr const char *const signatures[] = {"l:l"};
	static inline som::tokens<count> bound;
	using parents = som::list<som::object_class>;
};
// As one that was compiled with another release.
struct incompatible : elsewhere {
	static constexpr const char *const signatures[] = {"l:d"};
	static inline som::tokens<count> bound;
};
struct unrelated : elsewhere {
	static inline som::tokens<count> bound;
	using parents = som::list<Pet_class>;
};

static void binding() {
	som_found f = {};
	f.size_of = sizeof f;
	CHECK(som_lookup(som_object_class(), "SOMObject::somoPrivate1", &f, nullptr) == SOM_OK && f.token == SOM_UNBOUND);
	Dog d = Dog::create();
	using sig = std::int64_t(std::int64_t);
	CHECK(THROWN(som::system_exception, som::call<elsewhere, 0, sig>(d, 3)).is("BAD_INV_ORDER"));
	CHECK((som::call<elsewhere, 0, sig>(d, 3) == 7)); // it has been bound
	som::unbind<elsewhere>();
	CHECK(!som_bound(&elsewhere::bound.c) && som::is_instance<elsewhere>(d.get()));
	CHECK(THROWN(som::system_exception, som::bind<incompatible>()).code() == SOM_E_METHOD);
	CHECK(THROWN(som::system_exception, som::bind<unrelated>()).code() == SOM_E_PARENTS);
}

static void initializers() {
	Animal a = Animal::named("Ida", 6);
	CHECK(a.get_name() == "Ida" && a.get_legs() == 6);
	const std::uint64_t before = instances("Zoo::Animal");
	CHECK(THROWN(TooLoud, Animal::named("nobody", 2)).volume == 1);
	CHECK(instances("Zoo::Animal") == before);
	som_env ev = som_env();
	som_found raw = {}, named = {}; // as IBM's guide calls an initializer: of what somNewNoInit has made, without control
	raw.size_of = named.size_of = sizeof raw;
	som_class *c = som_class_of(a.get());
	CHECK(som_lookup(som_class_class(), "somNewNoInit", &raw, &ev) == SOM_OK && som_lookup(c, "named", &named, &ev) == SOM_OK);
	auto initializer = reinterpret_cast<void (*)(som_ref, som_env *, som_making *, const char *, std::int32_t)>(named.proc);
	Animal later = som::adopted<Animal>(reinterpret_cast<som_ref (*)(som_ref, som_env *)>(raw.proc)(reinterpret_cast<som_ref>(c), &ev));
	initializer(later.get(), &ev, nullptr, "nobody", 2);
	CHECK(ev.major == SOM_USER_EXCEPTION && instances("Zoo::Animal") == before + 1);
	som_env_clear(&ev);
	initializer(later.get(), &ev, nullptr, "Eva", 8);
	CHECK(ev.major == SOM_NO_EXCEPTION && later.get_name() == "Eva" && later.get_legs() == 8 && references(later) == 1);
	initializer(later.get(), &ev, nullptr, "Eve", 4);
	CHECK(ev.code == SOM_E_BUSY && later.get_name() == "Eva");
	som_env_clear(&ev);
	later = nullptr;
	CHECK(instances("Zoo::Animal") == before);
	som_class *dogs = som_class_of(Dog::create().get());
	som::adopted<Dog>(reinterpret_cast<som_ref (*)(som_ref, som_env *)>(raw.proc)(reinterpret_cast<som_ref>(dogs), &ev));
	CHECK(alive == 0 && instances("Zoo::Dog") == 0); // what nobody has begun does not end
	Animal friend_ = a.friend_of(Animal());
	CHECK(friend_ == a && references(a) == 2);
	CHECK(a.friend_of(Dog::create()) != a);
	CHECK(alive == 0);
	Animal::count() = 5;
	CHECK(Animal::create().total(10) == 16 && Animal::count() == 6);
}

// What is given away, and no call takes, ends.
static void given() {
	Animal a = Animal::create();
	Echo e = Echo::create();
	CHECK(THROWN(som::no_next, som::next_calls<Echo>(e.get(), som_class_of(e.get())).keep("a text that is long enough for memory of its own", a)).is("NO_IMPLEMENT"));
	CHECK(references(a) == 1);
	e.keep("kept", a);
	CHECK(references(a) == 2 && e.kept_text() == "kept");
}

static void several_parents() {
	static_assert(sizeof(Puppy) == sizeof(som_ref));
	Puppy p = som::create<Puppy>();
	Pet pet = p;
	Dog d = p;
	CHECK(pet == p && d == p && references(p) == 3 && alive == 1);
	CHECK(pet.owner() == "somebody" && pet.speak_to("abc") == 30 && p.owner() == "somebody" && p.speak_to("") == 0);
	p.create();                    // Puppy's method, not the handle's
	CHECK(p.speak(2) == 2 * 2 + 43 + 1000 && d.speak(2) == p.speak(2)); // Puppy, Dog, Animal
	CHECK(Pet::narrow(d) == p && !Pet::narrow(Dog::create()));
	som_env ev = som_env();
	Puppy copy = som::adopted<Puppy>(som_copy(p.get(), &ev));
	CHECK(copy.speak(2) == p.speak(2) && alive == 2 && copy != p);
}

// ---- Classes without IDL: what is deduced ----

static int made, ended, in_metaclass;

// A metaclass: it has a method replaced by one that does something before and after.
static som_proc *speak_before;
static std::int64_t around(som_ref o, som_env *ev, std::int64_t n) {
	in_metaclass++;
	std::int64_t r = reinterpret_cast<std::int64_t (*)(som_ref, som_env *, std::int64_t)>(speak_before)(o, ev, n);
	in_metaclass++;
	return r;
}
class Watching : public som::impl<Watching, som::class_object> {
public:
	void somClassReady() {
		parent<som::class_object>().somClassReady();
		som_class *c = reinterpret_cast<som_class *>(som_self());
		som_found f = {};
		f.size_of = sizeof f;
		som::env ev;
		if (som_lookup(c, "speak", &f, &ev) != SOM_OK) return; // a class that does not speak
		speak_before = som_class_replace(c, f.token, reinterpret_cast<som_proc *>(around), &ev);
	}
};

class Cat : public som::impl<Cat, Animal> {
public:
	Cat() { made++; }
	Cat(const Cat &) = delete;
	~Cat() { ended++; }
	std::int64_t speak(std::int64_t n) { return parent<Animal>().speak(n) + 1; }
	void purr(const std::string &at, som::out<std::string> what, std::int32_t &times) const {
		what = "purr " + at;
		times++;
	}
	const std::string &favourite() const noexcept { return favourite_; }
	double weigh(std::vector<double> ws, bool twice) {
		double sum = 0;
		for (double w : ws) sum += w;
		return twice ? 2 * sum : sum;
	}

private:
	std::string favourite_ = "the sofa";
};

class Sulking : public som::impl<Sulking, Animal> {
public:
	Sulking() { throw Asleep(); }
};

static void without_idl() {
	som::define<Watching>("Watching", som::overrides<&Watching::somClassReady>("somClassReady"));
	som::class_object c = som::define<Cat>("Cat", som::version{2, 1}, som::metaclass{"Watching"}, som::overrides<&Cat::speak>("speak"),
		som::method<&Cat::purr>("purr"), som::method<&Cat::favourite>("favourite"), som::method<&Cat::weigh>("weigh"));
	CHECK(c.somGetName() == "Cat" && som::class_object::of(c).somGetName() == "Watching");
	const som_class_info &info = c.info();
	CHECK(std::string(info.introduces[0].sig) == "v:spp" && std::string(info.introduces[1].sig) == "s:" && std::string(info.introduces[2].sig) == "d:pb");
	som_env ev = som_env();
	Animal a = som::adopted<Animal>(som_new(c.get_class(), &ev));
	CHECK(made == 1 && a.speak(4) == 9 && in_metaclass == 2);
	std::string what = "before";
	som_value args[3] = {}, result = {};
	char *out = nullptr;
	std::int32_t times = 6;
	args[0].s = "home";
	args[1].p = &out;
	args[2].p = &times;
	CHECK(som_invoke(a.get(), "purr", args, 3, &result, &ev) == SOM_OK && std::string(out) == "purr home" && times == 7);
	som_deallocate(out);
	CHECK(som_invoke(a.get(), "favourite", nullptr, 0, &result, &ev) == SOM_OK && std::string(result.s) == "the sofa");
	CHECK(!som_copy(a.get(), &ev) && ev.major == SOM_SYSTEM_EXCEPTION && std::string(ev.text).find("copied") != std::string::npos);
	som_env_clear(&ev);
	a = Animal();
	CHECK(ended == 1);
	som::class_object s = som::define<Sulking>("Sulking");
	CHECK(!som_new(s.get_class(), &ev) && ev.major == SOM_USER_EXCEPTION && s.instances() == 0);
	som_env_clear(&ev);
	CHECK(THROWN(som::system_exception, som::define<Sulking>("Sulking")).code() == SOM_E_NAME);
}

// A metaclass that makes an instance of each class when that is ready, and calls it: the class's definition has not returned.
static std::int64_t spoken;
class Cataloguing : public som::impl<Cataloguing, som::class_object> {
public:
	void somClassReady() {
		parent<som::class_object>().somClassReady();
		som::env ev;
		Animal a = som::adopted<Animal>(som_new(reinterpret_cast<som_class *>(som_self()), &ev));
		som::check(ev);
		spoken += a.speak(4);
	}
};

class Parrot : public som::impl<Parrot, Animal> {
public:
	std::int64_t speak(std::int64_t n) { return 100 * parent<Animal>().speak(n) + next<Animal>().speak(n); }
};

// What is refused leaves the class that there is as it was.
static void in_the_making() {
	som::define<Cataloguing>("Cataloguing", som::overrides<&Cataloguing::somClassReady>("somClassReady"));
	auto parrot = [](const char *name) { return som::define<Parrot>(name, som::metaclass{"Cataloguing"}, som::overrides<&Parrot::speak>("speak")); };
	som::class_object c = parrot("Parrot");
	CHECK(spoken == 808);
	som_env ev = som_env();
	Animal a = som::adopted<Animal>(som_new(c.get_class(), &ev));
	CHECK(THROWN(som::system_exception, parrot("Parrot")).code() == SOM_E_NAME);
	CHECK(THROWN(som::system_exception, parrot("no name")).code() == SOM_E_NAME);
	CHECK(a.speak(2) == 404);
}

class Passing : public som::impl<Passing, Animal> {};
static int passing(std::uint32_t abi, som_env *ev) {
	return som::library(abi, ev, [] { som::define<Passing>("Passing"); });
}

// A library that is linked in and whose classes are unloaded: what is bound afterwards is bound.
static void unloaded() {
	som_env ev = som_env();
	for (int twice = 0; twice < 2; twice++) {
		CHECK(som_library_add("passing", passing, &ev) == SOM_OK);
		CHECK(som_class_unload(som_class_registered("Passing", &ev), &ev) == SOM_OK);
		som::unbind<elsewhere>();
		som::bind<elsewhere>();
		CHECK(som_bound(&elsewhere::bound.c) && !elsewhere::bound.own);
	}
}

static void threads() {
	Puppy shared = som::create<Puppy>();
	std::vector<std::thread> all;
	for (int t = 0; t < 4; t++)
		all.emplace_back([shared] {
			for (int n = 0; n < 2000; n++) {
				Puppy mine = som::create<Puppy>();
				Animal a = n % 2 ? Animal(shared) : Animal(mine);
				if (a.speak(1) < 1000) std::abort();
				som::weak<Animal> w(a);
				if (!Puppy::narrow(w.lock())) std::abort();
			}
		});
	for (std::thread &t : all) t.join();
	CHECK(references(shared) == 1);
}

int main() {
	som_env ev = som_env();
	if (som_library_add("zoo", som_library_entry, &ev) != SOM_OK) return std::printf("%s\n", ev.text), 1;
	std::thread first([] { CHECK(Animal::create().speak(1) == 2); }); // two threads bind one class
	CHECK(Animal::create().speak(2) == 4);
	first.join();
	handles();
	exceptions();
	CHECK(references(passing_on()) == 1);
	CHECK(dropped == 4);
	constructed();
	binding();
	initializers();
	given();
	several_parents();
	without_idl();
	in_the_making();
	unloaded();
	threads();
	for (const char *name : {"Zoo::Animal", "Zoo::Dog", "Zoo::Puppy", "Cat"}) {
		if (instances(name) != 0) std::printf("%s: %d left\n", name, static_cast<int>(instances(name))), failures++;
	}
	CHECK(alive == 0);
	if (!failures) std::puts("ok");
	return failures != 0;
}
