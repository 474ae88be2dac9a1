/* somt.c: reads typelibs. Every place is held against the end of what it is in; numbers against their tables. */
#include "../somt.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, MAX_SIZE = 16 << 20, MAX_ENTRIES = 1 << 18, MAX_DEPTH = 255 };
enum { NODE_DOC = 1, NODE_TRAILING = 2, NODE_ANNOTATIONS = 4, NODE_PRAGMAS = 8, NODE_MODIFIERS = 16 };

typedef struct span {
	size_t at, end;
} span;

typedef struct table {
	uint32_t n;
	span *of; /* the records */
} table;

struct somt {
	const uint8_t *b;
	size_t size;
	table texts, files, types, decls;
};

/* A place in a record, and where that ends; at end + 1 when something was wrong. */
typedef struct place {
	const somt *t;
	size_t at, end;
} place;

static void fail(place *p) { p->at = p->end + 1; }
static int failed(const place *p) { return p->at > p->end; }

static uint64_t num(place *p) {
	uint64_t v = 0;
	for (unsigned shift = 0; p->at < p->end && shift < 64; shift += 7) {
		uint8_t o = p->t->b[p->at++];
		v |= (uint64_t)(o & 0x7f) << shift;
		if (!(o & 0x80)) return v;
	}
	fail(p);
	return 0;
}

/* A number of a table that has n entries, or of nothing. */
static uint32_t index_of(place *p, uint32_t n) {
	uint64_t v = num(p);
	if (v <= n) return (uint32_t)v;
	fail(p);
	return 0;
}

static const char *text(place *p) {
	uint32_t n = index_of(p, p->t->texts.n);
	return n ? (const char *)p->t->b + p->t->texts.of[n - 1].at : "";
}

static uint64_t count(place *p) {
	uint64_t n = num(p);
	if (failed(p) || n <= p->end - p->at) return n;
	fail(p);
	return 0;
}

static void skip(place *p, unsigned each) {
	for (uint64_t n = count(p) * each; n && !failed(p); n--)
		num(p);
}

static void skip_value(place *p) {
	enum { BOOL = 1, INT, FLOAT, CHAR, WCHAR, STRING, WSTRING, FIXED, ENUM };
	uint64_t kind = num(p);
	if (kind) num(p);
	if (kind == FLOAT || kind == ENUM) num(p);
	if (kind > ENUM) fail(p);
}

static void skip_annotations(place *p) {
	for (uint64_t n = count(p); n && !failed(p); n--) {
		text(p);
		text(p);
		for (uint64_t k = count(p); k && !failed(p); k--) {
			text(p);
			text(p);
			skip_value(p);
		}
	}
}

/* A node up to its modifiers, and whether it has some; its name; the place of its comments, 0 where it has none. */
static int unmodified(place *p, const char **name, size_t *doc) {
	uint64_t has = num(p);
	*name = text(p);
	*doc = has & (NODE_DOC | NODE_TRAILING) ? p->at : 0;
	if (has & NODE_DOC) skip(p, 1);
	if (has & NODE_TRAILING) skip(p, 1);
	if (has & NODE_ANNOTATIONS) skip_annotations(p);
	if (has & NODE_PRAGMAS)
		for (uint64_t n = count(p); n && !failed(p); n--) {
			text(p);
			skip(p, 1);
			text(p);
		}
	return (has & NODE_MODIFIERS) != 0;
}

/* The name of a node. */
static const char *node(place *p, size_t *doc) {
	const char *name;
	if (unmodified(p, &name, doc)) skip(p, 2);
	return name;
}

/* ---- Opening ---- */

static uint32_t u32(const uint8_t *b) { return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24; }

