#include "counter.ih.hpp"

#ifdef NAMED
class Named_impl : public Named_part<Named_impl> {};
som::class_object Named_define() { return Named_impl::som_define(); }
#endif

class Counter_impl : public Counter_part<Counter_impl> {
public:
	std::int32_t count(std::int32_t by) { return n += by; }
	std::int32_t count_twice(std::int32_t by) {
		self<Counter>().count(by);
		return self<Counter>().count(by);
	}
#ifdef NAMED
	void reset() { n = 0; }
#endif
};
som::class_object Counter_define() { return Counter_impl::som_define(); }
