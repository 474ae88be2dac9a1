/* A base of proxies that says which calls it sends on. */
#include "counting.ih.h"

#include <stdio.h>

static int32_t Counting_do_sommProxyDispatch(som_ref self, som_env *ev, const char *method, void *args, uint32_t n, void *result) {
	printf("%s of %u\n", method, (unsigned)n);
	return Counting_parent_SOMDClientProxy_sommProxyDispatch(self, ev, method, args, n, result);
}
