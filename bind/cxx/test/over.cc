// over.cc: a class library in C, used from C++ and with a subclass in C++ that C sees through its own table.
#include "animal.hpp"

#include "check.hpp"

using namespace Zoo;

class Loud : public som::impl<Loud, Animal> {
public:
	std::string speak(std::int16_t volume) {
		if (volume > 1000) throw Asleep();
		return parent<Animal>().speak(volume) + "!";
	}
	std::int32_t legs() { return next<Animal>().legs() * 2; }
	Place where(const Place &from, Diet diet) {
		Place p = parent<Animal>().where(from, diet);
		p.x += 100;
		return p;
	}
	bool eat(const Meal &what, std::int32_t &grams, std::string &left) {
		if (!what.is_plant()) return parent<Animal>().eat(what, grams, left);
		left = "all of the " + what.plant();
		return false;
	}
};

static void use(const Animal &a) {
	CHECK(a.get_name() == "Anon" && a.legs() == LEGS);
	a.set_name("Rex");
	CHECK(a.speak(3) == "Rex");
	CHECK(THROWN(Tired, a.speak(12)).left == 2);
	CHECK(THROWN(Tired, a.speak(12)).why == "too loud");
	THROWN(Asleep, a.speak(-1));
	Place from, at;
	from.x = 10;
	from.y = 20;
	at = a.where(from, Diet::anything);
	CHECK(at.x == 11 && at.y == 22);
	std::int32_t grams = 150;
	std::string left = "something";
	Meal meal(Diet::plants);
	meal.plant("clover");
	CHECK(a.eat(meal, grams, left) && left == "clover" && grams == 150);
	meal.prey({1, 2, 3});
	a.eat(meal, grams, left);
	CHECK(grams == 147 && left.empty() && a.get_meals() == 2);
	Grid cells{{{1, 2, 3}, {4, 5, 6}}};
	Tags tags = a.tags({3, 5}, cells);
	CHECK(tags.size() == 2 && tags[1].text == "tag 5" && tags[1].at.x == 5);
	std::string text = "Max";
	Tag tag = tags[0];
	tag.notes = {"one", "two"};
	a.rename(text, tag);
	CHECK(text == "Rex" && tag.text == "renamed" && tag.notes.empty() && a.get_name() == "Max");
	a.set_tag(tags[0]);
	CHECK(a.get_tag() == tags[0]);
	a.set_grid(cells);
	CHECK(a.get_grid() == cells);
	CHECK(a.same() == a);
	CHECK(a.get()->refs == 1); // what stays the object's is counted by the handle alone
	Animal other = Animal::create();
	a.set_friend(other);
	CHECK(a.get_friend() == other);
	CHECK(other.get()->refs == 2);
	CHECK(a.sum(1, 2, 3, 4, 5, 6) == 21);
}

int main() {
	{
		use(Animal::create());
		som::class_object c = som::define<Loud>("Loud", som::overrides<&Loud::speak>("speak"), som::overrides<&Loud::legs>("legs"),
			som::overrides<&Loud::where>("where"), som::overrides<&Loud::eat>("eat"));
		Animal loud = Animal::narrow(c.somNew());
		CHECK(loud.speak(3) == "Anon!" && loud.legs() == 8 && loud.where(Place(), Diet::plants).x == 101);
		CHECK(THROWN(Tired, loud.speak(12)).left == 2); // from C, through C++
		THROWN(Asleep, loud.speak(2000));
		std::int32_t grams = 1;
		std::string left;
		Meal meal(Diet::plants);
		meal.plant("oak");
		CHECK(!loud.eat(meal, grams, left) && left == "all of the oak" && loud.get_meals() == 0);
		meal.other(2.5);
		loud.eat(meal, grams, left);
		CHECK(grams == 2 && loud.get_meals() == 1);
		som_env ev = som_env();
		Animal copy = som::adopted<Animal>(som_copy(loud.get(), &ev));
		CHECK(copy && copy.legs() == 8 && copy.get_name() == "Anon");
	}
	CHECK(som::class_object::named("Zoo::Animal").instances() == 0 && som::class_object::named("Loud").instances() == 0);
	if (!failures) std::puts("ok");
	return failures != 0;
}
