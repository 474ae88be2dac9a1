// values.cc: values of all types go through a class and come back, and nothing is left over.
#include "zoo.hpp"

#include "check.hpp"

extern "C" som_library_entry_proc som_library_entry;

using namespace Zoo;

// Calls an operation of Echo with two values and looks at what comes back.
template <class M, class T> void round(const Echo &e, M m, const T &a, const T &b, int line) {
	T o{}, io = b;
	T r = m(e, a, o, io);
	if (!(r == a && o == b && io == a)) {
		std::printf("values.cc:%d: a value does not come back\n", line);
		failures++;
	}
}
#define ROUND(op, ...) round([&](const Echo &x, const auto &v, auto &o, auto &io) { return x.op(v, o, io); }, __VA_ARGS__, __LINE__)
template <class M, class T> void round(M m, const T &a, const T &b, int line) {
	Echo e = Echo::create();
	for (int n = 0; n < 3; n++) round(e, m, a, b, line);
}

static Card card(const char *name) {
	Card c;
	c.name = name;
	c.colour = Colour::blue;
	c.tame = true;
	c.tricks = {"sit", "", "fetch"};
	c.home.x = 1.5;
	c.home.marks[1][2] = 9;
	c.title = u"Se\u00f1or";
	return c;
}

static void all_types() {
	ROUND(flag, true, false);
	ROUND(byte, std::uint8_t(255), std::uint8_t(1));
	ROUND(letter, 'a', '\xff');
	ROUND(wide, u'\u20ac', u'x');
	ROUND(small, std::int16_t(-32768), std::int16_t(7));
	ROUND(large, 4000000000u, 1u);
	ROUND(huge, std::uint64_t(1) << 63, std::uint64_t(2));
	ROUND(single, 1.5f, -2.0f);
	ROUND(twice, 1e300, -0.25);
	ROUND(colour, Colour::green, Colour::blue);
	ROUND(text, std::string("h\u00e9llo"), std::string());
	ROUND(title, std::u16string(u"\u20ac"), std::u16string());
	ROUND(animal, Animal::create(), Animal());
	Place p, q;
	p.marks[0][1] = 3;
	q.y = 8;
	ROUND(place, p, q);
	ROUND(card, card("a"), card("b"));
	ROUND(cards, Cards{card("a"), card("b")}, Cards{});
	ROUND(numbers, Numbers{1, 2, 3}, Numbers{});
	ROUND(names, Names{"one", "two"}, Names{"", "x"});
	Album full, some; // clang 14 dies of it in C++20 if its arrays are told to be empty
	full.covers[1][2] = "beach";
	some.pages = 7;
	ROUND(album, full, some);
	Tree t{1, {{2, {}}, {3, {{4, {}}}}}};
	ROUND(tree, t, Tree());
	Food red, leaf(Colour::green), other;
	red.weight(12);
	leaf.leaf("oak");
	other.eaten(card("mouse"));
	CHECK(other._d() == Colour::blue && other.is_eaten() && other.eaten().name == "mouse");
	CHECK(Food().is_weight() && Food().weight() == 0);
	THROWN(som::system_exception, other.eaten(card("x"), Colour::red));
	THROWN(std::bad_variant_access, red.leaf());
	ROUND(food, red, leaf);
	ROUND(food, other, red);
	ROUND(flags, std::vector<bool>{true, false, true}, std::vector<bool>{});
	ROUND(herd, std::vector<Animal>{Animal::create(), Animal()}, std::vector<Animal>{});
}

static void ownership() {
	Echo e = Echo::create();
	CHECK(e.kept_text() == "nothing");
	{
		Animal a = Animal::create();
		e.keep("mine", a);
		e.keep(std::string_view("yours and more").substr(0, 5), a);
	}
	CHECK(e.kept_text() == "yours");
	CHECK(som::class_object::named("Zoo::Animal").instances() == 1);
	int here = 0;
	CHECK(e.token(&here) == &here);
}

static void raising() { // a method that raises leaves nothing behind, and outs are as they were
	Echo e = Echo::create();
	Card o = card("o"), io = card("io");
	THROWN(Asleep, e.card(card("raise"), o, io));
	CHECK(o == card("o") && io == card("io"));
}

static void attributes() {
	Dog d = Dog::create();
	d.set_name("Rex");
	d.set_colour(Colour::green);
	d.set_cards({card("a"), card("b")});
	Dog::Bone b;
	b.size = Dog::Size::large;
	b.age = 1LL << 40;
	d.set_bone(b);
	CHECK(d.get_name() == "Rex" && d.get_colour() == Colour::green && d.get_bone() == b && d.get_legs() == 4);
	Cards cs = d.get_cards();
	CHECK(cs.size() == 2 && cs[1] == card("b"));
	som_env ev = som_env();
	Dog copy = som::adopted<Dog>(som_copy(d.get(), &ev));
	d.set_cards({});
	d.set_name("Max");
	CHECK(copy.get_cards().size() == 2 && copy.get_name() == "Rex");
	CHECK(som_assign(copy.get(), d.get(), &ev) == SOM_OK && copy.get_name() == "Max" && copy.get_cards().empty());
}

int main() {
	som_env ev = som_env();
	if (som_library_add("zoo", som_library_entry, &ev) != SOM_OK) return std::printf("%s\n", ev.text), 1;
	all_types();
	ownership();
	raising();
	attributes();
	static_assert(sizeof(Puppy) == sizeof(void *) && most == 7);
	for (const char *name : {"Zoo::Animal", "Zoo::Echo", "Zoo::Dog"}) CHECK(som::class_object::named(name).instances() == 0);
	if (!failures) std::puts("ok");
	return failures != 0;
}
