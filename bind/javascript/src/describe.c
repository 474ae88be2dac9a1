/* describe.c: what the package is told of classes and types, of which it makes classes, and declarations for TypeScript. */
#include "core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Types, as TypeScript says them; scoped names stay those of IDL ---- */

enum { MAX_DIMENSIONS = 256 };

static const char *simple(const somh_type *t) {
	switch (t->kind) {
	case SOMH_VOID: case SOMH_MAKING: return "void";
	case SOMH_BOOLEAN: return "boolean";
	case SOMH_CHAR: case SOMH_WCHAR: case SOMH_STRING: case SOMH_WSTRING: return "string";
	case SOMH_LONGLONG: case SOMH_ULONGLONG: return "bigint";
	case SOMH_POINTER: return "bigint | null";
	case SOMH_OBJECT: return *t->name ? t->name : "SOMObject";
	case SOMH_NONE: return "unknown";
	}
	if (t->kind >= SOMH_OCTET && t->kind <= SOMH_DOUBLE) return "number";
	return *t->name ? t->name : "unknown";
}

char *type_text(const somh_type *t) {
	uint32_t n = 0;
	while ((t->kind == SOMH_SEQUENCE || t->kind == SOMH_ARRAY) && t->elem->kind != SOMH_OCTET && n < MAX_DIMENSIONS) t = t->elem, n++;
	const char *s = t->kind == SOMH_SEQUENCE || t->kind == SOMH_ARRAY ? "Uint8Array" : simple(t);
	size_t length = strlen(s);
	char *to = malloc(length + 2 * n + 3), *at = to;
	if (!to) return NULL;
	bool apart = n && strchr(s, '|');
	at += sprintf(at, apart ? "(%s)" : "%s", s);
	while (n--) at += sprintf(at, "[]");
	return to;
}

static napi_value text_of_type(const somh_type *t) {
	char *s = type_text(t);
	napi_value v = s ? ascii(s) : throw_range("no memory");
	free(s);
	return v;
}

static napi_value list(uint32_t n) {
	napi_value v = NULL;
	napi_create_array_with_length(env, n, &v);
	return v;
}

static napi_value boolean(bool is) {
	napi_value v = NULL;
	napi_get_boolean(env, is, &v);
	return v;
}

static napi_value object(void) {
	napi_value v = NULL;
	napi_create_object(env, &v);
	return v;
}

/* ---- Methods ---- */

static napi_value described_method(const klass *k, uint32_t index) {
	static const char *const ways[] = {"in", "out", "inout"};
	const somh_method *m = &k->cls->methods[index];
	napi_value o = object();
	bool good = set(o, "name", ascii(m->name)) && set(o, "attribute", ascii(m->attribute)) && set(o, "doc", ascii(m->doc)) && set(o, "why", ascii(m->why)) && set(o, "class", number(k->id)) &&
		set(o, "index", number(index)) && set(o, "gets", boolean(m->flags & SOMH_GETS)) && set(o, "sets", boolean(m->flags & SOMH_SETS)) && set(o, "makes", boolean(m->flags & SOMH_INIT)) &&
		set(o, "root", boolean(m->flags & SOMH_ROOT)) && set(o, "overridable", boolean(!m->why && m->kind == SOM_STATIC && !(m->flags & SOMH_INIT)));
	if (!good || m->why) return good ? o : NULL;
	napi_value params = list(0), raises = list(m->nraises);
	for (uint32_t i = 0, at = 0; good && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		napi_value one = object();
		if (p->type->kind == SOMH_MAKING) continue;
		good = set(one, "name", ascii(p->name)) && set(one, "type", text_of_type(p->type)) && set(one, "way", ascii(ways[p->direction])) && set(one, "nullable", boolean(p->nullable)) &&
			napi_set_element(env, params, at++, one) == napi_ok;
	}
	for (uint32_t i = 0; good && i < m->nraises; i++)
		good = napi_set_element(env, raises, i, ascii(m->raises[i]->name)) == napi_ok;
	good = good && set(o, "params", params) && set(o, "raises", raises) && set(o, "result", text_of_type(m->result.type)) && set(o, "nullable", boolean(m->result.nullable));
	return good ? o : NULL;
}

static napi_value numbers_of(const somh_class *const *classes, uint32_t n) {
	napi_value v = list(n);
	for (uint32_t i = 0; i < n; i++) {
		klass *k = class_of_description(classes[i]);
		if (!k || napi_set_element(env, v, i, number(k->id)) != napi_ok) return NULL;
	}
	return v;
}

