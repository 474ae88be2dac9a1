// types.hpp: Suite::Types, and who calls an override of it.
#ifndef TYPES_HPP
#define TYPES_HPP

#include "state.hpp"

namespace Suite {

template <class... T> void write_call(const char *method, const T &...v) {
	std::string line = method;
	(void)std::initializer_list<int>{(line += " " + text(v), 0)...};
	write_line(line);
}

inline const Person somebody{"Gr\xc3\xbc\xc3\x9f", Colour::green, true, {-1, 2147483647}, {"sit", "", "\xf0\x9f\x98\x80!"}, u"\u20ac \xd83d\xde00"};

class Types_impl : public Types_part<Types_impl> {
	Thing last_;

	template <class T> static T turn(const char *method, const T &v) {
		write_call(method, v);
		return mirror(v);
	}
	template <class T> static void turn_in_place(T &v) { v = mirror(v); }

public:
	bool turn_boolean(bool v) { return turn("turn_boolean", v); }
	std::uint8_t turn_octet(std::uint8_t v) { return turn("turn_octet", v); }
	char turn_char(char v) { return turn("turn_char", v); }
	char16_t turn_wchar(char16_t v) { return turn("turn_wchar", v); }
	std::int16_t turn_short(std::int16_t v) { return turn("turn_short", v); }
	std::uint16_t turn_ushort(std::uint16_t v) { return turn("turn_ushort", v); }
	std::int32_t turn_long(std::int32_t v) { return turn("turn_long", v); }
	std::uint32_t turn_ulong(std::uint32_t v) { return turn("turn_ulong", v); }
	std::int64_t turn_longlong(std::int64_t v) { return turn("turn_longlong", v); }
	std::uint64_t turn_ulonglong(std::uint64_t v) { return turn("turn_ulonglong", v); }
	float turn_float(float v) { return turn("turn_float", v); }
	double turn_double(double v) { return turn("turn_double", v); }
	Colour turn_colour(Colour v) { return turn("turn_colour", v); }
	std::string turn_string(const std::string &v) { return turn("turn_string", v); }
	std::u16string turn_wstring(const std::u16string &v) { return turn("turn_wstring", v); }
	Octets turn_octets(const Octets &v) { return turn("turn_octets", v); }
	Booleans turn_booleans(const Booleans &v) { return turn("turn_booleans", v); }
	Longs turn_longs(const Longs &v) { return turn("turn_longs", v); }
	Doubles turn_doubles(const Doubles &v) { return turn("turn_doubles", v); }
	Strings turn_strings(const Strings &v) { return turn("turn_strings", v); }
	Point turn_point(const Point &v) { return turn("turn_point", v); }
	Person turn_person(const Person &v) { return turn("turn_person", v); }
	People turn_people(const People &v) { return turn("turn_people", v); }
	Tree turn_tree(const Tree &v) { return turn("turn_tree", v); }
	Shape turn_shape(const Shape &v) { return turn("turn_shape", v); }
	Grid turn_grid(const Grid &v) { return turn("turn_grid", v); }
	Pair turn_pair(const Pair &v) { return turn("turn_pair", v); }
	Things turn_things(const Things &v) { return turn("turn_things", v); }
	Thing turn_thing(const Thing &v) { return turn("turn_thing", v); }
	Thing maybe(const Thing &v) {
		write_call("maybe", v);
		if (!v) return std::exchange(last_, nullptr);
		last_ = v;
		return nullptr;
	}

	std::int32_t divide(std::int32_t a, std::int32_t b, std::int32_t &rest) {
		write_call("divide", a, b);
		if (!b) throw som::system_exception("BAD_PARAM", "divide: by zero", 3);
		rest = a % b;
		return a / b;
	}
	void give_basic(std::uint8_t &o, std::int64_t &l, double &d, bool &b, Colour &c) {
		write_call("give_basic");
		o = 200, l = -9007199254740993, d = 0.1, b = true, c = Colour::blue;
	}
	void give_text(std::string &s, std::u16string &w) {
		write_call("give_text");
		s = somebody.words[2], w = somebody.title;
	}
	void give_constructed(Point &p, Longs &n, Person &who) {
		write_call("give_constructed");
		p = {3, -4}, n = {1, 2, 3}, who = somebody;
	}
	void give_things(Thing &a, Things &more) {
		write_call("give_things");
		a = Thing::create(), more = {a, Thing::create()};
	}
	void swap_basic(std::int32_t &a, double &b, Colour &c) {
		write_call("swap_basic", a, b, c);
		turn_in_place(a), turn_in_place(b), turn_in_place(c);
	}
	void swap_text(std::string &s, std::u16string &w) {
		write_call("swap_text", s, w);
		turn_in_place(s), turn_in_place(w);
	}
	void swap_constructed(Point &p, Longs &n, Person &who) {
		write_call("swap_constructed", p, n, who);
		turn_in_place(p), turn_in_place(n), turn_in_place(who);
	}
	void swap_things(Thing &a, Thing &b) {
		write_call("swap_things", a, b);
		std::swap(a, b);
	}
	Branch turn_branch(const Branch &v) { return turn("turn_branch", v); }
};

// Asks an object for each type of a group, and writes what it answers.
class Asking {
	const Types &who_;