/* Finds n records from p on; texts have a zero octet behind them. */
static int find_records(place *p, table *to, uint32_t n, int texts) {
	if (n > MAX_ENTRIES || n > p->end - p->at) return 0;
	to->of = calloc((size_t)n + 1, sizeof *to->of);
	if (!to->of) return 0;
	to->n = n;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t size = num(p);
		if (failed(p) || size > p->end - p->at) return 0;
		to->of[i] = (span){p->at, p->at + (size_t)size};
		p->at += (size_t)size;
		if (texts && (p->at == p->end || p->t->b[p->at++] != 0)) return 0;
	}
	return 1;
}

somt *somt_open(const void *typelib, size_t limit) {
	const uint8_t *b = typelib;
	if (!b || limit < HEADER || memcmp(b, "SOMT", 4) != 0 || b[4] != 1) return NULL;
	size_t header = b[6] | (size_t)b[7] << 8, size = u32(b + 8);
	if (size > MAX_SIZE || size > limit || header < HEADER || header > size) return NULL;
	somt *t = calloc(1, sizeof *t);
	if (!t) return NULL;
	t->b = b;
	t->size = size;
	place p = {t, header, size};
	if (find_records(&p, &t->texts, u32(b + 16), 1) && find_records(&p, &t->files, u32(b + 20), 0) && find_records(&p, &t->types, u32(b + 24), 0) &&
		find_records(&p, &t->decls, u32(b + 28), 0))
		return t;
	somt_close(t);
	return NULL;
}

void somt_close(somt *t) {
	if (!t) return;
	free(t->texts.of);
	free(t->files.of);
	free(t->types.of);
	free(t->decls.of);
	free(t);
}

static place record(const somt *t, const table *of, uint32_t number) {
	if (number == 0 || number > of->n) return (place){t, 1, 0}; /* failed */
	return (place){t, of->of[number - 1].at, of->of[number - 1].end};
}

/* ---- Declarations ---- */

uint32_t somt_count(const somt *t) { return t->decls.n; }

int somt_at(const somt *t, uint32_t number, somt_decl *d) {
	place p = record(t, &t->decls, number);
	if (failed(&p)) return 0;
	d->kind = (uint32_t)num(&p);
	d->scope = index_of(&p, number - 1);
	index_of(&p, t->files.n);
	d->name = node(&p, &d->doc);
	text(&p); /* the repository id */
	d->body = p.at;
	d->end = p.end;
	return !failed(&p);
}

/* Whether a declaration has a scoped name, of n octets. */
static int is_named(const somt *t, const somt_decl *d, const char *scoped, size_t n) {
	somt_decl x = *d;
	for (int depth = 0; depth <= MAX_DEPTH; depth++) {
		size_t len = strlen(x.name);
		if (len > n || memcmp(scoped + n - len, x.name, len) != 0) return 0;
		n -= len;
		if (x.scope == 0 || n == 0) return x.scope == 0 && n == 0;
		if (n < 2 || memcmp(scoped + n - 2, "::", 2) != 0 || !somt_at(t, x.scope, &x)) return 0;
		n -= 2;
	}
	return 0;
}

uint32_t somt_find(const somt *t, const char *scoped) {
	uint32_t found = 0;
	size_t n = strlen(scoped);
	for (uint32_t i = 1; i <= t->decls.n; i++) {
		somt_decl d;
		if (!somt_at(t, i, &d) || !is_named(t, &d, scoped, n)) continue;
		if (d.kind != SOMT_FORWARD) return i;
		found = found ? found : i;
	}
	return found;
}

const char *somt_doc(const somt *t, uint32_t number, uint32_t i) {
	place p = record(t, &t->decls, number);
	if (failed(&p)) return NULL;
	num(&p), num(&p), num(&p);
	uint64_t has = num(&p);
	text(&p);
	for (int bit = NODE_DOC; bit <= NODE_TRAILING; bit <<= 1) {
		if (!(has & bit)) continue;
		for (uint64_t n = count(&p); n && !failed(&p); n--) {
			const char *s = text(&p);
			if (i-- == 0) return failed(&p) ? NULL : s;
		}
	}
	return NULL;
}

