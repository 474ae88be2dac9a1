/* classes.c: classes of SOM as classes of JavaScript, which the package makes when they are first met, and classes of JavaScript below them, which SOM has too. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CLASSES = 1 << 20 };

static somh_twins *known; /* of libsom's classes; native ones live as long as the process */
static klass **all;
static uint32_t many, room;
static uint32_t *unused, nunused; /* numbers of classes that are no more; there is room for all */

klass *class_at(uint32_t id) { return id < many ? all[id] : NULL; }

klass *class_by_id(napi_value v) {
	uint32_t id;
	klass *k = napi_get_value_uint32(env, v, &id) == napi_ok ? class_at(id) : NULL;
	return k && k->cls ? k : (klass *)throw_type("a class of SOM is asked for");
}

napi_value constructor_of(const klass *k) {
	napi_value f = NULL;
	if (k->constructor) napi_get_reference_value(env, k->constructor, &f);
	return f;
}

static klass *new_class(bool made) {
	if (!nunused && many == room) {
		if (many >= MAX_CLASSES) return (klass *)throw_range("more than %d classes (MAX_CLASSES)", MAX_CLASSES);
		uint32_t to = 2 * room + 64;
		klass **more = realloc(all, to * sizeof *more);
		if (more) all = more;
		uint32_t *others = more ? realloc(unused, to * sizeof *others) : NULL;
		if (!others) return (klass *)throw_range("no memory for a class");
		unused = others, room = to;
	}
	klass *k = calloc(1, sizeof *k);
	if (!k) return (klass *)throw_range("no memory for a class");
	*k = (klass){.id = nunused ? unused[--nunused] : many++, .made = made};
	all[k->id] = k;
	return k;
}

static void free_class(klass *k) {
	all[k->id] = NULL;
	unused[nunused++] = k->id;
	if (k->constructor) napi_delete_reference(env, k->constructor);
	for (override *o = k->overrides, *next; o; o = next) {
		next = o->next;
		drop_override(o);
	}
	*k = (klass){.gone = true, .functions = k->functions + 1};
	leave_class(k);
}

void leave_class(klass *k) {
	if (--k->functions == 0 && k->gone) free(k);
}

static bool describes(klass *k, const somh_class *c) {
	const som_class_info *info = som_class_describe(c->cls);
	k->cls = c;
	k->size = SOM_HEAD + (int64_t)info->data_size;
	return somh_twin_set(known, (som_ref)c->cls, k) || (throw_range("no memory for a class"), false);
}

klass *class_of_description(const somh_class *c) {
	som_env ev = {0};
	klass *k = somh_twin(known, (som_ref)c->cls);
	if (k) return k;
	if (c->made_by) return (klass *)throw_error("DSOM_GONE", "the class %s was made in JavaScript and is no more", c->name);
	for (uint32_t i = c->norder; --i > 0;)
		if (!class_of_description(c->order[i])) return NULL;
	if ((k = somh_twin(known, (som_ref)c->cls))) return k;
	if (!(k = new_class(false))) return NULL;
	if (som_class_bind(&(som_binding){.size_of = sizeof(som_binding), .cls = c->name}, &k->is, &ev) != SOM_OK) return raise_env(&ev, NULL, NULL), free_class(k), NULL;
	napi_value id = number(k->id), f;
	if (!describes(k, c) || !(f = call_part("makeClass", 1, &id)) || napi_create_reference(env, f, 1, &k->constructor) != napi_ok) {
		somh_twin_set(known, (som_ref)c->cls, NULL);
		free_class(k);
		return NULL;
	}
	return k;
}

klass *class_of_ref(som_ref o) {
	klass *k = somh_twin(known, (som_ref)som_class_of(o));
	if (k) return k;
	som_env ev = {0};
	inside++;
	const somh_class *c = somh_describe(som_class_of(o), &ev);
	inside--;
	return c ? class_of_description(c) : (raise_env(&ev, NULL, NULL), NULL);
}

/* ---- Classes made in JavaScript ---- */

static const somh_method *method_from(napi_value list, uint32_t at) {
	napi_value id, index;
	uint32_t i;
	if (napi_get_element(env, list, at, &id) != napi_ok || napi_get_element(env, list, at + 1, &index) != napi_ok) return NULL;
	klass *k = class_by_id(id);
	if (!k || napi_get_value_uint32(env, index, &i) != napi_ok || i >= k->cls->nmethods) return k ? throw_type("there is no such method"), NULL : NULL;
	return &k->cls->methods[i];
}

static bool parents_from(napi_value list, const somh_class **to, uint32_t n) {
	for (uint32_t i = 0; i < n; i++) {
		napi_value id;
		klass *k = napi_get_element(env, list, i, &id) == napi_ok ? class_by_id(id) : NULL;
		if (!k) return false;
		to[i] = k->cls;
	}
	return true;
}

