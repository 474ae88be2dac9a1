// elsewhere.cpp: a client in C++ of a dog whose class is made in Python: argv[1] is its URL.
#include <somd.h>

#include "zoo.hpp"

#include <iostream>

int main(int, char **argv) {
	som_env ev{};
	SOMD_Init(&ev);
	Zoo::Dog::bind(); // before the first object comes: it is this process's class then
	som_ref found = ev.major == SOM_NO_EXCEPTION ? ORB_string_to_object(SOMD_ORBObject, &ev, argv[1]) : nullptr;
	if (!found) {
		std::cout << (ev.text ? ev.text : "nobody") << "\n";
		som_env_clear(&ev);
		return 1;
	}
	{
		Zoo::Dog rex = som::adopted<Zoo::Dog>(found);
		std::cout << rex.speak(4) << " " << rex.get_name() << "\n";
		try {
			rex.speak(1007);
		} catch (const Zoo::TooLoud &e) {
			std::cout << e.volume << " " << e.why << "\n";
		}
	}
	SOMD_Uninit(&ev);
	som_env_clear(&ev);
}
