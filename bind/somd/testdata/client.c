/* A client of Pet in C, which says what it gets. Where Pet is, it does not know: it prints the same wherever. */
#include "pet.h"

#include <stdio.h>
#include <string.h>

static void raised(const char *what, som_env *ev) {
	if (ev->major == SOM_NO_EXCEPTION)
		printf("%s: nothing raised\n", what);
	else if (TooFull_raised(ev))
		printf("%s: TooFull %d \"%s\"\n", what, (int)TooFull_value(ev)->times, TooFull_value(ev)->why);
	else
		printf("%s: %s minor %u completed %u\n", what, ev->id, (unsigned)ev->minor, (unsigned)ev->completed);
	som_env_clear(ev);
}

static void text(const char *what, char *said, som_env *ev) {
	if (ev->major != SOM_NO_EXCEPTION)
		raised(what, ev);
	else {
		printf("%s: %s\n", what, said);
		som_deallocate(said);
	}
}

static void meals(const char *what, Meals *m) {
	printf("%s:", what);
	for (uint32_t i = 0; i < m->_length; i++)
		printf(" (%s %g %d)", m->_buffer[i].name, m->_buffer[i].grams, (int)m->_buffer[i].after);
	printf("\n");
}

static void wish(som_ref pet, Wish *w, Wish *other) {
	som_env ev = {0};
	Wish got = {0};
	Wish_copy(&got, w); /* so that what is there before is seen to be replaced */
	Wish_clear(&got);
	memset(&got, 0, sizeof got);
	Pet_wish(pet, &ev, w, other, &got);
	Wish *all[] = {&got, other};
	for (int i = 0; i < 2; i++)
		if (all[i]->_d == hungry)
			printf(" food %s %g", all[i]->_u.food.name, all[i]->_u.food.grams);
		else if (all[i]->_d == angry)
			printf(" bites %d", (int)all[i]->_u.bites);
		else
			printf(" words %s", all[i]->_u.words);
	raised("", &ev);
	Wish_clear(&got);
	Wish_clear(w);
	Wish_clear(other);
}

