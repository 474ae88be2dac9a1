// own.cc: the classes of own.idl.
#include "own.ih.hpp"

#include <stdexcept>

namespace Own {

class Loud_impl : public Loud_part<Loud_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Suite::Thing>().speak(n) + 100; }
};
som::class_object Loud_define() { return Loud_impl::som_define(); }

class Louder_impl : public Louder_part<Louder_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Own::Loud>().speak(n) * 10; }
};
som::class_object Louder_define() { return Louder_impl::som_define(); }

class Raising_impl : public Raising_part<Raising_impl> {
public:
	std::int64_t speak(std::int64_t) {
		switch (what) {
		case 0: throw Suite::Refused(-5, "why not \xe2\x82\xac");
		case 1: throw Suite::Plain();
		case 2: throw som::system_exception("BAD_PARAM", "mine", 9);
		default: throw std::logic_error("mine");
		}
	}
};
som::class_object Raising_define() { return Raising_impl::som_define(); }

class Passing_impl : public Passing_part<Passing_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Suite::Thing>().speak(n); }
};
som::class_object Passing_define() { return Passing_impl::som_define(); }

class Deep_impl : public Deep_part<Deep_impl> {
public:
	std::int64_t speak(std::int64_t n) { return n ? caller.ask(self<Suite::Thing>(), n - 1, 1) + 1 : parent<::Suite::Thing>().speak(1); }
};
som::class_object Deep_define() { return Deep_impl::som_define(); }

class Counting_impl : public Counting_part<Counting_impl> {
public:
	std::int64_t speak(std::int64_t n) { return calls += n; }
};
som::class_object Counting_define() { return Counting_impl::som_define(); }

class Marked_impl : public Marked_part<Marked_impl> {
	std::string shown; // what was lent last

public:
	const std::string &get_label() {
		shown = "<" + std::string(parent<::Suite::Thing>().get_label()) + ">";
		return shown;
	}
	void set_label(const std::string &label) { parent<::Suite::Thing>().set_label(label + "!"); }
	std::int32_t get_legs() { return 3; }
};
som::class_object Marked_define() { return Marked_impl::som_define(); }

class Both_impl : public Both_part<Both_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Suite::Thing>().speak(n) + 1; }
	std::string title(const std::string &word) { return parent<::Suite::Titled>().title(word) + "!"; }
};
som::class_object Both_define() { return Both_impl::som_define(); }

class Box_impl : public Box_part<Box_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Suite::Holder>().get_held().speak(n) + 1; }
};
som::class_object Box_define() { return Box_impl::som_define(); }

class Middle_impl : public Middle_part<Middle_impl> {
public:
	std::int64_t speak(std::int64_t n) { return parent<::Suite::Thing>().speak(n) + 1000; }
};
som::class_object Middle_define() { return Middle_impl::som_define(); }

class Given_impl : public Given_part<Given_impl> {
public:
	void swap_text(std::string &s, std::u16string &w) {
		s += "!";
		w += u'!';
	}
	::Suite::Person turn_person(const ::Suite::Person &v) { return v; }
	::Suite::Things turn_things(const ::Suite::Things &v) {
		::Suite::Things all = v;
		all.push_back(::Suite::Thing::create());
		return all;
	}
};
som::class_object Given_define() { return Given_impl::som_define(); }