/* ---- Types ---- */

uint32_t somt_types(const somt *t) { return t->types.n; }

int somt_type_at(const somt *t, uint32_t number, somt_type *type) {
	place p = record(t, &t->types, number);
	*type = (somt_type){0};
	if (failed(&p)) return 0;
	type->kind = (uint32_t)num(&p);
	text(&p);
	skip_annotations(&p);
	switch (type->kind) {
	case SOMT_NAMED: type->decl = index_of(&p, t->decls.n); break;
	case SOMT_STRING:
	case SOMT_WSTRING: type->bound = num(&p); break;
	case SOMT_POINTER: type->elem = index_of(&p, number - 1); break;
	case SOMT_SEQUENCE:
		type->elem = index_of(&p, number - 1);
		type->bound = num(&p);
		break;
	case SOMT_ARRAY:
		type->elem = index_of(&p, number - 1);
		type->bound = 1;
		for (uint64_t n = count(&p); n && !failed(&p); n--) {
			uint64_t dim = num(&p);
			if (dim == 0 || dim > INT32_MAX / type->bound) fail(&p);
			else type->bound *= dim;
		}
		break;
	}
	return !failed(&p);
}

uint64_t somt_dimension(const somt *t, uint32_t number, uint32_t i) {
	place p = record(t, &t->types, number);
	if (failed(&p) || num(&p) != SOMT_ARRAY) return 0;
	text(&p);
	skip_annotations(&p);
	num(&p);
	uint64_t n = count(&p), dim = 0;
	for (uint64_t at = 0; at <= i && at < n && !failed(&p); at++)
		dim = num(&p);
	return i < n && !failed(&p) ? dim : 0;
}

int somt_resolve(const somt *t, uint32_t number, somt_type *type) {
	for (uint32_t steps = 0; steps <= t->decls.n; steps++) { /* no circle has more */
		somt_decl d;
		if (!somt_type_at(t, number, type)) return 0;
		if (type->kind != SOMT_NAMED) return 1;
		if (!somt_at(t, type->decl, &d)) return 0;
		if (d.kind != SOMT_TYPEDEF) return 1;
		place p = {t, d.body, d.end};
		number = index_of(&p, t->types.n);
	}
	return 0;
}

/* ---- Methods ---- */

static void passed(somt_passing *to, uint32_t type, uint64_t bits) {
	to->type = type;
	to->direction = bits & 3;
	to->owner = bits >> 2 & 3;
	to->nullable = bits >> 4 & 1;
	to->by_copy = bits >> 5 & 1;
	to->maybe_by_copy = bits >> 6 & 1;
}

int somt_method_at(const somt *t, uint32_t number, int set, somt_method *m) {
	somt_decl d;
	if (!somt_at(t, number, &d) || (d.kind != SOMT_OPERATION && d.kind != SOMT_ATTRIBUTE)) return 0;
	int attribute = d.kind == SOMT_ATTRIBUTE;
	place p = {t, d.body, d.end};
	set = attribute && set;
	*m = (somt_method){.decl = number, .set = (uint8_t)set, .nparams = (uint32_t)set};
	uint64_t bits = num(&p); /* oneway, readonly */
	if (set && bits & 1) return 0;
	m->oneway = !attribute && bits & 1;
	m->params = p.at;
	uint32_t type = index_of(&p, t->types.n);
	if (!set) passed(&m->result, type, num(&p));
	if (attribute) {
		if (set) num(&p);
		if (!(bits & 1)) num(&p); /* how it is set */
		m->after = p.at;
		return !failed(&p);
	}
	m->nparams = (uint32_t)count(&p);
	m->params = p.at;
	return !failed(&p);
}

