// suite.cc: the rows of conformance/languages in C++. What a compiler refuses is not here, but in cxx_test.go.
#include "embed.hpp"
#include "own.hpp"
#include "relay.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <thread>

using namespace Suite;

// What C++ cannot do, by what it says or does instead.
struct cannot : std::runtime_error {
	using std::runtime_error::runtime_error;
};

static Journal journal;
static Caller caller;
static Types types;

static void yes(bool is) { journal.note(is ? "yes" : "no"); }

static void caught(const std::function<void()> &f) {
	try {
		f();
		throw std::logic_error("it raises nothing");
	} catch (const Refused &e) {
		journal.caught_refused(e.code, e.why);
	} catch (const Plain &) {
		journal.caught_plain();
	}
}

static void refused(const std::function<void()> &f) {
	try {
		f();
	} catch (const som::exception &) {
		return journal.note("refused");
	}
	throw std::logic_error("it is accepted");
}

template <class F, class... V> static void twice(F turn, const V &...v) { (void)std::initializer_list<int>{(turn(turn(v)), 0)...}; }

#define TURN(method, T) [](const T &v) { return static_cast<T>(types.method(v)); }

static const Person somebody{"Gr\xc3\xbc\xc3\x9f", Colour::green, true, {-1, 2147483647}, {"sit", "", "\xf0\x9f\x98\x80!"}, u"\u20ac \xd83d\xde00"};

static std::string repeated(const char *s, int n) {
	std::string all;
	for (int i = 0; i < n; i++) all += s;
	return all;
}

static std::uint64_t instances(const char *name) { return som::class_object::named(name).instances(); }

// A class below one that is known by its name alone: its speak is the parent's, and more.
template <int more> struct late {
	static inline som_class *cls;
	static std::int64_t speak(som_object *self, som_env *ev, std::int64_t n) {
		som_found found = som_found();
		found.size_of = sizeof found;
		if (som_lookup(cls, "Suite::Thing::speak", &found, ev) != SOM_OK) return 0;
		som_proc *above = som_parent_proc(cls, 0, found.token, ev);
		return above ? reinterpret_cast<std::int64_t (*)(som_object *, som_env *, std::int64_t)>(above)(self, ev, n) + more : 0;
	}
	static Thing make(const char *name, const char *parent) {
		const som_override o = {"Suite::Thing::speak", reinterpret_cast<som_proc *>(speak), nullptr};
		som_class_desc d = som_class_desc();
		d.size_of = sizeof d, d.name = name, d.parents = &parent, d.nparents = 1, d.override_size = sizeof o, d.overrides = &o, d.noverrides = 1;
		som_env ev = som_env();
		cls = som_class_define(&d, &ev);
		if (!cls) som::throw_any(ev);
		return Thing::narrow(som::class_object::named(name).somNew());
	}
};

class OwnRelay : public som::impl<OwnRelay, Relay> {
public:
	std::int64_t speak(std::int64_t n) { return parent<Relay>().speak(n) + 1; }
};

static void chain(const char *parent, void (*give_back)() = nullptr) {
	Thing o = late<100000>::make("BelowThat", parent);
	o.set_label("chain");
	caller.ask(o, 1, 1);
	caller.ask(o, 1, 1);
	caller.catch_it(o, 1007);
	caught([&] { caller.ask(o, 1008, 1); });
	caller.catch_any(o, 77);
	caller.keep(o);
	o = nullptr;
	caller.ask_kept(1);
	caller.keep(nullptr);
	if (give_back) give_back();
	journal.living();
}

static std::vector<Thing> kept;

