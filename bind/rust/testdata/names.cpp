#include "names.ih.hpp"

namespace Names {

class DogMethods_impl : public DogMethods_part<DogMethods_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 1; }
};
som::class_object DogMethods_define() { return DogMethods_impl::som_define(); }

class DogClass_impl : public DogClass_part<DogClass_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 2; }
};
som::class_object DogClass_define() { return DogClass_impl::som_define(); }

class Dog_impl : public Dog_part<Dog_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 3; }
};
som::class_object Dog_define() { return Dog_impl::som_define(); }

class Dog_Class_impl : public Dog_Class_part<Dog_Class_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 4; }
};
som::class_object Dog_Class_define() { return Dog_Class_impl::som_define(); }

class DogOverrides_impl : public DogOverrides_part<DogOverrides_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 5; }
};
som::class_object DogOverrides_define() { return DogOverrides_impl::som_define(); }

class CatClass_impl : public CatClass_part<CatClass_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 6; }
};
som::class_object CatClass_define() { return CatClass_impl::som_define(); }

class Cat_impl : public Cat_part<Cat_impl> {
public:
	std::int32_t more(std::int32_t than) { return than + 7; }
};
som::class_object Cat_define() { return Cat_impl::som_define(); }
}