int somt_method_of(const somt *t, uint32_t cls, const char *name, somt_method *m) {
	int get = !strncmp(name, "_get_", 5), set = !strncmp(name, "_set_", 5);
	for (uint32_t i = cls + 1; cls && i <= t->decls.n; i++) {
		somt_decl d;
		if (!somt_at(t, i, &d) || d.scope != cls) continue;
		int attribute = d.kind == SOMT_ATTRIBUTE && (get || set) && !strcmp(d.name, name + 5);
		if (!attribute && (d.kind != SOMT_OPERATION || strcmp(d.name, name) != 0)) continue;
		return somt_method_at(t, i, set, m);
	}
	return 0;
}

int somt_param(const somt *t, const somt_method *m, uint32_t i, somt_passing *to) {
	somt_decl d;
	*to = (somt_passing){0};
	if (i >= m->nparams || !somt_at(t, m->decl, &d)) return 0;
	place p = {t, m->params, d.end};
	if (m->set) { /* its only parameter is the attribute: the type, how it is got, how it is set */
		uint32_t type = index_of(&p, t->types.n);
		num(&p);
		passed(to, type, num(&p));
		to->name = d.name;
		return !failed(&p);
	}
	for (;; i--) {
		size_t doc;
		to->name = node(&p, &doc);
		uint64_t bits = num(&p);
		passed(to, index_of(&p, t->types.n), bits);
		if (i == 0 || failed(&p)) return !failed(&p);
	}
}

/* Behind the parameters, or the attribute's passings. */
static place behind(const somt *t, const somt_method *m) {
	somt_decl d;
	if (!somt_at(t, m->decl, &d)) return (place){t, 1, 0};
	if (d.kind == SOMT_ATTRIBUTE) {
		place p = {t, m->after, d.end};
		for (uint64_t n = m->set ? count(&p) : 0; n && !failed(&p); n--)
			num(&p);
		return p;
	}
	place p = {t, m->params, d.end};
	for (uint32_t i = 0; i < m->nparams && !failed(&p); i++) {
		size_t doc;
		node(&p, &doc);
		num(&p), num(&p);
	}
	return p;
}

/* A walk through what stands at a place: a number, and as many entries. */
static int walk(place p, uint32_t kind, somt_walk *w) {
	uint64_t left = count(&p);
	*w = (somt_walk){p.at, p.end, left, kind};
	if (failed(&p)) w->left = 0;
	return !failed(&p);
}

int somt_raised(const somt *t, const somt_method *m, somt_walk *w) { return walk(behind(t, m), 0, w); }

uint32_t somt_next_raised(const somt *t, somt_walk *w) {
	place p = {t, w->at, w->end};
	if (!w->left) return 0;
	uint32_t decl = index_of(&p, t->decls.n);
	w->left = failed(&p) ? 0 : w->left - 1;
	w->at = p.at;
	return failed(&p) ? 0 : decl;
}

/* ---- What declarations are made of ---- */

uint32_t somt_type_of(const somt *t, uint32_t number) {
	somt_decl d;
	if (!somt_at(t, number, &d) || (d.kind != SOMT_STRUCT && d.kind != SOMT_UNION && d.kind != SOMT_TYPEDEF && d.kind != SOMT_CONST)) return 0;
	place p = {t, d.body, d.end};
	return index_of(&p, t->types.n);
}

int somt_members(const somt *t, uint32_t number, somt_walk *w) {
	somt_decl d;
	*w = (somt_walk){0};
	if (!somt_at(t, number, &d)) return 0;
	place p = {t, d.body, d.end};
	switch (d.kind) {
	case SOMT_STRUCT:
	case SOMT_UNION: num(&p); /* fall through */
	case SOMT_EXCEPTION:
	case SOMT_ENUM: return walk(p, d.kind, w);
	}
	return 0;
}

