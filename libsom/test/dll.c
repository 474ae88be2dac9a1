/* dll.c: uses a class of a class library that is found by its name, with the kernel as a library of its own, and unloads both; twice. Says "ok". */
#include "som.h"

#include <stdio.h>
#include <string.h>

static int fails(const char *what, const som_env *ev) { return printf("%s: %s\n", what, ev->text ? ev->text : "no more is said"), 1; }

int main(int argc, char **argv) {
	const char *name = argc > 1 ? argv[1] : "Dog";
	som_env ev = {0};
	for (int twice = 0; twice < 2; twice++) {
		som_class *c = som_class_named(name, &ev);
		som_found f = {.size_of = sizeof f};
		if (!c || som_lookup(c, "legs", &f, &ev) != SOM_OK) return fails("the class", &ev);
		som_ref o = som_new(c, &ev);
		if (!o || ((int32_t (*)(som_ref, som_env *))som_resolve(o, f.token))(o, &ev) != 4) return fails("a call", &ev);
		const char *file = som_class_describe(c)->library;
		if (!file || !strstr(file, ".dll")) return fails("the library", &ev);
		if (som_class_unload(c, &ev) != SOM_E_BUSY) return fails("unloading what lives", &ev);
		som_env_clear(&ev);
		som_release(o);
		if (som_class_unload(c, &ev) != SOM_OK || som_class_registered(name, NULL)) return fails("unloading", &ev);
	}
	puts("ok");
	return 0;
}
