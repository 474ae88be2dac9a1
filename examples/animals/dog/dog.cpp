// The class Dog, in C++. Its parent is in C, and its header knows release 1 of that.
#include "dog.ih.hpp"

class Dog_impl : public Dog_part<Dog_impl> {
public:
	std::int32_t bark(std::int32_t times) { return barks += times; }

	std::string speak() {
		bark(1);
		return parent<::Animal>().speak() + " Woof!";
	}
};

som::class_object Dog_define() { return Dog_impl::som_define(); }