/* One label: whether it is the default, and its value. */
static void label(place *p, somt_label *l) {
	enum { BOOL = 1, INT, CHAR = 4, WCHAR, ENUM = 9 };
	*l = (somt_label){.is_default = (int)(num(p) & 1)};
	place value = *p;
	uint64_t kind = num(&value);
	if (kind == INT) {
		const char *s = text(&value);
		l->value = *s == '-' ? strtoll(s, NULL, 10) : (int64_t)strtoull(s, NULL, 10);
	} else if (kind == BOOL || kind == CHAR || kind == WCHAR) {
		l->value = (int64_t)num(&value);
	} else if (kind == ENUM) {
		num(&value);
		l->value = (int64_t)num(&value);
	} else if (!l->is_default) {
		fail(p);
		return;
	}
	skip_value(p);
	text(p);
}

int somt_next_label(const somt *t, somt_walk *w, somt_label *l) {
	place p = {t, w->at, w->end};
	if (!w->left) return 0;
	label(&p, l);
	w->left = failed(&p) ? 0 : w->left - 1;
	w->at = p.at;
	return !failed(&p);
}

int somt_next_member(const somt *t, somt_walk *w, somt_member *m) {
	place p = {t, w->at, w->end};
	size_t doc;
	*m = (somt_member){0};
	if (!w->left) return 0;
	m->name = node(&p, &doc);
	if (w->kind == SOMT_ENUM) {
		text(&p);
		if (num(&p) & 1) num(&p);
	} else {
		m->type = index_of(&p, t->types.n);
	}
	if (w->kind == SOMT_UNION && walk(p, 0, &m->labels)) {
		somt_label l;
		p.at = m->labels.at;
		for (uint64_t n = m->labels.left; n && !failed(&p); n--)
			label(&p, &l);
	}
	w->left = failed(&p) ? 0 : w->left - 1;
	w->at = p.at;
	return !failed(&p);
}

const char *somt_modifier(const somt *t, uint32_t number, const char *name) {
	place p = record(t, &t->decls, number);
	const char *own;
	size_t doc;
	if (failed(&p)) return NULL;
	num(&p), num(&p), num(&p);
	if (!unmodified(&p, &own, &doc)) return NULL;
	for (uint64_t n = count(&p); n && !failed(&p); n--) {
		const char *key = text(&p), *value = text(&p);
		if (!failed(&p) && !strcmp(key, name)) return value;
	}
	return NULL;
}

int somt_scoped(const somt *t, uint32_t number, char *to, size_t n) {
	const char *parts[MAX_DEPTH + 1];
	size_t depth = 0, len = 0;
	somt_decl d;
	for (uint32_t at = number; at; at = d.scope) {
		if (depth > MAX_DEPTH || !somt_at(t, at, &d)) return 0;
		parts[depth++] = d.name;
	}
	for (size_t i = depth; i-- > 0;) {
		size_t of = strlen(parts[i]), colons = len ? 2 : 0;
		if (of + colons >= n - len) return 0;
		memcpy(to + len, "::", colons);
		memcpy(to + len + colons, parts[i], of + 1);
		len += of + colons;
	}
	return depth > 0;
}

int somt_id(const somt *t, uint32_t number, char *to, size_t n) {
	place p = record(t, &t->decls, number);
	size_t doc;
	if (failed(&p)) return 0;
	num(&p), num(&p), num(&p);
	node(&p, &doc);
	const char *id = text(&p);
	if (failed(&p)) return 0;
	if (*id) {
		size_t len = strlen(id);
		if (len >= n) return 0;
		memcpy(to, id, len + 1);
		return 1;
	}
	if (n < 10 || !somt_scoped(t, number, to + 4, n - 8)) return 0;
	memcpy(to, "IDL:", 4);
	char *at = to + 4, *put = at;
	for (; *at; at++) { /* Zoo::Dog is Zoo/Dog */
		if (at[0] == ':' && at[1] == ':') *put++ = '/', at++;
		else *put++ = *at;
	}
	memcpy(put, ":1.0", 5);
	return 1;
}
