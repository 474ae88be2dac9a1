/* lookups.c: what som_find remembers, where it must not: rows at the address of another class's, and entries that threads write at
 * once, each for another name. Says "ok". */
#include "som.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 600, CLASSES = 100, THREADS = 4 };
static char bodies[NAMES]; /* for procedures that nobody calls, each at an address of its own */
static const som_name *names[NAMES];
static som_ref shared;
static int rounds = 10000;

static void check(int ok, const char *what) {
	if (ok) return;
	fprintf(stderr, "lookups: %s\n", what);
	exit(1);
}

static som_proc *proc(int i) { return (som_proc *)(uintptr_t)&bodies[i]; }

/* A class goes, and the next gets its memory: names lead elsewhere in its row, though it stands where the other's stood. */
static void unload(void) {
	som_env ev = {0};
	const som_name *m = som_name_of("m", &ev);
	const char *before = NULL;
	int same = 0;
	for (int i = 0; i < CLASSES; i++) {
		const som_method own[] = {{i % 2 ? "m" : "other", "v:", proc(1), NULL, SOM_STATIC}, {i % 2 ? "other" : "m", "v:", proc(2), NULL, SOM_STATIC}};
		const som_class_desc d = {.size_of = sizeof d, .name = "T", .introduces = own, .nintroduces = 2, .method_size = sizeof *own};
		som_class *c = som_class_define(&d, &ev);
		som_ref o = som_new(c, &ev);
		check(o != NULL, "an instance");
		same += o->mt == before;
		before = o->mt;
		for (int again = 0; again < 2; again++)
			check(som_find(o, m, &ev) == proc(i % 2 ? 1 : 2), "a name that leads into the row of an unloaded class");
		som_release(o);
		check(som_class_unload(c, &ev) == SOM_OK, "unload");
	}
	check(same > 0, "no class had the row of another: nothing is shown");
}

/* What is put in front of a method is found for objects that are cast, too, whatever their row led to before. */
static void front(void) {
	som_env ev = {0};
	const som_method own[] = {{"m", "v:", proc(1), NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Fronted", .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
	const som_name *m = som_name_of("m", &ev);
	som_class *c = som_class_define(&d, &ev);
	som_found found = {.size_of = sizeof found};
	check(som_lookup(c, "m", &found, &ev) == SOM_OK, "a lookup");
	for (int i = 0; i < 3; i++) {
		som_ref o = som_new(c, &ev);
		check(som_cast(o, som_object_class(), &ev) == SOM_OK && som_find(o, m, &ev) == proc(i ? 2 : 1), "a name that leads behind what is in front");
		som_release(o);
		if (i == 0) check(som_class_front(c, found.token, proc(2), &ev) == SOM_OK, "something in front");
	}
	check(som_class_unload(c, &ev) == SOM_OK, "unload");
}

static void *find_all(void *step) {
	som_env ev = {0};
	int by = *(int *)step;
	for (int i = 0; i < rounds; i++)
		for (int n = 0, at = 0; n < NAMES; n++, at = (at + by) % NAMES)
			check(som_find(shared, names[at], &ev) == proc(at), "a name that leads where another does");
	return NULL;
}

int main(int argc, char **argv) {
	static char texts[NAMES][8];
	static som_method own[NAMES];
	som_env ev = {0};
	if (argc > 1) rounds = atoi(argv[1]);
	unload();
	front();
	for (int i = 0; i < NAMES; i++) {
		snprintf(texts[i], sizeof texts[i], "n%d", i);
		own[i] = (som_method){texts[i], "v:", proc(i), NULL, SOM_STATIC};
		names[i] = som_name_of(texts[i], &ev);
	}
	const som_class_desc d = {.size_of = sizeof d, .name = "Many", .introduces = own, .nintroduces = NAMES, .method_size = sizeof *own};
	shared = som_new(som_class_define(&d, &ev), &ev);
	check(shared != NULL, "an instance");
	pthread_t threads[THREADS];
	int steps[THREADS] = {1, NAMES - 1, 7, NAMES - 7};
	for (int i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, find_all, &steps[i]) == 0, "a thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	som_release(shared);
	puts("ok");
	return 0;
}
