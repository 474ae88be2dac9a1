/* A class library whose classes descend from those of another. */
#include "dog.ih.h"

#include <stdio.h>

static int32_t Swimmer_do_depth(som_ref self, som_env *ev) {
	(void)ev;
	return Swimmer_data(self)->deep;
}

static void Swimmer_do_dive(som_ref self, som_env *ev, int32_t to) {
	(void)ev;
	Swimmer_data(self)->deep += to;
}

static void dog_class_made(som_class *c) {
	Dog_static_born = dog_years;
	printf("class %s is made\n", som_class_describe(c)->name);
}

static void dog_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Dog_data(self)->loudness = 1;
}

static void dog_called(som_ref self, som_env *ev, som_making *making, const char *name, int16_t loudness) {
	Dog_enter_parents(making, ev);
	Dog_data(self)->loudness = loudness;
	if (loudness > 99)
		Zoo_Tired_raise(ev, 0, "no dog is that loud");
	else
		Zoo_Animal_set_name(self, ev, name);
}

static void dog_bark(som_ref self, som_env *ev, int16_t volume) {
	(void)ev;
	Dog_data(self)->barks += volume * Dog_data(self)->loudness;
}

static int32_t dog_age(som_ref self, som_env *ev) {
	(void)ev;
	return Dog_data(self)->barks / 10;
}

static int32_t dog_count(void) { return Dog_static_born; }

static double dog_scale(som_ref self, som_env *ev, double by) {
	(void)ev;
	return Dog_data(self)->barks * by;
}

static int32_t dog_trick(som_ref self, som_env *ev, int32_t n) {
	(void)self, (void)ev;
	return n * n;
}

static int32_t dog_legs(som_ref self, som_env *ev) { return Dog_parent_Zoo_Animal_legs(self, ev) + 1; }

static char *dog_speak(som_ref self, som_env *ev, int16_t volume) {
	char *text = Dog_next_speak(self, ev, volume);
	if (text) text[0] = 'D';
	return text;
}

static char *otter_speak(som_ref self, som_env *ev, int16_t volume) {
	char *text = Otter_parent_Dog_speak(self, ev, volume);
	if (text) text[1] = 'O';
	return text;
}

static void otter_dive(som_ref self, som_env *ev, int32_t to) { Otter_parent_Swimmer_dive(self, ev, to * 2); }
