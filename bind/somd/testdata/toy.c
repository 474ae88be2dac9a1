/* The class Toy, which counts how often it was squeaked. */
#include "toy.ih.h"

#include <stdio.h>

static char *Toy_do_squeak(som_ref self, som_env *ev, int32_t times) {
	char text[32];
	(void)self, (void)ev;
	snprintf(text, sizeof text, "squeak %d", (int)times);
	return som_string_copy(text);
}
