/* types.c: types of typelibs, laid out as C has them. */
#include "inner.h"

#include <pthread.h>
#include <stdio.h>

#define LAID(k, l, T) [k] = {.kind = k, .letter = l, .size = sizeof(T), .align = _Alignof(T), .name = ""}
static const somh_type plain[SOMH_KINDS] = {
	[SOMH_NONE] = {.kind = SOMH_NONE, .name = "", .why = "there is no memory"}, [SOMH_VOID] = {.kind = SOMH_VOID, .letter = 'v', .name = "", .align = 1},
	LAID(SOMH_BOOLEAN, 'b', uint8_t), LAID(SOMH_OCTET, 'b', uint8_t), LAID(SOMH_CHAR, 'b', char), LAID(SOMH_INT8, 'b', int8_t),
	LAID(SOMH_WCHAR, 'H', uint16_t), LAID(SOMH_SHORT, 'h', int16_t), LAID(SOMH_USHORT, 'H', uint16_t), LAID(SOMH_LONG, 'i', int32_t),
	LAID(SOMH_ULONG, 'I', uint32_t), LAID(SOMH_LONGLONG, 'l', int64_t), LAID(SOMH_ULONGLONG, 'L', uint64_t), LAID(SOMH_FLOAT, 'f', float),
	LAID(SOMH_DOUBLE, 'd', double), LAID(SOMH_POINTER, 'p', void *), LAID(SOMH_MAKING, 'p', void *),
	[SOMH_STRING] = {.kind = SOMH_STRING, .letter = 's', .owns = 1, .size = sizeof(char *), .align = _Alignof(char *), .name = ""},
	[SOMH_WSTRING] = {.kind = SOMH_WSTRING, .letter = 'p', .owns = 1, .size = sizeof(char *), .align = _Alignof(char *), .name = ""},
	[SOMH_OBJECT] = {.kind = SOMH_OBJECT, .letter = 'o', .owns = 1, .size = sizeof(som_ref), .align = _Alignof(som_ref), .name = ""},
};

const somh_type *plain_type(uint32_t kind) { return &plain[kind]; }

const somh_type *no_type(const char *format, ...) {
	char text[512];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	somh_type *t = keep(sizeof *t);
	const char *why = keep_text(text, strlen(text));
	if (!t || !why) return plain_type(SOMH_NONE);
	*t = (somh_type){.kind = SOMH_NONE, .align = 1, .name = "", .why = why};
	return t;
}

const somh_type *object_type(const char *cls, size_t n) {
	somh_type *t = keep(sizeof *t);
	const char *name = keep_text(cls, n);
	if (!t || !name) return plain_type(SOMH_NONE);
	*t = *plain_type(SOMH_OBJECT);
	t->name = name;
	return t;
}

/* ---- Libraries ---- */

static library *libraries;

library *library_of(const void *typelib) {
	for (library *l = libraries; l; l = l->next)
		if (l->typelib == typelib) return l->t ? l : NULL;
	library *l = keep(sizeof *l);
	if (!l) return NULL;
	l->typelib = typelib;
	l->t = somt_open(typelib, SIZE_MAX);
	if (l->t) {
		size_t n = (size_t)somt_count(l->t) + 1, types = (size_t)somt_types(l->t) + 1;
		l->types = keep(types * sizeof *l->types);
		l->decls = keep(n * sizeof *l->decls);
		l->begun = keep(n);
		l->promised = keep(n * sizeof *l->promised);
		if (!l->types || !l->decls || !l->begun || !l->promised) somt_close(l->t), l->t = NULL;
	}
	l->next = libraries, libraries = l; /* one that cannot be read is not tried again */
	return l->t ? l : NULL;
}

/* ---- Types ---- */

/* Of a declaration: it is being laid out, or it has been met as an element of a sequence, of which it is known how large that is, and is to be laid out when all
 * that is being so is. */
enum { BEGUN = 1, PROMISED };

static const somh_type *made(library *l, uint32_t number, int depth);
static const somh_type *declared(library *l, uint32_t decl, int depth, bool element);

