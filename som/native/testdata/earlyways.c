/* earlyways.c: a program with a class Box that keeps what a library in Go gives it while its packages are initialised, two Trouts and an exception, and with
 * the library of Eel, which a thread of its own adds meanwhile: it marks that it has begun, and asks Go for something in the way that the program is told.
 * What came of that, and of asking again when both threads have ended. */
#include "som.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *way;
static som_ref kept[2];
static int nkept;
static som_env raised; /* what Go raised */

static void keep(som_ref self, som_env *ev, som_ref trout) {
	(void)self, (void)ev;
	som_value none = {0}, answer = {0};
	som_env_clear(&raised);
	som_invoke(trout, "fail", &none, 0, &answer, &raised); /* in Go's own thread */
	kept[__atomic_load_n(&nkept, __ATOMIC_RELAXED)] = som_retain(trout);
	__atomic_add_fetch(&nkept, 1, __ATOMIC_RELEASE);
}

static bool is(const char *name) { return strcmp(way, name) == 0; }

/* Asks Go, and says what came of it. */
static void ask(void) {
	som_env ev = {0};
	som_value args[3] = {{.i = 1}, {.i = 2}, {.i = 3}}, answer = {0};
	som_ref o = kept[0], made = NULL;
	char text[64] = "";
	double weight = 0;
	int32_t n = 0;
	if (is("begin")) {
		som_class *c = som_class_registered("Trout", &ev);
		made = c ? som_new(c, &ev) : NULL;
		som_release((som_ref)c);
	} else if (is("copy"))
		made = som_copy(o, &ev);
	else if (is("assign"))
		som_assign(o, kept[1], &ev);
	else if (is("end")) { /* nobody is told */
		som_release(kept[1]);
		kept[1] = som_retain(o);
	} else if (is("one")) {
		args[0].i = 4;
		if (som_invoke(o, "swim", args, 1, &answer, &ev) == SOM_OK) snprintf(text, sizeof text, " %d", (int)answer.i);
	} else if (is("four")) {
		if (som_invoke(o, "far", args, 3, &answer, &ev) == SOM_OK) snprintf(text, sizeof text, " %d", (int)answer.i);
	} else if (is("text")) {
		args[0].p = (void *)(uintptr_t)"fish";
		if (som_invoke(o, "say", args, 1, &answer, &ev) == SOM_OK) snprintf(text, sizeof text, " %s", (char *)answer.p), som_deallocate(answer.p);
	} else if (is("closure")) {
		args[0].d = 5, args[1].p = &n;
		if (som_invoke(o, "weigh", args, 2, &answer, &ev) == SOM_OK) weight = answer.d, snprintf(text, sizeof text, " %.1f %d", weight, (int)n);
	} else if (is("value"))
		som_env_clear(&raised); /* nobody is told */
	if (ev.major)
		printf("told %s: %s\n", som_code_name(ev.code), ev.text ? ev.text : ev.id);
	else
		printf("served%s\n", text);
	fflush(stdout);
	som_env_clear(&ev);
	som_release(made);
}

static int eel(uint32_t abi, som_env *ev) {
	(void)ev;
	FILE *mark = fopen(getenv("MARK"), "w");
	if (abi != SOM_ABI || !mark) return SOM_E_VERSION;
	fclose(mark);
	ask();
	return SOM_OK;
}

static void *add(void *unused) {
	som_env ev = {0};
	if (som_library_add("libeel.so", eel, &ev) != SOM_OK) printf("not added: %s: %s\n", som_code_name(ev.code), ev.text ? ev.text : ev.id), fflush(stdout);
	som_env_clear(&ev);
	return unused;
}

int main(int argc, char **argv) {
	static const som_method own[] = {{"keep", "v:o", (som_proc *)keep, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Box", .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
	pthread_t adds;
	if (argc != 2 || !som_class_define(&d, NULL)) return 5;
	way = argv[1];
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
	if (!dlopen(getenv("TROUT"), RTLD_NOW)) return 4;
	while (__atomic_load_n(&nkept, __ATOMIC_ACQUIRE) < 2) sched_yield();
	if (!raised.major && !is("value")) return 6;
	if (pthread_create(&adds, NULL, add, NULL) != 0) return 3;
	pthread_join(adds, NULL);
	ask();
	return 0;
}
