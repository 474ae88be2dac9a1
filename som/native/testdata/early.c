/* early.c: a program that has in it the library of Eel, which it adds in a thread of its own while the library in Go of the parent Fish is being initialised:
 * it marks that it has begun, and makes a Fish. What came of both, and of asking for both when both threads have ended. */
#include "som.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int eel(uint32_t abi, som_env *ev) {
	static const char *const parents[] = {"Fish"};
	const som_class_desc d = {.size_of = sizeof d, .name = "Eel", .parents = parents, .nparents = 1};
	FILE *mark = fopen(getenv("MARK"), "w");
	if (abi != SOM_ABI || !mark) return SOM_E_VERSION;
	fclose(mark);
	som_class *fish = som_class_registered("Fish", ev);
	som_ref o = fish ? som_new(fish, ev) : NULL; /* which Go begins */
	som_release(o);
	som_release((som_ref)fish);
	if (!o) return (int)ev->code;
	return som_class_define(&d, ev) ? SOM_OK : (int)ev->code;
}

static void show(const char *name) {
	som_env ev = {0};
	som_value n = {.i = 1}, answer = {0};
	som_class *c = som_class_named(name, &ev);
	som_ref o = c ? som_new(c, &ev) : NULL;
	if (o && som_invoke(o, "swim", &n, 1, &answer, &ev) == SOM_OK)
		printf("%s %d\n", name, (int)answer.i);
	else
		printf("no %s: %s: %s\n", name, som_code_name(ev.code), ev.text ? ev.text : ev.id);
	fflush(stdout);
	som_env_clear(&ev);
	som_release(o);
	som_release((som_ref)c);
}

static void *add(void *unused) {
	som_env ev = {0};
	if (som_library_add("libeel.so", eel, &ev) != SOM_OK) printf("not added: %s: %s\n", som_code_name(ev.code), ev.text ? ev.text : ev.id), fflush(stdout);
	som_env_clear(&ev);
	return unused;
}

int main(void) {
	pthread_t adds;
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
	if (!dlopen(getenv("FISH"), RTLD_NOW)) return 4; /* as a program that is linked with it: libsom has no part in it */
	for (som_class *c = NULL; !c; sched_yield()) {
		som_env ev = {0};
		c = som_class_registered("Fish", &ev);
		som_env_clear(&ev);
		som_release((som_ref)c);
	}
	if (pthread_create(&adds, NULL, add, NULL) != 0) return 3;
	pthread_join(adds, NULL);
	show("Fish");
	show("Eel");
	return 0;
}
