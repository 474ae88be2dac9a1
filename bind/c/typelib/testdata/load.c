/*
 * load.c: uses a class that it knows nothing of but the name: lists its methods with their types and comments, and calls some by name.
 * What a binding to a language without generated code does, it does from the same information.
 */
#include "som.h"
#include "../somt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

static const char *const names[] = {"", "void", "boolean", "octet", "char", "wchar", "int8", "uint8", "short", "unsigned short", "long", "unsigned long",
	"long long", "unsigned long long", "float", "double", "long double", "fixed", "string", "wstring", "sequence", "array", "any", "Object", "TypeCode", "pointer"};

static void print_type(const somt *t, uint32_t number) {
	somt_type type;
	somt_decl d;
	if (!somt_type_at(t, number, &type)) fputs("void", stdout);
	else if (type.kind == SOMT_NAMED && somt_at(t, type.decl, &d)) fputs(d.name, stdout);
	else fputs(names[type.kind], stdout);
}

static void print_method(const somt *t, uint32_t cls, const char *name) {
	static const char *const ways[] = {"in", "out", "inout"};
	somt_method m;
	if (!somt_method_of(t, cls, name, &m)) {
		printf("  %s: nothing known\n", name);
		return;
	}
	fputs("  ", stdout);
	print_type(t, m.result.type);
	printf("%s %s(", m.result.nullable ? "?" : "", name);
	for (uint32_t i = 0; i < m.nparams; i++) {
		somt_passing p;
		if (!somt_param(t, &m, i, &p)) return;
		printf("%s%s ", i ? ", " : "", ways[p.direction]);
		print_type(t, p.type);
		printf("%s %s", p.nullable ? "?" : "", p.name);
	}
	puts(")");
	const char *doc = somt_doc(t, m.decl, 0);
	if (doc) printf("      %s\n", doc);
}

/* All classes of a linearisation but the root, each from the typelib of its own library. */
static void list(const som_class *c) {
	const som_class_info *info = som_class_describe(c);
	for (uint32_t i = 0; i + 1 < info->norder; i++) {
		const som_class_info *x = som_class_describe(info->order[i]);
		somt *t = somt_open(x->typelib, SIZE_MAX);
		printf("%s %u.%u\n", x->name, (unsigned)x->major, (unsigned)x->minor);
		uint32_t cls = t ? somt_find(t, x->name) : 0;
		for (uint32_t k = 0; cls && k < x->nintroduces; k++)
			print_method(t, cls, x->introduces[k].name);
		somt_close(t);
	}
}

static int print_value(const somt *t, uint32_t number, const som_value *v) {
	somt_type type;
	if (!number || !somt_resolve(t, number, &type)) return 0;
	switch (type.kind) {
	case SOMT_LONG: return printf(" %d", (int)v->i);
	case SOMT_DOUBLE: return printf(" %g", v->d);
	case SOMT_STRING: return v->s ? printf(" \"%s\"", v->s) : printf(" nothing");
	case SOMT_NAMED: return printf(" value %u", (unsigned)v->u);
	default: return 0;
	}
}

static int call(som_ref o, char **args, int n) {
	som_env ev = {0};
	som_found found = {.size_of = sizeof found};
	som_value v[MOST] = {{0}}, out[MOST] = {{0}}, result = {.l = 0};
	if (som_lookup(som_class_of(o), args[0], &found, &ev) != SOM_OK) return puts(ev.text), som_env_clear(&ev), 1;
	const som_class_info *from = som_class_describe(found.from); /* who introduces it knows its types */
	somt *t = somt_open(from->typelib, SIZE_MAX);
	somt_method m;
	if (!t || !somt_method_of(t, somt_find(t, from->name), args[0], &m) || m.nparams > MOST) return 2;
	int at = 1;
	for (uint32_t i = 0; i < m.nparams; i++) {
		somt_passing p;
		somt_type type;
		if (!somt_param(t, &m, i, &p) || !somt_resolve(t, p.type, &type)) return 2;
		if (p.direction != SOMT_IN) {
			v[i].p = &out[i];
			continue;
		}
		const char *word = at < n ? args[at++] : "";
		int nothing = !strcmp(word, "-");
		if (nothing && !p.nullable) return printf("%s(): %s cannot be NULL\n", args[0], p.name), somt_close(t), 1;
		switch (type.kind) {
		case SOMT_LONG: v[i].i = atoi(word); break;
		case SOMT_DOUBLE: v[i].d = atof(word); break;
		case SOMT_STRING: v[i].s = nothing ? NULL : word; break;
		case SOMT_NAMED: v[i].o = nothing ? NULL : o; break;
		default: return 2;
		}
	}
	printf("%s():", args[0]);
	if (som_invoke(o, args[0], v, m.nparams, &result, &ev) != SOM_OK || ev.major) {
		printf(" raised %s", ev.id ? ev.id : ev.text);
		som_env_clear(&ev);
	} else {
		print_value(t, m.result.type, &result);
		for (uint32_t i = 0; i < m.nparams; i++) {
			somt_passing p;
			if (somt_param(t, &m, i, &p) && p.direction != SOMT_IN && printf(" %s", p.name)) print_value(t, p.type, &out[i]);
		}
	}
	puts("");
	somt_close(t);
	return 0;
}

/* load CLASS { / METHOD ARGUMENT… }: the words behind each / are a call */
int main(int argc, char **argv) {
	som_env ev = {0};
	som_class *c = argc > 1 ? som_class_named(argv[1], &ev) : NULL;
	if (!c) return puts(ev.text ? ev.text : "which class?"), 1;
	list(c);
	som_ref o = som_new(c, &ev);
	for (int i = 2; i < argc; i++) {
		int end = i + 1;
		while (end < argc && strcmp(argv[end], "/") != 0)
			end++;
		if (strcmp(argv[i], "/") != 0 || end == i + 1 || call(o, argv + i + 1, end - i - 1) > 1) return 2;
		i = end - 1;
	}
	som_release(o);
	som_release((som_ref)c);
	return 0;
}