	static void answered(const char *method, const std::string &v) { write_line(std::string(method) + " = " + v); }

	void basic() const {
		answered("turn_boolean", text(static_cast<bool>(who_.turn_boolean(true))));
		answered("turn_octet", text(who_.turn_octet(255)));
		answered("turn_char", text(who_.turn_char('\xff')));
		answered("turn_wchar", text(who_.turn_wchar(u'\u20ac')));
		answered("turn_short", text(who_.turn_short(-32768)));
		answered("turn_ushort", text(who_.turn_ushort(65535)));
		answered("turn_long", text(who_.turn_long(-2147483647 - 1)));
		answered("turn_ulong", text(who_.turn_ulong(4294967295)));
		answered("turn_longlong", text(who_.turn_longlong(INT64_MIN)));
		answered("turn_ulonglong", text(who_.turn_ulonglong(UINT64_MAX)));
		answered("turn_float", text(who_.turn_float(1.5f)));
		answered("turn_double", text(who_.turn_double(-HUGE_VAL)));
		answered("turn_colour", text(who_.turn_colour(Colour::blue)));
	}
	void strings() const {
		answered("turn_string", text(who_.turn_string(somebody.words[2])));
		answered("turn_string", text(who_.turn_string("")));
		answered("turn_wstring", text(who_.turn_wstring(somebody.title)));
	}
	void constructed() const {
		answered("turn_octets", text(who_.turn_octets({0, 127, 128, 255})));
		answered("turn_booleans", text(who_.turn_booleans({true, true, false})));
		answered("turn_longs", text(who_.turn_longs({})));
		answered("turn_doubles", text(who_.turn_doubles({0.5, -1})));
		answered("turn_strings", text(who_.turn_strings(somebody.words)));
		answered("turn_point", text(who_.turn_point({7, 8})));
		answered("turn_person", text(who_.turn_person(somebody)));
		answered("turn_people", text(who_.turn_people({somebody, Person()})));
		answered("turn_tree", text(who_.turn_tree({1, {{2, {}}, {3, {{4, {}}}}}})));
		Shape s;
		s.label("four");
		answered("turn_shape", text(who_.turn_shape(s)));
		answered("turn_grid", text(who_.turn_grid({{{1, 2, 3}, {4, 5, 6}}})));
		answered("turn_pair", text(who_.turn_pair({"a", "b"})));
	}
	void thing() const {
		const Thing a = Thing::create();
		answered("turn_thing", text(who_.turn_thing(a)));
		answered("maybe", text(who_.maybe(a)));
		answered("maybe", text(who_.maybe(nullptr)));
	}
	void things() const {
		const Thing a = Thing::create(), b = Holder::create();
		answered("turn_things", text(who_.turn_things({a, b})));
		answered("turn_things", text(who_.turn_things({})));
	}
	void out() const {
		std::int32_t rest = 0;
		const std::int32_t q = who_.divide(17, 5, rest);
		answered("divide", text(q) + " " + text(rest));
		std::uint8_t o = 0;
		std::int64_t l = 0;
		double d = 0;
		bool b = false;
		Colour c = Colour::red;
		who_.give_basic(o, l, d, b, c);
		answered("give_basic", text(o) + " " + text(l) + " " + text(d) + " " + text(b) + " " + text(c));
		std::string s;
		std::u16string w;
		who_.give_text(s, w);
		answered("give_text", text(s) + " " + text(w));
		Point p;
		Longs n;
		Person someone;
		who_.give_constructed(p, n, someone);
		answered("give_constructed", text(p) + " " + text(n) + " " + text(someone));
		Thing a;
		Things more;
		who_.give_things(a, more);
		answered("give_things", text(a) + " " + text(more));
	}
	void inout() const {
		std::int32_t i = 5;
		double d = 0.25;
		Colour c = Colour::green;
		who_.swap_basic(i, d, c);
		answered("swap_basic", text(i) + " " + text(d) + " " + text(c));
		std::string s = somebody.words[2];
		std::u16string w = somebody.title;
		who_.swap_text(s, w);
		answered("swap_text", text(s) + " " + text(w));
		Point p{7, 8};
		Longs n{1, 2, 3};
		Person someone = somebody;
		who_.swap_constructed(p, n, someone);
		answered("swap_constructed", text(p) + " " + text(n) + " " + text(someone));
		Thing a = Thing::create(), b = Holder::create();
		who_.swap_things(a, b);
		answered("swap_things", text(a) + " " + text(b));
	}

public:
	explicit Asking(const Types &who) : who_(who) {}
	void ask(const std::string &group) const {
		if (group == "basic") return basic();
		if (group == "text") return strings();
		if (group == "constructed") return constructed();
		if (group == "thing") return thing();
		if (group == "things") return things();
		if (group == "out") return out();
		if (group == "inout") return inout();
		throw som::system_exception("BAD_PARAM", "ask_types: no group is called " + group);
	}
};

} // namespace Suite

#endif