class Turning_impl : public Turning_part<Turning_impl> {
public:
	bool turn_boolean(bool v) { return parent<::Suite::Types>().turn_boolean(v); }
	std::uint8_t turn_octet(std::uint8_t v) { return parent<::Suite::Types>().turn_octet(v); }
	char turn_char(char v) { return parent<::Suite::Types>().turn_char(v); }
	char16_t turn_wchar(char16_t v) { return parent<::Suite::Types>().turn_wchar(v); }
	std::int16_t turn_short(std::int16_t v) { return parent<::Suite::Types>().turn_short(v); }
	std::uint16_t turn_ushort(std::uint16_t v) { return parent<::Suite::Types>().turn_ushort(v); }
	std::int32_t turn_long(std::int32_t v) { return parent<::Suite::Types>().turn_long(v); }
	std::uint32_t turn_ulong(std::uint32_t v) { return parent<::Suite::Types>().turn_ulong(v); }
	std::int64_t turn_longlong(std::int64_t v) { return parent<::Suite::Types>().turn_longlong(v); }
	std::uint64_t turn_ulonglong(std::uint64_t v) { return parent<::Suite::Types>().turn_ulonglong(v); }
	float turn_float(float v) { return parent<::Suite::Types>().turn_float(v); }
	double turn_double(double v) { return parent<::Suite::Types>().turn_double(v); }
	::Suite::Colour turn_colour(::Suite::Colour v) { return parent<::Suite::Types>().turn_colour(v); }
	std::string turn_string(const std::string &v) { return parent<::Suite::Types>().turn_string(v); }
	std::u16string turn_wstring(const std::u16string &v) { return parent<::Suite::Types>().turn_wstring(v); }
	::Suite::Octets turn_octets(const ::Suite::Octets &v) { return parent<::Suite::Types>().turn_octets(v); }
	::Suite::Booleans turn_booleans(const ::Suite::Booleans &v) { return parent<::Suite::Types>().turn_booleans(v); }
	::Suite::Longs turn_longs(const ::Suite::Longs &v) { return parent<::Suite::Types>().turn_longs(v); }
	::Suite::Doubles turn_doubles(const ::Suite::Doubles &v) { return parent<::Suite::Types>().turn_doubles(v); }
	::Suite::Strings turn_strings(const ::Suite::Strings &v) { return parent<::Suite::Types>().turn_strings(v); }
	::Suite::Point turn_point(const ::Suite::Point &v) { return parent<::Suite::Types>().turn_point(v); }
	::Suite::Person turn_person(const ::Suite::Person &v) { return parent<::Suite::Types>().turn_person(v); }
	::Suite::People turn_people(const ::Suite::People &v) { return parent<::Suite::Types>().turn_people(v); }
	::Suite::Tree turn_tree(const ::Suite::Tree &v) { return parent<::Suite::Types>().turn_tree(v); }
	::Suite::Shape turn_shape(const ::Suite::Shape &v) { return parent<::Suite::Types>().turn_shape(v); }
	::Suite::Grid turn_grid(const ::Suite::Grid &v) { return parent<::Suite::Types>().turn_grid(v); }
	::Suite::Pair turn_pair(const ::Suite::Pair &v) { return parent<::Suite::Types>().turn_pair(v); }
	::Suite::Things turn_things(const ::Suite::Things &v) { return parent<::Suite::Types>().turn_things(v); }
	::Suite::Thing turn_thing(const ::Suite::Thing &v) { return parent<::Suite::Types>().turn_thing(v); }
	::Suite::Thing maybe(const ::Suite::Thing &v) { return parent<::Suite::Types>().maybe(v); }
	std::int32_t divide(std::int32_t a, std::int32_t b, std::int32_t &rest) { return parent<::Suite::Types>().divide(a, b, rest); }
	void give_basic(std::uint8_t &o, std::int64_t &l, double &d, bool &b, ::Suite::Colour &c) { parent<::Suite::Types>().give_basic(o, l, d, b, c); }
	void give_text(std::string &s, std::u16string &w) { parent<::Suite::Types>().give_text(s, w); }
	void give_constructed(::Suite::Point &p, ::Suite::Longs &n, ::Suite::Person &who) { parent<::Suite::Types>().give_constructed(p, n, who); }
	void give_things(::Suite::Thing &a, ::Suite::Things &more) { parent<::Suite::Types>().give_things(a, more); }
	void swap_basic(std::int32_t &a, double &b, ::Suite::Colour &c) { parent<::Suite::Types>().swap_basic(a, b, c); }
	void swap_text(std::string &s, std::u16string &w) { parent<::Suite::Types>().swap_text(s, w); }
	void swap_constructed(::Suite::Point &p, ::Suite::Longs &n, ::Suite::Person &who) { parent<::Suite::Types>().swap_constructed(p, n, who); }
	void swap_things(::Suite::Thing &a, ::Suite::Thing &b) { parent<::Suite::Types>().swap_things(a, b); }
};
som::class_object Turning_define() { return Turning_impl::som_define(); }
} // namespace Own