/* describe(class): all that is known of it. */
static napi_value describe(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, o = object();
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	const klass *k = class_by_id(arg);
	if (!k) return NULL;
	const somh_class *c = k->cls;
	const som_class_info *about = som_class_describe(c->cls);
	napi_value methods = list(0), owns = list(0), types = list(0);
	for (uint32_t i = 0; i < c->nmethods; i++) {
		napi_value one = described_method(k, i);
		if (!one || napi_set_element(e, methods, i, one) != napi_ok) return NULL;
	}
	for (uint32_t i = 0; i < c->nowns; i++) {
		const somh_method *m = c->owns[i];
		klass *from = class_of_description(m->cls);
		napi_value one = from ? described_method(from, (uint32_t)(m - from->cls->methods)) : NULL;
		if (!one || napi_set_element(e, owns, i, one) != napi_ok) return NULL;
	}
	for (uint32_t i = 0, at = 0; i < c->ntypes; i++)
		if (c->types[i]->kind != SOMH_NONE && napi_set_element(e, types, at++, ascii(c->types[i]->name)) != napi_ok) return NULL;
	bool good = set(o, "name", ascii(c->name)) && set(o, "doc", ascii(c->doc)) && set(o, "major", number(c->major)) && set(o, "minor", number(c->minor)) && set(o, "library", ascii(about->library)) &&
		set(o, "parents", numbers_of(c->parents, c->nparents)) && set(o, "order", numbers_of(c->order, c->norder)) && set(o, "methods", methods) && set(o, "owns", owns) && set(o, "types", types) &&
		set(o, "scripted", boolean(c->nmade > 0)) && set(o, "instances", number((double)som_class_instances(c->cls)));
	return good ? o : NULL;
}

/* describeType(scoped name): a type's kind, members and so on; undefined: there is none. */
static napi_value describe_type(napi_env e, napi_callback_info info) {
	static const char *const kinds[SOMH_KINDS] = {[SOMH_ENUM] = "enum", [SOMH_STRUCT] = "struct", [SOMH_UNION] = "union", [SOMH_EXCEPTION] = "exception"};
	size_t n = 1;
	napi_value arg, o = object(), members = list(0), labels = list(0);
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	char *name = text_from(arg, "a type's name", 0, NULL);
	const somh_type *t = name ? search_type(name) : NULL;
	som_deallocate(name);
	if (!t) return name ? undefined() : NULL;
	bool good = set(o, "kind", ascii(kinds[t->kind] ? kinds[t->kind] : "other")) && set(o, "name", ascii(t->name)) && set(o, "doc", ascii(t->doc)) && set(o, "why", ascii(t->why));
	for (uint32_t i = 0; good && i < t->nmembers; i++) {
		napi_value one = object();
		good = set(one, "name", ascii(member_name(t, i))) && set(one, "type", t->kind == SOMH_ENUM ? undefined() : text_of_type(t->members[i].type)) && napi_set_element(e, members, i, one) == napi_ok;
	}
	for (uint32_t i = 0; good && t->kind == SOMH_UNION && i < t->nlabels; i++) {
		napi_value one = object();
		good = set(one, "value", number((double)t->labels[i].value)) && set(one, "arm", number(t->labels[i].arm)) && napi_set_element(e, labels, i, one) == napi_ok;
	}
	good = good && set(o, "members", members);
	if (good && t->kind == SOMH_UNION) good = set(o, "labels", labels) && set(o, "otherwise", number(t->otherwise)) && set(o, "discriminator", text_of_type(t->elem)) && set(o, "enumerators", boolean(t->elem->kind == SOMH_ENUM));
	return good ? o : NULL;
}

/* method(owner, class, index), and asynchronous: a function of the object, its place and the arguments; of an initializer, of the class and the arguments. */
static napi_value method_of(napi_callback_info info, bool waits) {
	size_t n = 3;
	napi_value args[3];
	uint32_t i = 0;
	napi_get_cb_info(env, info, &n, args, NULL, NULL);
	klass *owner = class_by_id(args[0]), *k = owner ? class_by_id(args[1]) : NULL;
	if (!k) return NULL;
	if (napi_get_value_uint32(env, args[2], &i) != napi_ok || i >= k->cls->nmethods) return throw_type("there is no such method");
	return waits ? new_async(&k->cls->methods[i], owner) : new_call(&k->cls->methods[i], owner);
}

static napi_value get_method(napi_env e, napi_callback_info info) { return (void)e, method_of(info, false); }
static napi_value get_async(napi_env e, napi_callback_info info) { return (void)e, method_of(info, true); }

/* classNames(): of all that there are. */
typedef struct names { char **all; size_t n, room; } names;

static int gather(som_class *c, void *context) {
	names *l = context;
	if (l->n == l->room) {
		char **more = realloc(l->all, (2 * l->room + 64) * sizeof *more);
		if (!more) return 1;
		l->all = more, l->room = 2 * l->room + 64;
	}
	const char *name = som_class_describe(c)->name;
	if ((l->all[l->n] = malloc(strlen(name) + 1))) strcpy(l->all[l->n++], name);
	return 0;
}

static napi_value class_names(napi_env e, napi_callback_info info) {
	names l = {NULL, 0, 0};
	(void)info;
	som_classes(gather, &l);
	napi_value v = list((uint32_t)l.n);
	for (size_t i = 0; i < l.n; i++) {
		napi_set_element(e, v, (uint32_t)i, ascii(l.all[i]));
		free(l.all[i]);
	}
	free(l.all);
	return v;
}

bool set_up_descriptions(napi_value exports) {
	static const struct { const char *name; napi_callback f; } functions[] = {{"describe", describe}, {"describeType", describe_type}, {"method", get_method}, {"asynchronous", get_async}, {"classNames", class_names}};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		napi_value f;
		if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].f, NULL, &f) != napi_ok || !set(exports, functions[i].name, f)) return false;
	}
	return true;
}
