/* The class Pet, whose methods answer what shows that all of their arguments have come. */
#include "pet.ih.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void Pet_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Pet_data(self)->name = som_string_copy("Ada");
}

static char *Pet_do_speak(som_ref self, som_env *ev, const char *to) {
	char text[256];
	if (!strcmp(to, "full")) {
		TooFull_raise(ev, 7, "no more, danke");
		return NULL;
	}
	if (!strcmp(to, "crash")) abort();
	if (!strcmp(to, "hang")) pause();
	if (!strcmp(to, "gone")) {
		Gone_raise(ev);
		return NULL;
	}
	if (!strcmp(to, "system")) {
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 5, SOM_COMPLETED_YES, "none");
		return NULL;
	}
	snprintf(text, sizeof text, "%s says hello to %s", Pet_data(self)->name, to);
	return som_string_copy(text);
}

static void Pet_do_menu(som_ref self, som_env *ev, const Meals *wanted, Mood *mood, uint32_t *count, Meals *result) {
	(void)self;
	if (wanted->_length > 3) {
		TooFull_raise(ev, (int32_t)wanted->_length, "");
		return;
	}
	Meals_copy(result, wanted);
	for (uint32_t i = 0; i < result->_length; i++)
		result->_buffer[i].grams *= 2;
	*count = result->_length;
	*mood = *mood == calm ? angry : calm;
}

static double Pet_do_numbers(som_ref self, som_env *ev, uint8_t o, char c, uint8_t b, int16_t s, uint16_t us, uint32_t ul, int64_t ll, float f, Meal *m) {
	(void)self, (void)ev;
	int all = o == 200 && c == 'x' && b == 1 && s == -7 && us == 65535 && ul == 4000000000u && ll == -((int64_t)1 << 40) && f == 1.5f;
	m->grams = -m->grams;
	som_deallocate(m->name);
	m->name = som_string_copy("eaten");
	m->after = hungry;
	return all ? 0.25 : -1;
}

static uint16_t *Pet_do_wide(som_ref self, som_env *ev, const uint16_t *w, uint16_t c) {
	(void)self, (void)ev;
	size_t n = 0;
	while (w[n]) n++;
	uint16_t *r = som_allocate((n + 2) * sizeof *r);
	memcpy(r, w, n * sizeof *r);
	r[n] = c;
	return r;
}

static void Pet_do_grid(som_ref self, som_env *ev, Grid g) {
	(void)self, (void)ev;
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 3; j++)
			g[i][j] *= 10;
}

/* Answers the one wish, and the other with more of it. */
static void Pet_do_wish(som_ref self, som_env *ev, const Wish *w, Wish *other, Wish *result) {
	(void)self, (void)ev;
	Wish_copy(result, w);
	if (other->_d == hungry) other->_u.food.grams *= 2;
	if (other->_d == angry) other->_u.bites++;
	if (other->_d == calm) {
		som_deallocate(other->_u.words);
		other->_u.words = som_string_copy("other words");
	}
}

static void Pet_do_octets(som_ref self, som_env *ev, const som_seq_octet *o, som_seq_octet *result) {
	(void)self, (void)ev;
	som_seq_octet_resize(result, o->_length + 1);
	if (o->_length) memcpy(result->_buffer, o->_buffer, o->_length);
	result->_buffer[o->_length] = 0xff;
}

static char *Pet_do_play(som_ref self, som_env *ev, som_ref with) {
	(void)self;
	return with ? Toy_squeak(with, ev, 3) : som_string_copy("nothing to play with");
}

/* Gives back what it was given, and a toy of its own instead of it. */
static som_ref Pet_do_swap(som_ref self, som_env *ev, som_ref *with) {
	(void)self;
	som_ref was = *with;
	*with = Toy_new(ev);
	return was;
}

static void Pet_do_toys(som_ref self, som_env *ev, const som_seq_object *t, int32_t *squeaked, som_seq_object *result) {
	(void)self;
	som_seq_object_copy(result, t);
	*squeaked = 0;
	for (uint32_t i = 0; i < t->_length; i++)
		if (t->_buffer[i]) {
			char *said = Toy_squeak(t->_buffer[i], ev, (int32_t)i);
			*squeaked += said != NULL;
			som_deallocate(said);
		}
}

static int32_t Pet_do_living(som_ref self, som_env *ev) {
	(void)ev;
	return (int32_t)som_class_instances(som_class_of(self));
}

static void Pet_do_remember(som_ref self, som_env *ev, void *t) { (void)self, (void)ev, (void)t; }
