/* The classes Litter and Runt, and Breeder, of which they are instances. */
#include "litter.ih.h"

static int32_t Breeder_do_bred(som_ref self, som_env *ev, int32_t more) {
	if (more > 100) {
		TooMany_raise(ev, 100);
		return 0;
	}
	return Breeder_data(self)->count += more;
}

/* An instance of the class that is asked. */
static som_ref Breeder_do_born(som_ref self, som_env *ev, const char *name) {
	som_ref o = som_new((som_class *)self, ev);
	if (!o) return NULL;
	Litter_set_name(o, ev, name);
	Breeder_data(self)->count++;
	return o;
}
