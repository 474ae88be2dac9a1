/*
 * mutant.c: stands between a class library and the kernel (LD_PRELOAD) and makes of a right release a wrong one, as the
 * variable MUTANT says: what:class or what:class:more. The suite has to find each.
 *
 *   size          the class's data are as large as they were in release 1 (more)
 *   swap          the first two methods stand at each other's place with their procedures not moved
 *   wrong         the procedure of one method (more) is another's
 *   forget        the last method is missing
 *   drop          one method (more) is missing
 *   kind          one method (more) is static
 *   migrate       methods have not migrated: they are introduced anew
 *   override      one override (more) is missing
 *   parent        the first parent is another (more)
 *   parents       the last parent is missing
 *   metaclass     the metaclass is not said
 *   init, fini    the initializer or destructor is missing
 *   inits         the order of initialisation is not said
 *   select        selections are missing
 *   version       the minor version is one lower
 *   refuse        the class is not defined
 *   stay          the class is not replaced
 *   place         clients take methods by their place in the release order that they know (more: names, with commas)
 */
#define _GNU_SOURCE
#include <som.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char what[32], cls[256], more[1024];

static int mutates(const char *name, const char *kind) {
	const char *m = getenv("MUTANT");
	if (!m || sscanf(m, "%31[^:]:%255[^/]/%1023s", what, cls, more) < 2) return 0;
	return !strcmp(cls, name) && (!kind || !strcmp(what, kind));
}

static uint32_t without(som_method *all, uint32_t n, uint32_t at) {
	memmove(all + at, all + at + 1, (n - at - 1) * sizeof *all);
	return n - 1;
}

static void change_methods(som_class_desc *d, som_method *m) {
	int is_swap = !strcmp(what, "swap");
	if (is_swap && d->nintroduces > 1) {
		som_proc *p = m[0].proc;
		m[0].proc = m[1].proc;
		m[1].proc = p;
	}
	if (!strcmp(what, "forget")) d->nintroduces--;
	for (uint32_t i = 0; i < d->nintroduces; i++) {
		if (!strcmp(what, "migrate") && m[i].migrated) {
			m[i].migrated = NULL;
			m[i].sig = "i:i";
		}
		if (strcmp(m[i].name, more)) continue;
		if (!strcmp(what, "drop")) d->nintroduces = without(m, d->nintroduces, i--);
		else if (!strcmp(what, "kind")) m[i].kind = SOM_STATIC;
		else if (!strcmp(what, "wrong")) m[i].proc = m[i ? 0 : 1].proc;
	}
}

static void change_overrides(som_class_desc *d, som_override *o) {
	for (uint32_t i = 0; !strcmp(what, "override") && i < d->noverrides; i++) {
		size_t n = strlen(o[i].method), tail = strlen(more);
		if (n < tail || strcmp(o[i].method + n - tail, more)) continue;
		memmove(o + i, o + i + 1, (d->noverrides - i - 1) * sizeof *o);
		d->noverrides--;
		i--;
	}
}

static void change(som_class_desc *d) {
	if (!strcmp(what, "size")) d->data_size = strtoull(more, NULL, 10);
	if (!strcmp(what, "parents") && d->nparents) d->nparents--;
	if (!strcmp(what, "metaclass")) d->metaclass = NULL;
	if (!strcmp(what, "init")) d->init = NULL;
	if (!strcmp(what, "fini")) d->fini = NULL;
	if (!strcmp(what, "inits")) d->init_classes = NULL, d->ninit_classes = 0;
	if (!strcmp(what, "select")) d->nselects = 0;
	if (!strcmp(what, "version")) d->minor--;
}

som_class *som_class_define(const som_class_desc *right, som_env *ev) {
	som_class *(*define)(const som_class_desc *, som_env *);
	*(void **)&define = dlsym(RTLD_NEXT, "som_class_define");
	if (!mutates(right->name, NULL)) return define(right, ev);
	som_class_desc d = *right;
	som_method methods[256];
	som_override overrides[256];
	const char *parents[16];
	if (!strcmp(what, "refuse")) {
		som_raise_user(ev, "IDL:mutant/Refused:1.0", NULL, NULL);
		return NULL;
	}
	if (d.nintroduces > 256 || d.noverrides > 256 || d.nparents > 16) abort();
	for (uint32_t i = 0; i < d.nintroduces; i++)
		methods[i] = *(const som_method *)((const char *)d.introduces + i * d.method_size);
	for (uint32_t i = 0; i < d.noverrides; i++)
		overrides[i] = *(const som_override *)((const char *)d.overrides + i * d.override_size);
	for (uint32_t i = 0; i < d.nparents; i++)
		parents[i] = d.parents[i];
	if (d.nintroduces) d.introduces = methods, d.method_size = sizeof *methods;
	if (d.noverrides) d.overrides = overrides, d.override_size = sizeof *overrides;
	if (d.nparents) d.parents = parents;
	if (!strcmp(what, "parent")) parents[0] = more;
	change_methods(&d, methods);
	change_overrides(&d, overrides);
	change(&d);
	return define(&d, ev);
}

int som_class_substitute(som_class *c, som_class *by, som_env *ev) {
	int (*substitute)(som_class *, som_class *, som_env *);
	*(void **)&substitute = dlsym(RTLD_NEXT, "som_class_substitute");
	return mutates(som_class_describe(c)->name, "stay") ? SOM_OK : substitute(c, by, ev);
}

/* The place of a name in a list with commas, or -1. */
static int place(const char *names, const char *name) {
	size_t n = strlen(name);
	for (int at = 0; names; at++) {
		if (!strncmp(names, name, n) && (names[n] == ',' || !names[n])) return at;
		names = strchr(names, ',');
		names = names ? names + 1 : NULL;
	}
	return -1;
}

int som_class_bind(const som_binding *b, som_classdata *to, som_env *ev) {
	int (*bind)(const som_binding *, som_classdata *, som_env *);
	*(void **)&bind = dlsym(RTLD_NEXT, "som_class_bind");
	int code = bind(b, to, ev);
	if (code != SOM_OK || !mutates(b->cls, "place")) return code;
	const som_class_info *info = som_class_describe(to->cls);
	for (uint32_t i = 0; i < b->nmethods; i++) {
		const char *colon = strrchr(b->methods[i], ':');
		int at = place(more, colon ? colon + 1 : b->methods[i]);
		if (at >= 0 && (uint32_t)at < info->nintroduces) ((som_tok *)(to + 1))[i] = info->introduces[at].token;
	}
	return code;
}
