/* The class Hound. */
#include "hound.ih.h"

static int64_t Hound_do_speak(som_ref self, som_env *ev, int64_t n) {
	(void)self, (void)ev;
	return n + 1;
}

static char *Hound_do_called(som_ref self, som_env *ev, const char *by) {
	(void)self, (void)ev;
	return som_string_copy(by);
}
