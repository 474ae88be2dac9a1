// A proxy that triples what is added, and leaves the sum to the target.
#include "tillproxy.ih.hpp"

class Till__Proxy_impl : public Till__Proxy_part<Till__Proxy_impl> {
public:
	std::int32_t add(std::int32_t n) {
		som_value thrice{}, sum{};
		thrice.i = 3 * n;
		self<SOMDClientProxy>().sommProxyDispatch("Till::add", &thrice, 1, &sum);
		return sum.i;
	}
};
som::class_object Till__Proxy_define() { return Till__Proxy_impl::som_define(); }
