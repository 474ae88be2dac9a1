/* loader.c: asks for a class, by name and perhaps version, or loads a file, and says what comes of it in one line. */
#include "som.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(som_env *ev) {
	printf("error %s: %s\n", som_code_name(ev->code), ev->text ? ev->text : "");
	som_env_clear(ev);
	return 0;
}

/* Uses a class and unloads it, with all that its library has; twice, to see that it comes again. */
static int use(const char *name, som_env *ev) {
	for (int twice = 0; twice < 2; twice++) {
		som_value v = {.l = 0};
		som_class *c = som_class_named(name, ev);
		if (!c)
			return failed(ev);
		som_ref o = som_new(c, ev);
		if (som_invoke(o, "legs", NULL, 0, &v, ev) != SOM_OK || v.i != 4 || som_class_unload(c, ev) != SOM_E_BUSY)
			return 1;
		som_env_clear(ev);
		som_release(o);
		if (!som_class_describe(c)->library || som_class_unload(c, ev) != SOM_OK || som_class_registered(name, NULL))
			return 1;
	}
	puts("used");
	return 0;
}

static int load(const char *file, som_env *ev) {
	if (som_library_load(file, ev) != SOM_OK)
		return failed(ev);
	puts("loaded");
	return 0;
}

static int bind(const char *name, uint32_t major, uint32_t minor, som_env *ev) {
	static const char *const methods[] = {"legs"};
	struct { som_classdata c; som_tok m[1]; } d = {0};
	som_binding b = {.size_of = sizeof b, .cls = name, .methods = methods, .nmethods = 1, .major = major, .minor = minor};
	if (som_class_bind(&b, &d.c, ev) != SOM_OK)
		return failed(ev);
	som_class *c = d.c.cls;
	if (som_class_unload(som_class_registered(name, ev), ev) != SOM_E_BUSY) /* who has bound a class holds it */
		return 1;
	som_env_clear(ev);
	som_release(&c->object);
	som_class_unbind(&d.c);
	puts("bound");
	return 0;
}

int main(int argc, char **argv) {
	som_env ev = {0};
	for (int i = 1; i + 1 < argc; i += 2) {
		int bad = 2;
		if (!strcmp(argv[i], "use"))
			bad = use(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "load"))
			bad = load(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "bind-1.2"))
			bad = bind(argv[i + 1], 1, 2, &ev);
		if (bad || ev.major)
			return 1;
	}
	return 0;
}
