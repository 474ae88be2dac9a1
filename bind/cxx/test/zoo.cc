// zoo.cc: the classes of zoo.idl in C++: a class library.
#include "zoo.ih.hpp"

#include <atomic>
#include <stdexcept>

namespace Zoo {

std::atomic<int> alive; // parts of Dog

class Animal_impl : public Animal_part<Animal_impl> {
public:
	Animal_impl() { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); }
	Animal_impl(const Animal_impl &) = default;
	Animal_impl &operator=(const Animal_impl &) = default;
	Animal_impl(named, const std::string &n, std::int32_t legs) : legs_(legs) {
		if (n == "nobody") throw TooLoud(1, "nobody has a name");
		name = n;
	}
	std::int64_t speak(std::int64_t n) {
		if (n < 0) throw Asleep();
		if (n > 1000) throw TooLoud(static_cast<std::int16_t>(n - 1000), name + " is too loud");
		if (n == 999) throw std::runtime_error("a plain error");
		if (n == 998) throw std::bad_alloc();
		if (n == 997) throw 7;
		__atomic_add_fetch(&footsteps, 1, __ATOMIC_RELAXED);
		return n * 2;
	}
	Animal friend_of(const Animal &other) { return other ? other : self<Animal>(); }
	std::int32_t get_legs() const { return legs_; }
	static std::int32_t total(std::int32_t more) { return count + more; }

private:
	std::int32_t legs_ = 4;
};
som::class_object Animal_define() { return Animal_impl::som_define(); }

class Pet_impl : public Pet_part<Pet_impl> {
public:
	std::string owner() { return "somebody"; }
	std::int64_t speak_to(const std::string &who) { return static_cast<std::int64_t>(who.size()); }
};
som::class_object Pet_define() { return Pet_impl::som_define(); }

class Dog_impl : public Dog_part<Dog_impl> {
public:
	Dog_impl() { alive++; }
	Dog_impl(const Dog_impl &d) : Dog_part<Dog_impl>(d), loudest(d.loudest) { alive++; }
	Dog_impl &operator=(const Dog_impl &) = default;
	~Dog_impl() { alive--; }
	void bark(std::int16_t volume) {
		if (volume > 100) throw TooLoud(volume, "hush");
		loudest = volume > loudest ? volume : loudest;
	}
	std::int64_t speak(std::int64_t n) { return parent<Animal>().speak(n) + loudest + 1; }
	void somDumpSelfInt(std::int32_t level) { parent<Animal>().somDumpSelfInt(level); }

private:
	std::int16_t loudest = 0;
};
som::class_object Dog_define() { return Dog_impl::som_define(); }

class Puppy_impl : public Puppy_part<Puppy_impl> {
public:
	std::int64_t speak(std::int64_t n) { return next<Animal>().speak(n) + 1000; }
	std::int64_t speak_to(const std::string &who) { return parent<Pet>().speak_to(who) * 10; }
	void create() { parent<Dog>().bark(42); }
};
som::class_object Puppy_define() { return Puppy_impl::som_define(); }

class Echo_impl : public Echo_part<Echo_impl> {
	template <class T> static T give(const T &v, T &o, T &io) {
		o = io;
		io = v;
		return v;
	}

public:
	bool flag(bool v, bool &o, bool &io) { return give(v, o, io); }
	std::uint8_t byte(std::uint8_t v, std::uint8_t &o, std::uint8_t &io) { return give(v, o, io); }
	char letter(char v, char &o, char &io) { return give(v, o, io); }
	char16_t wide(char16_t v, char16_t &o, char16_t &io) { return give(v, o, io); }
	std::int16_t small(std::int16_t v, std::int16_t &o, std::int16_t &io) { return give(v, o, io); }
	std::uint32_t large(std::uint32_t v, std::uint32_t &o, std::uint32_t &io) { return give(v, o, io); }
	std::uint64_t huge(std::uint64_t v, std::uint64_t &o, std::uint64_t &io) { return give(v, o, io); }
	float single(float v, float &o, float &io) { return give(v, o, io); }
	double twice(double v, double &o, double &io) { return give(v, o, io); }
	Colour colour(Colour v, Colour &o, Colour &io) { return give(v, o, io); }
	std::string text(const std::string &v, std::string &o, std::string &io) { return give(v, o, io); }
	std::u16string title(const std::u16string &v, std::u16string &o, std::u16string &io) { return give(v, o, io); }
	Animal animal(const Animal &v, Animal &o, Animal &io) { return give(v, o, io); }
	Place place(const Place &v, Place &o, Place &io) { return give(v, o, io); }
	Card card(const Card &v, Card &o, Card &io) {
		if (v.name == "raise") throw Asleep();
		return give(v, o, io);
	}
	Cards cards(const Cards &v, Cards &o, Cards &io) { return give(v, o, io); }
	Numbers numbers(const Numbers &v, Numbers &o, Numbers &io) { return give(v, o, io); }
	Names names(const Names &v, Names &o, Names &io) { return give(v, o, io); }
	Tree tree(const Tree &v, Tree &o, Tree &io) { return give(v, o, io); }
	Food food(const Food &v, Food &o, Food &io) { return give(v, o, io); }
	std::vector<bool> flags(const std::vector<bool> &v, std::vector<bool> &o, std::vector<bool> &io) { return give(v, o, io); }
	std::vector<Animal> herd(const std::vector<Animal> &v, std::vector<Animal> &o, std::vector<Animal> &io) { return give(v, o, io); }
	Album album(const Album &v, Album &o, Album &io) { return give(v, o, io); }
	void keep(std::string t, Animal a) {
		text_ = std::move(t);
		animal_ = std::move(a);
	}
	const std::string &kept_text() { return text_; }
	void *token(void *v) { return v; }

private:
	std::string text_ = "nothing";
	Animal animal_;
};
som::class_object Echo_define() { return Echo_impl::som_define(); }

} // namespace Zoo