/* A structure or union that is being laid out: it may be in a sequence, of which it is known how large that is, and in nothing else. */
static bool incomplete(const somh_type *t) {
	return t->members == NULL && (t->kind == SOMH_STRUCT || t->kind == SOMH_UNION || t->kind == SOMH_EXCEPTION);
}

static uint64_t up(uint64_t n, uint32_t align) { return (n + align - 1) / align * align; }

static char *scoped(library *l, uint32_t decl, char *to, size_t n) {
	if (!somt_scoped(l->t, decl, to, n)) *to = 0;
	return to;
}

static const char *past(const char *s, const char *const *marks, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!strncmp(s, marks[i], strlen(marks[i]))) return s + strlen(marks[i]);
	return s;
}

/* Adds a comment's text, a line at a time, without what makes it one. */
static size_t uncommented(char *to, const char *s) {
	static const char *const begins[] = {"///", "//!", "//", "/**", "/*!", "/*"}, *const stars[] = {"*"};
	size_t n = 0;
	bool block = !strncmp(s, "/*", 2);
	for (const char *end; *s; s = *end ? end + 1 : end) {
		end = s + strcspn(s, "\n");
		while (s < end && strchr(" \t\r", *s)) s++;
		const char *text = past(s, begins, COUNT(begins));
		if (text == s && block && strncmp(s, "*/", 2) != 0) text = past(s, stars, COUNT(stars));
		if (text < end && *text == ' ') text++;
		const char *last = end;
		while (last > text && strchr(" \t\r", last[-1])) last--;
		if (block && last >= text + 2 && !memcmp(last - 2, "*/", 2)) last -= 2;
		while (last > text && strchr(" \t\r", last[-1])) last--;
		if (last > text) {
			memcpy(to + n, text, (size_t)(last - text));
			n += (size_t)(last - text);
		} else if (block && (n == 0 || !*end)) {
			continue; /* the line of a mark alone */
		}
		to[n++] = '\n';
	}
	return n;
}

const char *doc_of(const somt *t, uint32_t decl) {
	size_t n = 0, at = 0;
	uint32_t i;
	const char *s;
	for (i = 0; i <= SOMH_MAX_DOC_PARTS && n <= SOMH_MAX_DOC && (s = somt_doc(t, decl, i)); i++) {
		const char *end = memchr(s, 0, SOMH_MAX_DOC + 1);
		n += end ? (size_t)(end - s) + 2 : SOMH_MAX_DOC + 1;
	}
	if (n > SOMH_MAX_DOC) return "its comment has more than 65536 octets (SOMH_MAX_DOC)";
	if (i > SOMH_MAX_DOC_PARTS) return "its comment has more than 1024 parts (SOMH_MAX_DOC_PARTS)";
	char *text = n ? keep(n) : NULL;
	for (i = 0; text && (s = somt_doc(t, decl, i)); i++)
		at += uncommented(text + at, s);
	while (at && text[at - 1] == '\n') text[--at] = 0;
	return at ? text : NULL;
}

