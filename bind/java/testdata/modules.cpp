// modules.cpp: the classes of modules.idl, which refer to each other's modules.
#include "modules.ih.hpp"

namespace Form {

class Shape_impl : public Shape_part<Shape_impl> {
public:
	Geo::Spot centre() { return Geo::Spot{3, 4}; }
};
som::class_object Shape_define() { return Shape_impl::som_define(); }

} // namespace Form

namespace Town {

class House_impl : public House_part<House_impl> {
public:
	Form::Shape plan() { return Form::Shape::create(); }
	Geo::Spot place(const Geo::Spot &s) { return s; }
	void find(std::int32_t r) { throw Geo::Lost(Geo::Spot{r, r}); }
	std::vector<Geo::Odd> odd(const std::vector<Geo::Odd> &r, std::int32_t &value) {
		value = static_cast<std::int32_t>(r.size());
		return r;
	}
};
som::class_object House_define() { return House_impl::som_define(); }

class HutBase_impl : public HutBase_part<HutBase_impl> {
public:
	std::int32_t floors() { return 1; }
};
som::class_object HutBase_define() { return HutBase_impl::som_define(); }

class Hut_impl : public Hut_part<Hut_impl> {
public:
	std::int32_t rooms() { return 2; }
};
som::class_object Hut_define() { return Hut_impl::som_define(); }

class Shed_impl : public Shed_part<Shed_impl> {
public:
	std::int32_t rooms() { return 3; }
};
som::class_object Shed_define() { return Shed_impl::som_define(); }

class Shedbase_impl : public Shedbase_part<Shedbase_impl> {
public:
	std::int32_t floors() { return 4; }
};
som::class_object Shedbase_define() { return Shedbase_impl::som_define(); }

class Left_impl : public Left_part<Left_impl> {
public:
	std::int32_t same() { return 1; }
	std::int32_t left() { return 2; }
};
som::class_object Left_define() { return Left_impl::som_define(); }

class Right_impl : public Right_part<Right_impl> {
public:
	std::string same() { return "right"; }
};
som::class_object Right_define() { return Right_impl::som_define(); }

class Both_impl : public Both_part<Both_impl> {
public:
	std::int32_t left_of(const std::string &who) { return static_cast<std::int32_t>(who.size()); }
};
som::class_object Both_define() { return Both_impl::som_define(); }

} // namespace Town
