/* The classes LivingThing and Animal, release 2. */
#include "animal.ih.h"

static void LivingThing_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	LivingThing_data(self)->name = som_string_copy("Ada");
}

static int64_t LivingThing_do_cells(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return 37000000000000;
}

static void Animal_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Animal_data(self)->weight = 12.5;
}

static int32_t Animal_do_eat(som_ref self, som_env *ev, int32_t grams) {
	(void)ev;
	Animal_data(self)->weight += grams / 1000.0;
	return ++Animal_data(self)->meals[0];
}

static int32_t Animal_do_legs(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return 4;
}

static char *Animal_do_speak(som_ref self, som_env *ev) {
	(void)ev;
	Animal_data(self)->spoken++;
	return som_string_copy("(a deep breath)");
}