/* The members of a structure or exception behind those of its base. */
static const somh_type *composed(library *l, uint32_t decl, somh_type *t, int depth) {
	somt_walk w;
	somt_member m;
	char name[MAX_NAME];
	const somh_type *base = NULL;
	uint32_t number = somt_type_of(l->t, decl), n = 0;
	if (t->kind == SOMH_STRUCT && number) {
		base = made(l, number, depth);
		if (base->kind != SOMH_STRUCT || incomplete(base)) return no_type("the base of %s: %s", scoped(l, decl, name, sizeof name), base->why ? base->why : "it is no structure");
		n = base->nmembers;
	}
	if (!somt_members(l->t, decl, &w)) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	if (w.left > SOMH_MAX_PARTS - n)
		return no_type("%s has more than %d members (SOMH_MAX_PARTS)", scoped(l, decl, name, sizeof name), SOMH_MAX_PARTS);
	somh_member *members = keep(((size_t)w.left + n + 1) * sizeof *members);
	if (!members) return plain_type(SOMH_NONE);
	uint64_t size = 0, left = w.left + n;
	uint32_t align = 1;
	if (n) {
		memcpy(members, base->members, n * sizeof *members);
		const somh_member *last = &members[n - 1];
		size = last->offset + last->type->size; /* members follow as if all were this one's */
		align = base->align;
		t->owns = base->owns;
	}
	for (; somt_next_member(l->t, &w, &m); n++) {
		const somh_type *of = made(l, m.type, depth);
		if (incomplete(of)) return no_type("%s holds itself", scoped(l, decl, name, sizeof name));
		if (of->kind == SOMH_NONE || of->kind == SOMH_VOID) return no_type("member %.100s of %s: %s", m.name, scoped(l, decl, name, sizeof name), of->why ? of->why : "void");
		size = up(size, of->align);
		members[n] = (somh_member){m.name, of, (uint32_t)size};
		size += of->size;
		align = of->align > align ? of->align : align;
		t->owns |= of->owns;
		if (size > SOMH_MAX_SIZE) return no_type("%s has more than %d octets (SOMH_MAX_SIZE)", scoped(l, decl, name, sizeof name), SOMH_MAX_SIZE);
	}
	if (n != left) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	t->members = members;
	t->nmembers = n;
	t->align = align;
	t->size = (uint32_t)up(size, align);
	if (n == 0 && t->kind == SOMH_STRUCT) return no_type("%s has no members, which C has no form for", scoped(l, decl, name, sizeof name));
	return t;
}

static const somh_type *enumerated(library *l, uint32_t decl, somh_type *t) {
	somt_walk w;
	somt_member m;
	char name[MAX_NAME];
	uint32_t n = 0;
	if (!somt_members(l->t, decl, &w) || w.left == 0) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	if (w.left > SOMH_MAX_PARTS) return no_type("%s has more than %d enumerators (SOMH_MAX_PARTS)", scoped(l, decl, name, sizeof name), SOMH_MAX_PARTS);
	uint64_t left = w.left;
	somh_member *members = keep((size_t)left * sizeof *members);
	if (!members) return plain_type(SOMH_NONE);
	while (somt_next_member(l->t, &w, &m))
		members[n++] = (somh_member){m.name, plain_type(SOMH_ULONG), 0};
	if (n != left) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	t->members = members;
	t->nmembers = n;
	t->letter = 'I';
	t->size = t->align = 4;
	return t;
}

static bool discriminates(const somh_type *t) {
	return t->kind == SOMH_BOOLEAN || t->kind == SOMH_ENUM || (t->kind >= SOMH_OCTET && t->kind <= SOMH_ULONGLONG);
}

static const somh_type *united(library *l, uint32_t decl, somh_type *t, int depth) {
	somt_walk w, count;
	somt_member m;
	somt_label label;
	char name[MAX_NAME];
	uint64_t size = 0, narms, nlabels = 0;
	uint32_t align = 1, n = 0;
	t->elem = made(l, somt_type_of(l->t, decl), depth);
	if (!discriminates(t->elem)) return no_type("the discriminator of %s: %s", scoped(l, decl, name, sizeof name), t->elem->why ? t->elem->why : "it is no number");
	if (!somt_members(l->t, decl, &w)) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	narms = w.left;
	for (count = w; somt_next_member(l->t, &count, &m);)
		nlabels += m.labels.left;
	if (narms > SOMH_MAX_PARTS || nlabels > SOMH_MAX_PARTS || narms == 0)
		return no_type("%s has no arms, or more than %d arms or labels (SOMH_MAX_PARTS)", scoped(l, decl, name, sizeof name), SOMH_MAX_PARTS);
	somh_member *arms = keep((size_t)narms * sizeof *arms);
	somh_label *labels = keep(((size_t)nlabels + 1) * sizeof *labels);
	if (!arms || !labels) return plain_type(SOMH_NONE);
	t->otherwise = -1;
	for (; somt_next_member(l->t, &w, &m); n++) {
		const somh_type *of = made(l, m.type, depth);
		if (incomplete(of)) return no_type("%s holds itself", scoped(l, decl, name, sizeof name));
		if (of->kind == SOMH_NONE || of->kind == SOMH_VOID) return no_type("arm %.100s of %s: %s", m.name, scoped(l, decl, name, sizeof name), of->why ? of->why : "void");
		arms[n] = (somh_member){m.name, of, 0};
		size = of->size > size ? of->size : size;
		align = of->align > align ? of->align : align;
		t->owns |= of->owns;
		while (somt_next_label(l->t, &m.labels, &label)) {
			if (label.is_default) t->otherwise = (int32_t)n;
			else labels[t->nlabels++] = (somh_label){label.value, n};
		}
	}
	if (n != narms) return no_type("%s is damaged", scoped(l, decl, name, sizeof name));
	uint64_t at = up(t->elem->size, align);
	t->align = t->elem->align > align ? t->elem->align : align;
	size = up(at + up(size, align), t->align);
	if (size > SOMH_MAX_SIZE) return no_type("%s has more than %d octets (SOMH_MAX_SIZE)", scoped(l, decl, name, sizeof name), SOMH_MAX_SIZE);
	for (uint32_t i = 0; i < n; i++)
		arms[i].offset = (uint32_t)at;
	t->size = (uint32_t)size;
	t->members = arms;
	t->nmembers = n;
	t->labels = labels;
	return t;
}

