/* damaged.c: describes classes that say they have typelibs which are damaged: each in turn of a file in which they stand one behind the other. Every type
 * is gone through, values of it are copied and ended, and the methods that can be called are known to be those that the code has. */
#include "../somhost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void look(const somh_type *t, int depth) {
	if (depth > 6) return;
	if (t->kind == SOMH_NONE) {
		if (!t->why) abort();
		return;
	}
	if (t->elem) look(t->elem, depth + 1);
	for (uint32_t i = 0; i < t->nmembers && i < 1000; i++) {
		if (t->kind != SOMH_ENUM && t->kind != SOMH_UNION && (uint64_t)t->members[i].offset + t->members[i].type->size > t->size) abort();
		if (strlen(t->members[i].name) > 1 << 20) abort();
		look(t->members[i].type, depth + 1);
	}
	if (depth == 0 && t->size && t->size < 1 << 20) {
		char *from = calloc(1, t->size), *to = malloc(t->size);
		if (from && to && somh_copy(t, to, from, NULL) == SOM_OK) somh_end(t, to);
		free(from), free(to);
	}
}

int main(int argc, char **argv) {
	som_env ev = {0};
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	const somh_class *echo = somh_named("Zoo::Echo", &ev);
	if (!f || !echo) return 1;
	const som_class_info *info = som_class_describe(echo->cls);
	const uint8_t *good = info->typelib;
	size_t size = good[8] | (size_t)good[9] << 8 | (size_t)good[10] << 16;
	unsigned n = 0, told = 0;
	som_method *methods = calloc(info->nintroduces, sizeof *methods);
	if (!methods) return 1;
	for (uint32_t i = 0; i < info->nintroduces; i++)
		methods[i] = (som_method){info->introduces[i].name, info->introduces[i].sig, NULL, NULL, SOM_STATIC};
	for (void *typelib; (typelib = malloc(size)) && fread(typelib, 1, size, f) == size; n++) {
		/* The class has to have a name of its own: the module's, of three octets, is another one in each. */
		static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
		char name[64], module[4] = {'Z', digits[n / 32 % 32], digits[n % 32], 0};
		for (char *at = typelib, *end = at + size - 5; at < end; at++)
			if (!memcmp(at, "\3Zoo", 5)) memcpy(at + 1, module, 3);
		snprintf(name, sizeof name, "%s::Echo", module);
		som_class_desc d = {.size_of = sizeof d, .name = name, .method_size = sizeof *methods, .introduces = methods, .nintroduces = info->nintroduces, .typelib = typelib};
		som_class *c = som_class_define(&d, &ev);
		if (!c) return fprintf(stderr, "%s: %s\n", name, ev.text), 1;
		const somh_class *is = somh_describe(c, &ev);
		if (!is) return fprintf(stderr, "%s: %s\n", name, ev.text), 1;
		for (uint32_t i = 0; i < is->ntypes; i++)
			look(is->types[i], 0);
		for (uint32_t i = 0; i < is->nmethods; i++) {
			const somh_method *m = &is->methods[i];
			told += m->flags & SOMH_TOLD ? 1 : 0;
			look(m->result.type, 0);
			for (uint32_t k = 0; k < m->nparams; k++)
				look(m->params[k].type, 0);
			for (uint32_t k = 0; k < m->nraises; k++)
				look(m->raises[k], 0);
		}
		static const char *const types[] = {"Card", "Place", "Tree", "Food", "Colour", "TooLoud", "Album"};
		for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
			snprintf(name, sizeof name, "%s::%s", module, types[i]);
			const somh_type *t = somh_type_named(is, name);
			if (t) look(t, 0);
		}
		som_release((som_ref)c);
	}
	printf("%s%u typelibs\n", told ? "" : "none was told, ", n);
	return 0;
}
