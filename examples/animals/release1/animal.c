/* The class Animal, release 1. */
#include "animal.ih.h"

static void Animal_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Animal_data(self)->name = som_string_copy("Ada");
}

static char *Animal_do_speak(som_ref self, som_env *ev) {
	(void)ev;
	Animal_data(self)->spoken++;
	return som_string_copy("...");
}

static int32_t Animal_do_legs(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return 4;
}