static const somh_type *laid_out(library *l, uint32_t decl, somh_type *t, int depth) {
	char name[MAX_NAME];
	const somh_type *is = t;
	l->begun[decl] = BEGUN;
	if (t->kind == SOMH_ENUM) is = enumerated(l, decl, t);
	else is = t->kind == SOMH_UNION ? united(l, decl, t, depth + 1) : composed(l, decl, t, depth + 1);
	if (is == t && t->kind == SOMH_EXCEPTION && (!somt_id(l->t, decl, name, sizeof name) || !(t->id = keep_text(name, strlen(name)))))
		is = no_type("the repository id of %s is too long", t->name);
	if (is != t) *t = (somh_type){.kind = SOMH_NONE, .name = t->name, .align = 1, .why = is->why}; /* what refers to it sees that */
	l->begun[decl] = 0;
	return t;
}

/* A structure, union, enum or exception; an object or a pointer. A structure that holds itself is damaged, one that has a sequence of itself is not: of an
 * element of a sequence nothing need be known yet. */
static const somh_type *declared(library *l, uint32_t decl, int depth, bool element) {
	char name[MAX_NAME];
	somt_decl d;
	if (!somt_at(l->t, decl, &d)) return no_type("type information is damaged");
	scoped(l, decl, name, sizeof name);
	if (d.kind == SOMT_FORWARD) {
		uint32_t found = somt_find(l->t, name);
		if (found && found != decl && somt_at(l->t, found, &d) && d.kind != SOMT_FORWARD) decl = found;
		else return object_type(name, strlen(name)); /* a structure is always defined, or the compiler refuses it */
	}
	if (l->decls[decl]) return l->begun[decl] == PROMISED && !element && depth <= SOMH_MAX_NESTING ? laid_out(l, decl, l->decls[decl], depth) : l->decls[decl];
	if (d.kind == SOMT_INTERFACE) {
		const somh_type *o = object_type(name, strlen(name));
		return l->decls[decl] = (somh_type *)(uintptr_t)o;
	}
	if (d.kind == SOMT_NATIVE) return plain_type(SOMH_POINTER);
	if (d.kind != SOMT_STRUCT && d.kind != SOMT_UNION && d.kind != SOMT_ENUM && d.kind != SOMT_EXCEPTION) return no_type("%s is no type", name);
	if (depth > SOMH_MAX_NESTING) return no_type("%s is nested deeper than %d (SOMH_MAX_NESTING)", name, SOMH_MAX_NESTING);
	somh_type *t = keep(sizeof *t);
	const char *own = keep_text(name, strlen(name));
	if (!t || !own) return plain_type(SOMH_NONE);
	static const uint32_t kinds[] = {[SOMT_STRUCT] = SOMH_STRUCT, [SOMT_UNION] = SOMH_UNION, [SOMT_ENUM] = SOMH_ENUM, [SOMT_EXCEPTION] = SOMH_EXCEPTION};
	*t = (somh_type){.kind = kinds[d.kind], .letter = 'p', .apart = d.kind != SOMT_ENUM, .align = 1, .name = own, .doc = doc_of(l->t, decl), .otherwise = -1};
	l->decls[decl] = t;
	if (!element || d.kind == SOMT_ENUM) return laid_out(l, decl, t, depth);
	l->begun[decl] = PROMISED;
	l->promised[l->npromised++] = decl;
	return t;
}

