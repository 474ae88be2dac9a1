/* A proxy that doubles what is added, and leaves the sum to the target. */
#include "tillproxy.ih.h"

static int32_t Till__Proxy_do_add(som_ref self, som_env *ev, int32_t n) {
	som_value twice = {.i = 2 * n}, sum = {0};
	SOMDClientProxy_sommProxyDispatch(self, ev, "Till::add", &twice, 1, &sum);
	return sum.i;
}