int main(void) {
	som_env ev = {0};
	som_ref pet = Pet_new(&ev);
	if (!pet) {
		printf("no Pet: %s\n", ev.text ? ev.text : ev.id);
		return 1;
	}
	printf("is a %s: %d, is a Toy: %d\n", som_class_describe(som_class_of(pet))->name, Pet_is(pet), Toy_is(pet));
	Pet_set_name(pet, &ev, "Gr\303\274\303\237e");
	printf("name: %s\n", Pet_get_name(pet, &ev));
	text("speak", Pet_speak(pet, &ev, "you"), &ev);
	text("speak", Pet_speak(pet, &ev, ""), &ev);
	text("full", Pet_speak(pet, &ev, "full"), &ev);
	text("gone", Pet_speak(pet, &ev, "gone"), &ev);
	text("system", Pet_speak(pet, &ev, "system"), &ev);

	Meals wanted = {0}, got = {0};
	Mood mood = calm;
	uint32_t count = 0;
	Meals_resize(&wanted, 2);
	wanted._buffer[0] = (Meal){som_string_copy("fish"), 1.5, angry};
	wanted._buffer[1] = (Meal){som_string_copy(""), -0.25, calm};
	Pet_menu(pet, &ev, &wanted, &mood, &count, &got);
	meals("menu", &got);
	printf("mood %d, count %u\n", (int)mood, (unsigned)count);
	raised("menu", &ev);
	Meals_clear(&got);
	Meals_resize(&wanted, 5);
	Pet_menu(pet, &ev, &wanted, &mood, &count, &got);
	raised("too much", &ev);
	Meals_clear(&wanted);
	Pet_menu(pet, &ev, &wanted, &mood, &count, &got);
	meals("nothing", &got);
	Meals_clear(&got);

	Meal m = {som_string_copy("mouse"), 2.5, calm};
	double d = Pet_numbers(pet, &ev, 200, 'x', 1, -7, 65535, 4000000000u, -((int64_t)1 << 40), 1.5f, &m);
	printf("numbers: %g (%s %g %d)\n", d, m.name, m.grams, (int)m.after);
	raised("numbers", &ev);
	Meal_clear(&m);

	static const uint16_t snow[] = {'s', 0x2603, 0};
	uint16_t *wide = Pet_wide(pet, &ev, snow, 0x732b);
	printf("wide: %x %x %x %x\n", wide[0], wide[1], wide[2], wide[3]);
	som_deallocate(wide);
	Grid g = {{1, 2, 3}, {4, 5, -6}};
	Pet_grid(pet, &ev, g);
	printf("grid: %d %d %d %d %d %d\n", (int)g[0][0], (int)g[0][1], (int)g[0][2], (int)g[1][0], (int)g[1][1], (int)g[1][2]);
	Wish w = {0}, other = {0};
	w._d = hungry;
	w._u.food = (Meal){som_string_copy("mouse"), 2, calm};
	other._d = angry;
	other._u.bites = -4;
	wish(pet, &w, &other);
	memset(&w, 0, sizeof w);
	memset(&other, 0, sizeof other);
	w._u.words = som_string_copy("some words");
	other._d = hungry;
	other._u.food = (Meal){som_string_copy("bird"), 0.5, angry};
	wish(pet, &w, &other);
	memset(&w, 0, sizeof w);
	memset(&other, 0, sizeof other);
	w._d = angry;
	w._u.bites = 12;
	other._u.words = som_string_copy("first words");
	wish(pet, &w, &other);
	som_seq_octet o = {0}, more = {0};
	som_seq_octet_resize(&o, 3);
	memcpy(o._buffer, "a\0b", 3);
	Pet_octets(pet, &ev, &o, &more);
	printf("octets: %u %x %x %x %x\n", (unsigned)more._length, more._buffer[0], more._buffer[1], more._buffer[2], more._buffer[3]);
	som_seq_octet_clear(&o);
	som_seq_octet_clear(&more);
	raised("octets", &ev);

	som_ref toy = Toy_new(&ev);
	text("play", Pet_play(pet, &ev, toy), &ev);
	text("no toy", Pet_play(pet, &ev, NULL), &ev);
	som_ref with = som_retain(toy); /* inout: it is ended by what replaces it, or comes back */
	som_ref back = Pet_swap(pet, &ev, &with);
	raised("swap", &ev);
	printf("swap: the same %d, another %d\n", back == toy, with && with != toy);
	text("theirs", Toy_squeak(with, &ev, 9), &ev);
	som_release(with);
	som_release(back);

	som_seq_object toys = {0}, kept = {0};
	int32_t squeaked = 0;
	som_seq_object_resize(&toys, 3);
	toys._buffer[0] = som_retain(toy);
	toys._buffer[2] = som_retain(toy);
	Pet_toys(pet, &ev, &toys, &squeaked, &kept);
	raised("toys", &ev);
	printf("toys: %d squeaked, %u, the same %d %d %d\n", (int)squeaked, (unsigned)kept._length, kept._buffer[0] == toy, !kept._buffer[1], kept._buffer[2] == toy);
	som_seq_object_clear(&toys);
	som_seq_object_clear(&kept);

	som_ref second = Pet_new(&ev);
	printf("living: %d\n", (int)Pet_living(pet, &ev));
	som_release(second);
	printf("living: %d\n", (int)Pet_living(pet, &ev));
	som_class *toys_class = som_class_of(toy);
	som_retain((som_ref)toys_class);
	som_release(toy);
	printf("toys left: %d\n", (int)som_class_instances(toys_class));
	som_release((som_ref)toys_class);
	Pet_remember(pet, &ev, NULL);
	raised("a pointer", &ev);
	som_release(pet);
	return 0;
}