/* SOM has the class for good, and its closures point to the overrides: these go to what stands above them. */
static void retire(klass *k) {
	napi_delete_reference(env, k->constructor);
	k->constructor = NULL;
	for (override *o = k->overrides; o; o = o->next) {
		napi_delete_reference(env, o->function);
		o->function = NULL;
	}
}

/* define(constructor, name, exact, parents' numbers, [class's number, method's index, function, …]): its number. */
static napi_value define(napi_env e, napi_callback_info info) {
	enum { MAX_PARENTS = 64 };
	size_t n = 5;
	napi_value args[5], f;
	uint32_t nparents = 0, nmethods = 0;
	const somh_class *parents[MAX_PARENTS];
	bool exact = false, good, stays = false;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	char *name = text_from(args[1], "a class's name", 0, NULL);
	if (!name) return NULL;
	napi_get_value_bool(e, args[2], &exact);
	napi_get_array_length(e, args[3], &nparents);
	napi_get_array_length(e, args[4], &nmethods);
	klass *k = new_class(true);
	struct somh_override *overrides = k ? calloc(nmethods / 3 + 1, sizeof *overrides) : NULL;
	good = overrides && nparents <= MAX_PARENTS && parents_from(args[3], parents, nparents) && napi_create_reference(e, args[0], 0, &k->constructor) == napi_ok;
	uint32_t many_overrides = 0;
	for (uint32_t i = 0; good && i + 2 < nmethods; i += 3) {
		const somh_method *m = method_from(args[4], i);
		override *o = m && napi_get_element(e, args[4], i + 2, &f) == napi_ok ? new_override(k, m, f) : NULL;
		if ((good = o != NULL)) overrides[many_overrides++] = (struct somh_override){m, o};
	}
	const somh_class *c = NULL;
	if (good) {
		somh_definition d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = nparents, .overrides = overrides, .noverrides = many_overrides, .handler = handle, .begin = begin_instance,
			.end = end_instance, .context = k, .exact = exact};
		inside++;
		c = somh_define(&d, &ev);
		inside--;
		stays = !c && ev.code == SOM_E_BUSY;
		if (!c) raise_env(&ev, NULL, NULL);
	} else if (nparents > MAX_PARENTS) {
		throw_range("a class has more than %d parents (MAX_PARENTS)", MAX_PARENTS);
	}
	free(overrides);
	som_deallocate(name);
	if (stays) return retire(k), NULL;
	if (!c || !describes(k, c)) return k ? free_class(k), NULL : NULL;
	for (override *o = k->overrides; o; o = o->next)
		__atomic_store_n(&o->is, c, __ATOMIC_RELEASE);
	return number(k->id);
}

/* override(class, [class's number, method's index, function]): one more, or another. */
static napi_value override_more(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2], f;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	klass *k = class_by_id(args[0]);
	const somh_method *m = k ? method_from(args[1], 0) : NULL;
	override *o = m && napi_get_element(e, args[1], 2, &f) == napi_ok ? new_override(k, m, f) : NULL;
	if (!o) return NULL;
	inside++;
	int code = somh_override(k->cls, m, o, &ev);
	inside--;
	if (code == SOM_OK) return NULL;
	k->overrides = o->next;
	drop_override(o);
	return raise_env(&ev, m, NULL);
}

/* A class goes with its last reference in JavaScript, if it has no instances; else it goes on with what stands above the overrides, until those have gone. */
void sweep_classes(void) {
	napi_handle_scope scope;
	for (uint32_t i = 0; i < many; i++) {
		klass *k = all[i];
		napi_value f = NULL;
		som_env ev = {0};
		if (!k || !k->made || !k->cls || k->uses) continue;
		napi_open_handle_scope(env, &scope);
		f = constructor_of(k);
		napi_close_handle_scope(env, scope);
		if (f) continue;
		const somh_class *c = k->cls;
		somh_twin_set(known, (som_ref)c->cls, NULL);
		if (somh_undefine(c, &ev) == SOM_OK) free_class(k);
		else somh_twin_set(known, (som_ref)c->cls, k);
		som_env_clear(&ev);
	}
}

bool set_up_classes(napi_value exports) {
	napi_value f, g;
	if (!(known = somh_twins_new())) return throw_range("no memory"), false;
	return napi_create_function(env, "define", NAPI_AUTO_LENGTH, define, NULL, &f) == napi_ok && set(exports, "define", f) &&
		napi_create_function(env, "override", NAPI_AUTO_LENGTH, override_more, NULL, &g) == napi_ok && set(exports, "override", g);
}
