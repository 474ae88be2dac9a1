// dog.cpp: this file is yours: dsom idl build adds methods that are new and keeps heads up to date; bodies it never touches.
#include "dog.ih.hpp"

namespace Zoo {

class Animal_impl : public Animal_part<Animal_impl> {
public:
	Animal_impl() = default;

	/* Zoo::Animal::speak: long speak(in long times) raises (TooLoud)
	 * Says something; how often it has. */
	std::int32_t speak(std::int32_t times)
	{
		(void)times;
		throw som::system_exception("NO_IMPLEMENT", "Zoo::Animal::speak");
	}

	/* Zoo::Animal::born: void born(inout somInitCtrl ctrl, in string name) */
	Animal_impl(born, const std::string &name)
	{
		(void)name;
	}
};
som::class_object Animal_define() { return Animal_impl::som_define(); }
} // namespace Zoo

namespace Zoo {

class Pet_impl : public Pet_part<Pet_impl> {
public:

	/* Zoo::Pet::friend_of: Animal friend_of(in Animal other, out Tag tag, inout Mood mood) */
	::Zoo::Animal friend_of(const ::Zoo::Animal &other, ::Zoo::Tag &tag, ::Zoo::Mood &mood)
	{
		(void)other, (void)tag, (void)mood;
		throw som::system_exception("NO_IMPLEMENT", "Zoo::Pet::friend_of");
	}
};
som::class_object Pet_define() { return Pet_impl::som_define(); }
} // namespace Zoo

namespace Zoo {

class Dog_impl : public Dog_part<Dog_impl> {
public:

	/* Zoo::Dog::speak: long speak(in long times) raises (TooLoud)
	 * Says something; how often it has. */
	std::int32_t speak(std::int32_t times)
	{
		return parent<::Zoo::Animal>().speak(times);
	}
};
som::class_object Dog_define() { return Dog_impl::som_define(); }
} // namespace Zoo
