/* A chain of classes of a module: each method tells the process that does it. */
#include "chain.ih.h"

#include <unistd.h>

static int32_t Chain_A_do_in_a(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
static int32_t Chain_B_do_in_b(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
static int32_t Chain_C_do_in_c(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
static int32_t Chain_D_do_in_d(som_ref self, som_env *ev) { return (void)self, (void)ev, (int32_t)getpid(); }
