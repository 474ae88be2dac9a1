// omni.cc: a client of omniORB's, of a dog whose class is made in Python: argv[1] is its URL.
#include "dogs.hh"

#include <iostream>

int main(int argc, char **argv) {
	CORBA::ORB_var orb = CORBA::ORB_init(argc, argv);
	CORBA::Object_var found = orb->string_to_object(argv[1]);
	Zoo::Dog_var rex = Zoo::Dog::_narrow(found);
	if (CORBA::is_nil(rex)) return 1;
	CORBA::String_var name = rex->name();
	std::cout << rex->speak(4) << " " << name.in() << "\n";
	try {
		rex->speak(1007);
	} catch (const Zoo::TooLoud &e) {
		std::cout << e.volume << " " << e.why.in() << "\n";
	}
	orb->destroy();
}
