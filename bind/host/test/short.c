/* short.c: a library that is loaded before others, and has memory run out when the class is described that SHORT_OF names, as somh_define has made it: calloc fails then, twice. The
 * reference that it takes of the class stays, so that it cannot be taken back. */
#define _GNU_SOURCE
#include "../somhost.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Thread_local int asking; /* what asks whether the class is there may allocate */
static atomic_int failed;

void *calloc(size_t n, size_t size) {
	static void *(*next)(size_t, size_t);
	static char first[4096]; /* for dlsym, which may ask for some */
	if (!next) {
		if (asking) return n * size <= sizeof first ? first : NULL;
		asking++;
		next = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
		asking--;
	}
	const char *name = n == 1 && size == sizeof(somh_class) && !asking && failed < 2 ? getenv("SHORT_OF") : NULL;
	if (!name) return next(n, size);
	asking++;
	som_class *is = som_class_registered(name, NULL);
	asking--;
	if (!is) return next(n, size);
	failed++;
	return NULL;
}
