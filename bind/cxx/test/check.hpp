// check.hpp: what the test programs say when something does not hold.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>
#include <cstdlib>

inline int failures = 0;

#define CHECK(x) ((x) ? void() : (void)(std::printf("%s:%d: %s does not hold\n", __FILE__, __LINE__, #x), failures++))

// The exception E that f throws; the program fails if it throws none.
template <class E, class F> E thrown(F f, const char *file, int line) {
	try {
		f();
	} catch (const E &e) {
		return e;
	} catch (const std::exception &e) {
		std::printf("%s:%d: another exception: %s\n", file, line, e.what());
		std::exit(1);
	}
	std::printf("%s:%d: no exception\n", file, line);
	std::exit(1);
}
#define THROWN(E, ...) thrown<E>([&] { __VA_ARGS__; }, __FILE__, __LINE__)

#endif
