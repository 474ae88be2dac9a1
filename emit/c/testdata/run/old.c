/* Classes without an environment, a metaclass, and one that has no instances. */
#include "old.ih.h"

#include <stdio.h>

static int32_t meta_made(som_ref self) { return OldMeta_data(self)->n; }

static som_ref meta_somNew(som_ref self, som_env *ev) {
	OldMeta_data(self)->n++;
	return OldMeta_parent_SOMClass_somNew(self, ev);
}

static int32_t old_add(som_ref self, int32_t a, int32_t b) { return Old_data(self)->total += a + b; }
static int32_t old_twice(som_ref self, int32_t a) { return (void)self, 2 * a; }

static void old_from(som_ref self, som_env *ev, som_making *making, int32_t total) {
	Old_enter_parents(making, ev);
	Old_data(self)->total = total;
}

static void old_somInit(som_ref self, som_env *ev) {
	Old_parent_SOMObject_somInit(self, ev);
	Old_data(self)->total = 100;
}

static void old_somUninit(som_ref self, som_env *ev) {
	printf("ended at %d\n", Old_data(self)->total);
	Old_parent_SOMObject_somUninit(self, ev);
}

static void base_must(som_ref self) { (void)self; }