static const std::map<std::string, std::function<void()>> rows{
	{"types/boolean", [] { twice(TURN(turn_boolean, bool), true); }},
	{"types/octet", [] { twice(TURN(turn_octet, std::uint8_t), std::uint8_t(0), std::uint8_t(127)); }},
	{"types/char", [] { twice(TURN(turn_char, char), 'a', '\xff'); }},
	{"types/wchar", [] { twice(TURN(turn_wchar, char16_t), u'\u20ac', u'\uffff'); }},
	{"types/short", [] { twice(TURN(turn_short, std::int16_t), INT16_MAX, 0), twice(TURN(turn_ushort, std::uint16_t), UINT16_MAX); }},
	{"types/long", [] { twice(TURN(turn_long, std::int32_t), INT32_MAX, 0), twice(TURN(turn_ulong, std::uint32_t), UINT32_MAX); }},
	{"types/long-long", [] { twice(TURN(turn_longlong, std::int64_t), INT64_MAX, std::int64_t(9007199254740993)), twice(TURN(turn_ulonglong, std::uint64_t), UINT64_MAX); }},
	{"types/float", [] {
		using limits = std::numeric_limits<float>;
		twice(TURN(turn_float, float), 0.0f, limits::max(), limits::denorm_min(), 0.5f);
	}},
	{"types/double", [] {
		using limits = std::numeric_limits<double>;
		twice(TURN(turn_double, double), 0.0, limits::max(), limits::denorm_min(), 0.1, limits::infinity(), limits::quiet_NaN());
	}},
	{"types/enum", [] { twice(TURN(turn_colour, Colour), Colour::red, Colour::blue); }},
	{"types/octets", [] {
		Octets all(256);
		for (std::size_t i = 0; i < all.size(); i++) all[i] = static_cast<std::uint8_t>(i);
		twice(TURN(turn_octets, Octets), Octets(), all, Octets{0, 255});
	}},
	{"types/sequence", [] {
		twice(TURN(turn_booleans, Booleans), Booleans{true, false, false});
		Longs many(100000);
		for (std::size_t i = 0; i < many.size(); i++) many[i] = static_cast<std::int32_t>(i);
		twice(TURN(turn_longs, Longs), Longs(), Longs{1, -2, 3}, many);
		twice(TURN(turn_doubles, Doubles), Doubles{0.5, -1});
		twice(TURN(turn_strings, Strings), Strings{"a", "", "\xc3\xbc"});
	}},
	{"types/array", [] { twice(TURN(turn_grid, Grid), Grid{{{1, 2, 3}, {4, 5, 6}}}), twice(TURN(turn_pair, Pair), Pair{"a", "\xe2\x82\xac"}); }},
	{"types/structure", [] { twice(TURN(turn_point, Point), Point{1, -1}); }},
	{"types/nested", [] { twice(TURN(turn_person, Person), somebody), twice(TURN(turn_people, People), People(), People{somebody, Person()}); }},
	{"types/recursive", [] { twice(TURN(turn_tree, Tree), Tree{1, {{2, {}}, {3, {{4, {}}}}}}); }},
	{"types/circle", [] {
		Part leaf, ends;
		leaf.leaf(1);
		const Branch x{"x", leaf, {}};
		ends.branches({x, {"yz", Part(Colour::blue), {}}});
		twice(TURN(turn_branch, Branch), Branch{"ab", ends, {{{x}}, {}}}, x);
	}},
	{"types/union", [] {
		Shape s;
		s.side(-17);
		for (int i = 0; i < 4; i++) s = types.turn_shape(s);
	}},
	{"types/object", [] { types.turn_thing(types.turn_thing(Thing::create())); }},
	{"types/objects", [] {
		const Thing a = Thing::create(), b = Holder::create();
		twice(TURN(turn_things, Things), Things{a, b, a});
		types.turn_things({});
	}},

	{"strings/string", [] { twice(TURN(turn_string, std::string), std::string(), std::string("plain"), std::string("Gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac"), std::string("\xf0\x9f\x98\x80 x"), std::string("e\xcc\x81\t\"\\\n")); }},
	{"strings/wstring", [] {
		twice(TURN(turn_wstring, std::u16string), std::u16string(), std::u16string(u"plain"), std::u16string(u"Gr\u00fc\u00dfe \u20ac"), std::u16string(u"\xd83d\xde00 x"), std::u16string(100000, u'\u20ac'));
	}},
	{"strings/long", [] {
		twice(TURN(turn_string, std::string), repeated("ab", 500000));
		types.turn_string(static_cast<std::string>(caller.text_of(1000000)));
	}},
	{"strings/zero", [] {
		types.turn_string(std::string("a\0b", 3));
		throw cannot("a text with a zero in it is cut");
	}},
	{"strings/wide-zero", [] {
		types.turn_wstring(std::u16string(u"a\0b", 3));
		throw cannot("a text with a zero in it is cut");
	}},
	{"strings/no-utf8", [] { twice(TURN(turn_string, std::string), static_cast<std::string>(caller.odd_text())); }},

	{"parameters/out", [] {
		std::int32_t rest = 0, none = 0;
		const std::int32_t q = types.divide(17, 5, rest);
		types.divide(rest, q, none);
		std::uint8_t o = 0;
		std::int64_t l = 0;
		double d = 0;
		bool b = false;
		Colour c = Colour::red;
		types.give_basic(o, l, d, b, c);
		types.turn_octet(o), types.turn_longlong(l), types.turn_double(d), types.turn_boolean(b), types.turn_colour(c);
		std::string s;
		std::u16string w;
		types.give_text(s, w);
		types.turn_string(s), types.turn_wstring(w);
	}},
	{"parameters/out-constructed", [] {
		Point p;
		Longs n;
		Person who;
		types.give_constructed(p, n, who);
		types.turn_point(p), types.turn_longs(n), types.turn_person(who);
		Thing a;
		Things more;
		types.give_things(a, more);
		types.turn_thing(a), types.turn_things(more);
	}},
	{"parameters/inout", [] {
		std::int32_t a = -1;
		double b = 0.25;
		Colour c = Colour::green;
		std::string s = "ab\xe2\x82\xac";
		std::u16string w = u"\xd83d\xde00 x";
		types.swap_basic(a, b, c), types.swap_basic(a, b, c);
		types.swap_text(s, w), types.swap_text(s, w);
	}},
	{"parameters/inout-constructed", [] {
		Point p{1, 2};
		Longs n{1, 2};
		Person who = somebody;
		types.swap_constructed(p, n, who), types.swap_constructed(p, n, who);
		Thing a = Thing::create(), b = Thing::create();
		types.turn_thing(a);
		types.swap_things(a, b), types.swap_things(a, b);
	}},
	{"null/allowed", [] {
		const Thing a = Thing::create();
		journal.note(types.maybe(a) ? "something" : "nothing");
		journal.note(types.maybe(nullptr) == a ? "the same" : "another");
		journal.note(types.maybe(nullptr) ? "something" : "nothing");
	}},
	{"null/refused", [] {
		types.turn_thing(nullptr);
		throw cannot("a null handle is passed on");
	}},

	{"ownership/in", [] {
		Thing a = Thing::create();
		for (int i = 0; i < 3; i++) types.turn_thing(a);
		journal.living();
		a = nullptr;
		journal.living();
	}},
	{"ownership/result", [] {
		{
			const Things many = caller.many(1000);
			const Thing made = caller.made("made");
			journal.living();
		}
		journal.living();
	}},
	{"ownership/out", [] {
		Thing a;
		Things more;
		types.give_things(a, more);
		a = nullptr;
		journal.living();
		more.clear();
		journal.living();
	}},
	{"ownership/taken", [] {
		caller.take("given away", Thing::create());
		journal.living();
		types.turn_string(static_cast<std::string>(caller.lent_text()));
		caller.take("", Thing::create());
		journal.living();
	}},
	{"ownership/lent", [] {
		for (int i = 0; i < 100; i++) (void)Thing(caller.lent_thing()).get_weight();
		journal.note(static_cast<std::string>(Thing(caller.lent_thing()).get_label()));
	}},
	{"ownership/memory", [] {
		const Own::Given own = Own::Given::create();
		const Titled titled = Titled::create();
		const std::string x(20000, 'x');
		const auto work = [&] {
			for (int i = 0; i < 200; i++) (void)static_cast<std::string>(caller.text_of(20000)), (void)static_cast<std::string>(titled.title(x)), (void)Things(caller.many(20));
			caller.ask_often(own, 2000);
		};
		work();
		journal.memory();
		work(), work();
		journal.memory();
	}},

	{"exceptions/user", [] {
		const Thing rex = Thing::labelled("Rex", 1);
		caught([&] { rex.speak(1007); });
		caught([&] { rex.speak(-1); });
	}},
	{"exceptions/system", [] {
		const std::pair<const char *, std::uint32_t> all[] = {{"BAD_PARAM", 7}, {"NO_PERMISSION", UINT32_MAX}, {"NO_MEMORY", 0}};
		for (const auto &[name, minor] : all) {
			try {
				caller.raise_system(name, minor);
			} catch (const som::system_exception &e) {
				journal.caught_system(e.is(name) ? name : e.id(), e.minor());
			}
		}
	}},
	{"exceptions/cxx", [] {
		const Thing t = Thing::create();
		for (std::int64_t n : {999, 998, 997}) {
			try {
				t.speak(n);
			} catch (const som::system_exception &e) {
				journal.note(e.is("NO_MEMORY") ? "no memory" : std::string(e.what()) == "an error of C++" ? e.what() : "unknown");
			}
		}
		journal.note(std::to_string(t.speak(1)));
	}},
	{"exceptions/raised", [] {
		const Own::Raising o = Own::Raising::create();
		for (int what = 0; what < 3; what++) o.set_what(what), caller.catch_it(o, 1);
	}},
	{"exceptions/own", [] {
		const Own::Raising o = Own::Raising::create();
		o.set_what(3);
		caller.catch_it(o, 1);
		try {
			caller.ask(o, 1, 1);
		} catch (const std::exception &) {
			journal.note("caught");
		}
	}},
	{"exceptions/own-again", [] {
		const Own::Raising o = Own::Raising::create();
		o.set_what(3);
		try {
			caller.ask(o, 1, 1);
		} catch (const std::logic_error &) {
			journal.note("the same");
		} catch (const som::exception &e) {
			throw cannot(std::string(e.id()) + " " + e.what());
		}
	}},
	{"exceptions/through", [] {
		const Own::Passing o = Own::Passing::create();
		o.set_label("Ida");
		caller.catch_it(o, 1003);
		caught([&] { caller.ask(o, 1004, 1); });
		caught([&] { caller.ask(o, -4, 1); });
	}},
	{"exceptions/initializer", [] {
		caught([] { Thing::labelled("", 1); });
		journal.living();
	}},

	{"callbacks/override", [] { caller.ask(Own::Loud::create(), 3, 1000), caller.ask(Thing::create(), 3, 1000); }},
	{"callbacks/basic", [] { caller.ask_types(Own::Turning::create(), "basic"); }},
	{"callbacks/text", [] { caller.ask_types(Own::Turning::create(), "text"); }},
	{"callbacks/constructed", [] { caller.ask_types(Own::Turning::create(), "constructed"); }},
	{"callbacks/object", [] { caller.ask_types(Own::Turning::create(), "thing"); }},
	{"callbacks/objects", [] { caller.ask_types(Own::Turning::create(), "things"); }},
	{"callbacks/out", [] { caller.ask_types(Own::Turning::create(), "out"); }},
	{"callbacks/inout", [] { caller.ask_types(Own::Turning::create(), "inout"); }},
	{"callbacks/nested", [] {
		const Own::Deep o = Own::Deep::create();
		o.set_caller(caller);
		caller.ask(o, 12, 1);
	}},

	{"subclass/super", [] {
		journal.note(std::to_string(Own::Loud::create().speak(3)));
		caller.ask(Own::Louder::create(), 3, 1);
	}},
	{"subclass/state", [] {
		caller.keep(Own::Counting::create());
		for (int n = 1; n <= 3; n++) caller.ask_kept(n);
		journal.note(std::to_string(Own::Counting::narrow(caller.kept()).get_calls()));
		caller.keep(nullptr);
	}},
	{"subclass/attributes", [] { caller.use_attributes(Own::Marked::create()), caller.use_attributes(Own::Loud::create()); }},
	{"subclass/two-parents", [] {
		const Own::Both o = Own::Both::create();
		caller.title_of(o, "great");
		caller.ask(o, 1, 1);
		caller.look_at(o);
	}},
	{"subclass/made-by-cxx", [] {
		const Thing o = caller.made_of("Own::Loud");
		yes(som::is<Own::Loud>(o));
		caller.ask(o, 1, 1);
	}},
	{"subclass/of-holder", [] {
		const Own::Box o = Own::Box::create();
		o.set_held(Own::Loud::create());
		caller.ask(o, 1, 1);
		caller.look_at(o);
	}},
	{"subclass/below-in-cxx", [] {
		caller.define_below("Own::Middle");
		caller.ask(caller.made_of("Below"), 1, 1);
		caller.ask(late<10000>::make("Lowest", "Below"), 1, 1);
	}},

	{"class/attributes", [] {
		const Thing t = Thing::create();
		t.set_label("Rex \xe2\x82\xac");
		t.set_weight(INT32_MIN);
		types.turn_string(static_cast<std::string>(t.get_label())), types.turn_long(t.get_weight()), types.turn_long(t.get_legs());
	}},
	{"class/initializer", [] {
		Thing t = Thing::labelled("by initializer", 12);
		types.turn_string(static_cast<std::string>(t.get_label())), types.turn_long(t.get_weight());
		som::env ev;
		som_making *m = som_begin(Own::Loud::class_pointer(), &ev); // a class that has no initializer of its own
		som::borrowed<Thing>(som_made(m)).Thing_methods<Thing>::labelled(m, "below", 13);
		t = som::adopted<Thing>(som_end(m, &ev));
		types.turn_string(static_cast<std::string>(t.get_label())), types.turn_long(t.get_weight());
		caller.ask(t, 1, 1);
	}},
	{"class/procedure", [] { types.turn_long(Thing::create().total(41)); }},
	{"class/metaclass", [] {
		Member::create(), Member::create();
		Guild::narrow(som::class_object::of(Member::create())).members();
	}},
	{"class/information", [] {
		const som_class_info &info = som::class_object::of(Thing::create()).info();
		journal.note(info.name);
		journal.note(std::to_string(info.major) + "." + std::to_string(info.minor));
	}},
	{"identity/same", [] {
		const Thing a = Own::Loud::create(), b = Thing::create();
		yes(a.itself() == a);
		caller.keep(a);
		yes(caller.kept() == a);
		caller.keep(nullptr);
		yes(b.itself() == b);
		yes(a == b);
	}},
	{"identity/class", [] {
		const Holder h = Holder::create();
		h.set_held(Holder::create());
		yes(som::is<Holder>(Thing(h.get_held())));
		h.set_held(Own::Loud::create());
		yes(som::is<Own::Loud>(Thing(h.get_held())));
		caller.look_at(h);
	}},

	{"lifetime/dropped", [] {
		for (int i = 0; i < 1000; i++) Thing::create(), Own::Loud::create();
		journal.living();
	}},
	{"lifetime/kept", [] {
		caller.keep(Own::Loud::create());
		journal.living();
		caller.ask_kept(1);
		caller.keep(nullptr);
		journal.living();
	}},
	{"lifetime/weak", [] {
		Thing o = Own::Loud::create();
		som::weak<Thing> w(o);
		caller.watch(o);
		journal.note(w.lock() == o ? "there" : "gone");
		caller.watched();
		o = nullptr;
		journal.note(w.lock() ? "there" : "gone");
		caller.watched();
	}},
	{"lifetime/cycle", [] {
		const std::uint64_t before = instances("Suite::Holder");
		for (int i = 0; i < 100; i++) {
			const Holder a = Holder::create(), b = Holder::create();
			a.set_held(b);
			b.set_held(a);
		}
		if (const std::uint64_t left = instances("Suite::Holder") - before) throw cannot(std::to_string(left) + " objects are left");
		journal.living();
	}},
	{"lifetime/cycle-through-cxx", [] {
		std::vector<som::weak<Holder>> all;
		for (int i = 0; i < 100; i++) {
			const Holder a = Own::Box::create(), b = Own::Box::create();
			a.set_held(b);
			b.set_held(a);
			all.emplace_back(a);
		}
		journal.living();
		for (const som::weak<Holder> &w : all) w.lock().set_held(nullptr); // it has to be broken
		journal.living();
	}},
	{"lifetime/released", [] {
		Thing t = Thing::create();
		t = nullptr;
		journal.living();
		throw cannot("a null handle must not be called, as a null pointer");
	}},

	{"threads/foreign", [] {
		caller.begin_threads(Own::Passing::create(), 4, 50);
		while (!caller.ended()) std::this_thread::yield();
	}},
	{"threads/waiting", [] { caller.wait_for_threads(Own::Loud::create(), 4, 50); }},
	{"threads/raising", [] {
		const Own::Raising o = Own::Raising::create();
		o.set_what(3);
		caller.begin_threads(o, 2, 20);
		while (!caller.ended()) std::this_thread::yield();
	}},
	{"threads/own", [] {
		Thing o = Own::Loud::create();
		std::array<std::int64_t, 4> sums{};
		std::vector<std::thread> all;
		for (std::int64_t &sum : sums)
			all.emplace_back([&sum, &o] {
				for (int n = 0; n < 100; n++) sum += o.speak(n);
				for (int i = 0; i < 50; i++) caller.made("x"), Own::Loud::create();
			});
		for (std::thread &t : all) t.join();
		types.turn_longlong(sums[0] + sums[1] + sums[2] + sums[3]);
		o = nullptr;
		journal.living();
	}},

	{"chain/python", [] {
		Embed::Python::create().run("exec(open('chain/middle.py').read())");
		chain("PythonMiddle");
	}},
	{"chain/go", [] { chain("GoMiddle"); }},
	{"chain/python-go", [] {
		Embed::Python::create().run("exec(open('chain/below_go.py').read())");
		caller.ask(late<1100000>::make("Fourth", "PythonAndGo"), 1, 1);
	}},
	{"chain/lua", [] {
		Embed::Lua::create().run("dofile 'chain/middle.lua'");
		chain("LuaMiddle", [] { Embed::Lua::create().run("give_back()"); });
	}},
	{"chain/tcl", [] {
		Embed::Tcl::create().run("source chain/middle.tcl");
		chain("TclMiddle");
	}},
	{"chain/lua-tcl", [] {
		Embed::Lua::create().run("dofile 'chain/middle.lua'");
		Embed::Tcl::create().run("source chain/below_lua.tcl");
		caller.ask(late<1100000>::make("Fourth", "LuaAndTcl"), 1, 1);
	}},

	{"wrong/class", [] {
		for (const char *name : {"Suite::Unicorn", "Nowhere::Unicorn", "no name"}) refused([&] { som::class_object::named(name); });
	}},
	{"wrong/major-version", [] {
		try {
			som::class_object::named("Dependent");
		} catch (const som::exception &e) {
			const std::string what = e.what();
			return journal.note(what.find("class Relay is version 2.0") != std::string::npos ? "version" : what);
		}
		throw std::logic_error("it is accepted");
	}},
	{"release/next", [] {
		som::class_object c = som::define<OwnRelay>("OwnRelay", som::overrides<&OwnRelay::speak>("speak"));
		const Relay o = Relay::narrow(c.somNew());
		o.set_label("kept");
		o.call(3);
		types.turn_string(static_cast<std::string>(o.get_label()));
	}},
	{"release/replaced", [] {
		som::class_object c = som::define<OwnRelay>("OwnRelay", som::overrides<&OwnRelay::speak>("speak"));
		const Relay o = Relay::narrow(c.somNew());
		o.call(3);
		journal.replace();
		o.call(4);
		Relay::narrow(c.somNew()).call(5);
	}},
	{"end/alive", [] {
		const Holder h = Holder::create();
		h.set_held(Own::Loud::create());
		kept = {Thing::create(), Own::Loud::create(), h};
		caller.keep(Own::Loud::create());
		journal.living();
	}},
};

static std::string run(const std::string &name) {
	try {
		journal.row(name);
		rows.at(name)();
		return "ok";
	} catch (const cannot &e) {
		return std::string("cannot\t") + e.what();
	} catch (const std::exception &e) {
		return std::string("failed\t") + e.what();
	}
}

int main(int n, char **args) {
	journal = Journal::create(), caller = Caller::create(), types = Types::create();
	for (int i = 1; i < n; i++) {
		std::printf("%s\t%s\n", args[i], run(args[i]).c_str());
		std::fflush(stdout);
	}
}
