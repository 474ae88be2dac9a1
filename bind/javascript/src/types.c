/* types.c: what JavaScript has for types that are declared: an object of an enumeration's members, the class of an exception. Made when they are first met, and for good. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry { const somh_type *t; napi_ref value; } entry;

static somh_twins *indices; /* by the type's address: its index, and one more */
static entry *all;
static uint32_t many, room;

const somh_type *type_at(uint32_t i) { return i < many ? all[i].t : NULL; }

int32_t index_of_type(const somh_type *t) {
	som_ref key = (som_ref)(void *)(uintptr_t)t;
	if (!indices && !(indices = somh_twins_new())) return throw_range("no memory for a type"), -1;
	uintptr_t i = (uintptr_t)somh_twin(indices, key);
	if (i) return (int32_t)i - 1;
	if (many == room) {
		entry *more = realloc(all, (2 * room + 64) * sizeof *more);
		if (!more) return throw_range("no memory for a type"), -1;
		all = more, room = 2 * room + 64;
	}
	if (!somh_twin_set(indices, key, (void *)(uintptr_t)(many + 1))) return throw_range("no memory for a type"), -1;
	all[many] = (entry){t, NULL};
	return (int32_t)many++;
}

napi_value value_of_type(const somh_type *t) {
	napi_value v = NULL, members, name;
	int32_t i = index_of_type(t);
	if (i < 0) return NULL;
	if (all[i].value) return napi_get_reference_value(env, all[i].value, &v), v;
	if (napi_create_array_with_length(env, t->nmembers, &members) != napi_ok) return NULL;
	for (uint32_t k = 0; k < t->nmembers; k++)
		if (!(name = ascii(member_name(t, k))) || napi_set_element(env, members, k, name) != napi_ok) return NULL;
	napi_value args[] = {ascii(t->kind == SOMH_ENUM ? "enum" : "exception"), ascii(t->name), members, ascii(t->id), number(i)};
	v = call_part("makeType", 5, args);
	if (v && !all[i].value) napi_create_reference(env, v, 1, &all[i].value);
	return v;
}

/* All classes that there are, held. */
typedef struct list { som_class **all; size_t n, room; } list;

static int gather(som_class *c, void *context) {
	list *l = context;
	if (l->n == l->room) {
		som_class **more = realloc(l->all, (2 * l->room + 64) * sizeof *more);
		if (!more) return 1;
		l->all = more, l->room = 2 * l->room + 64;
	}
	l->all[l->n++] = (som_class *)som_retain((som_ref)c);
	return 0;
}

/* A type by its name, of the class that has it in its type information. */
const somh_type *search_type(const char *name) {
	list l = {NULL, 0, 0};
	const somh_type *found = NULL;
	som_classes(gather, &l);
	for (size_t i = 0; i < l.n && !found; i++) {
		const som_class_info *info = som_class_describe(l.all[i]);
		const somh_class *c = info && info->typelib ? somh_describe(l.all[i], NULL) : NULL;
		if (c) found = somh_type_named(c, name);
	}
	while (l.n) som_release((som_ref)l.all[--l.n]);
	free(l.all);
	return found;
}

napi_value type_named(const char *name) {
	const somh_type *t = search_type(name);
	if (!t) return undefined();
	if (t->why) return throw_type("%s cannot be used: %s", name, t->why);
	if (t->kind == SOMH_ENUM || t->kind == SOMH_EXCEPTION) return value_of_type(t);
	return throw_type("%s has no class in JavaScript: %s", name,
		t->kind == SOMH_STRUCT ? "any object that has its members is one" : t->kind == SOMH_UNION ? "any object with d, the discriminator, and v is one" : "its values are JavaScript's own");
}