/* Lays out what has been promised, which may promise more. Each declaration is promised once. */
static void keep_promises(library *l) {
	while (l->npromised) {
		uint32_t decl = l->promised[--l->npromised];
		if (l->begun[decl] == PROMISED) laid_out(l, decl, l->decls[decl], 0);
	}
}

/* What a typedef that the compiler carries stands for, by its name. */
static const somh_type *standard(const somt *t, const somt_decl *d) {
	(void)t;
	if (d->scope != 0) return NULL;
	if (!strcmp(d->name, "somId")) return plain_type(SOMH_STRING);
	if (!strcmp(d->name, "somInitCtrl") || !strcmp(d->name, "som3InitCtrl")) return plain_type(SOMH_MAKING);
	return NULL;
}

static const somh_type *array(library *l, uint32_t number, const somh_type *elem) {
	uint32_t dims = 0;
	while (dims <= SOMH_MAX_NESTING && somt_dimension(l->t, number, dims))
		dims++;
	if (dims == 0 || dims > SOMH_MAX_NESTING) return no_type("an array has no dimensions, or more than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING);
	while (dims-- > 0) { /* the last one is the innermost */
		uint64_t n = somt_dimension(l->t, number, dims);
		if (incomplete(elem)) return no_type("%s holds itself", elem->name);
		if (elem->size == 0 || n > SOMH_MAX_SIZE / elem->size) return no_type("an array has more than %d octets (SOMH_MAX_SIZE)", SOMH_MAX_SIZE);
		somh_type *t = keep(sizeof *t);
		if (!t) return plain_type(SOMH_NONE);
		*t = (somh_type){.kind = SOMH_ARRAY, .letter = 'p', .apart = 1, .owns = elem->owns, .size = (uint32_t)n * elem->size, .align = elem->align, .bound = n, .name = "", .elem = elem};
		elem = t;
	}
	return elem;
}

/* What a sequence is of. */
static const somh_type *element(library *l, uint32_t number, int depth) {
	somt_type y;
	somt_decl d;
	bool named = depth <= SOMH_MAX_NESTING && somt_type_at(l->t, number, &y) && y.kind == SOMT_NAMED && somt_at(l->t, y.decl, &d);
	return named && d.kind != SOMT_TYPEDEF ? declared(l, y.decl, depth, true) : made(l, number, depth);
}

static const somh_type *built(library *l, uint32_t number, int depth) {
	static const uint8_t kinds[] = {[SOMT_VOID] = SOMH_VOID, [SOMT_BOOLEAN] = SOMH_BOOLEAN, [SOMT_OCTET] = SOMH_OCTET, [SOMT_CHAR] = SOMH_CHAR,
		[SOMT_WCHAR] = SOMH_WCHAR, [SOMT_INT8] = SOMH_INT8, [SOMT_UINT8] = SOMH_OCTET, [SOMT_SHORT] = SOMH_SHORT, [SOMT_USHORT] = SOMH_USHORT,
		[SOMT_LONG] = SOMH_LONG, [SOMT_ULONG] = SOMH_ULONG, [SOMT_LONGLONG] = SOMH_LONGLONG, [SOMT_ULONGLONG] = SOMH_ULONGLONG,
		[SOMT_FLOAT] = SOMH_FLOAT, [SOMT_DOUBLE] = SOMH_DOUBLE};
	somt_type y;
	somt_decl d;
	if (depth > SOMH_MAX_NESTING) return no_type("types are nested deeper than %d (SOMH_MAX_NESTING)", SOMH_MAX_NESTING);
	if (!somt_type_at(l->t, number, &y)) return no_type("type information is damaged");
	if (y.kind < COUNT(kinds) && kinds[y.kind]) return plain_type(kinds[y.kind]);
	switch (y.kind) {
	case SOMT_OBJECT: return object_type("Object", 6);
	case SOMT_POINTER: return made(l, y.elem, depth + 1)->kind == SOMH_MAKING ? plain_type(SOMH_MAKING) : plain_type(SOMH_POINTER);
	case SOMT_NAMED:
		if (!somt_at(l->t, y.decl, &d)) return no_type("type information is damaged");
		if (d.kind != SOMT_TYPEDEF) return declared(l, y.decl, depth, false);
		const somh_type *known = standard(l->t, &d);
		if (known) return known;
		if (l->begun[y.decl]) return no_type("%.100s is a typedef of itself", d.name);
		l->begun[y.decl] = BEGUN;
		known = made(l, somt_type_of(l->t, y.decl), depth + 1);
		l->begun[y.decl] = 0;
		return known;
	}
	if (y.kind != SOMT_STRING && y.kind != SOMT_WSTRING && y.kind != SOMT_SEQUENCE && y.kind != SOMT_ARRAY) {
		const char *name = y.kind == SOMT_ANY ? "any" : y.kind == SOMT_TYPECODE ? "TypeCode" : y.kind == SOMT_FIXED ? "fixed" : y.kind == SOMT_LONGDOUBLE ? "long double" : "a type";
		return no_type("%s has no form in methods of SOM", name);
	}
	const somh_type *elem = !y.elem ? NULL : y.kind == SOMT_SEQUENCE ? element(l, y.elem, depth + 1) : made(l, y.elem, depth + 1);
	if (elem && (elem->kind == SOMH_NONE || elem->kind == SOMH_VOID)) return elem->why ? elem : no_type("a sequence or array of void");
	if (y.kind == SOMT_ARRAY) return elem ? array(l, number, elem) : no_type("type information is damaged");
	if (y.kind == SOMT_SEQUENCE && !elem) return no_type("type information is damaged");
	somh_type *t = keep(sizeof *t);
	if (!t) return plain_type(SOMH_NONE);
	*t = *plain_type(y.kind == SOMT_WSTRING ? SOMH_WSTRING : SOMH_STRING);
	if (y.kind == SOMT_SEQUENCE)
		*t = (somh_type){.kind = SOMH_SEQUENCE, .letter = 'p', .apart = 1, .owns = 1, .size = sizeof(somh_sequence), .align = _Alignof(somh_sequence), .name = "", .elem = elem};
	t->bound = y.bound;
	return t;
}

static const somh_type *made(library *l, uint32_t number, int depth) {
	if (number == 0 || number > somt_types(l->t)) return no_type("type information is damaged");
	if (l->types[number]) return l->types[number];
	const somh_type *t = built(l, number, depth);
	l->types[number] = (somh_type *)(uintptr_t)t;
	return t;
}

const somh_type *type_of_number(library *l, uint32_t number) {
	const somh_type *t = number ? made(l, number, 0) : plain_type(SOMH_VOID);
	keep_promises(l);
	return t;
}

const somh_type *type_of_decl(library *l, uint32_t decl) {
	const somh_type *t = declared(l, decl, 0, false);
	keep_promises(l);
	return t;
}

/* Each structure is looked into once: what holds one that is being looked at is as good as that. */
static const char *unusable_in(somh_type *t, int depth) {
	enum { SEEN = 1 };
	if (t->kind == SOMH_NONE) return t->why;
	if (depth > SOMH_MAX_NESTING) return "types are nested deeper than 256 (SOMH_MAX_NESTING)";
	if (t->kind == SOMH_SEQUENCE || t->kind == SOMH_ARRAY) return unusable_in((somh_type *)(uintptr_t)t->elem, depth + 1);
	if ((t->kind != SOMH_STRUCT && t->kind != SOMH_UNION && t->kind != SOMH_EXCEPTION) || t->why || t->checked) return t->why;
	t->checked = SEEN;
	for (uint32_t i = 0; !t->why && i < t->nmembers; i++)
		t->why = unusable_in((somh_type *)(uintptr_t)t->members[i].type, depth + 1);
	return t->why;
}

const char *unusable(const somh_type *t) { return unusable_in((somh_type *)(uintptr_t)t, 0); }
