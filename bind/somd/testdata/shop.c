/* Classes that know in which process they are. */
#include "shop.ih.h"

#include <unistd.h>

static int32_t Shop_do_process(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
static int32_t Clerk_do_process(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
