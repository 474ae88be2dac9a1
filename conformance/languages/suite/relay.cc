// relay.cc: Relay in each of its releases. ANCIENT: the second, which has an ancestor.
#include "relay.ih.hpp"

#include "ledger.hpp"

#ifdef ANCIENT
class Ancient_impl : public Ancient_part<Ancient_impl> {
public:
	void remember(const std::string &what) { origin = what; }
};
som::class_object Ancient_define() { return Ancient_impl::som_define(); }
#endif

class Relay_impl : public Relay_part<Relay_impl> {
public:
	std::int64_t speak(std::int64_t n) { return n * 2; }
	void call(std::int64_t n) {
#ifdef ANCIENT
		const char *release = " in release 2";
#else
		const char *release = " in release 1";
#endif
		// Where a file is replaced it matters which release runs; elsewhere a program must not be able to tell.
		write_line("call " + std::to_string(n) + " = " + std::to_string(self<Relay>().speak(n)) + (std::getenv("SUITE_REPLACED") ? release : ""));
	}
};
som::class_object Relay_define() { return Relay_impl::som_define(); }
