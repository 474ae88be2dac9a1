// farm.cc: the classes of farm.idl in C++: a class library whose classes stand below another's.
#include "farm.ih.hpp"

class Barn_impl : public Barn_part<Barn_impl> {
public:
	Barn::Roof roof() { return Barn::Roof::tiles; }
};
som::class_object Barn_define() { return Barn_impl::som_define(); }

namespace Farm {

class Herd_impl : public Herd_part<Herd_impl> {
public:
	std::int32_t heads() { return 7; }
};
som::class_object Herd_define() { return Herd_impl::som_define(); }

class Shed_impl : public Shed_part<Shed_impl> {
public:
	std::int32_t room(const Feed::Ration &for_what) { return static_cast<std::int32_t>(for_what.what.size()); }
};
som::class_object Shed_define() { return Shed_impl::som_define(); }

class Cow_impl : public Cow_part<Cow_impl> {
public:
	void eat(const Feed::Ration &ration) {
		if (ration.what == "stones") throw Refused(7, 8, "it is no feed", Zoo::Colour::green);
		last = ration;
	}
	Feed::Ration left() { return last; }
	Shed stall() { return Shed::create(); }
	Cow calf(const std::string &name) {
		Cow c = Cow::create();
		c.set_name(name);
		return c;
	}
	Zoo::Dog guard(Barn::Roof) { return Zoo::Dog::create(); }
	std::int32_t fetch_async(std::int32_t n) { return n + 100; }
	std::int32_t fetch(std::int32_t n) { return n + 1; }
	std::int32_t fetchAsync(std::int32_t n) { return n + 200; }

private:
	Feed::Ration last;
};
som::class_object Cow_define() { return Cow_impl::som_define(); }

class Getter_impl : public Getter_part<Getter_impl> {
public:
	std::int32_t get(std::int32_t n) { return n + 1; }
};
som::class_object Getter_define() { return Getter_impl::som_define(); }

class Named_impl : public Named_part<Named_impl> {
public:
	std::int32_t get_async(std::int32_t n) { return n + 100; }
	std::int32_t getAsync(std::int32_t n) { return n + 200; }
};
som::class_object Named_define() { return Named_impl::som_define(); }

class Both_impl : public Both_part<Both_impl> {};
som::class_object Both_define() { return Both_impl::som_define(); }

class Fetches_impl : public Fetches_part<Fetches_impl> {
public:
	std::int32_t getAsync(std::int32_t n) { return n + 300; }
};
som::class_object Fetches_define() { return Fetches_impl::som_define(); }

} // namespace Farm
