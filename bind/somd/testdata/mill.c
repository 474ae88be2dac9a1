/* Classes of a module that know in which process they are. */
#include "mill.ih.h"

#include <unistd.h>

static int32_t Mill_Lathe_do_process(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
static som_ref Mill_Lathe_do_other(som_ref self, som_env *ev, som_ref given, som_ref *mine) {
	(void)ev;
	*mine = som_retain(self);
	return som_retain(given);
}
static int32_t Mill_Grinder_do_grind(som_ref self, som_env *ev, int32_t n) { return (void)self, (void)ev, 2 * n; }
static int32_t Mill_Saw_do_process(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
