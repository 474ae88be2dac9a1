// passes.cc: a module through which exceptions pass, as methods in C++ pass them on.
#include <som/exception.hpp>

extern "C" void pass(som_env *ev) {
	som::env next;
	try {
		try {
			som_env came = *ev;
			*ev = som_env();
			som::check(came);
		} catch (const som::exception &) {
			throw;
		}
	} catch (...) {
		som::raise_current(&next);
	}
	*ev = next;
	static_cast<som_env &>(next) = som_env();
}
